#include "query/keyness.h"

#include <stdlib.h>
#include <string.h>

#include "query/whole.h"

enum {
    LOOK_AFTER = 1 << 18 /* words, between two looks at the clock */
};

static int no_memory(const struct keyness *k, struct err *err)
{
    return err_set(err, ERR_NOMEM,
                   "keyness: no memory for counts of %u words; a larger --memory helps",
                   (unsigned)k->words.n);
}

int keyness_open(struct keyness *k, const struct snapshot *snapshot, bool by_surface,
                 const struct deadline *deadline, struct err *err)
{
    *k = (struct keyness){.snapshot = snapshot, .deadline = deadline};
    int rc = words_open(&k->words, snapshot, by_surface, deadline, err);
    story_text_init(&k->text, snapshot, &k->words);
    return rc ? rc : outlets_open(&k->outlets, snapshot, err);
}

void keyness_release(struct keyness *k)
{
    free(k->subset.counts);
    free(k->against.counts);
    free(k->total);
    free(k->total_all);
    vec_release(&k->seen);
    story_text_release(&k->text);
    outlets_release(&k->outlets);
    words_release(&k->words);
    *k = (struct keyness){0};
}

int keyness_begin(struct keyness *k, struct keyness_part *part, struct err *err)
{
    free(part->counts);
    *part = (struct keyness_part){0};
    part->counts = calloc((size_t)k->words.n + 1, sizeof *part->counts);
    k->part = part;
    return part->counts ? 0 : no_memory(k, err);
}

/* --- a story ------------------------------------------------------------------------------------ */

/* The first time that the wording has the word. */
static int meet(struct keyness *k, uint32_t number, uint32_t n_articles,
                struct err *err)
{
    struct keyness_count *c = &k->part->counts[number];
    c->stories += c->last_wording < k->first_wording;
    c->last_wording = k->n_wordings;
    c->articles += n_articles;
    return k->part == &k->subset ? outlets_add(&k->outlets, &c->sources, number, err)
                                 : 0;
}

/* The wording is all there is of the story: every word is a home of its own. Its articles may come in several matches, of which
 * the first counts homes. */
static int count_simple(struct keyness *k, uint32_t n_articles, struct err *err)
{
    const struct story_text *t = &k->text;
    struct keyness_count *counts = k->part->counts;
    bool first = k->n_wordings == k->first_wording;
    int rc = 0;
    for (uint32_t i = 0; i < t->len && rc == 0; i++) {
        struct keyness_count *c = &counts[t->tokens[i]];
        c->o += first;
        c->o_all += n_articles;
        if (c->last_wording != k->n_wordings) {
            rc = meet(k, t->tokens[i], n_articles, err);
        }
    }
    k->part->words += first ? t->len : 0;
    return rc;
}

/* A word counts with the first wording that has its home. */
static int count_homes(struct keyness *k, uint32_t n_articles, struct err *err)
{
    const struct story_text *t = &k->text;
    int rc = 0;
    for (uint32_t i = 0; i < t->len && rc == 0; i++) {
        struct keyness_count *c = &k->part->counts[t->tokens[i]];
        uint64_t *seen = &k->seen.items[t->homes[i] / 64];
        uint64_t bit = UINT64_C(1) << (t->homes[i] % 64);
        bool fresh = !(*seen & bit);
        *seen |= bit;
        k->part->words += fresh;
        c->o += fresh;
        c->o_all += n_articles;
        if (c->last_wording != k->n_wordings) {
            rc = meet(k, t->tokens[i], n_articles, err);
        }
    }
    return rc;
}

static int clear_seen(struct keyness *k, struct err *err)
{
    size_t n = k->text.stream.len / 64 + 1;
    vec_reset(&k->seen);
    if (!vec_reserve(&k->seen, n)) {
        return no_memory(k, err);
    }
    memset(k->seen.items, 0, n * sizeof *k->seen.items);
    return 0;
}

static int count_wording(struct keyness *k, uint32_t segment,
                         const struct wording_match *m, struct err *err)
{
    int rc = story_text_wording(&k->text, m->wording, err);
    rc = rc ? rc : outlets_find(&k->outlets, segment, m, err);
    k->n_wordings++;
    if (rc == 0) {
        rc = k->text.view.simple ? count_simple(k, m->n_articles, err)
                                 : count_homes(k, m->n_articles, err);
        k->part->words_all += (uint64_t)k->text.len * m->n_articles;
    }
    k->looked_at += k->text.len + (uint64_t)1;
    if (rc == 0 && k->looked_at >= LOOK_AFTER) {
        k->looked_at = 0;
        rc = deadline_check(k->deadline, err);
    }
    return rc;
}

