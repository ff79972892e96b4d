#include "query/filter_pass.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "formats/provenance.h"
#include "query/filter_judge.h"

enum {
    BLOCK_WORDS = PROVENANCE_BLOCK / 64
};

/* A block's articles: bit i is that of its i-th. */
struct pass_block {
    uint64_t bits[BLOCK_WORDS];
};

/* What was decided about a text that has a number. */
enum verdict {
    VERDICT_OPEN,
    VERDICT_NO,
    VERDICT_YES
};

/* A segment that was asked about. */
struct pass_part {
    struct pass_block *blocks; /* owned, as the next two; NULL: not asked about yet */
    uint8_t *known;            /* a byte for each block */
    uint8_t *verdicts;         /* of the column's words; NULL: it has none */
    uint32_t n_blocks;
    bool estimated;
    uint64_t estimate; /* filter_pass_estimate, if it is known */
};

/* Words of the bodies of a segment's articles, found a block at a time. */
struct lengths {
    uint32_t *words; /* owned, as the next; NULL: not asked for yet */
    uint8_t *known;
};

struct filter_tools {
    const struct snapshot *snapshot;
    struct provenance_cache *cache; /* owned, as all that follows */
    struct filter_judge judge;
    patch_vec patches;
    struct buf path;
    struct lengths *lengths; /* one for each segment */
    size_t n_filters;
    uint64_t n_texts, texts_max; /* compared */
};

struct filter_pass {
    struct filter_tools *tools;
    const struct snapshot *snapshot; /* the tools' */
    const struct filter *filter;
    struct pass_part *parts; /* owned; one for each segment */
    int32_t first, last;     /* DATE */
    uint64_t n_asked;        /* for a story's articles in the middle of a block */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for filters");
}

struct filter_tools *filter_tools_new(const struct snapshot *snapshot)
{
    struct filter_tools *t = calloc(1, sizeof *t);
    if (!t) {
        return NULL;
    }
    t->snapshot = snapshot;
    t->cache = provenance_cache_new();
    t->lengths = calloc(snapshot->n_segments + 1, sizeof *t->lengths);
    t->texts_max = snapshot->manifest.articles * FILTER_TEXTS_PASSES;
    if (t->texts_max < FILTER_TEXTS_LEAST) {
        t->texts_max = FILTER_TEXTS_LEAST;
    }
    if (!t->cache || !t->lengths) {
        filter_tools_free(t);
        return NULL;
    }
    return t;
}

void filter_tools_free(struct filter_tools *t)
{
    if (!t) {
        return;
    }
    for (size_t i = 0; t->lengths && i < t->snapshot->n_segments; i++) {
        free(t->lengths[i].words);
        free(t->lengths[i].known);
    }
    free(t->lengths);
    provenance_cache_free(t->cache);
    filter_judge_release(&t->judge);
    vec_release(&t->patches);
    buf_release(&t->path);
    free(t);
}

bool filter_pass_is(const struct filter *f)
{
    switch (f->kind) {
    case FILTER_SOURCE:
    case FILTER_AUTHOR:
    case FILTER_SECTION:
    case FILTER_URL:
    case FILTER_PATH:
    case FILTER_LANG:
    case FILTER_TAG:
    case FILTER_WORDS:
    case FILTER_DATE:
    case FILTER_ID: return true;
    default: return false;
    }
}

int filter_pass_new(struct filter_tools *tools, const struct filter *f,
                    struct filter_pass **out, struct err *err)
{
    if (++tools->n_filters > FILTER_PASS_MAX) {
        return err_set(err, ERR_LIMIT,
                       "query: more than %d filters of outlets, dates and the like",
                       FILTER_PASS_MAX);
    }
    struct filter_pass *p = calloc(1, sizeof *p);
    if (!p) {
        return no_memory(err);
    }
    p->tools = tools;
    p->snapshot = tools->snapshot;
    p->filter = f;
    p->parts = calloc(p->snapshot->n_segments + 1, sizeof *p->parts);
    (void)filter_days(f, &p->first, &p->last);
    if (!p->parts) {
        free(p);
        return no_memory(err);
    }
    *out = p;
    return 0;
}

