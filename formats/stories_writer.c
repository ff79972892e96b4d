#include <assert.h>
#include <stdlib.h>

#include "formats/stories_layout.h"

/* A link seen from its second story. */
struct back {
    uint32_t b, a;
    uint32_t offset; /* in the record of a */
};

struct stories_writer {
    struct container_writer *container; /* owned */
    struct section_writer *section;
    struct parts parts;
    struct groups_writer groups;
    struct marks_writer *stored, *record_ends, *linked, *link_ends,
        *back_of;                               /* owned */
    struct buf segments, record, links, limits; /* owned */
    VEC(struct back) back;                      /* owned */
    uint64_t data_len;
    uint64_t base;             /* articles before the open segment */
    struct story_record story; /* the open one */
    uint32_t n_members;        /* it has so far */
    struct evidence evidence;  /* of the last members */
    uint32_t n_equal;          /* members that have it and are not in the record yet */
    uint64_t link_a, link_b;   /* the last link */
    size_t link_from;          /* where the record of link_a begins */
    bool open_segment, failed;
};

static void free_writer(struct stories_writer *w)
{
    if (!w)
        return;
    groups_writer_release(&w->groups);
    marks_writer_free(w->stored);
    marks_writer_free(w->record_ends);
    marks_writer_free(w->linked);
    marks_writer_free(w->link_ends);
    marks_writer_free(w->back_of);
    buf_release(&w->segments);
    buf_release(&w->record);
    buf_release(&w->links);
    buf_release(&w->limits);
    vec_release(&w->back);
    free(w);
}

void stories_writer_abort(struct stories_writer *w)
{
    if (!w)
        return;
    container_abort(w->container);
    free_writer(w);
}

int stories_writer_create(struct stories_writer **out, int dirfd, const char *dirname,
                          const char *name, struct err *err)
{
    struct stories_writer *w = calloc(1, sizeof *w);
    if (!w)
        return err_set(err, ERR_NOMEM, "out of memory");
    w->stored = marks_writer_new();
    w->record_ends = marks_writer_new();
    w->linked = marks_writer_new();
    w->link_ends = marks_writer_new();
    w->back_of = marks_writer_new();
    int rc = groups_writer_init(&w->groups, err);
    if (rc == 0 &&
        (!w->stored || !w->record_ends || !w->linked || !w->link_ends || !w->back_of))
        rc = err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = container_create(&w->container, CONTAINER_STORIES, dirfd, dirname, name,
                              err);
    if (rc != 0) {
        free_writer(w);
        return rc;
    }
    w->section =
        container_open_section(w->container, SECTION_STORIES, PARTS_VERSION, true);
    parts_begin(&w->parts, w->section);
    *out = w;
    return 0;
}

/* --- stories ------------------------------------------------------------------------ */

static void end_equal(struct stories_writer *w)
{
    if (w->n_equal == 0)
        return;
    buf_put_varint(&w->record, w->n_equal);
    stories_evidence_put(&w->record, &w->evidence);
    w->n_equal = 0;
}

static void end_story(struct stories_writer *w)
{
    static const struct evidence usual = {.relation = RELATION_ROOT,
                                          .score = STORIES_SCORE_MAX};
    if (w->n_members == 0)
        return;
    assert(w->n_members == w->story.n_articles);
    uint64_t first = w->groups.n_ids - w->base - w->n_members;
    assert(w->story.original - first < w->n_members);
    assert(w->story.fullest - first < w->n_members);
    if (w->n_members > 1 || !stories_evidence_equal(&w->evidence, &usual)) {
        uint8_t head[2 * CODING_VARINT_MAX];
        end_equal(w);
        size_t n = coding_put_varint(head, w->story.original - first);
        n += coding_put_varint(head + n, w->story.fullest - first);
        section_put(w->section, head, n);
        section_put(w->section, w->record.data, w->record.len);
        w->data_len += n + w->record.len;
        marks_writer_put(w->stored, w->groups.n_units - 1);
        marks_writer_put(w->record_ends, w->data_len);
    }
    w->failed |= w->record.failed;
    buf_reset(&w->record);
    w->n_members = 0;
    w->n_equal = 0;
}

static void end_segment(struct stories_writer *w)
{
    end_story(w);
    if (w->open_segment) {
        buf_put_u64(&w->segments, w->groups.n_units);
        buf_put_u64(&w->segments, w->groups.n_ids);
    }
    w->base = w->groups.n_ids;
}

void stories_writer_segment(struct stories_writer *w)
{
    end_segment(w);
    w->open_segment = true;
}

void stories_writer_story(struct stories_writer *w, struct story_record r)
{
    assert(w->open_segment && r.n_articles > 0);
    end_story(w);
    w->story = r;
}

void stories_writer_article(struct stories_writer *w, const struct evidence *e)
{
    if (w->n_members++ == 0)
        groups_writer_unit(&w->groups);
    else
        groups_writer_more(&w->groups);
    if (w->n_equal > 0 && !stories_evidence_equal(&w->evidence, e))
        end_equal(w);
    w->evidence = *e;
    w->n_equal++;
}

