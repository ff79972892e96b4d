#include "indexer/candidates.h"

#include <stdlib.h>

#include "base/endian.h"
#include "indexer/order.h"
#include "indexer/spares.h"
#include "indexer/votes.h"

enum {
    RECORD = 24, /* bytes of a candidate in the file */
    READ_AT_ONCE = 1024
};
#define RECORD_FEW    (UINT32_C(1) << 31) /* beside the votes */
#define RECORD_LIKELY (UINT32_C(1) << 30)

/* Two votes tell of one passage, or of one text, if they stand nearly on one diagonal; two that do not tell
 * of phrases that everybody uses. Words that a bad scan has split move it as one goes on. */
enum {
    APART_MAX = 16,
    MANY_VOTES = 5,  /* are enough wherever they stand */
    LONG_TEXT = 250, /* tokens */
    BESIDE =
        2 /* steps of four tokens: neighbouring prints are at most 8 tokens apart */
};
struct candidates {
    struct file_writer file;
    bool open;
    uint64_t count;
    struct candidates_counts counts;
    struct runs shared; /* of the votes (indexer/votes.h) */
    uint32_t n_texts;
};

struct candidate_vec {
    VEC(struct candidate) v;
};

struct tallying {
    struct spare spare;
    struct buf spilled;
    VEC(uint64_t) votes, swap;
};

struct tally {
    struct build *build;
    struct candidates *out;
    const struct votes *votes;
    uint32_t *lengths;           /* owned; by text: of its body in tokens */
    struct candidate_vec *found; /* owned; by range of texts, until committed */
    struct spares spares;
};

void candidates_free(struct candidates *c)
{
    if (!c)
        return;
    if (c->open)
        file_writer_close(&c->file);
    runs_release(&c->shared);
    free(c);
}

struct candidates_counts candidates_counts(const struct candidates *c)
{
    return c->counts;
}

uint64_t candidates_count(const struct candidates *c)
{
    return c->count;
}

static void put_candidate(struct file_writer *file, const struct candidate *c)
{
    uint8_t record[RECORD];
    store_u32(record, c->text);
    store_u32(record + 4, c->other);
    store_u32(record + 8,
              c->votes | (c->few ? RECORD_FEW : 0) | (c->likely ? RECORD_LIKELY : 0));
    store_u32(record + 12, c->shared);
    store_u64(record + 16, c->many);
    file_writer_put(file, record, sizeof record);
}

static struct candidate candidate_at(const uint8_t *p)
{
    uint32_t votes = load_u32(p + 8);
    return (struct candidate){.text = load_u32(p),
                              .other = load_u32(p + 4),
                              .votes = votes & ~(RECORD_FEW | RECORD_LIKELY),
                              .few = (votes & RECORD_FEW) != 0,
                              .likely = (votes & RECORD_LIKELY) != 0,
                              .shared = load_u32(p + 12),
                              .many = load_u64(p + 16)};
}

int candidates_read(const struct candidates *c, uint64_t from, size_t n,
                    struct candidate *out, struct err *err)
{
    uint8_t data[READ_AT_ONCE * RECORD];
    for (size_t done = 0; done < n;) {
        size_t take = n - done < READ_AT_ONCE ? n - done : READ_AT_ONCE;
        int rc = file_writer_read(&c->file, data, take * RECORD, (from + done) * RECORD,
                                  err);
        if (rc != 0)
            return rc;
        for (size_t i = 0; i < take; i++)
            out[done + i] = candidate_at(data + i * RECORD);
        done += take;
    }
    return 0;
}

int candidates_common(struct candidates *c, struct build *b, const uint32_t *story_of,
                      uint32_t least, struct print_set *out, struct err *err)
{
    return print_set_common(out, b, &c->shared, story_of, c->n_texts, least, err);
}

/* --- counting ---------------------------------------------------------------------------- */

static void release_tallying(void *thing)
{
    struct tallying *t = thing;
    buf_release(&t->spilled);
    vec_release(&t->votes);
    vec_release(&t->swap);
}

/* The votes of a range of texts, ordered. */
static int read_votes(const struct tally *k, struct tallying *t, uint32_t range,
                      struct err *err)
{
    const struct runs *runs = &k->votes->runs;
    size_t n = (size_t)(runs_partition_bytes(runs, range) / VOTE_BYTES);
    vec_reset(&t->votes);
    vec_reset(&t->swap);
    if (!vec_reserve(&t->votes, n) || !vec_reserve(&t->swap, n))
        return err_set(err, ERR_NOMEM, "candidates: out of memory");
    for (size_t i = 0; i < runs->list.len; i++) {
        const uint32_t *ends = runs->list.items[i].ends.items;
        uint32_t len = ends[range] - (range ? ends[range - 1] : 0);
        struct bytes slice;
        buf_reset(&t->spilled);
        if (runs->open && !buf_reserve(&t->spilled, len))
            return err_set(err, ERR_NOMEM, "candidates: out of memory");
        int rc = runs_slice(runs, i, range, t->spilled.data, &slice, err);
        if (rc != 0)
            return rc;
        for (size_t at = 0; at + VOTE_BYTES <= slice.len; at += VOTE_BYTES)
            t->votes.items[t->votes.len++] = load_u64(slice.data + at);
    }
    order_numbers(t->votes.items, t->votes.len, VOTE_OTHER_SHIFT, t->swap.items);
    return 0;
}