void filter_pass_free(struct filter_pass *p)
{
    if (!p) {
        return;
    }
    for (size_t i = 0; p->parts && i < p->snapshot->n_segments; i++) {
        free(p->parts[i].blocks);
        free(p->parts[i].known);
        free(p->parts[i].verdicts);
    }
    free(p->parts);
    free(p);
}

/* --- a block's articles ------------------------------------------------------------------------ */

/* What is decided about at once. */
struct batch {
    uint32_t segment, block;
    article_id first; /* of n */
    uint32_t n;
    bool pass[PROVENANCE_BLOCK];
};

static const struct provenance *rows_of(const struct filter_pass *p,
                                        const struct batch *b)
{
    return &p->snapshot->segments[b->segment].provenance;
}

/* The column that a field's texts stand in; PATH has two. */
static enum provenance_column column_of(enum filter_kind kind)
{
    switch (kind) {
    case FILTER_AUTHOR: return PROVENANCE_AUTHOR;
    case FILTER_SECTION: return PROVENANCE_SECTION;
    case FILTER_LANG: return PROVENANCE_LANGUAGE;
    case FILTER_TAG: return PROVENANCE_TAGS;
    case FILTER_URL: return PROVENANCE_URL;
    case FILTER_ID: return PROVENANCE_ID;
    case FILTER_PATH: return PROVENANCE_INPUT;
    default: return PROVENANCE_OUTLET;
    }
}

static int judge_text(struct filter_pass *p, struct bytes text, bool *out,
                      struct err *err)
{
    struct filter_tools *t = p->tools;
    t->n_texts += text.len > 0;
    if (t->n_texts > t->texts_max) {
        return err_set(err, ERR_LIMIT,
                       "query: its filters have to be compared with more than %llu "
                       "names, addresses and IDs; leave some out",
                       (unsigned long long)t->texts_max);
    }
    return filter_judge_text(&t->judge, p->filter, text, out, err);
}

static int judge_ids(struct filter_pass *p, struct batch *b, struct err *err)
{
    int rc = 0;
    for (uint32_t i = 0; i < b->n && rc == 0; i++) {
        struct bytes text;
        rc = provenance_text(rows_of(p, b), p->tools->cache, PROVENANCE_ID,
                             b->first + i, &text, err);
        if (rc == 0) {
            rc = judge_text(p, text, &b->pass[i], err);
        }
    }
    return rc;
}

/* A text that has a number. */
static int judge_word(struct filter_pass *p, const struct batch *b, uint32_t word,
                      bool *out, struct err *err)
{
    uint8_t *verdict = &p->parts[b->segment].verdicts[word];
    struct bytes text = {NULL, 0};
    int rc = 0;
    if (*verdict == VERDICT_OPEN && word > 0) {
        rc = provenance_word_text(rows_of(p, b), column_of(p->filter->kind), word,
                                  &text, err);
    }
    if (*verdict == VERDICT_OPEN && rc == 0) {
        rc = judge_text(p, text, out, err);
        if (rc == 0) {
            *verdict = *out ? VERDICT_YES : VERDICT_NO;
        }
    }
    *out = *verdict == VERDICT_YES;
    return rc;
}

static int judge_texts(struct filter_pass *p, struct batch *b, struct err *err)
{
    uint32_t words[PROVENANCE_BLOCK];
    struct bytes texts[PROVENANCE_BLOCK];
    int rc = provenance_block(rows_of(p, b), p->tools->cache,
                              column_of(p->filter->kind), b->block, words, texts, err);
    for (uint32_t i = 0; i < b->n && rc == 0; i++) {
        rc = words[i] == PROVENANCE_NO_WORD
                 ? judge_text(p, texts[i], &b->pass[i], err)
                 : judge_word(p, b, words[i], &b->pass[i], err);
    }
    return rc;
}

/* The text of a row of a coded column. */
static int text_of(const struct filter_pass *p, const struct batch *b,
                   enum provenance_column column, uint32_t word, struct bytes text,
                   struct bytes *out, struct err *err)
{
    *out = text;
    if (word == 0 || word == PROVENANCE_NO_WORD) {
        return 0;
    }
    return provenance_word_text(rows_of(p, b), column, word, out, err);
}

