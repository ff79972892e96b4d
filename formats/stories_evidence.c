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

void stories_evidence_put(struct buf *out, const struct evidence *e)
{
    bool figures = has_figures(e);
    assert(is_valid(e));
    buf_put_u8(out, (uint8_t)(e->relation | (figures ? STORIES_FIGURES : 0)));
    buf_put_varint(out, e->score);
    if (!figures)
        return;
    buf_put_u8(out, e->rule);
    buf_put_varint(out, e->covered_root);
    buf_put_varint(out, e->covered_member);
    buf_put_varint(out, e->rare);
    buf_put_varint(out, e->root_from);
    buf_put_varint(out, e->root_to - e->root_from);
    buf_put_varint(out, e->member_from);
    buf_put_varint(out, e->member_to - e->member_from);
    buf_put_varint(out, e->run);
    buf_put_varint(out, e->facts_agreed);
    buf_put_varint(out, e->facts_differ);
}

static uint16_t get_fraction(struct cursor *c)
{
    return (uint16_t)cursor_varint_max(c, STORIES_SCORE_MAX);
}

static void get_range(struct cursor *c, uint32_t *from, uint32_t *to)
{
    *from = cursor_varint32(c);
    *to = *from + (uint32_t)cursor_varint_max(c, UINT32_MAX - *from);
}

bool stories_evidence_get(struct cursor *c, struct evidence *out)
{
    struct evidence e = {0};
    uint8_t first = cursor_u8(c);
    e.relation = first & (STORIES_FIGURES - 1);
    e.score = get_fraction(c);
    if (first & STORIES_FIGURES) {
        e.rule = cursor_u8(c);
        e.covered_root = get_fraction(c);
        e.covered_member = get_fraction(c);
        e.rare = get_fraction(c);
        get_range(c, &e.root_from, &e.root_to);
        get_range(c, &e.member_from, &e.member_to);
        e.run = cursor_varint32(c);
        e.facts_agreed = cursor_varint32(c);
        e.facts_differ = cursor_varint32(c);
        c->failed |= !has_figures(&e);
    }
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
