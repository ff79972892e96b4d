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
};

struct filter_pass {
    const struct snapshot *snapshot;
    const struct filter *filter;
    struct pass_part *parts; /* owned, as all that follows; one for each segment */
    struct provenance_cache *cache;
    struct filter_judge judge;
    patch_vec patches;
    struct buf path;
    int32_t first, last; /* DATE */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for filters");
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

struct filter_pass *filter_pass_new(const struct snapshot *snapshot,
                                    const struct filter *f)
{
    struct filter_pass *p = calloc(1, sizeof *p);
    if (!p) {
        return NULL;
    }
    p->snapshot = snapshot;
    p->filter = f;
    p->parts = calloc(snapshot->n_segments + 1, sizeof *p->parts);
    p->cache = provenance_cache_new();
    (void)filter_days(f, &p->first, &p->last);
    if (!p->parts || !p->cache) {
        filter_pass_free(p);
        return NULL;
    }
    return p;
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
    provenance_cache_free(p->cache);
    filter_judge_release(&p->judge);
    vec_release(&p->patches);
    buf_release(&p->path);
    free(p);
}

/* --- one article --------------------------------------------------------------------------- */

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

static int judge_path(struct filter_pass *p, const struct provenance *rows,
                      article_id id, struct bytes input, bool *out, struct err *err)
{
    struct bytes member;
    buf_reset(&p->path);
    buf_put_bytes(&p->path, input);
    int rc = provenance_text(rows, p->cache, PROVENANCE_MEMBER, id, &member, err);
    if (rc == 0 && member.len > 0) {
        buf_put_u8(&p->path, '/');
        buf_put_bytes(&p->path, member);
    }
    if (rc == 0) {
        rc = buf_check(&p->path, err);
    }
    return rc ? rc
              : filter_judge_text(&p->judge, p->filter, buf_bytes(&p->path), out, err);
}

static int judge_text(struct filter_pass *p, const struct provenance *rows,
                      struct pass_part *part, article_id id, bool *out, struct err *err)
{
    enum provenance_column column = column_of(p->filter->kind);
    bool is_path = p->filter->kind == FILTER_PATH;
    struct bytes text;
    uint32_t word = PROVENANCE_NO_WORD;
    int rc = 0;
    if (part->verdicts) {
        rc = provenance_word(rows, column, id, &word, err);
    }
    bool counted = rc == 0 && word != PROVENANCE_NO_WORD;
    if (counted && part->verdicts[word] != VERDICT_OPEN) {
        *out = part->verdicts[word] == VERDICT_YES;
        return 0;
    }
    if (rc == 0) {
        rc = provenance_text(rows, p->cache, column, id, &text, err);
    }
    if (rc == 0) {
        rc = is_path ? judge_path(p, rows, id, text, out, err)
                     : filter_judge_text(&p->judge, p->filter, text, out, err);
    }
    if (rc == 0 && counted) {
        part->verdicts[word] = *out ? VERDICT_YES : VERDICT_NO;
    }
    return rc;
}

static int judge_date(const struct filter_pass *p, const struct provenance *rows,
                      article_id id, bool *out, struct err *err)
{
    int32_t day = DAY_NONE;
    int rc = provenance_day(rows, id, &day, err);
    switch (p->filter->test) {
    case FILTER_TEST_NONE: *out = day == DAY_NONE; break;
    case FILTER_TEST_ANY: *out = day != DAY_NONE; break;
    default: *out = day != DAY_NONE && p->first <= day && day <= p->last; break;
    }
    return rc;
}

static int judge_length(struct filter_pass *p, const struct segment *segment,
                        article_id id, bool *out, struct err *err)
{
    struct article_view view;
    uint32_t len = 0;
    int rc = articles_get(&segment->articles, id, &view, &p->patches, err);
    if (rc == 0) {
        rc = wordings_length(&segment->wordings, view.wording, &len, err);
    }
    if (rc == 0) {
        len -= view.title_tokens < len ? view.title_tokens : len;
        *out = p->filter->least <= len && len <= p->filter->most;
    }
    return rc;
}

static int judge(struct filter_pass *p, uint32_t segment, article_id id, bool *out,
                 struct err *err)
{
    const struct segment *s = &p->snapshot->segments[segment];
    switch (p->filter->kind) {
    case FILTER_DATE: return judge_date(p, &s->provenance, id, out, err);
    case FILTER_WORDS: return judge_length(p, s, id, out, err);
    default: return judge_text(p, &s->provenance, &p->parts[segment], id, out, err);
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
    const uint8_t *star = memchr(f->value.data, '*', f->value.len);
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
    int rc = provenance_find_id(rows, p->cache, beginning, &rank, &n, err);
    n = whole && n > 1 ? 1 : n; /* the shortest comes first */
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        article_id id = 0;
        struct bytes text = {0};
        rc = provenance_by_id(rows, rank + i, &id, err);
        if (rc == 0 && whole) {
            rc = provenance_text(rows, p->cache, PROVENANCE_ID, id, &text, err);
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
    part->verdicts = n_words > 0 ? calloc((size_t)n_words + 1, 1) : NULL;
    part->n_blocks = n;
    if (!part->blocks || !part->known || (n_words > 0 && !part->verdicts)) {
        free(part->blocks); /* it is asked again, or not at all */
        free(part->known);
        free(part->verdicts);
        *part = (struct pass_part){0};
        return no_memory(err);
    }
    return is_beginning(p->filter, &beginning) ? mark_ids(p, segment, beginning, err)
                                               : 0;
}

/* Days tell of a whole block: 1 all, 0 none, -1 some of it. */
static int judge_days(const struct filter_pass *p, const struct provenance *rows,
                      uint32_t block, int *out, struct err *err)
{
    int32_t least = DAY_NONE, greatest = DAY_NONE;
    int rc = provenance_day_range(rows, block, &least, &greatest, err);
    bool undated = least == DAY_NONE; /* all of it; else some may be */
    *out = -1;
    if (p->filter->test != FILTER_TEST_HAS) {
        *out = undated ? p->filter->test == FILTER_TEST_NONE : -1;
    } else if (undated || greatest < p->first || p->last < least) {
        *out = 0;
    }
    return rc;
}

static int decide(struct filter_pass *p, uint32_t segment, uint32_t block,
                  struct err *err)
{
    const struct provenance *rows = &p->snapshot->segments[segment].provenance;
    struct pass_part *part = &p->parts[segment];
    struct pass_block *to = &part->blocks[block];
    article_id first = block * PROVENANCE_BLOCK, all = n_articles(p, segment);
    uint32_t n = all - first < PROVENANCE_BLOCK ? all - first : PROVENANCE_BLOCK;
    int whole = -1, rc = 0;
    if (p->filter->kind == FILTER_DATE) {
        rc = judge_days(p, rows, block, &whole, err);
    }
    for (uint32_t i = 0; i < n && rc == 0 && whole != 0; i++) {
        bool pass = whole == 1;
        if (whole < 0) {
            rc = judge(p, segment, first + i, &pass, err);
        }
        to->bits[i / 64] |= (uint64_t)(rc == 0 && pass) << (i % 64);
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
    int rc = part->blocks ? 0 : begin_part(p, segment, err);
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
        int rc = deadline_check(d, err);
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

int filter_pass_estimate(struct filter_pass *p, uint32_t segment, uint64_t *out,
                         struct err *err)
{
    const struct provenance *rows = &p->snapshot->segments[segment].provenance;
    struct bytes beginning;
    uint32_t rank = 0, n = 0;
    int rc = 0;
    *out = n_articles(p, segment);
    if (is_beginning(p->filter, &beginning)) {
        rc = provenance_find_id(rows, p->cache, beginning, &rank, &n, err);
        *out = beginning.len == p->filter->value.len && n > 1 ? 1 : n;
    } else if (p->filter->kind == FILTER_DATE && *out > 0) {
        uint64_t blocks = (*out + PROVENANCE_BLOCK - 1) / PROVENANCE_BLOCK;
        uint64_t articles = 0;
        for (uint32_t b = 0; b < blocks && rc == 0; b++) {
            int whole = 0;
            rc = judge_days(p, rows, b, &whole, err);
            articles += whole != 0 ? PROVENANCE_BLOCK : 0;
        }
        *out = articles < *out ? articles : *out;
    }
    return rc;
}