/* Input and member, with a slash between. Many rows on end have the same. */
static int judge_paths(struct filter_pass *p, struct batch *b, struct err *err)
{
    uint32_t inputs[PROVENANCE_BLOCK], members[PROVENANCE_BLOCK];
    struct bytes input[PROVENANCE_BLOCK], member[PROVENANCE_BLOCK];
    const struct provenance *rows = rows_of(p, b);
    int rc = provenance_block(rows, p->tools->cache, PROVENANCE_INPUT, b->block, inputs,
                              input, err);
    if (rc == 0) {
        rc = provenance_block(rows, p->tools->cache, PROVENANCE_MEMBER, b->block,
                              members, member, err);
    }
    for (uint32_t i = 0; i < b->n && rc == 0; i++) {
        struct bytes in, of;
        if (i > 0 && inputs[i] == inputs[i - 1] && members[i] == members[i - 1] &&
            inputs[i] != PROVENANCE_NO_WORD && members[i] != PROVENANCE_NO_WORD) {
            b->pass[i] = b->pass[i - 1];
            continue;
        }
        rc = text_of(p, b, PROVENANCE_INPUT, inputs[i], input[i], &in, err);
        if (rc == 0) {
            rc = text_of(p, b, PROVENANCE_MEMBER, members[i], member[i], &of, err);
        }
        if (rc) {
            break;
        }
        struct buf *path = &p->tools->path;
        buf_reset(path);
        buf_put_bytes(path, in);
        buf_put_str(path, of.len > 0 ? "/" : "");
        buf_put_bytes(path, of);
        rc = buf_check(path, err);
        if (rc == 0) {
            rc = judge_text(p, buf_bytes(path), &b->pass[i], err);
        }
    }
    return rc;
}

/* 1 if the days of a block tell that all of it passes, 0 if none, -1 if some of it may. */
static int judge_days(const struct filter_pass *p, const struct provenance *rows,
                      uint32_t block, int *out, struct err *err)
{
    int32_t least = DAY_NONE, greatest = DAY_NONE;
    int rc = provenance_day_range(rows, block, &least, &greatest, err);
    bool undated = least == DAY_NONE; /* all of it; else some may be */
    *out = -1;
    if (undated) {
        *out = p->filter->test == FILTER_TEST_NONE;
    } else if (p->filter->test == FILTER_TEST_HAS &&
               (greatest < p->first || p->last < least)) {
        *out = 0;
    }
    return rc;
}

static int judge_dates(const struct filter_pass *p, struct batch *b, struct err *err)
{
    int32_t days[PROVENANCE_BLOCK];
    int whole;
    int rc = judge_days(p, rows_of(p, b), b->block, &whole, err);
    if (rc == 0 && whole < 0) {
        rc = provenance_days(rows_of(p, b), b->block, days, err);
    }
    for (uint32_t i = 0; i < b->n && rc == 0; i++) {
        bool dated = whole < 0 && days[i] != DAY_NONE;
        switch (p->filter->test) {
        case FILTER_TEST_NONE: b->pass[i] = !dated; break;
        case FILTER_TEST_ANY: b->pass[i] = dated; break;
        default: b->pass[i] = dated && p->first <= days[i] && days[i] <= p->last;
        }
    }
    return rc;
}

static int find_lengths(struct filter_pass *p, const struct batch *b, uint32_t *words,
                        struct err *err)
{
    const struct segment *s = &p->snapshot->segments[b->segment];
    wording_id known = 0;
    uint32_t len = 0;
    int rc = 0;
    for (uint32_t i = 0; i < b->n && rc == 0; i++) {
        struct article_view view;
        rc = articles_get(&s->articles, b->first + i, &view, &p->tools->patches, err);
        if (rc == 0 && (i == 0 || view.wording != known)) {
            known = view.wording;
            rc = wordings_length(&s->wordings, known, &len, err);
        }
        if (rc == 0) {
            words[i] = len - (view.title_tokens < len ? view.title_tokens : len);
        }
    }
    return rc;
}

static int judge_lengths(struct filter_pass *p, struct batch *b, struct err *err)
{
    struct lengths *l = &p->tools->lengths[b->segment];
    const struct filter *f = p->filter;
    size_t n_blocks = p->parts[b->segment].n_blocks;
    int rc = 0;
    if (!l->words) {
        l->words = calloc(n_blocks * PROVENANCE_BLOCK, sizeof *l->words);
    }
    if (!l->known) {
        l->known = calloc(n_blocks, 1);
    }
    if (!l->words || !l->known) {
        return no_memory(err);
    }
    uint32_t *words = l->words + b->first;
    if (!l->known[b->block]) {
        rc = find_lengths(p, b, words, err);
        l->known[b->block] = rc == 0;
    }
    for (uint32_t i = 0; i < b->n && rc == 0; i++) {
        b->pass[i] = f->least <= words[i] && words[i] <= f->most;
    }
    return rc;
}

