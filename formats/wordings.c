#include "formats/wordings.h"

#include <string.h>

#include "formats/coding.h"

/* Parts of the section. */
enum {
    PART_DATA,    /* records of complex stories: blocks, then each wording */
    PART_RECORDS, /* where each begins, and their end */
    PART_STARTS,
    PART_LARGER, /* groups */
    PART_ENDS,
    N_PARTS
};
enum {
    VALUE_STORIES,
    VALUE_WORDINGS,
    VALUE_ADDRESSES,
    VALUE_COMPLEX,
    N_VALUES
};

int wordings_open(struct wordings *w, const struct section *s, struct err *err)
{
    struct parts parts;
    struct wordings new = {.section = *s};
    int rc = parts_open(&parts, s, N_PARTS, N_VALUES, err);
    if (rc != 0)
        return rc;
    uint64_t stories = parts.value[VALUE_STORIES];
    uint64_t wordings = parts.value[VALUE_WORDINGS];
    new.n_addresses = parts.value[VALUE_ADDRESSES];
    new.n_complex = parts.value[VALUE_COMPLEX];
    new.data = parts.part[PART_DATA];
    if (new.n_addresses > UINT32_MAX)
        return section_corrupt(s, 0, err, "wordings: more tokens than addresses");
    rc = groups_open(&new.groups, &parts, s, PART_LARGER, stories, wordings, err);
    if (rc != 0)
        return rc;
    new.n_stories = (uint32_t)stories;
    new.n_wordings = (uint32_t)wordings;
    if (new.groups.n_larger != new.n_complex)
        return section_corrupt(s, 0, err, "wordings: complex stories are miscounted");
    /* Complex stories have a record for their blocks and one for each wording. */
    uint64_t records = wordings - (stories - new.n_complex) + new.n_complex;
    rc = parts_marks(&parts, s, PART_RECORDS, records + 1, &new.records, err);
    if (rc == 0)
        rc = parts_marks(&parts, s, PART_STARTS, stories, &new.starts, err);
    if (rc == 0)
        *w = new;
    return rc;
}

static int corrupt(const struct wordings *w, const char *unit, uint32_t id,
                   struct err *err)
{
    return section_corrupt(&w->section, w->data.offset, err,
                           "wordings: %s %u is damaged", unit, id);
}

/* A complex story's place among the records. */
struct place {
    story_id story;
    address start, end;
    wording_id first;
    uint32_t n;
    uint64_t record; /* that of its blocks; its wordings' follow */
};

static int find_place(const struct wordings *w, story_id id, struct place *out,
                      struct err *err)
{
    uint64_t start, end = w->n_addresses;
    uint32_t rank;
    if (id >= w->n_stories)
        return section_corrupt(&w->section, 0, err, "wordings: no story %u", id);
    int rc = marks_select(&w->starts, id, &start, err);
    if (rc == 0 && id + 1 < w->n_stories)
        rc = marks_select(&w->starts, (uint64_t)id + 1, &end, err);
    if (rc == 0)
        rc = groups_of_unit(&w->groups, id, &out->first, &out->n, &rank, err);
    if (rc != 0)
        return rc;
    if (start > end || end > w->n_addresses)
        return corrupt(w, "story", id, err);
    out->story = id;
    out->start = (address)start;
    out->end = (address)end;
    /* Before it: a record for each complex story and each of their wordings. */
    out->record = (uint64_t)out->first - ((uint64_t)id - rank) + rank;
    return 0;
}

static int get_record(const struct wordings *w, uint64_t i, struct cursor *out,
                      struct err *err)
{
    uint64_t from, to;
    const uint8_t *data;
    if (i + 1 >= marks_count(&w->records))
        return section_corrupt(&w->section, w->data.offset, err,
                               "wordings: no record %llu", (unsigned long long)i);
    int rc = marks_select(&w->records, i, &from, err);
    if (rc == 0)
        rc = marks_select(&w->records, i + 1, &to, err);
    if (rc != 0)
        return rc;
    if (from > to || to > w->data.len)
        return section_corrupt(&w->section, w->data.offset, err,
                               "wordings: record %llu lies outside",
                               (unsigned long long)i);
    rc = section_get(&w->section, w->data.offset + from, to - from, &data, err);
    if (rc == 0)
        *out = cursor_of(data, to - from);
    return rc;
}

int wordings_story(const struct wordings *w, story_id id, struct story_view *out,
                   struct err *err)
{
    struct place at = {0};
    int rc = find_place(w, id, &at, err);
    if (rc != 0)
        return rc;
    uint32_t homes = at.end - at.start;
    if (at.n > 1) {
        struct cursor c = {0};
        rc = get_record(w, at.record, &c, err);
        if (rc != 0)
            return rc;
        uint64_t blocks = cursor_varint(&c);
        uint64_t leads = cursor_varint(&c);
        if (c.failed || leads > blocks || leads > homes / SEAM)
            return corrupt(w, "story", id, err);
        homes -= (uint32_t)leads * SEAM;
    }
    *out = (struct story_view){.id = id,
                               .start = at.start,
                               .end = at.end,
                               .first_wording = at.first,
                               .n_wordings = at.n,
                               .simple = at.n == 1,
                               .homes = homes};
    return 0;
}

