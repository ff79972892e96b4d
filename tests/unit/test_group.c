/* Whole archives with copies of every kind: which stories they become, and that this depends on the articles
 * alone. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/snapshot.h"
#include "indexer/build.h"
#include "tests/support/tempdir.h"

enum {
    PATHS = 700,
    WORDS = 3000, /* of the vocabulary */
    TEXT_MAX = 4000,
    ARTICLES_MAX = 2000,
    ID = 24
};

/* --- text --------------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return *state >> 33;
}

/* Words by their numbers: made-up ones without digits, which would be facts. */
static void put_word(struct buf *out, uint32_t number)
{
    static const char *const onsets[] = {"b", "d", "f", "g",  "k",  "l",  "m", "n",
                                         "p", "r", "s", "tr", "pl", "gr", "v", "z"};
    static const char *const vowels[] = {"a", "e", "i", "o", "u", "ai", "ou", "ea"};
    for (uint32_t left = number + 128; left > 0; left /= 128)
        buf_printf(out, "%s%s", onsets[left % 16], vowels[left / 16 % 8]);
}

struct text {
    uint32_t words[TEXT_MAX];
    size_t n;
};

static struct text fresh(uint64_t seed, size_t n)
{
    struct text t = {.n = n};
    uint64_t state = seed * 7919 + 1;
    for (size_t i = 0; i < n; i++)
        t.words[i] = (uint32_t)(next_random(&state) % WORDS);
    return t;
}

static void append(struct text *t, const struct text *from, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        t->words[t->n++] = from->words[i];
}

static struct text part(const struct text *from, size_t begin, size_t end)
{
    struct text t = {.n = 0};
    append(&t, from, begin, end);
    return t;
}

/* Every n-th word is another. */
static struct text edited(const struct text *from, size_t every, uint64_t seed)
{
    struct text t = *from;
    for (size_t i = seed % every; i < t.n; i += every)
        t.words[i] = WORDS + (uint32_t)(seed * 100 + i) % 9000;
    return t;
}

/* --- archives ----------------------------------------------------------------------------- */

struct archive {
    struct tempdir dir;
    char index[PATHS], input[PATHS];
    struct buf records[ARTICLES_MAX];
    size_t n;
    struct config config;
    struct snapshot snapshot;
};

static struct archive *begin(void)
{
    struct archive *a = calloc(1, sizeof *a);
    cr_assert(a);
    cr_assert(tempdir_make(&a->dir));
    cr_assert(tempdir_path(&a->dir, "index", a->index, PATHS));
    cr_assert(tempdir_path(&a->dir, "in", a->input, PATHS));
    cr_assert_eq(mkdir(a->input, 0755), 0);
    config_init(&a->config);
    a->config.index = a->index;
    a->config.n_inputs = 1;
    a->config.threads = 2;
    a->config.quiet = true;
    return a;
}

static void end(struct archive *a)
{
    for (size_t i = 0; i < a->n; i++)
        buf_release(&a->records[i]);
    snapshot_close(&a->snapshot);
    config_release(&a->config);
    tempdir_remove(&a->dir);
    free(a);
}

/* day: of 2016, from 0; title: a number of words, 0 for none. */
static void add(struct archive *a, const char *id, unsigned day, const char *title,
                const struct text *t)
{
    cr_assert_lt(a->n, ARTICLES_MAX);
    struct buf *out = &a->records[a->n++];
    buf_printf(out, "{\"id\":\"%s\",\"date\":\"2016-%02u-%02u\",", id, day / 28 + 1,
               day % 28 + 1);
    if (title)
        buf_printf(out, "\"title\":\"%s\",", title);
    buf_put_str(out, "\"text\":\"");
    for (size_t i = 0; i < t->n; i++) {
        put_word(out, t->words[i]);
        buf_put_str(out, i + 1 == t->n ? "." : i % 11 == 10 ? ". " : " ");
    }
    buf_put_str(out, "\"}\n");
    cr_assert_not(out->failed);
}

static void put_nothing(void *arg, const char *text, bool overwrite)
{
    (void)arg;
    (void)text;
    (void)overwrite;
}

/* Into so many files, article i of the order `step` makes to file i % files. */
static void write_files(struct archive *a, size_t files, size_t step)
{
    for (size_t f = 0; f < files; f++) {
        struct buf out = {0};
        char name[40];
        for (size_t i = f; i < a->n; i += files)
            buf_put_bytes(&out, buf_bytes(&a->records[i * step % a->n]));
        cr_assert_not(out.failed);
        snprintf(name, sizeof name, "in/%zu.jsonl", f);
        cr_assert(tempdir_write(&a->dir, name, out.data, out.len));
        buf_release(&out);
    }
}