static int judge(struct filter_pass *p, struct batch *b, struct err *err)
{
    switch (p->filter->kind) {
    case FILTER_DATE: return judge_dates(p, b, err);
    case FILTER_WORDS: return judge_lengths(p, b, err);
    case FILTER_PATH: return judge_paths(p, b, err);
    case FILTER_ID: return judge_ids(p, b, err);
    default: return judge_texts(p, b, err);
    }
}

/* --- blocks ----------------------------------------------------------------------------------- */

static uint32_t n_articles(const struct filter_pass *p, uint32_t segment)
{
    return p->snapshot->segments[segment].provenance.n_articles;
}

/* The articles that the filter's ID, or its beginning, stands for. False: it stands for any that
 * only reading tells. */
static bool is_beginning(const struct filter *f, struct bytes *out)
{
    const uint8_t *star =
        f->value.len > 0 ? memchr(f->value.data, '*', f->value.len) : NULL;
    *out = f->value;
    if (f->kind != FILTER_ID) {
        return false;
    }
    if (f->test == FILTER_TEST_WHOLE || !star) {
        return true;
    }
    out->len = (size_t)(star - f->value.data);
    return out->len + 1 == f->value.len;
}

/* All that an ID or the beginning of IDs stands for is known at once. */
static int mark_ids(struct filter_pass *p, uint32_t segment, struct bytes beginning,
                    struct err *err)
{
    const struct provenance *rows = &p->snapshot->segments[segment].provenance;
    struct pass_part *part = &p->parts[segment];
    uint32_t rank = 0, n = 0;
    bool whole = beginning.len == p->filter->value.len;
    int rc = provenance_find_id(rows, p->tools->cache, beginning, &rank, &n, err);
    n = whole && n > 1 ? 1 : n; /* the shortest comes first */
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        article_id id = 0;
        struct bytes text = {0};
        rc = provenance_by_id(rows, rank + i, &id, err);
        if (rc == 0 && whole) {
            rc = provenance_text(rows, p->tools->cache, PROVENANCE_ID, id, &text, err);
        }
        if (rc == 0 && (!whole || bytes_equal(text, beginning))) {
            part->blocks[id / PROVENANCE_BLOCK].bits[id % PROVENANCE_BLOCK / 64] |=
                UINT64_C(1) << (id % 64);
        }
    }
    if (rc == 0) {
        memset(part->known, 1, part->n_blocks);
    }
    return rc;
}

static int begin_part(struct filter_pass *p, uint32_t segment, struct err *err)
{
    struct pass_part *part = &p->parts[segment];
    const struct provenance *rows = &p->snapshot->segments[segment].provenance;
    bool text = filter_field_of(p->filter->kind)->takes <= FILTER_TAKES_LANG;
    struct bytes beginning;
    uint32_t n = (n_articles(p, segment) + PROVENANCE_BLOCK - 1) / PROVENANCE_BLOCK;
    uint32_t n_words = 0;
    if (text && p->filter->kind != FILTER_PATH) {
        n_words = provenance_n_words(rows, column_of(p->filter->kind));
    }
    part->blocks = calloc((size_t)n + 1, sizeof *part->blocks);
    part->known = calloc((size_t)n + 1, 1);
    part->verdicts = calloc((size_t)n_words + 1, 1);
    part->n_blocks = n;
    if (!part->blocks || !part->known || !part->verdicts) {
        free(part->blocks); /* it is asked again, or not at all */
        free(part->known);
        free(part->verdicts);
        *part = (struct pass_part){0};
        return no_memory(err);
    }
    return is_beginning(p->filter, &beginning) ? mark_ids(p, segment, beginning, err)
                                               : 0;
}