int wordings_story_of(const struct wordings *w, address a, story_id *out,
                      struct err *err)
{
    uint64_t rank;
    if (a >= w->n_addresses)
        return section_corrupt(&w->section, 0, err, "wordings: no address %u", a);
    int rc = marks_rank(&w->starts, a, &rank, err);
    if (rc != 0)
        return rc;
    if (rank == 0 || rank > w->n_stories)
        return section_corrupt(&w->section, 0, err,
                               "wordings: address %u is in no story", a);
    *out = (story_id)(rank - 1);
    return 0;
}

int wordings_starts(const struct wordings *w, address lo, address hi, address *out,
                    size_t cap, size_t *n, struct err *err)
{
    return marks_fill(&w->starts, lo, hi, out, cap, n, err);
}

int wordings_story_of_wording(const struct wordings *w, wording_id id, story_id *out,
                              struct err *err)
{
    return groups_unit_of(&w->groups, id, out, err);
}

int wordings_next_complex(const struct wordings *w, story_id lo, story_id *out,
                          struct err *err)
{
    uint64_t rank = 0, story = 0;
    int rc = 0;
    if (w->n_complex == 0)
        return ITER_END;
    if (lo > 0)
        rc = marks_rank(&w->groups.larger, (uint64_t)lo - 1, &rank, err);
    if (rc != 0)
        return rc;
    if (rank >= w->n_complex)
        return ITER_END;
    rc = marks_select(&w->groups.larger, rank, &story, err);
    if (rc != 0)
        return rc;
    if (story < lo || story >= w->n_stories)
        return corrupt(w, "story", lo, err);
    *out = (story_id)story;
    return 0;
}

/* The story of a wording, and the wording's record if the story is complex. */
static int find_wording(const struct wordings *w, wording_id id, struct place *at,
                        struct cursor *record, struct err *err)
{
    story_id story;
    int rc = groups_unit_of(&w->groups, id, &story, err);
    if (rc == 0)
        rc = find_place(w, story, at, err);
    if (rc != 0)
        return rc;
    if (id < at->first || id - at->first >= at->n)
        return corrupt(w, "wording", id, err);
    if (at->n > 1)
        rc = get_record(w, at->record + 1 + (id - at->first), record, err);
    return rc;
}

int wordings_length(const struct wordings *w, wording_id id, uint32_t *out,
                    struct err *err)
{
    struct place at = {0};
    struct cursor c = {0};
    int rc = find_wording(w, id, &at, &c, err);
    if (rc != 0)
        return rc;
    uint64_t len = at.end - at.start;
    if (at.n > 1) {
        len = cursor_varint(&c);
        if (c.failed || len > UINT32_MAX)
            return corrupt(w, "wording", id, err);
    }
    *out = (uint32_t)len;
    return 0;
}

/* One piece; false if it does not lie in its story. */
static bool get_piece(struct cursor *c, const struct place *at, bool last,
                      address *expected, struct piece *out)
{
    uint64_t move = cursor_varint_max(c, UINT64_C(1) << 33);
    int64_t start = (int64_t)*expected + coding_unzigzag(move);
    uint64_t own = cursor_varint32(c);
    uint32_t look = last ? 0 : SEAM;
    if (c->failed || start < at->start || (uint64_t)start + own + look > at->end)
        return false;
    *out = (struct piece){(address)start, (uint32_t)own, look};
    *expected = (address)((uint64_t)start + own);
    return true;
}

int wordings_pieces(const struct wordings *w, wording_id id, piece_vec *out,
                    struct err *err)
{
    struct place at = {0};
    struct cursor c = {0};
    vec_reset(out);
    int rc = find_wording(w, id, &at, &c, err);
    if (rc != 0)
        return rc;
    if (at.n == 1) {
        struct piece whole = {at.start, at.end - at.start, 0};
        return vec_push(out, whole) ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    }
    uint64_t len = cursor_varint(&c);
    uint64_t n = cursor_varint(&c);
    /* A piece takes two bytes at least, so a wild count is seen before it is believed. */
    if (c.failed || len > UINT32_MAX || n == 0 || n > cursor_left(&c) / 2)
        return corrupt(w, "wording", id, err);
    if (!vec_reserve(out, n))
        return err_set(err, ERR_NOMEM, "out of memory");
    address expected = at.start;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < n; i++) {
        struct piece p;
        if (!get_piece(&c, &at, i + 1 == n, &expected, &p))
            return corrupt(w, "wording", id, err);
        out->items[out->len++] = p;
        sum += p.own;
    }
    if (sum != len || cursor_left(&c) != 0)
        return corrupt(w, "wording", id, err);
    return 0;
}