/* The report's words are appended to *words, unless it is NULL. */
static void build_telling(struct archive *a, struct buf *told)
{
    struct err err = {0};
    struct buf words = {0};
    bool skipped;
    const char **inputs = malloc(sizeof *inputs);
    cr_assert(inputs);
    inputs[0] = a->input;
    a->config.inputs = inputs;
    snapshot_close(&a->snapshot);
    int rc = build_run(&a->config, (struct report_sink){put_nothing, NULL, false},
                       &skipped, &words, &err);
    cr_assert_eq(rc, 0, "%s", err.msg);
    free(inputs);
    a->config.inputs = NULL;
    if (told)
        buf_put_bytes(told, buf_bytes(&words));
    buf_release(&words);
    cr_assert_eq(snapshot_open(&a->snapshot, a->index, &err), 0, "%s", err.msg);
}

static void build(struct archive *a)
{
    build_telling(a, NULL);
}

/* --- answers ------------------------------------------------------------------------------ */

struct answer {
    char id[ID], original[ID];
    struct evidence evidence;
};

struct answers {
    struct answer items[ARTICLES_MAX];
    size_t n;
};

static void get_id(const struct snapshot *s, uint32_t segment, article_id i, char *out)
{
    struct err err = {0};
    struct provenance_row row;
    struct provenance_cache *cache = provenance_cache_new();
    cr_assert_eq(provenance_get(&s->segments[segment].provenance, cache, i, &row, &err),
                 0);
    cr_assert_lt(row.id.len, ID);
    memcpy(out, row.id.data, row.id.len);
    out[row.id.len] = '\0';
    provenance_cache_free(cache);
}

static int compare_answers(const void *x, const void *y)
{
    const struct answer *a = x, *b = y;
    return strcmp(a->id, b->id);
}

/* All articles by ID. */
static struct answers *ask(const struct archive *a)
{
    const struct snapshot *s = &a->snapshot;
    struct answers *out = calloc(1, sizeof *out);
    struct err err = {0};
    cr_assert(out);
    for (uint32_t g = 0; g < s->n_segments; g++) {
        article_id next = 0;
        for (story_id k = 0; k < s->segments[g].counts[SEGMENT_STORIES]; k++) {
            struct story_record story;
            char original[ID];
            cr_assert_eq(stories_get(s->stories, g, k, &story, &err), 0);
            get_id(s, g, story.original, original);
            for (uint32_t i = 0; i < story.n_articles; i++, next++) {
                struct answer *to = &out->items[out->n++];
                get_id(s, g, next, to->id);
                memcpy(to->original, original, ID);
                cr_assert_eq(stories_member(s->stories, g, next, &to->evidence, &err),
                             0);
            }
        }
    }
    cr_assert_eq(out->n, a->n);
    qsort(out->items, out->n, sizeof out->items[0], compare_answers);
    return out;
}

static const struct answer *answer_of(const struct answers *all, const char *id)
{
    for (size_t i = 0; i < all->n; i++) {
        if (strcmp(all->items[i].id, id) == 0)
            return &all->items[i];
    }
    cr_assert_fail("no article %s", id);
    return NULL;
}

static void expect(const struct answers *all, const char *id, const char *original,
                   uint8_t relation)
{
    const struct answer *a = answer_of(all, id);
    cr_assert_str_eq(a->original, original, "%s is of %s", id, a->original);
    cr_assert_eq(a->evidence.relation, relation, "%s is %s", id,
                 stories_relation_name(a->evidence.relation));
}

/* The relation of a link between two articles' stories; -1: there is none. */
static int linked(const struct archive *a, const char *x, const char *y)
{
    const struct snapshot *s = &a->snapshot;
    struct err err = {0};
    link_vec links = {0};
    uint64_t next = 0, story;
    int found = -1;
    while (stories_next_linked(s->stories, next, &story, &links, &err) == 0)
        next = story + 1;
    vec_foreach(struct story_link, l, &links) {
        char ids[2][ID];
        uint64_t numbers[2] = {l->article_a, l->article_b};
        for (int i = 0; i < 2; i++) {
            uint32_t segment;
            article_id id;
            cr_assert_eq(
                stories_place_article(s->stories, numbers[i], &segment, &id, &err), 0);
            get_id(s, segment, id, ids[i]);
        }
        if ((strcmp(ids[0], x) == 0 && strcmp(ids[1], y) == 0) ||
            (strcmp(ids[0], y) == 0 && strcmp(ids[1], x) == 0))
            found = l->evidence.relation;
    }
    vec_release(&links);
    return found;
}

