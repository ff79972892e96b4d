#include "formats/stories.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "formats/coding.h"
#include "formats/groups.h"

/* Stories and articles are numbered on over the segments; SEGMENTS says where each segment's
 * numbers end. */
enum {
    PART_DATA,     /* records of stories that are not the usual one */
    PART_SEGMENTS, /* {stories u64, articles u64} so far, at the end of each segment */
    PART_STORED,   /* stories with a record */
    PART_RECORD_ENDS,
    PART_LARGER, /* groups */
    PART_ENDS,
    N_PARTS
};
enum {
    VALUE_STORIES,
    VALUE_ARTICLES,
    N_VALUES
};

/* A member in a record: relation u8, score u16. */
enum {
    MEMBER_BYTES = 3
};

const char *stories_relation_name(uint8_t relation)
{
    switch (relation) {
#define STORIES_CASE(name, value, text) \
    case name: return text;
        STORIES_RELATIONS(STORIES_CASE)
#undef STORIES_CASE
    default: return "?";
    }
}

/* --- writing -------------------------------------------------------------------------- */

struct stories_writer {
    struct container_writer *container; /* owned */
    struct section_writer *section;
    struct parts parts;
    struct groups_writer groups;
    struct marks_writer *stored, *record_ends; /* owned */
    struct buf segments, record;               /* owned */
    uint64_t data_len;
    uint64_t base;             /* articles before the open segment */
    struct story_record story; /* the open one */
    uint32_t n_members;        /* it has so far */
    bool open_segment, failed;
};

static void free_writer(struct stories_writer *w)
{
    if (!w)
        return;
    groups_writer_release(&w->groups);
    marks_writer_free(w->stored);
    marks_writer_free(w->record_ends);
    buf_release(&w->segments);
    buf_release(&w->record);
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
    int rc = groups_writer_init(&w->groups, err);
    if (rc == 0 && (!w->stored || !w->record_ends))
        rc = err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = container_create(&w->container, CONTAINER_STORIES, dirfd, dirname, name,
                              err);
    if (rc != 0) {
        free_writer(w);
        return rc;
    }
    w->section = container_open_section(w->container, SECTION_STORIES, 1, true);
    parts_begin(&w->parts, w->section);
    *out = w;
    return 0;
}

