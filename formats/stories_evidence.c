#include <assert.h>

#include "formats/stories_layout.h"

static bool has_figures(const struct evidence *e)
{
    return (e->rule | e->covered_root | e->covered_member | e->rare) != 0 ||
           (e->root_from | e->root_to | e->member_from | e->member_to | e->run |
            e->facts_agreed | e->facts_differ) != 0;
}

static bool is_valid(const struct evidence *e)
{
    return e->relation <= STORIES_RELATION_MAX && e->score <= STORIES_SCORE_MAX &&
           e->covered_root <= STORIES_SCORE_MAX &&
           e->covered_member <= STORIES_SCORE_MAX && e->rare <= STORIES_SCORE_MAX &&
           e->root_from <= e->root_to && e->member_from <= e->member_to;
}

/* Figures that are what they mostly are take one bit. */
enum usual {
    USUAL_SCORE = 1,          /* the best */
    USUAL_COVERED_ROOT = 2,   /* all */
    USUAL_COVERED_MEMBER = 4, /* all */
    USUAL_RARE = 8,           /* all */
    USUAL_FROM = 16,          /* the hull begins at the same token in both */
    USUAL_LENGTH = 32,        /* and is as long */
    USUAL_RUN = 64,           /* the longest run is all of the root's */
    USUAL_FACTS = 128         /* none differ */
};

static uint8_t usual_of(const struct evidence *e)
{
    const uint32_t root = e->root_to - e->root_from;
    const uint32_t member = e->member_to - e->member_from;
    return (
        uint8_t)((e->score == STORIES_SCORE_MAX ? USUAL_SCORE : 0) |
                 (e->covered_root == STORIES_SCORE_MAX ? USUAL_COVERED_ROOT : 0) |
                 (e->covered_member == STORIES_SCORE_MAX ? USUAL_COVERED_MEMBER : 0) |
                 (e->rare == STORIES_SCORE_MAX ? USUAL_RARE : 0) |
                 (e->member_from == e->root_from ? USUAL_FROM : 0) |
                 (member == root ? USUAL_LENGTH : 0) |
                 (e->run == root ? USUAL_RUN : 0) |
                 (e->facts_differ == 0 ? USUAL_FACTS : 0));
}

static void put_unless(struct buf *out, bool usual, uint32_t value)
{
    if (!usual)
        buf_put_varint(out, value);
}

void stories_evidence_put(struct buf *out, const struct evidence *e)
{
    assert(is_valid(e));
    if (!has_figures(e)) {
        buf_put_u8(out, e->relation);
        buf_put_varint(out, e->score);
        return;
    }
    uint8_t usual = usual_of(e);
    buf_put_u8(out, (uint8_t)(e->relation | STORIES_FIGURES));
    buf_put_u8(out, usual);
    buf_put_u8(out, e->rule);
    put_unless(out, usual & USUAL_SCORE, e->score);
    put_unless(out, usual & USUAL_COVERED_ROOT, e->covered_root);
    put_unless(out, usual & USUAL_COVERED_MEMBER, e->covered_member);
    put_unless(out, usual & USUAL_RARE, e->rare);
    buf_put_varint(out, e->root_from);
    buf_put_varint(out, e->root_to - e->root_from);
    put_unless(out, usual & USUAL_FROM, e->member_from);
    put_unless(out, usual & USUAL_LENGTH, e->member_to - e->member_from);
    put_unless(out, usual & USUAL_RUN, e->run);
    buf_put_varint(out, e->facts_agreed);
    put_unless(out, usual & USUAL_FACTS, e->facts_differ);
}

static uint16_t get_fraction(struct cursor *c, bool usual)
{
    return usual ? STORIES_SCORE_MAX
                 : (uint16_t)cursor_varint_max(c, STORIES_SCORE_MAX);
}

static uint32_t get_unless(struct cursor *c, bool usual, uint32_t value)
{
    return usual ? value : cursor_varint32(c);
}

/* The end of a range; fails if it is none. */
static uint32_t range_end(struct cursor *c, uint32_t from, uint32_t len)
{
    c->failed |= len > UINT32_MAX - from;
    return c->failed ? from : from + len;
}

static void get_figures(struct cursor *c, struct evidence *e)
{
    uint8_t usual = cursor_u8(c);
    e->rule = cursor_u8(c);
    e->score = get_fraction(c, usual & USUAL_SCORE);
    e->covered_root = get_fraction(c, usual & USUAL_COVERED_ROOT);
    e->covered_member = get_fraction(c, usual & USUAL_COVERED_MEMBER);
    e->rare = get_fraction(c, usual & USUAL_RARE);
    e->root_from = cursor_varint32(c);
    uint32_t len = cursor_varint32(c);
    e->root_to = range_end(c, e->root_from, len);
    e->member_from = get_unless(c, usual & USUAL_FROM, e->root_from);
    e->member_to =
        range_end(c, e->member_from, get_unless(c, usual & USUAL_LENGTH, len));
    e->run = get_unless(c, usual & USUAL_RUN, len);
    e->facts_agreed = cursor_varint32(c);
    e->facts_differ = get_unless(c, usual & USUAL_FACTS, 0);
    /* Every evidence has one coding. */
    c->failed |= !has_figures(e) || usual != usual_of(e);
}

bool stories_evidence_get(struct cursor *c, struct evidence *out)
{
    struct evidence e = {0};
    uint8_t first = cursor_u8(c);
    e.relation = first & (STORIES_FIGURES - 1);
    if (first & STORIES_FIGURES)
        get_figures(c, &e);
    else
        e.score = get_fraction(c, false);
    c->failed |= !is_valid(&e);
    if (!c->failed)
        *out = e;
    return !c->failed;
}

bool stories_evidence_equal(const struct evidence *a, const struct evidence *b)
{
    return a->relation == b->relation && a->rule == b->rule && a->score == b->score &&
           a->covered_root == b->covered_root &&
           a->covered_member == b->covered_member && a->rare == b->rare &&
           a->root_from == b->root_from && a->root_to == b->root_to &&
           a->member_from == b->member_from && a->member_to == b->member_to &&
           a->run == b->run && a->facts_agreed == b->facts_agreed &&
           a->facts_differ == b->facts_differ;
}

struct evidence stories_mirror(struct evidence e)
{
    struct evidence m = e;
    m.relation = e.relation == RELATION_CONTAINS    ? RELATION_CONTAINED
                 : e.relation == RELATION_CONTAINED ? RELATION_CONTAINS
                                                    : e.relation;
    m.covered_root = e.covered_member;
    m.covered_member = e.covered_root;
    m.root_from = e.member_from;
    m.root_to = e.member_to;
    m.member_from = e.root_from;
    m.member_to = e.root_to;
    return m;
}