/* --- kinds of copies ---------------------------------------------------------------------- */

Test(group, copies_of_one_article)
{
    struct archive *a = begin();
    struct text root = fresh(1, 400), alone = fresh(2, 300);
    struct text half = part(&root, 0, 200), light = edited(&root, 60, 7), more = root;
    struct text tail = fresh(3, 60);
    append(&more, &tail, 0, tail.n);
    add(a, "root", 0, "harbour strike", &root);
    add(a, "again", 3, "harbour strike", &root);
    add(a, "other-title", 4, "ferry crews walk out", &root);
    add(a, "no-title", 5, NULL, &root);
    add(a, "half", 2, "harbour strike", &half);
    add(a, "light", 1, "harbour strike", &light);
    add(a, "more", 6, "harbour strike goes on", &more);
    add(a, "alone", 1, "harbour strike", &alone);
    write_files(a, 1, 1);
    build(a);
    struct answers *all = ask(a);
    expect(all, "root", "root", RELATION_ROOT);
    expect(all, "again", "root", RELATION_SAME);
    expect(all, "other-title", "root", RELATION_EXACT);
    expect(all, "no-title", "root", RELATION_EXACT);
    expect(all, "half", "root", RELATION_CONTAINED);
    expect(all, "light", "root", RELATION_NEAR);
    expect(all, "more", "root", RELATION_NEAR);
    expect(all, "alone", "alone", RELATION_ROOT);
    /* Places are those of the wordings, titles included. */
    const struct evidence *e = &answer_of(all, "half")->evidence;
    cr_assert(e->root_from == 2 && e->root_to == 202);
    cr_assert(e->member_from == 2 && e->member_to == 202);
    cr_assert(e->covered_member == 10000 && e->run == 200);
    e = &answer_of(all, "other-title")->evidence;
    cr_assert(e->root_from == 2 && e->root_to == 402);
    cr_assert(e->member_from == 4 && e->member_to == 404);
    cr_assert(e->score == 10000 && e->run == 400);
    free(all);
    end(a);
}

Test(group, modes)
{
    static const int modes[] = {COPIES_NEAR, COPIES_EXACT, COPIES_OFF};
    static const unsigned stories[] = {1, 2, 5};
    struct text root = fresh(1, 400), light = edited(&root, 60, 7);
    for (int i = 0; i < 3; i++) {
        struct archive *a = begin();
        a->config.copies = modes[i];
        add(a, "root", 0, "harbour strike", &root);
        add(a, "again", 0, "harbour strike", &root);
        add(a, "again-2", 0, "harbour strike", &root);
        add(a, "title", 1, "ferry crews walk out", &root);
        add(a, "light", 2, "harbour strike", &light);
        write_files(a, 1, 1);
        build(a);
        cr_assert_eq(a->snapshot.segments[0].counts[SEGMENT_STORIES], stories[i]);
        end(a);
    }
}

/* What only drifts: no chain of copies of copies. */
Test(group, every_member_is_a_copy_of_its_root)
{
    struct archive *a = begin();
    struct text root = fresh(1, 500), other = fresh(2, 500);
    for (size_t i = 0; i <= 20; i++) {
        char id[ID];
        struct text t = part(&other, 0, i * 25);
        append(&t, &root, i * 25, 500);
        snprintf(id, sizeof id, "v%02zu", i);
        add(a, id, (unsigned)i, "live", &t);
    }
    write_files(a, 1, 1);
    build(a);
    struct answers *all = ask(a);
    size_t stories = 0;
    for (size_t i = 0; i < all->n; i++) {
        const struct answer *x = &all->items[i];
        stories += x->evidence.relation == RELATION_ROOT;
        cr_assert(x->evidence.relation == RELATION_ROOT ||
                  x->evidence.relation == RELATION_NEAR);
        /* v00 and v20 share no word; a version is at most so far from its original. */
        int apart = atoi(x->id + 1) - atoi(x->original + 1);
        cr_assert(apart >= 0 && apart <= 5, "%s is of %s", x->id, x->original);
    }
    cr_assert(stories >= 4 && stories <= 7, "%zu stories", stories);
    free(all);
    end(a);
}

