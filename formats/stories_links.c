/* The links between stories. They are stored with their first story; a table by the second one leads back. */
#include <stdlib.h>

#include "base/endian.h"
#include "formats/stories_layout.h"

static int corrupt(const struct stories *s, uint64_t story, struct err *err)
{
    return section_corrupt(&s->section, s->links.offset, err,
                           "stories: the links of story %llu are damaged",
                           (unsigned long long)story);
}

uint64_t stories_n_links(const struct stories *s)
{
    return marks_count(&s->back_of);
}

/* An article as a link has it: its number less that of its story. */
static int get_article(const struct stories *s, struct cursor *c, uint64_t story,
                       uint64_t *out, struct err *err)
{
    uint32_t owner = 0;
    uint64_t article = (uint64_t)cursor_zigzag(c) + story;
    if (c->failed || article >= s->groups.n_ids)
        return corrupt(s, story, err);
    int rc = groups_unit_of(&s->groups, article, &owner, err);
    if (rc == 0 && owner != story)
        rc = corrupt(s, story, err);
    if (rc == 0)
        *out = article;
    return rc;
}

/* The next link of a record; *before is the second story of the one before it (the first story for the first). */
static int next_link(const struct stories *s, struct cursor *c, uint64_t a,
                     uint64_t *before, struct story_link *out, struct err *err)
{
    struct story_link l = {.a = a};
    if (cursor_left(c) == 0)
        return ITER_END;
    uint64_t gap = cursor_varint_max(c, UINT32_MAX);
    l.b = *before + gap;
    if (c->failed || gap == 0 || l.b >= s->groups.n_units)
        return corrupt(s, a, err);
    int rc = get_article(s, c, l.a, &l.article_a, err);
    if (rc == 0)
        rc = get_article(s, c, l.b, &l.article_b, err);
    if (rc == 0 && !stories_evidence_get(c, &l.evidence))
        rc = corrupt(s, a, err);
    if (rc != 0)
        return rc;
    *before = l.b;
    *out = l;
    return 0;
}

/* Appends the links of a record. ITER_END where the story has none. */
static int read_record(const struct stories *s, uint64_t a, link_vec *out,
                       struct err *err)
{
    struct bytes record;
    struct story_link l;
    uint64_t before = a;
    int rc = stories_record(s, &s->linked, &s->link_ends, &s->links, a, &record, err);
    if (rc != 0)
        return rc;
    struct cursor c = cursor_of(record.data, record.len);
    while ((rc = next_link(s, &c, a, &before, &l, err)) == 0) {
        if (!vec_push(out, l))
            return err_set(err, ERR_NOMEM, "out of memory");
    }
    if (rc == ITER_END)
        rc = record.len > 0 ? 0 : corrupt(s, a, err);
    return rc;
}

/* The link to b that begins at an offset of a's record. */
static int read_at(const struct stories *s, uint64_t a, uint32_t offset, uint64_t b,
                   struct story_link *out, struct err *err)
{
    struct bytes record;
    int rc = stories_record(s, &s->linked, &s->link_ends, &s->links, a, &record, err);
    if (rc != 0)
        return rc == ITER_END ? corrupt(s, b, err) : rc;
    if (offset >= record.len)
        return corrupt(s, b, err);
    struct cursor c = cursor_of(record.data + offset, record.len - offset), peek = c;
    uint64_t gap = cursor_varint(&peek), before = b - gap;
    if (gap > b - a)
        return corrupt(s, b, err);
    return next_link(s, &c, a, &before, out, err);
}

/* Entries [*from, *to) of the table by second story. */
static int back_range(const struct stories *s, uint64_t story, uint64_t *from,
                      uint64_t *to, struct err *err)
{
    *from = *to = 0;
    if (marks_count(&s->back_of) == 0)
        return 0;
    int rc = marks_rank(&s->back_of, story, to, err);
    if (rc == 0 && story > 0)
        rc = marks_rank(&s->back_of, story - 1, from, err);
    if (rc == 0 && *from > *to)
        rc = corrupt(s, story, err);
    return rc;
}