static int decide(struct filter_pass *p, uint32_t segment, uint32_t block,
                  struct err *err)
{
    struct pass_part *part = &p->parts[segment];
    struct batch b = {.segment = segment,
                      .block = block,
                      .first = block * PROVENANCE_BLOCK,
                      .n = n_articles(p, segment) - block * PROVENANCE_BLOCK};
    b.n = b.n < PROVENANCE_BLOCK ? b.n : PROVENANCE_BLOCK;
    int rc = judge(p, &b, err);
    for (uint32_t i = 0; i < b.n && rc == 0; i++) {
        part->blocks[block].bits[i / 64] |= (uint64_t)b.pass[i] << (i % 64);
    }
    part->known[block] = rc == 0;
    return rc;
}

/* The block's articles; article must be one of the segment's. */
static int get_block(struct filter_pass *p, uint32_t segment, article_id article,
                     const struct pass_block **out, struct err *err)
{
    struct pass_part *part = &p->parts[segment];
    uint32_t block = article / PROVENANCE_BLOCK;
    int rc = part->blocks && part->known ? 0 : begin_part(p, segment, err);
    if (rc == 0 && block >= part->n_blocks) {
        rc = section_corrupt(&p->snapshot->segments[segment].provenance.section, 0, err,
                             "provenance: no row %u", (unsigned)article);
    }
    if (rc == 0 && !part->known[block]) {
        rc = decide(p, segment, block, err);
    }
    *out = rc ? NULL : &part->blocks[block];
    return rc;
}

int filter_pass_article(struct filter_pass *p, uint32_t segment, article_id article,
                        bool *out, struct err *err)
{
    const struct pass_block *block;
    int rc = get_block(p, segment, article, &block, err);
    *out =
        rc == 0 && (block->bits[article % PROVENANCE_BLOCK / 64] >> (article % 64) & 1);
    return rc;
}

/* The first bit that is set in [from, to) of a block; to if none is. */
static uint32_t next_bit(const struct pass_block *b, uint32_t from, uint32_t to)
{
    while (from < to) {
        uint64_t word = b->bits[from / 64] >> (from % 64);
        if (word & 1) {
            return from;
        }
        from = word == 0 ? (from / 64 + 1) * 64 : from + 1;
    }
    return to;
}

int filter_pass_next(struct filter_pass *p, uint32_t segment, article_id from,
                     article_id to, const struct deadline *d, article_id *out,
                     struct err *err)
{
    while (from < to) {
        const struct pass_block *block;
        article_id first = from / PROVENANCE_BLOCK * PROVENANCE_BLOCK;
        uint32_t end = to - first < PROVENANCE_BLOCK ? to - first : PROVENANCE_BLOCK;
        int rc = from == first ? deadline_check(d, err)
                               : deadline_tick(d, p->n_asked++, err);
        if (rc == 0) {
            rc = get_block(p, segment, from, &block, err);
        }
        if (rc) {
            return rc;
        }
        uint32_t bit = next_bit(block, from - first, end);
        if (bit < end) {
            *out = first + bit;
            return 0;
        }
        from = first + end;
    }
    return ITER_END;
}

static int estimate(struct filter_pass *p, uint32_t segment, uint64_t *out,
                    struct err *err)
{
    const struct provenance *rows = &p->snapshot->segments[segment].provenance;
    struct bytes beginning;
    uint64_t all = n_articles(p, segment), articles = 0;
    uint64_t blocks = (all + PROVENANCE_BLOCK - 1) / PROVENANCE_BLOCK;
    uint32_t rank = 0, n = 0;
    int rc = 0;
    *out = all;
    if (is_beginning(p->filter, &beginning)) {
        rc = provenance_find_id(rows, p->tools->cache, beginning, &rank, &n, err);
        *out = beginning.len == p->filter->value.len && n > 1 ? 1 : n;
    } else if (p->filter->kind == FILTER_DATE) {
        for (uint32_t b = 0; b < blocks && rc == 0; b++) {
            int whole = 0;
            rc = judge_days(p, rows, b, &whole, err);
            articles += whole != 0 ? PROVENANCE_BLOCK : 0;
        }
        *out = articles < all ? articles : all;
    }
    return rc;
}

int filter_pass_estimate(struct filter_pass *p, uint32_t segment, uint64_t *out,
                         struct err *err)
{
    struct pass_part *part = &p->parts[segment];
    int rc = 0;
    if (!part->estimated) {
        rc = estimate(p, segment, &part->estimate, err);
        part->estimated = rc == 0;
    }
    *out = part->estimate;
    return rc;
}
