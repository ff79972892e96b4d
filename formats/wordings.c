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
    /* Complex stories have a record for their blocks and one for each wording but the root. */
    uint64_t records = wordings - (stories - new.n_complex);
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
    uint64_t record; /* that of its blocks; those of its wordings but the root follow */
};

static int find_place(const struct wordings *w, story_id id, struct place *out,
                      struct err *err)
{
    uint64_t start = 0, end = w->n_addresses;
    uint32_t rank;
    struct marks_near starts;
    if (id >= w->n_stories)
        return section_corrupt(&w->section, 0, err, "wordings: no story %u", id);
    marks_near_begin(&starts, &w->starts);
    int rc = marks_near_pair(&starts, id, &start, &end, err);
    if (rc == 0)
        rc = groups_of_unit(&w->groups, id, &out->first, &out->n, &rank, err);
    if (rc != 0)
        return rc;
    if (start > end || end > w->n_addresses)
        return corrupt(w, "story", id, err);
    out->story = id;
    out->start = (address)start;
    out->end = (address)end;
    /* Before it: for each complex story as many as it has wordings. */
    out->record = (uint64_t)out->first - ((uint64_t)id - rank);
    return 0;
}

static int get_record(const struct wordings *w, struct marks_near *records, uint64_t i,
                      struct cursor *out, struct err *err)
{
    uint64_t from = 0, to = 0;
    const uint8_t *data;
    if (i + 1 >= marks_count(&w->records))
        return section_corrupt(&w->section, w->data.offset, err,
                               "wordings: no record %llu", (unsigned long long)i);
    int rc = marks_near_pair(records, i, &from, &to, err);
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

/* The head of a complex story's first record. */
struct head {
    uint64_t n;        /* blocks */
    uint64_t repeated; /* their tokens that have homes elsewhere */
    uint64_t root_end; /* where the root ends and the first block begins */
};

static int get_head(const struct wordings *w, struct marks_near *records,
                    const struct place *at, struct cursor *c, struct head *out,
                    struct err *err)
{
    int rc = get_record(w, records, at->record, c, err);
    if (rc != 0)
        return rc;
    struct head h = {.n = cursor_varint(c), .root_end = at->end};
    if (h.n > 0) {
        h.repeated = cursor_varint(c);
        h.root_end = at->start + (uint64_t)cursor_varint32(c);
    }
    if (c->failed || h.root_end > at->end || h.repeated > at->end - h.root_end ||
        h.n > cursor_left(c))
        return corrupt(w, "story", at->story, err);
    *out = h;
    return 0;
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
        struct head head = {0};
        struct marks_near records;
        marks_near_begin(&records, &w->records);
        rc = get_head(w, &records, &at, &c, &head, err);
        if (rc != 0)
            return rc;
        homes -= (uint32_t)head.repeated;
    }
    *out = (struct story_view){.id = id,
                               .start = at.start,
                               .end = at.end,
                               .first_wording = at.first,
                               .n_wordings = at.n,
                               .simple = at.n == 1,
                               .homes = homes,
                               .record = at.record};
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

/* The story of a wording. If it is the story's first, *whole is its length, and it is one
 * piece at the story's start; of any other *whole is 0, and *record is its record. */
static int find_wording(const struct wordings *w, wording_id id, struct place *at,
                        uint64_t *whole, struct cursor *record, struct err *err)
{
    story_id story;
    int rc = groups_unit_of(&w->groups, id, &story, err);
    if (rc == 0)
        rc = find_place(w, story, at, err);
    if (rc != 0)
        return rc;
    if (id < at->first || id - at->first >= at->n)
        return corrupt(w, "wording", id, err);
    struct head head = {.root_end = at->end};
    struct marks_near records;
    marks_near_begin(&records, &w->records);
    *whole = 0;
    if (id > at->first)
        return get_record(w, &records, at->record + (id - at->first), record, err);
    if (at->n > 1)
        rc = get_head(w, &records, at, record, &head, err);
    if (rc == 0)
        *whole = head.root_end - at->start;
    return rc;
}

int wordings_length(const struct wordings *w, wording_id id, uint32_t *out,
                    struct err *err)
{
    struct place at = {0};
    struct cursor c = {0};
    uint64_t len;
    int rc = find_wording(w, id, &at, &len, &c, err);
    if (rc != 0)
        return rc;
    if (id > at.first) {
        len = cursor_varint(&c);
        if (c.failed || len > UINT32_MAX)
            return corrupt(w, "wording", id, err);
    }
    *out = (uint32_t)len;
    return 0;
}

/* One piece, where it is expected; left: tokens of the wording from it on, which the last one has
 * all. False if it does not lie in its story. */
static bool get_piece(struct cursor *c, const struct place *at, bool last,
                      address expected, uint64_t left, struct piece *out)
{
    uint64_t move = cursor_varint_max(c, UINT64_C(1) << 33);
    int64_t start = (int64_t)expected + coding_unzigzag(move);
    uint64_t own = last ? left : cursor_varint32(c);
    uint32_t look = last ? 0 : SEAM;
    if (c->failed || own > left || start < at->start ||
        (uint64_t)start + own + look > at->end)
        return false;
    *out = (struct piece){(address)start, (uint32_t)own, look};
    return true;
}

/* The pieces of a wording's record, to `out`, after which its breaks follow. */
static int get_pieces(struct cursor *c, const struct place *at, piece_vec *out)
{
    uint64_t len = cursor_varint(c);
    uint64_t n = cursor_varint(c);
    /* A piece takes two bytes, but the last, so a wild count is seen before it is believed. */
    if (c->failed || len > UINT32_MAX || n == 0 || n > cursor_left(c) / 2 + 1)
        return ERR_CORRUPT;
    if (!vec_reserve(out, n))
        return ERR_NOMEM;
    /* A piece is expected where the last but one ends: a block between two stretches of the
     * root goes on there, and so does the next block after a stretch. */
    address expected = at->start, next = at->start;
    for (uint64_t i = 0; i < n; i++) {
        struct piece p;
        if (!get_piece(c, at, i + 1 == n, expected, len, &p))
            return ERR_CORRUPT;
        out->items[out->len++] = p;
        len -= p.own;
        expected = i == 0 ? p.start + p.own : next;
        next = p.start + p.own;
    }
    return 0;
}

/* get_pieces, with its errors told. */
static int read_pieces(const struct wordings *w, struct cursor *c,
                       const struct place *at, wording_id id, piece_vec *out,
                       struct err *err)
{
    int rc = get_pieces(c, at, out);
    if (rc == ERR_CORRUPT)
        return corrupt(w, "wording", id, err);
    return rc ? err_set(err, rc, "out of memory") : 0;
}

int wordings_pieces(const struct wordings *w, wording_id id, piece_vec *out,
                    struct err *err)
{
    struct place at = {0};
    struct cursor c = {0};
    uint64_t whole;
    vec_reset(out);
    int rc = find_wording(w, id, &at, &whole, &c, err);
    if (rc != 0)
        return rc;
    if (id == at.first) {
        struct piece root = {at.start, (uint32_t)whole, 0};
        return vec_push(out, root) ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    }
    return read_pieces(w, &c, &at, id, out, err);
}

/* Passes over the pieces of a wording's record; gives its length. */
static bool skip_pieces(struct cursor *c, uint64_t *len)
{
    *len = cursor_varint(c);
    uint64_t n = cursor_varint(c);
    for (uint64_t i = 0; i < n && !c->failed; i++) {
        (void)cursor_varint(c);
        if (i + 1 < n)
            (void)cursor_varint(c);
    }
    return !c->failed;
}

int wordings_breaks(const struct wordings *w, wording_id id, break_vec *out,
                    struct err *err)
{
    struct place at = {0};
    struct cursor c = {0};
    uint64_t len = 0, token = 0, whole;
    vec_reset(out);
    int rc = find_wording(w, id, &at, &whole, &c, err);
    if (rc != 0 || id == at.first)
        return rc;
    if (!skip_pieces(&c, &len))
        return corrupt(w, "wording", id, err);
    if (!vec_reserve(out, cursor_left(&c)))
        return err_set(err, ERR_NOMEM, "out of memory");
    while (cursor_left(&c) > 0) {
        uint64_t x = cursor_varint_max(&c, UINT64_C(1) << 34);
        token += x >> 2;
        if (c.failed || x < 4 || token >= len || (x & 3) > WORDINGS_BREAK_MAX)
            return corrupt(w, "wording", id, err);
        out->items[out->len++] = (struct word_break){(uint32_t)token, (uint8_t)(x & 3)};
    }
    return 0;
}

/* Whether SEAM tokens at `home` may be repeated by the block that begins at `start`. */
static bool is_home(const struct place *at, uint64_t start, int64_t home)
{
    return home >= at->start && home + SEAM <= (int64_t)start;
}

static bool get_block(struct cursor *c, const struct place *at, uint64_t start,
                      struct block *out)
{
    uint64_t x = cursor_varint_max(c, UINT64_C(1) << 34);
    uint64_t len = x >> 2;
    bool lead = x & 1, tail = x & 2;
    int64_t lead_home = 0, tail_home = 0;
    if (lead)
        lead_home = (int64_t)start - cursor_varint32(c);
    if (tail && lead)
        tail_home = lead_home + (int64_t)len - SEAM +
                    coding_unzigzag(cursor_varint_max(c, UINT64_C(1) << 34));
    else if (tail)
        tail_home = (int64_t)start - cursor_varint32(c);
    if (c->failed || len == 0 || start > at->end || len > at->end - start ||
        ((lead || tail) && len < SEAM) || (lead && !is_home(at, start, lead_home)) ||
        (tail && !is_home(at, start, tail_home)))
        return false;
    *out = (struct block){
        .start = (address)start,
        .len = (uint32_t)len,
        .lead_home = lead ? (address)lead_home : (address)ADDRESS_NONE,
        .tail_home = tail ? (address)tail_home : (address)ADDRESS_NONE,
    };
    return true;
}

static int get_blocks(const struct wordings *w, struct marks_near *records,
                      const struct place *at, block_vec *out, struct err *err)
{
    struct cursor c = {0};
    struct head head = {0};
    int rc = get_head(w, records, at, &c, &head, err);
    if (rc != 0)
        return rc;
    if (!vec_reserve(out, head.n))
        return err_set(err, ERR_NOMEM, "out of memory");
    uint64_t start = head.root_end;
    for (uint64_t i = 0; i < head.n; i++) {
        struct block b;
        if (!get_block(&c, at, start, &b))
            return corrupt(w, "story", at->story, err);
        out->items[out->len++] = b;
        start += b.len;
        head.repeated -= wordings_repeated(&b);
    }
    if (head.repeated != 0 || cursor_left(&c) != 0 || start != at->end)
        return corrupt(w, "story", at->story, err);
    return 0;
}

int wordings_blocks(const struct wordings *w, story_id id, block_vec *out,
                    struct err *err)
{
    struct place at = {0};
    vec_reset(out);
    int rc = find_place(w, id, &at, err);
    if (rc != 0 || at.n == 1)
        return rc;
    struct marks_near records;
    marks_near_begin(&records, &w->records);
    return get_blocks(w, &records, &at, out, err);
}

/* --- of a story that was looked up -------------------------------------------------------- */

static struct place place_of(const struct story_view *v)
{
    return (struct place){.story = v->id,
                          .start = v->start,
                          .end = v->end,
                          .first = v->first_wording,
                          .n = v->n_wordings,
                          .record = v->record};
}

void wordings_reader_begin(struct wordings_reader *r, const struct wordings *w,
                           const struct story_view *view)
{
    *r = (struct wordings_reader){.words = w, .view = *view};
    marks_near_begin(&r->records, &w->records);
}

int wordings_reader_blocks(struct wordings_reader *r, block_vec *out, struct err *err)
{
    struct place at = place_of(&r->view);
    vec_reset(out);
    return at.n == 1 ? 0 : get_blocks(r->words, &r->records, &at, out, err);
}

int wordings_reader_pieces(struct wordings_reader *r, uint32_t i, piece_vec *out,
                           struct err *err)
{
    struct place at = place_of(&r->view);
    struct head head = {.root_end = at.end};
    struct cursor c = {0};
    int rc = 0;
    vec_reset(out);
    if (i >= at.n)
        return corrupt(r->words, "story", at.story, err);
    if (i == 0 && at.n > 1)
        rc = get_head(r->words, &r->records, &at, &c, &head, err);
    else if (i > 0)
        rc = get_record(r->words, &r->records, at.record + i, &c, err);
    if (rc != 0)
        return rc;
    if (i == 0) {
        struct piece root = {at.start, (uint32_t)(head.root_end - at.start), 0};
        return vec_push(out, root) ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    }
    return read_pieces(r->words, &c, &at, at.first + i, out, err);
}

/* --- the walk ---------------------------------------------------------------------------- */

void wordings_walk_begin(struct wordings_walk *walk, const struct wordings *w)
{
    *walk = (struct wordings_walk){.words = w};
    marks_walk_begin(&walk->starts, &w->starts);
    marks_walk_begin(&walk->complex, &w->groups.larger);
    marks_near_begin(&walk->larger, &w->groups.larger);
    marks_near_begin(&walk->before, &w->groups.larger);
    marks_near_begin(&walk->begins, &w->starts);
    marks_near_begin(&walk->ends, &w->groups.ends);
    marks_near_begin(&walk->records, &w->records);
}

/* Where complex story number walk->rank lies. */
static int walk_to_rank(struct wordings_walk *walk, struct err *err)
{
    const struct wordings *w = walk->words;
    uint64_t id = 0, start = 0, end = w->n_addresses;
    int rc = marks_near_select(&walk->larger, walk->rank, &id, err);
    if (rc == 0 && id >= w->n_stories)
        return corrupt(w, "story", (uint32_t)id, err);
    if (rc == 0)
        rc = marks_near_pair(&walk->begins, id, &start, &end, err);
    if (rc == 0 && (start > end || end > w->n_addresses))
        rc = corrupt(w, "story", (uint32_t)id, err);
    walk->id = (story_id)id;
    walk->start = (address)start;
    walk->end = (address)end;
    return rc;
}

int wordings_walk_to(struct wordings_walk *walk, address a, struct err *err)
{
    const struct wordings *w = walk->words;
    uint64_t id = 0, start = 0, end = 0, complex = 0, next;
    if (w->n_complex == 0)
        return ITER_END;
    if (a >= w->n_addresses)
        return section_corrupt(&w->section, 0, err, "wordings: no address %u", a);
    int rc = marks_walk_to(&walk->starts, a, &id, &start, &end, err);
    if (rc == 0)
        rc = marks_walk_to(&walk->complex, id, &walk->rank, &complex, &next, err);
    if (rc == ITER_END) { /* before the first one */
        walk->rank = 0;
        return walk_to_rank(walk, err);
    }
    if (rc != 0)
        return rc;
    if (complex != id) {
        walk->rank++;
        return walk->rank < w->n_complex ? walk_to_rank(walk, err) : ITER_END;
    }
    end = end < w->n_addresses ? end : w->n_addresses;
    walk->id = (story_id)id;
    walk->start = (address)start;
    walk->end = (address)end;
    return 0;
}

int wordings_walk_next(struct wordings_walk *walk, struct err *err)
{
    if (walk->rank + 1 >= walk->words->n_complex)
        return ITER_END;
    walk->rank++;
    return walk_to_rank(walk, err);
}

int wordings_walk_blocks(struct wordings_walk *walk, block_vec *out, struct err *err)
{
    const struct wordings *w = walk->words;
    struct place at = {.story = walk->id, .start = walk->start, .end = walk->end};
    vec_reset(out);
    int rc = groups_of_larger(&w->groups, &walk->before, &walk->ends, walk->rank,
                              walk->id, &at.first, err);
    if (rc != 0)
        return rc;
    at.record = (uint64_t)at.first - (walk->id - walk->rank);
    return get_blocks(w, &walk->records, &at, out, err);
}

uint32_t wordings_repeated(const struct block *b)
{
    uint32_t lead = b->lead_home != (address)ADDRESS_NONE ? SEAM : 0;
    uint32_t tail = b->tail_home != (address)ADDRESS_NONE ? SEAM : 0;
    return lead + tail < b->len ? lead + tail : b->len;
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
        uint32_t at = a - b->start;
        /* Homes lie before the block, so this ends. */
        if (b->tail_home != (address)ADDRESS_NONE && at + SEAM >= b->len && at < b->len)
            a = b->tail_home + (at - (b->len - SEAM));
        else if (b->lead_home != (address)ADDRESS_NONE && at < SEAM)
            a = b->lead_home + at;
        else
            return a;
    }
}

/* The root is whole at the story's start and blocks follow it to the end: readers see to it. */
static int verify_story(const struct wordings *w, story_id id, piece_vec *pieces,
                        block_vec *blocks, break_vec *breaks, struct err *err)
{
    struct story_view view = {0};
    int rc = wordings_story(w, id, &view, err);
    if (rc != 0 || view.simple)
        return rc;
    rc = wordings_blocks(w, id, blocks, err);
    for (uint32_t i = 1; rc == 0 && i < view.n_wordings; i++) {
        rc = wordings_pieces(w, view.first_wording + i, pieces, err);
        if (rc == 0)
            rc = wordings_breaks(w, view.first_wording + i, breaks, err);
    }
    return rc;
}

int wordings_verify(const struct wordings *w, struct err *err)
{
    piece_vec pieces = {0};
    block_vec blocks = {0};
    break_vec breaks = {0};
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
        rc = verify_story(w, id, &pieces, &blocks, &breaks, err);
    vec_release(&pieces);
    vec_release(&breaks);
    vec_release(&blocks);
    return rc;
}