Test(group, a_digest_pulls_nothing_together)
{
    struct archive *a = begin();
    static const char *const titles[] = {"harbour strike", "grain prices",
                                         "new bridge"};
    struct text parts[3], digest = {.n = 0};
    for (unsigned i = 0; i < 3; i++) {
        char id[ID];
        parts[i] = fresh(10 + i, 200);
        append(&digest, &parts[i], 0, 200);
        snprintf(id, sizeof id, "part-%u", i);
        add(a, id, 2 + i, titles[i], &parts[i]);
    }
    struct text again = edited(&digest, 80, 5);
    add(a, "digest", 0, "the day", &digest); /* the earliest: it would be their root */
    add(a, "digest-2", 9, "the day", &again);
    write_files(a, 1, 1);
    build(a);
    struct answers *all = ask(a);
    for (unsigned i = 0; i < 3; i++) {
        char id[ID];
        snprintf(id, sizeof id, "part-%u", i);
        expect(all, id, id, RELATION_ROOT);
        cr_assert_eq(linked(a, id, "digest"), RELATION_DIGEST);
    }
    expect(all, "digest", "digest", RELATION_ROOT);
    expect(all, "digest-2", "digest", RELATION_NEAR);
    free(all);
    end(a);
}

/* Each of them is a small part of it. */
Test(group, a_digest_of_many)
{
    struct archive *a = begin();
    static const char *const titles[] = {"harbour strike", "grain prices", "new bridge",
                                         "school fees",    "night trains", "old maps",
                                         "salt works",     "paper mills"};
    struct text digest = {.n = 0};
    for (unsigned i = 0; i < 8; i++) {
        char id[ID];
        struct text t = fresh(10 + i, 150);
        append(&digest, &t, 0, 150);
        snprintf(id, sizeof id, "part-%u", i);
        add(a, id, 2 + i, titles[i], &t);
    }
    add(a, "digest", 0, "the day", &digest);
    write_files(a, 1, 1);
    build(a);
    struct answers *all = ask(a);
    for (unsigned i = 0; i < 8; i++) {
        char id[ID];
        snprintf(id, sizeof id, "part-%u", i);
        expect(all, id, id, RELATION_ROOT);
        cr_assert_eq(linked(a, id, "digest"), RELATION_DIGEST);
    }
    free(all);
    end(a);
}

/* Three parts of one article are no reason to take it for a digest: they have its title. */
Test(group, an_article_in_parts_is_no_digest)
{
    struct archive *a = begin();
    struct text whole = fresh(4, 600);
    add(a, "whole", 0, "the long story of the harbour", &whole);
    for (unsigned i = 0; i < 3; i++) {
        char id[ID];
        struct text t = part(&whole, i * 200, i * 200 + 200);
        snprintf(id, sizeof id, "part-%u", i);
        add(a, id, 1 + i, "the long story of the harbour", &t);
    }
    write_files(a, 1, 1);
    build(a);
    struct answers *all = ask(a);
    expect(all, "part-0", "whole", RELATION_CONTAINED);
    cr_assert_eq(linked(a, "part-1", "whole") == RELATION_DIGEST, false);
    free(all);
    end(a);
}

/* A footer is counted by stories, a reprint is not. */
Test(group, footers_merge_nothing_and_reprints_do)
{
    struct archive *a = begin();
    struct text footer = fresh(5, 90), story = fresh(6, 500);
    add(a, "story", 0, "harbour strike", &story);
    for (unsigned i = 0; i < 40; i++) {
        char id[ID];
        struct text own = fresh(100 + i, 60), cut = part(&story, 0, 150 + i * 8);
        append(&own, &footer, 0, footer.n);
        snprintf(id, sizeof id, "own-%02u", i);
        add(a, id, i, "words of the day", &own);
        snprintf(id, sizeof id, "cut-%02u", i);
        add(a, id, 1 + i, "harbour strike", &cut);
    }
    add(a, "footer", 20, "about us", &footer);
    write_files(a, 1, 1);
    build(a);
    struct answers *all = ask(a);
    for (unsigned i = 0; i < 40; i++) {
        char id[ID];
        snprintf(id, sizeof id, "own-%02u", i);
        expect(all, id, id, RELATION_ROOT);
        snprintf(id, sizeof id, "cut-%02u", i);
        cr_assert_str_eq(answer_of(all, id)->original, "story");
    }
    expect(all, "footer", "footer", RELATION_ROOT);
    free(all);
    end(a);
}