int keyness_add(void *arg, const struct story_match *match, struct err *err)
{
    struct keyness *k = arg;
    int rc = story_text_story(&k->text, match->segment, match->story, err);
    rc = rc ? rc : clear_seen(k, err);
    k->first_wording = k->n_wordings + 1;
    for (size_t i = 0; i < match->n_wordings && rc == 0; i++) {
        rc = count_wording(k, match->segment, &match->wordings[i], err);
    }
    return rc;
}

/* --- the whole archive ----------------------------------------------------------------------------- */

static int make_totals(struct keyness *k, uint64_t **out, struct err *err)
{
    free(*out);
    *out = calloc((size_t)k->words.n + 1, sizeof **out);
    return *out ? 0 : no_memory(k, err);
}

/* What all articles have more than the homes: that of stories with several. */
static int add_copies(struct keyness *k, struct err *err)
{
    struct keyness_part copied = {0};
    struct engine_options how = {.story = keyness_add, .arg = k};
    int rc = keyness_begin(k, &copied, err);
    rc = rc ? rc : whole_run(k->snapshot, WHOLE_COPIED, &how, k->deadline, NULL, err);
    for (uint32_t i = 0; i < k->words.n && rc == 0; i++) {
        k->total_all[i] = k->total[i] - copied.counts[i].o + copied.counts[i].o_all;
    }
    free(copied.counts);
    k->part = NULL;
    return rc;
}

static uint64_t archive_size(const struct keyness *k, bool all)
{
    const struct manifest *m = &k->snapshot->manifest;
    return all ? m->article_tokens : m->homes;
}

/* A subset cannot have more of anything than the archive; damage may say so. */
static int check_totals(const struct keyness *k, bool all, struct err *err)
{
    const uint64_t *total = all ? k->total_all : k->total;
    const struct keyness_part *s = &k->subset;
    bool good = (all ? s->words_all : s->words) <= archive_size(k, all);
    for (uint32_t i = 0; i < k->words.n && good; i++) {
        good = (all ? s->counts[i].o_all : s->counts[i].o) <= total[i];
    }
    return good ? 0
                : err_set(err, ERR_CORRUPT,
                          "terms: a word stands more often in articles than in the "
                          "dictionary; run stemma-index verify");
}

int keyness_rest(struct keyness *k, bool all, struct err *err)
{
    if (k->against.counts) {
        return 0;
    }
    int rc = make_totals(k, &k->total, err);
    rc = rc ? rc : words_occurrences(&k->words, k->total, err);
    if (rc == 0 && all) {
        rc = make_totals(k, &k->total_all, err);
        rc = rc ? rc : add_copies(k, err);
    }
    return rc ? rc : check_totals(k, all, err);
}

/* --- what was counted ------------------------------------------------------------------------------- */

void keyness_get(const struct keyness *k, uint32_t number, bool all,
                 struct keyness_pair *out)
{
    const struct keyness_count *c = &k->subset.counts[number];
    out->o = all ? c->o_all : c->o;
    out->n = all ? k->subset.words_all : k->subset.words;
    if (k->against.counts) {
        c = &k->against.counts[number];
        out->other_o = all ? c->o_all : c->o;
        out->other_n = all ? k->against.words_all : k->against.words;
    } else {
        out->other_o = (all ? k->total_all : k->total)[number] - out->o;
        out->other_n = archive_size(k, all) - out->n;
    }
}

struct measures_counts keyness_measures(const struct keyness_pair *p)
{
    return (struct measures_counts){.o = p->o,
                                    .f1 = p->n,
                                    .f2 = p->o + p->other_o,
                                    .n = p->n + p->other_n,
                                    .near = p->n};
}

double keyness_log_ratio(const struct keyness_pair *p)
{
    return measures_log_ratio(p->o, p->n, p->other_o, p->other_n);
}

bool keyness_is_key(const struct keyness_pair *p)
{
    /* o / n > other_o / other_n, without a division; a part without words has none */
    return (double)p->o * (double)p->other_n > (double)p->other_o * (double)p->n;
}