static void end_story(struct stories_writer *w)
{
    if (w->n_members == 0)
        return;
    assert(w->n_members == w->story.n_articles);
    uint64_t first = w->groups.n_ids - w->base - w->n_members;
    assert(w->story.original - first < w->n_members);
    assert(w->story.fullest - first < w->n_members);
    const uint8_t *member = w->record.data;
    bool usual = w->n_members == 1 && !w->record.failed && member[0] == RELATION_ROOT &&
                 load_u16(member + 1) == STORIES_SCORE_MAX;
    if (!usual) {
        uint8_t head[2 * CODING_VARINT_MAX];
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

void stories_writer_article(struct stories_writer *w, struct member_record r)
{
    assert(r.score <= STORIES_SCORE_MAX);
    if (w->n_members++ == 0)
        groups_writer_unit(&w->groups);
    else
        groups_writer_more(&w->groups);
    buf_put_u8(&w->record, r.relation);
    buf_put_u16(&w->record, r.score);
}

static int put_parts(struct stories_writer *w, struct err *err)
{
    struct parts *p = &w->parts;
    end_segment(w);
    parts_end(p, w->section);
    if (w->failed || w->segments.failed)
        return err_set(err, ERR_NOMEM, "out of memory");
    parts_put(p, w->section, buf_bytes(&w->segments));
    int rc = parts_put_marks(p, w->section, w->stored,
                             w->data_len ? w->groups.n_units : 1, err);
    if (rc == 0)
        rc = parts_put_marks(p, w->section, w->record_ends, w->data_len + 1, err);
    if (rc == 0)
        rc = groups_writer_encode(&w->groups, p, w->section, err);
    if (rc != 0)
        return rc;
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

/* --- reading -------------------------------------------------------------------------- */

struct stories {
    struct container *container; /* owned */
    struct section section;
    struct groups groups;
    struct marks stored, record_ends;
    struct part data, segments;
};

static int open_parts(struct stories *s, struct err *err)
{
    struct parts parts;
    int rc = container_section(s->container, SECTION_STORIES, &s->section, err);
    if (rc == 0)
        rc = parts_open(&parts, &s->section, N_PARTS, N_VALUES, err);
    if (rc == 0)
        rc = groups_open(&s->groups, &parts, &s->section, PART_LARGER,
                         parts.value[VALUE_STORIES], parts.value[VALUE_ARTICLES], err);
    if (rc == 0)
        rc = parts_marks(&parts, &s->section, PART_STORED, UINT64_MAX, &s->stored, err);
    if (rc == 0)
        rc = parts_marks(&parts, &s->section, PART_RECORD_ENDS, marks_count(&s->stored),
                         &s->record_ends, err);
    if (rc != 0)
        return rc;
    s->data = parts.part[PART_DATA];
    s->segments = parts.part[PART_SEGMENTS];
    if (s->segments.len % 16 != 0 || s->segments.len / 16 > UINT32_MAX)
        return section_corrupt(&s->section, s->segments.offset, err,
                               "stories: damaged table of segments");
    return 0;
}

int stories_open(struct stories **out, int dirfd, const char *dirname, const char *name,
                 const struct hash128 *hash, uint64_t len, struct err *err)
{
    struct stories *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc = container_open(&s->container, dirfd, dirname, name, CONTAINER_STORIES,
                            hash, len, err);
    if (rc == 0)
        rc = open_parts(s, err);
    if (rc == 0)
        *out = s;
    else
        stories_close(s);
    return rc;
}

void stories_close(struct stories *s)
{
    if (!s)
        return;
    container_close(s->container);
    free(s);
}

uint32_t stories_n_segments(const struct stories *s)
{
    return (uint32_t)(s->segments.len / 16);
}

/* Numbers of the first story and article of a segment, and of those after its last. */
struct extent {
    uint64_t story, story_end, article, article_end;
};

static int get_extent(const struct stories *s, uint32_t segment, struct extent *out,
                      struct err *err)
{
    const uint8_t *at;
    struct extent e = {0};
    if (segment >= stories_n_segments(s))
        return section_corrupt(&s->section, s->segments.offset, err,
                               "stories: no segment %u", segment);
    int rc = section_get(&s->section, s->segments.offset, s->segments.len, &at, err);
    if (rc != 0)
        return rc;
    at += (size_t)16 * segment;
    if (segment > 0) {
        e.story = load_u64(at - 16);
        e.article = load_u64(at - 8);
    }
    e.story_end = load_u64(at);
    e.article_end = load_u64(at + 8);
    if (e.story > e.story_end || e.article > e.article_end ||
        e.story_end > s->groups.n_units || e.article_end > s->groups.n_ids)
        return section_corrupt(&s->section, s->segments.offset, err,
                               "stories: damaged extent of segment %u", segment);
    *out = e;
    return 0;
}

int stories_counts(const struct stories *s, uint32_t segment, uint32_t *n_stories,
                   uint32_t *n_articles, struct err *err)
{
    struct extent e = {0};
    int rc = get_extent(s, segment, &e, err);
    if (rc != 0)
        return rc;
    *n_stories = (uint32_t)(e.story_end - e.story);
    *n_articles = (uint32_t)(e.article_end - e.article);
    return 0;
}

static int corrupt(const struct stories *s, uint64_t story, struct err *err)
{
    return section_corrupt(&s->section, s->data.offset, err,
                           "stories: story %llu is damaged", (unsigned long long)story);
}

/* What is known of a story: members is NULL for the usual one. */
struct found {
    uint32_t first, n;          /* articles, numbered over all segments */
    uint32_t original, fullest; /* relative to first */
    const uint8_t *members;
};

static int find(const struct stories *s, uint64_t story, struct found *out,
                struct err *err)
{
    uint64_t rank = 0, which, from = 0, to;
    const uint8_t *data;
    memset(out, 0, sizeof *out);
    int rc = groups_of_unit(&s->groups, story, &out->first, &out->n, NULL, err);
    if (rc == 0 && marks_count(&s->stored) > 0)
        rc = marks_rank(&s->stored, story, &rank, err);
    if (rc != 0 || rank == 0)
        return rc ? rc : out->n == 1 ? 0 : corrupt(s, story, err);
    rc = marks_select(&s->stored, rank - 1, &which, err);
    if (rc != 0 || which != story)
        return rc ? rc : out->n == 1 ? 0 : corrupt(s, story, err);
    rc = marks_select(&s->record_ends, rank - 1, &to, err);
    if (rc == 0 && rank > 1)
        rc = marks_select(&s->record_ends, rank - 2, &from, err);
    if (rc != 0)
        return rc;
    if (from > to || to > s->data.len)
        return corrupt(s, story, err);
    rc = section_get(&s->section, s->data.offset + from, to - from, &data, err);
    if (rc != 0)
        return rc;
    struct cursor c = cursor_of(data, to - from);
    out->original = cursor_varint32(&c);
    out->fullest = cursor_varint32(&c);
    if (c.failed || out->original >= out->n || out->fullest >= out->n ||
        cursor_left(&c) != (uint64_t)out->n * MEMBER_BYTES)
        return corrupt(s, story, err);
    out->members = c.p;
    return 0;
}

int stories_get(const struct stories *s, uint32_t segment, story_id id,
                struct story_record *out, struct err *err)
{
    struct extent e = {0};
    struct found f = {0};
    int rc = get_extent(s, segment, &e, err);
    if (rc != 0)
        return rc;
    if (id >= e.story_end - e.story)
        return corrupt(s, id, err);
    rc = find(s, e.story + id, &f, err);
    if (rc != 0)
        return rc;
    if (f.first < e.article || (uint64_t)f.first + f.n > e.article_end)
        return corrupt(s, id, err);
    article_id first = (article_id)(f.first - e.article);
    *out = (struct story_record){first + f.original, first + f.fullest, f.n};
    return 0;
}

int stories_member(const struct stories *s, uint32_t segment, article_id id,
                   struct member_record *out, struct err *err)
{
    struct extent e = {0};
    struct found f = {0};
    uint32_t story = 0;
    struct member_record r = {RELATION_ROOT, STORIES_SCORE_MAX};
    int rc = get_extent(s, segment, &e, err);
    if (rc != 0)
        return rc;
    if (id >= e.article_end - e.article)
        return section_corrupt(&s->section, s->segments.offset, err,
                               "stories: no article %u", id);
    rc = groups_unit_of(&s->groups, e.article + id, &story, err);
    if (rc == 0)
        rc = find(s, story, &f, err);
    if (rc != 0)
        return rc;
    if (e.article + id < f.first || e.article + id - f.first >= f.n)
        return corrupt(s, story, err);
    if (f.members) {
        const uint8_t *m = f.members + MEMBER_BYTES * (e.article + id - f.first);
        r.relation = m[0];
        r.score = load_u16(m + 1);
    }
    if (r.relation > RELATION_EDITION || r.score > STORIES_SCORE_MAX)
        return corrupt(s, story, err);
    *out = r;
    return 0;
}

static int verify_segment(const struct stories *s, uint32_t segment, struct err *err)
{
    struct extent e = {0};
    struct story_record r = {0};
    struct member_record m;
    article_id next = 0;
    int rc = get_extent(s, segment, &e, err);
    for (story_id id = 0; rc == 0 && id < e.story_end - e.story; id++) {
        rc = stories_get(s, segment, id, &r, err);
        for (uint32_t i = 0; rc == 0 && i < r.n_articles; i++)
            rc = stories_member(s, segment, next + i, &m, err);
        if (rc == 0)
            next += r.n_articles;
    }
    if (rc == 0 && next != e.article_end - e.article)
        rc = corrupt(s, e.story_end, err);
    return rc;
}

int stories_verify(struct stories *s, struct err *err)
{
    struct extent e = {0};
    int rc = container_verify(s->container, err);
    if (rc == 0)
        rc = groups_verify(&s->groups, err);
    if (rc == 0)
        rc = marks_verify(&s->stored, err);
    if (rc == 0)
        rc = marks_verify(&s->record_ends, err);
    for (uint32_t i = 0; rc == 0 && i < stories_n_segments(s); i++) {
        rc = verify_segment(s, i, err);
        if (rc == 0)
            rc = get_extent(s, i, &e, err);
    }
    if (rc == 0 &&
        (e.story_end != s->groups.n_units || e.article_end != s->groups.n_ids))
        rc = section_corrupt(&s->section, s->segments.offset, err,
                             "stories: segments do not cover the stories");
    return rc;
}