/* Stubs say too little by themselves. */
Test(group, short_texts_need_their_titles)
{
    struct archive *a = begin();
    struct text brief = fresh(8, 12), longer = fresh(8, 14);
    add(a, "a", 0, "harbour strike", &brief);
    add(a, "a-again", 1, "Harbour Strike", &brief);
    add(a, "b", 2, "grain prices", &brief);
    add(a, "c", 3, "new bridge", &longer);
    write_files(a, 1, 1);
    build(a);
    struct answers *all = ask(a);
    expect(all, "a-again", "a", RELATION_SAME);
    expect(all, "b", "b", RELATION_ROOT);
    expect(all, "c", "c", RELATION_ROOT);
    free(all);
    end(a);
}

/* Two short notices of one event. */
Test(group, short_texts_go_by_headlines_that_differ_in_a_word)
{
    struct archive *a = begin();
    struct text notice = fresh(8, 20), same = edited(&notice, 30, 7);
    add(a, "a", 0, "harbour company sets payout", &notice);
    add(a, "b", 1, "harbour company sets dividend", &notice);
    add(a, "c", 2, "harbour company sets payout of 5", &notice);
    add(a, "d", 3, "dock company has new ships", &same);
    write_files(a, 1, 1);
    build(a);
    struct answers *all = ask(a);
    expect(all, "b", "a", RELATION_EXACT);
    expect(all, "c", "c", RELATION_ROOT);
    expect(all, "d", "d", RELATION_ROOT);
    free(all);
    end(a);
}

/* A text from the midst of another one. */
Test(group, a_part_has_the_headline_and_a_quotation_has_not)
{
    struct archive *a = begin();
    struct text whole = fresh(21, 900), midst = part(&whole, 300, 450);
    struct text other = part(&whole, 500, 640);
    add(a, "whole", 0, "harbour strike goes on", &whole);
    add(a, "part", 1, "harbour strike goes on", &midst);
    add(a, "quotation", 2, "grain prices", &other);
    write_files(a, 1, 1);
    build(a);
    struct answers *all = ask(a);
    expect(all, "part", "whole", RELATION_CONTAINED);
    expect(all, "quotation", "quotation", RELATION_ROOT);
    cr_assert_eq(linked(a, "whole", "quotation"), RELATION_EXCERPT);
    free(all);
    end(a);
}

Test(group, a_quoted_passage_links)
{
    struct archive *a = begin();
    struct text source = fresh(11, 500), quoting = fresh(12, 400);
    struct text t = part(&quoting, 0, 200);
    append(&t, &source, 100, 180);
    append(&t, &quoting, 200, 400);
    add(a, "source", 0, "harbour strike", &source);
    add(a, "quoting", 1, "grain prices", &t);
    write_files(a, 1, 1);
    build(a);
    struct answers *all = ask(a);
    expect(all, "quoting", "quoting", RELATION_ROOT);
    cr_assert_eq(linked(a, "source", "quoting"), RELATION_EXCERPT);
    free(all);
    end(a);
}

/* --- what is told ------------------------------------------------------------------------- */

static void tell_of(enum progress_kind kind, const char *const *expected,
                    const char *trace)
{
    struct archive *a = begin();
    struct buf told = {0};
    struct text root = fresh(1, 400), half = part(&root, 0, 200),
                light = edited(&root, 60, 7);
    a->config.quiet = false;
    a->config.progress = (int)kind;
    a->config.trace_pairs = trace;
    add(a, "root", 0, "harbour strike", &root);
    add(a, "again", 0, "harbour strike", &root);
    add(a, "half", 2, "harbour strike", &half);
    add(a, "light", 1, "harbour strike", &light);
    write_files(a, 1, 1);
    build_telling(a, &told);
    buf_put_u8(&told, 0);
    for (; *expected; expected++)
        cr_assert_not_null(strstr((const char *)told.data, *expected),
                           "%s is not in\n%s", *expected, (const char *)told.data);
    buf_release(&told);
    end(a);
}

