#include "indexer/votes.h"

#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "indexer/prints.h"
#include "indexer/spares.h"

enum {
    RANGE_PRINTS_MIN = 1 << 12, /* about so many of the texts of a range */
    RANGE_PRINTS_MAX = 1 << 17,
    RANGES_MAX = 1 << 12, /* every run has a directory of them */
    ITEM_PRINTS =
        1 << 14, /* of an item of the stage, at least; small archives have few items */
    PART_PRINTS_MIN = 1 << 14
};

struct vote {
    uint64_t value;
    uint32_t range;
};

enum {
    /* of a print at work: as read, its cells, itself as found, as a key and as an item, twice, two votes here and in their run */
    PRINT_BYTES = SHEET_PRINT_BYTES + 8 + 12 + 2 * 8 + 2 * sizeof(struct print) +
                  2 * (sizeof(struct vote) + VOTE_BYTES)
};

/* What an item of the stage, a few partitions of hashes, comes to. */
struct ballot {
    struct run votes, shared;
    uint64_t hashes;
};

struct casting {
    struct spare spare;
    struct prints_scratch scratch;
    VEC(struct vote) votes; /* in the order of the hashes */
    unsigned range_bits;
    uint32_t least; /* texts that share what is kept of the hashes */
    uint32_t partition;
    struct ballot *ballot; /* that is being filled */
};

struct cast {
    struct build *build;
    const struct texts *texts;
    struct votes *votes;
    struct ballot *ballots; /* owned; by item, until committed */
    uint32_t per_item;      /* partitions */
    size_t part_prints;     /* that are sorted at a time */
    uint32_t least;
    struct spares spares;
};

void votes_release(struct votes *v)
{
    runs_release(&v->runs);
    runs_release(&v->shared);
    *v = (struct votes){0};
}

static void release_casting(void *thing)
{
    struct casting *c = thing;
    prints_scratch_release(&c->scratch);
    vec_release(&c->votes);
}

static uint32_t place_of(const struct print *p)
{
    return ((uint32_t)p->key & (SHEET_PLACES - 1)) >> VOTE_PLACE_DROPPED;
}

/* flags: VOTE_ALONE, VOTE_MANY, VOTE_SECOND. */
static struct vote vote_of(const struct print *voter, const struct print *other,
                           uint64_t flags, unsigned range_bits)
{
    uint64_t number = voter->text & ((UINT64_C(1) << range_bits) - 1);
    uint64_t apart = (voter->key - other->key) & (SHEET_PLACES - 1);
    uint64_t place = place_of(voter);
    bool around = sheet_same_around(print_more(voter), print_more(other));
    return (struct vote){
        number << VOTE_TEXT_SHIFT | (uint64_t)other->text << VOTE_OTHER_SHIFT |
            place << VOTE_PLACE_SHIFT | (around ? VOTE_AROUND : 0) | flags | apart,
        voter->text >> range_bits};
}

/* Where one hash stands, for who asks who has what is common. */
static void put_places(struct buf *shared, uint64_t hash, const struct print *items,
                       size_t n)
{
    uint32_t last = 0;
    buf_put_u32(shared, (uint32_t)hash);
    buf_put_u16(shared, (uint16_t)(hash >> 32));
    buf_put_varint(shared, n);
    for (size_t i = 0; i < n; i++) {
        buf_put_varint(shared, items[i].text - last);
        buf_put_u8(shared, (uint8_t)(items[i].key & (SHEET_PLACES - 1)));
        last = items[i].text;
    }
}

/* The holders of one hash. Of what a text has several times, its first print votes and is voted for. */
static void put_holders(struct casting *c, const struct print *items, size_t n)
{
    struct vote *to = c->votes.items + c->votes.len;
    const struct print *before = items;
    size_t texts = 0;
    for (size_t i = 0; i < n; i++)
        texts += !items[i].again;
    const uint64_t many = texts >= c->least ? VOTE_MANY : 0;
    const uint64_t alone = texts == 2 ? VOTE_ALONE : 0;
    for (size_t i = 1; i < n; i++) {
        if (items[i].again)
            continue;
        *to++ = vote_of(&items[i], items, many | alone, c->range_bits);
        if (before != items)
            *to++ = vote_of(&items[i], before, many | VOTE_SECOND, c->range_bits);
        before = &items[i];
    }
    c->votes.len = (size_t)(to - c->votes.items);
    if (texts >= c->least)
        put_places(&c->ballot->shared.bytes, print_hash(&items[0], c->partition), items,
                   n);
    c->ballot->hashes++;
}

static int put_shared(void *arg, const struct print *items, size_t n, struct err *err)
{
    struct casting *c = arg;
    if (!vec_reserve(&c->votes, 2 * n))
        return err_set(err, ERR_NOMEM, "votes: out of memory");
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && print_same(&items[end], &items[i]))
            end++;
        put_holders(c, items + i, end - i);
        i = end;
    }
    return buf_check(&c->ballot->shared.bytes, err);
}