static int read_back(const struct stories *s, uint64_t story, link_vec *out,
                     struct err *err)
{
    uint64_t from, to, before = 0;
    const uint8_t *at;
    int rc = back_range(s, story, &from, &to, err);
    if (rc != 0 || from == to)
        return rc;
    rc = section_get(&s->section, s->back.offset + STORIES_BACK_BYTES * from,
                     STORIES_BACK_BYTES * (to - from), &at, err);
    for (; rc == 0 && from < to; from++, at += STORIES_BACK_BYTES) {
        struct story_link l;
        uint64_t a = load_u32(at);
        if (a >= story || a < before)
            return corrupt(s, story, err);
        before = a + 1;
        rc = read_at(s, a, load_u32(at + 4), story, &l, err);
        if (rc == 0 && !vec_push(out, l))
            rc = err_set(err, ERR_NOMEM, "out of memory");
    }
    return rc;
}

int stories_links(const struct stories *s, uint64_t story, link_vec *out,
                  struct err *err)
{
    vec_reset(out);
    if (story >= s->groups.n_units)
        return corrupt(s, story, err);
    int rc = read_back(s, story, out, err);
    if (rc == 0)
        rc = read_record(s, story, out, err);
    return rc == ITER_END ? 0 : rc;
}

int stories_next_linked(const struct stories *s, uint64_t lo, uint64_t *story,
                        link_vec *out, struct err *err)
{
    uint64_t rank = 0, a;
    int rc = 0;
    if (marks_count(&s->linked) == 0)
        return ITER_END;
    if (lo > 0)
        rc = marks_rank(&s->linked, lo - 1, &rank, err);
    if (rc != 0 || rank >= marks_count(&s->linked))
        return rc ? rc : ITER_END;
    rc = marks_select(&s->linked, rank, &a, err);
    if (rc == 0 && (a < lo || a >= s->groups.n_units))
        rc = corrupt(s, a, err);
    if (rc == 0)
        rc = read_record(s, a, out, err);
    if (rc != 0)
        return rc == ITER_END ? corrupt(s, a, err) : rc;
    *story = a;
    return 0;
}

/* --- checking ------------------------------------------------------------------------ */

struct back {
    uint32_t b, a, offset;
};

static int compare_back(const void *x, const void *y)
{
    const struct back *p = x, *q = y;
    if (p->b != q->b)
        return p->b < q->b ? -1 : 1;
    return (p->a > q->a) - (p->a < q->a);
}

typedef VEC(struct back) back_vec;

/* Every link of every record, with its place. */
static int read_all(const struct stories *s, back_vec *out, struct err *err)
{
    uint64_t a = 0;
    int rc = 0;
    for (uint64_t i = 0; rc == 0 && i < marks_count(&s->linked); i++) {
        struct bytes record;
        struct story_link l;
        rc = marks_select(&s->linked, i, &a, err);
        if (rc == 0)
            rc = stories_record(s, &s->linked, &s->link_ends, &s->links, a, &record,
                                err);
        if (rc != 0 || record.len == 0)
            return rc < 0 ? rc : corrupt(s, a, err);
        uint64_t before = a;
        struct cursor c = cursor_of(record.data, record.len);
        uint32_t offset = 0;
        while ((rc = next_link(s, &c, a, &before, &l, err)) == 0) {
            if (!vec_push(out, (struct back){(uint32_t)l.b, (uint32_t)a, offset}))
                return err_set(err, ERR_NOMEM, "out of memory");
            offset = (uint32_t)(record.len - cursor_left(&c));
        }
        rc = rc == ITER_END ? 0 : rc;
    }
    return rc;
}

static int compare_table(const struct stories *s, const back_vec *all, struct err *err)
{
    if (all->len != marks_count(&s->back_of))
        return section_corrupt(&s->section, s->back.offset, err,
                               "stories: the table of links has not all of them");
    for (size_t i = 0; i < all->len; i++) {
        const struct back *l = &all->items[i];
        const uint8_t *at;
        uint64_t b = 0;
        int rc = marks_select(&s->back_of, i, &b, err);
        if (rc == 0)
            rc = section_get(&s->section, s->back.offset + STORIES_BACK_BYTES * i,
                             STORIES_BACK_BYTES, &at, err);
        if (rc == 0 &&
            (b != l->b || load_u32(at) != l->a || load_u32(at + 4) != l->offset))
            rc = corrupt(s, b, err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

int stories_links_verify(const struct stories *s, struct err *err)
{
    back_vec all = {0};
    int rc = read_all(s, &all, err);
    if (rc == 0 && all.len > 0)
        qsort(all.items, all.len, sizeof *all.items, compare_back);
    if (rc == 0)
        rc = compare_table(s, &all, err);
    vec_release(&all);
    return rc;
}