Test(group, the_report_tells_copies)
{
    static const char *const json[] = {"\"stories\":1,",
                                       "\"copies\":{\"stories\":1,\"largest\":4,",
                                       "\"same\":1,",
                                       "\"near\":1,",
                                       "\"contained\":1,",
                                       "\"tokens\":1408,",
                                       "\"bytes_saved\":",
                                       "\"steps\":{\"fingerprints\":",
                                       "\"layout\":{",
                                       "\"phases\":{",
                                       NULL};
    static const char *const text[] = {
        "4 articles in 1 stories",
        "1 story has copies, the largest of 4 articles: 1 "
        "same, 0 exact, 1 near, 0 contains, 1 contained",
        "0 between stories",
        "of 1408 (",
        " KB of text, stored once",
        "copies took",
        NULL};
    tell_of(PROGRESS_JSON, json, NULL);
    tell_of(PROGRESS_LINES, text, NULL);
}

Test(group, every_pair_can_be_traced)
{
    struct tempdir dir;
    char path[PATHS];
    static const char *const nothing[] = {NULL};
    size_t len;
    cr_assert(tempdir_make(&dir));
    cr_assert(tempdir_path(&dir, "pairs.tsv", path, PATHS));
    for (int i = 0; i < 2; i++) { /* the second takes the place of the first */
        tell_of(PROGRESS_NONE, nothing, path);
        char *lines = tempdir_read(&dir, "pairs.tsv", &len);
        cr_assert(lines);
        cr_assert_eq(strncmp(lines, "a\tb\tvotes\trelation\trule\tscore\t", 30), 0);
        cr_assert_not_null(strstr(lines, "\nhalf\troot\t"));
        cr_assert_not_null(strstr(lines, "\tcontained\t"));
        cr_assert_not_null(strstr(lines, "\nlight\troot\t"));
        free(lines);
    }
    tempdir_remove(&dir);
}

/* --- the same for any order, threads, memory ---------------------------------------------- */

static void many(struct archive *a)
{
    uint64_t state = 99;
    for (unsigned i = 0; i < 120; i++) {
        struct text root = fresh(1000 + i, 80 + next_random(&state) % 500);
        char id[ID], title[40];
        snprintf(title, sizeof title, "title %c%c of the day", 'a' + (int)(i % 26),
                 'a' + (int)(i / 26));
        for (unsigned k = 0; k < 1 + i % 7; k++) {
            struct text t = root;
            size_t n = root.n, from = next_random(&state) % n;
            unsigned day = (unsigned)(next_random(&state) % 300);
            switch (next_random(&state) % 6) {
            case 0: t = part(&root, 0, n / 4 + next_random(&state) % (n / 2)); break;
            case 1: t = edited(&root, 20 + next_random(&state) % 60, i * 10 + k); break;
            case 2: t = part(&root, from / 2, n); break;
            case 3: {
                struct text other = fresh(1000 + (i * 7 + k) % 120, 80);
                append(&t, &other, 0, other.n);
                break;
            }
            default: break;
            }
            snprintf(id, sizeof id, "m%u-%u", i, k);
            add(a, id, day, k % 3 ? title : NULL, &t);
        }
    }
}

static void same_answers(const struct answers *x, const struct answers *y)
{
    cr_assert_eq(x->n, y->n);
    for (size_t i = 0; i < x->n; i++) {
        const struct answer *a = &x->items[i], *b = &y->items[i];
        cr_assert_str_eq(a->id, b->id);
        cr_assert_str_eq(a->original, b->original, "%s", a->id);
        cr_assert(a->evidence.relation == b->evidence.relation &&
                      a->evidence.score == b->evidence.score &&
                      a->evidence.run == b->evidence.run &&
                      a->evidence.member_to == b->evidence.member_to,
                  "%s", a->id);
    }
}

Test(group, any_order_of_the_articles_makes_the_same_stories)
{
    static const size_t steps[] = {1, 7, 11, 101};
    struct answers *first = NULL;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct archive *a = begin();
        many(a);
        while (a->n % steps[i] == 0 && steps[i] > 1)
            buf_release(&a->records[--a->n]);
        a->config.segment_tokens = i == 3 ? 20000 : 0;
        write_files(a, 1 + i * 2, steps[i]);
        build(a);
        struct answers *all = ask(a);
        if (i == 0) {
            size_t members = 0;
            for (size_t k = 0; k < all->n; k++)
                members += all->items[k].evidence.relation >= RELATION_NEAR;
            cr_assert_gt(members, 100);
            first = all;
        } else {
            same_answers(first, all);
            free(all);
        }
        end(a);
    }
    free(first);
}