/* Whether two votes that stand nearly on one diagonal tell of more than a turn of phrase: they stand apart, or what is
 * around both is the same. If both lie in a run of 20 words that the texts share, it is. */
static bool is_passage(uint64_t a, uint64_t b)
{
    uint64_t apart = (a >> VOTE_PLACE_SHIFT) - (b >> VOTE_PLACE_SHIFT) + BESIDE;
    return (apart & (VOTE_PLACES - 1)) > 2 * BESIDE || (a & b & VOTE_AROUND) != 0;
}

/* Whether two of a few votes for one text stand nearly on one diagonal, and tell of a passage unless the texts are short.
 * Differences of places are known modulo 256 only, so one of eight that do not is taken for one that does. */
static bool one_diagonal(const uint64_t *votes, size_t n, bool long_texts)
{
    for (size_t i = 1; i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            uint32_t turn = (uint32_t)votes[i] - (uint32_t)votes[k] + APART_MAX;
            if ((turn & (SHEET_PLACES - 1)) <= 2 * APART_MAX &&
                (!long_texts || is_passage(votes[i], votes[k])))
                return true;
        }
    }
    return false;
}

/* Whether n votes are enough, if the shorter text has `length` tokens. One is enough where it is much of
 * what the text can give, or where nobody else holds the hash and the text is not long. */
static bool is_enough(const uint64_t *votes, size_t n, uint32_t length)
{
    if (length < WINNOW_SHORT || n >= MANY_VOTES)
        return true;
    if (n == 1)
        return length < LONG_TEXT && votes[0] & VOTE_ALONE;
    return one_diagonal(votes, n, length >= LONG_TEXT);
}

/* What the votes tell of hashes that many hold. */
static void note_many(struct candidate *c, const uint64_t *votes, size_t n,
                      uint32_t length)
{
    uint64_t few[MANY_VOTES];
    size_t n_few = 0;
    for (size_t i = 0; i < n; i++) {
        if (votes[i] & VOTE_MANY)
            c->many |= UINT64_C(1) << (votes[i] >> VOTE_PLACE_SHIFT) % VOTE_PLACES;
        else if (n_few < MANY_VOTES)
            few[n_few++] = votes[i];
    }
    c->few = length < LONG_TEXT || (n_few > 0 && is_enough(few, n_few, length));
}

static bool is_likely(const struct candidate *c, uint32_t length)
{
    return (uint64_t)c->votes * CANDIDATES_VOTE_TOKENS > length ||
           (uint64_t)c->shared * CANDIDATES_SHARED_TOKENS > length;
}

static uint32_t voter_of(uint64_t vote)
{
    return (uint32_t)(vote >> VOTE_TEXT_SHIFT);
}

static uint32_t other_of(uint64_t vote)
{
    return (uint32_t)(vote >> VOTE_OTHER_SHIFT);
}

static int note_lengths(struct tally *k, const struct texts *texts, struct err *err)
{
    const struct article *articles = k->build->articles.v.items;
    size_t n = texts_count(texts);
    k->lengths = malloc((n + 1) * sizeof *k->lengths);
    if (!k->lengths)
        return err_set(err, ERR_NOMEM, "candidates: out of memory");
    for (size_t i = 0; i < n; i++) {
        const struct article *a = &articles[texts->articles.items[i]];
        k->lengths[i] = a->length - a->title_tokens;
    }
    return 0;
}

/* The best of a text so far, by votes and then by number. They come in the order of their numbers. */
static size_t put_best(struct candidate *best, size_t n, struct candidate c)
{
    size_t at = n;
    while (at > 0 && best[at - 1].votes < c.votes)
        at--;
    if (at == CANDIDATES_BEST)
        return n;
    size_t last = n < CANDIDATES_BEST ? n : CANDIDATES_BEST - 1;
    for (size_t i = last; i > at; i--)
        best[i] = best[i - 1];
    best[at] = c;
    return n < CANDIDATES_BEST ? n + 1 : n;
}

static bool by_other(const struct candidate *a, const struct candidate *b)
{
    return a->other < b->other;
}

static void sort_best(struct candidate *best, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct candidate c = best[i];
        size_t at = i;
        for (; at > 0 && by_other(&c, &best[at - 1]); at--)
            best[at] = best[at - 1];
        best[at] = c;
    }
}