/* --- links --------------------------------------------------------------------------- */

void stories_writer_link(struct stories_writer *w, const struct story_link *l)
{
    bool first = w->back.len == 0, same = !first && l->a == w->link_a;
    assert(l->a < l->b && l->b < UINT32_MAX);
    assert(first || l->a > w->link_a || (same && l->b > w->link_b));
    if (!same) {
        if (!first)
            marks_writer_put(w->link_ends, w->links.len);
        marks_writer_put(w->linked, l->a);
        w->link_from = w->links.len;
    }
    struct back back = {(uint32_t)l->b, (uint32_t)l->a,
                        (uint32_t)(w->links.len - w->link_from)};
    buf_put_varint(&w->links, l->b - (same ? w->link_b : l->a));
    buf_put_zigzag(&w->links, (int64_t)(l->article_a - l->a));
    buf_put_zigzag(&w->links, (int64_t)(l->article_b - l->b));
    stories_evidence_put(&w->links, &l->evidence);
    w->link_a = l->a;
    w->link_b = l->b;
    w->failed |= !vec_push(&w->back, back);
}

void stories_writer_limits(struct stories_writer *w, uint32_t mode,
                           const uint32_t *values, size_t n)
{
    assert(n <= STORIES_LIMITS_MAX && w->limits.len == 0);
    buf_put_u32(&w->limits, mode);
    for (size_t i = 0; i < n; i++)
        buf_put_u32(&w->limits, values[i]);
}

static int compare_back(const void *x, const void *y)
{
    const struct back *p = x, *q = y;
    if (p->b != q->b)
        return p->b < q->b ? -1 : 1;
    return (p->a > q->a) - (p->a < q->a);
}

static int put_links(struct stories_writer *w, struct err *err)
{
    struct parts *p = &w->parts;
    uint64_t universe = w->back.len ? w->groups.n_units : 1;
    struct buf back = {0};
    assert(w->back.len == 0 || w->back.items);
    if (w->back.len > 0) {
        marks_writer_put(w->link_ends, w->links.len);
        qsort(w->back.items, w->back.len, sizeof *w->back.items, compare_back);
        assert(w->back.items[w->back.len - 1].b < w->groups.n_units);
    }
    vec_foreach(struct back, b, &w->back) {
        buf_put_u32(&back, b->a);
        buf_put_u32(&back, b->offset);
        marks_writer_put(w->back_of, b->b);
    }
    int rc = buf_check(&back, err);
    if (rc == 0)
        rc = buf_check(&w->links, err);
    if (rc == 0) {
        parts_put(p, w->section, buf_bytes(&w->links));
        rc = parts_put_marks(p, w->section, w->linked, universe, err);
    }
    if (rc == 0)
        rc = parts_put_marks(p, w->section, w->link_ends, w->links.len + 1, err);
    if (rc == 0) {
        parts_put(p, w->section, buf_bytes(&back));
        rc = parts_put_marks(p, w->section, w->back_of, universe, err);
    }
    buf_release(&back);
    return rc;
}

/* --- the end ------------------------------------------------------------------------- */

static int put_parts(struct stories_writer *w, struct err *err)
{
    struct parts *p = &w->parts;
    end_segment(w);
    parts_end(p, w->section);
    if (w->limits.len == 0)
        stories_writer_limits(w, STORIES_OFF, NULL, 0);
    if (w->failed || w->segments.failed || w->limits.failed)
        return err_set(err, ERR_NOMEM, "out of memory");
    parts_put(p, w->section, buf_bytes(&w->segments));
    int rc = parts_put_marks(p, w->section, w->stored,
                             w->data_len ? w->groups.n_units : 1, err);
    if (rc == 0)
        rc = parts_put_marks(p, w->section, w->record_ends, w->data_len + 1, err);
    if (rc == 0)
        rc = groups_writer_encode(&w->groups, p, w->section, err);
    if (rc == 0)
        rc = put_links(w, err);
    if (rc != 0)
        return rc;
    parts_put(p, w->section, buf_bytes(&w->limits));
    parts_value(p, w->groups.n_units);
    parts_value(p, w->groups.n_ids);
    parts_finish(p, w->section);
    section_finish(w->section, w->groups.n_units);
    return 0;
}

int stories_writer_finish(struct stories_writer *w, struct hash128 *hash, uint64_t *len,
                          struct err *err)
{
    int rc = put_parts(w, err);
    if (rc != 0) {
        stories_writer_abort(w);
        return rc;
    }
    uint64_t counts[CONTAINER_COUNTS] = {w->segments.len / 16, w->groups.n_units,
                                         w->groups.n_ids};
    rc = container_finish(w->container, 0, counts, hash, len, err);
    free_writer(w);
    return rc;
}