/* A counting sort by range. */
static int make_run(const struct casting *c, uint32_t n_ranges, struct run *out,
                    struct err *err)
{
    size_t n = c->votes.len;
    uint32_t sum = 0;
    uint8_t *to = buf_extend(&out->bytes, n * VOTE_BYTES);
    if ((!to && n > 0) || !vec_reserve(&out->ends, n_ranges))
        return err_set(err, ERR_NOMEM, "votes: out of memory");
    uint32_t *at = out->ends.items;
    memset(at, 0, n_ranges * sizeof *at);
    for (size_t i = 0; i < n; i++)
        at[c->votes.items[i].range] += VOTE_BYTES;
    for (uint32_t k = 0; k < n_ranges; k++) {
        uint32_t len = at[k];
        at[k] = sum;
        sum += len;
    }
    for (size_t i = 0; i < n; i++) {
        const struct vote *v = &c->votes.items[i];
        store_u64(to + at[v->range], v->value);
        at[v->range] += VOTE_BYTES;
    }
    out->ends.len = n_ranges;
    return 0;
}

static int cast_work(void *arg, void *item, struct err *err)
{
    struct cast *k = arg;
    uint32_t number = (uint32_t)(uintptr_t)item;
    struct casting *c = spares_take(&k->spares);
    if (!c)
        return err_set(err, ERR_NOMEM, "votes: out of memory");
    c->ballot = &k->ballots[number];
    c->range_bits = k->votes->range_bits;
    c->least = k->least;
    const struct prints_sink sink = {put_shared, c};
    vec_reset(&c->votes);
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < k->per_item; i++) {
        c->partition = number * k->per_item + i;
        rc = prints_shared(k->build, k->texts, c->partition, k->part_prints,
                           &c->scratch, &sink, err);
    }
    if (rc == 0)
        rc = make_run(c, k->votes->n_ranges, &c->ballot->votes, err);
    spares_put(&k->spares, c);
    return rc;
}

static int cast_commit(void *arg, void *item, struct err *err)
{
    struct cast *k = arg;
    struct votes *v = k->votes;
    struct ballot *ballot = &k->ballots[(uint32_t)(uintptr_t)item];
    v->count += ballot->votes.bytes.len / VOTE_BYTES;
    v->hashes += ballot->hashes;
    if (!vec_push(&ballot->shared.ends, (uint32_t)ballot->shared.bytes.len))
        return err_set(err, ERR_NOMEM, "votes: out of memory");
    int rc = runs_add(&v->runs, &ballot->votes, err);
    return rc == 0 ? runs_add(&v->shared, &ballot->shared, err) : rc;
}

/* Ranges of 2^range_bits texts, which come to about range_prints prints each. */
static void choose_ranges(struct votes *v, uint64_t n_prints, uint32_t n_texts,
                          uint64_t range_prints)
{
    uint64_t ranges = n_prints / range_prints + 1;
    ranges = ranges < RANGES_MAX ? ranges : RANGES_MAX;
    while (v->range_bits < VOTES_RANGE_BITS_MAX &&
           UINT64_C(2) << v->range_bits <= n_texts / ranges)
        v->range_bits++;
    v->n_ranges = (uint32_t)((n_texts - 1) >> v->range_bits) + 1;
}

static uint64_t between(uint64_t v, uint64_t least, uint64_t most)
{
    return v < least ? least : v > most ? most : v;
}

int votes_cast(struct votes *v, struct build *b, const struct texts *t, uint32_t least,
               uint64_t held_max, struct err *err)
{
    struct cast k = {.build = b,
                     .texts = t,
                     .votes = v,
                     .per_item = SHEET_PARTITIONS,
                     .least = least};
    uint64_t share = budget_free(&b->budget) / 4 / pool_threads(b->pool) / PRINT_BYTES;
    uint64_t n = spool_prints(&b->spool);
    *v = (struct votes){0};
    k.part_prints = (size_t)between(share, PART_PRINTS_MIN, SIZE_MAX);
    while (k.per_item > 1 && n / SHEET_PARTITIONS * k.per_item > ITEM_PRINTS)
        k.per_item /= 2;
    choose_ranges(v, n, texts_count(t),
                  between(share, RANGE_PRINTS_MIN, RANGE_PRINTS_MAX));
    runs_init(&v->runs, &b->budget, held_max, b->dirfd, b->dirname);
    runs_init(&v->shared, &b->budget, held_max / 4, b->dirfd, b->dirname);
    int rc = spares_init(&k.spares, sizeof(struct casting), err);
    if (rc != 0)
        return rc;
    uint32_t items = SHEET_PARTITIONS / k.per_item;
    k.ballots = calloc(items, sizeof *k.ballots);
    if (k.ballots) {
        struct pool_stage stage = {.count = items,
                                   .work = cast_work,
                                   .commit = cast_commit,
                                   .ahead = build_ahead(b, n / items * VOTE_BYTES),
                                   .arg = &k};
        rc = pool_run(b->pool, &stage, err);
    } else {
        rc = err_set(err, ERR_NOMEM, "votes: out of memory");
    }
    if (rc == 0)
        rc = runs_flush(&v->runs, err);
    if (rc == 0)
        rc = runs_flush(&v->shared, err);
    for (uint32_t i = 0; k.ballots && i < items; i++) {
        run_release(&k.ballots[i].votes);
        run_release(&k.ballots[i].shared);
    }
    free(k.ballots);
    spares_release(&k.spares, release_casting);
    return rc;
}