/* All votes of one text. */
static bool tally_text(const struct tally *k, uint32_t text, const uint64_t *votes,
                       size_t n, struct candidate_vec *out)
{
    struct candidate best[CANDIDATES_BEST];
    size_t n_best = 0, end;
    uint32_t mine = k->lengths[text], shared = 0;
    for (size_t i = 0; i < n; i++)
        shared += !(votes[i] & VOTE_SECOND);
    for (size_t i = 0; i < n; i = end) {
        end = i + 1;
        struct candidate c = {
            .text = text, .other = other_of(votes[i]), .shared = shared};
        while (end < n && other_of(votes[end]) == c.other)
            end++;
        c.votes = (uint32_t)(end - i);
        uint32_t length = k->lengths[c.other];
        length = mine < length ? mine : length;
        if (!is_enough(votes + i, end - i, length))
            continue;
        note_many(&c, votes + i, end - i, length);
        c.likely = is_likely(&c, length);
        n_best = put_best(best, n_best, c);
    }
    sort_best(best, n_best);
    if (!vec_reserve(&out->v, n_best))
        return false;
    for (size_t i = 0; i < n_best; i++)
        out->v.items[out->v.len++] = best[i];
    return true;
}

static int tally_work(void *arg, void *item, struct err *err)
{
    struct tally *k = arg;
    uint32_t range = (uint32_t)(uintptr_t)item;
    struct tallying *t = spares_take(&k->spares);
    if (!t)
        return err_set(err, ERR_NOMEM, "candidates: out of memory");
    int rc = read_votes(k, t, range, err);
    const uint64_t *votes = t->votes.items;
    size_t n = t->votes.len, end;
    for (size_t i = 0; rc == 0 && i < n; i = end) {
        end = i + 1;
        while (end < n && voter_of(votes[end]) == voter_of(votes[i]))
            end++;
        uint32_t text =
            (uint32_t)(((uint64_t)range << k->votes->range_bits) + voter_of(votes[i]));
        if (!tally_text(k, text, votes + i, end - i, &k->found[range]))
            rc = err_set(err, ERR_NOMEM, "candidates: out of memory");
    }
    spares_put(&k->spares, t);
    return rc;
}

static int tally_commit(void *arg, void *item, struct err *err)
{
    struct tally *k = arg;
    struct candidate_vec *found = &k->found[(uint32_t)(uintptr_t)item];
    (void)err; /* the writer holds its failure */
    vec_foreach(struct candidate, c, &found->v)
        put_candidate(&k->out->file, c);
    k->out->count += found->v.len;
    vec_release(&found->v);
    return 0;
}

static int tally_run(struct tally *k, struct err *err)
{
    uint32_t n = k->votes->n_ranges;
    int rc = spares_init(&k->spares, sizeof(struct tallying), err);
    if (rc != 0)
        return rc;
    k->found = calloc(n, sizeof *k->found);
    if (k->found) {
        uint64_t texts = UINT64_C(1) << k->votes->range_bits;
        struct pool_stage stage = {
            .count = n,
            .work = tally_work,
            .commit = tally_commit,
            .ahead = build_ahead(k->build,
                                 texts * CANDIDATES_BEST * sizeof(struct candidate)),
            .arg = k};
        rc = pool_run(k->build->pool, &stage, err);
    } else {
        rc = err_set(err, ERR_NOMEM, "candidates: out of memory");
    }
    if (rc == 0)
        rc = file_writer_flush(&k->out->file, err);
    for (uint32_t i = 0; k->found && i < n; i++)
        vec_release(&k->found[i].v);
    free(k->found);
    spares_release(&k->spares, release_tallying);
    return rc;
}

static int find(struct build *b, const struct texts *t, uint32_t least,
                struct candidates *c, struct err *err)
{
    struct votes votes = {0};
    int rc = votes_cast(&votes, b, t, least, budget_free(&b->budget) / 4, err);
    if (rc == 0) {
        struct tally k = {.build = b, .out = c, .votes = &votes};
        rc = note_lengths(&k, t, err);
        if (rc == 0)
            rc = tally_run(&k, err);
        free(k.lengths);
    }
    c->counts = (struct candidates_counts){
        .prints = spool_prints(&b->spool),
        .shared = votes.hashes,
        .votes = votes.count,
        .spilled_bytes = votes.runs.spilled_bytes + votes.shared.spilled_bytes,
    };
    c->shared = votes.shared;
    votes.shared = (struct runs){0};
    votes_release(&votes);
    return rc;
}

int candidates_find(struct build *b, const struct texts *t, uint32_t least,
                    struct candidates **out, struct err *err)
{
    struct candidates *c = calloc(1, sizeof *c);
    if (!c)
        return err_set(err, ERR_NOMEM, "candidates: out of memory");
    int rc = file_writer_held(&c->file, b->dirfd, b->dirname, &b->budget, err);
    c->open = rc == 0;
    c->n_texts = texts_count(t);
    if (rc == 0 && c->n_texts > 0)
        rc = find(b, t, least, c, err);
    if (rc == 0)
        *out = c;
    else
        candidates_free(c);
    return rc;
}