static bool get_block(struct cursor *c, const struct place *at, address *end,
                      struct block *out)
{
    uint64_t start = *end + (uint64_t)cursor_varint32(c);
    uint64_t len = cursor_varint32(c);
    uint64_t back = cursor_varint32(c);
    if (c->failed || start > at->end || len == 0 || len > at->end - start)
        return false;
    out->start = (address)start;
    out->len = (uint32_t)len;
    out->lead_home = (address)ADDRESS_NONE;
    if (back > 0) {
        if (back < SEAM || len < SEAM || back > start - at->start)
            return false;
        out->lead_home = (address)(start - back);
    }
    *end = (address)(start + len);
    return true;
}

int wordings_blocks(const struct wordings *w, story_id id, block_vec *out,
                    struct err *err)
{
    struct place at = {0};
    struct cursor c = {0};
    vec_reset(out);
    int rc = find_place(w, id, &at, err);
    if (rc != 0 || at.n == 1)
        return rc;
    rc = get_record(w, at.record, &c, err);
    if (rc != 0)
        return rc;
    uint64_t n = cursor_varint(&c);
    uint64_t leads = cursor_varint(&c);
    if (c.failed || n > cursor_left(&c) / 3)
        return corrupt(w, "story", id, err);
    if (!vec_reserve(out, n))
        return err_set(err, ERR_NOMEM, "out of memory");
    address end = at.start;
    for (uint64_t i = 0; i < n; i++) {
        struct block b = {0};
        if (!get_block(&c, &at, &end, &b))
            return corrupt(w, "story", id, err);
        out->items[out->len++] = b;
        leads -= b.lead_home != (address)ADDRESS_NONE;
    }
    if (leads != 0 || cursor_left(&c) != 0)
        return corrupt(w, "story", id, err);
    return 0;
}

address wordings_home(const struct block *blocks, size_t n, address a)
{
    for (;;) {
        /* The last block that starts at or before a. */
        size_t lo = 0, hi = n;
        while (lo < hi) {
            size_t mid = lo + (hi - lo) / 2;
            if (blocks[mid].start <= a)
                lo = mid + 1;
            else
                hi = mid;
        }
        if (lo == 0)
            return a;
        const struct block *b = &blocks[lo - 1];
        if (b->lead_home == (address)ADDRESS_NONE || a - b->start >= SEAM)
            return a;
        /* Lies before the block, so this ends. */
        a = b->lead_home + (a - b->start);
    }
}

static int verify_story(const struct wordings *w, story_id id, piece_vec *pieces,
                        block_vec *blocks, struct err *err)
{
    struct story_view view = {0};
    int rc = wordings_story(w, id, &view, err);
    if (rc != 0 || view.simple)
        return rc;
    rc = wordings_blocks(w, id, blocks, err);
    if (rc != 0)
        return rc;
    /* The root is stored whole at the story's start; blocks follow it. */
    rc = wordings_pieces(w, view.first_wording, pieces, err);
    if (rc != 0)
        return rc;
    const struct piece *root = &pieces->items[0];
    if (pieces->len != 1 || root->start != view.start)
        return corrupt(w, "story", id, err);
    address end = view.start + root->own;
    vec_foreach(struct block, b, blocks) {
        if (b->start != end)
            return corrupt(w, "story", id, err);
        end = b->start + b->len;
    }
    if (end != view.end)
        return corrupt(w, "story", id, err);
    for (uint32_t i = 1; rc == 0 && i < view.n_wordings; i++)
        rc = wordings_pieces(w, view.first_wording + i, pieces, err);
    return rc;
}

int wordings_verify(const struct wordings *w, struct err *err)
{
    piece_vec pieces = {0};
    block_vec blocks = {0};
    uint64_t first = 0;
    int rc = groups_verify(&w->groups, err);
    if (rc == 0)
        rc = marks_verify(&w->records, err);
    if (rc == 0)
        rc = marks_verify(&w->starts, err);
    if (rc == 0 && w->n_stories > 0)
        rc = marks_select(&w->starts, 0, &first, err);
    if (rc == 0 && (first != 0 || (w->n_stories == 0 && w->n_addresses != 0)))
        rc = section_corrupt(&w->section, 0, err,
                             "wordings: the first story does not begin at 0");
    for (story_id id = 0; rc == 0 && id < w->n_stories; id++)
        rc = verify_story(w, id, &pieces, &blocks, err);
    vec_release(&pieces);
    vec_release(&blocks);
    return rc;
}
