#include "formats/stories.h"

#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "formats/stories_layout.h"

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

int stories_relation_of(const char *name)
{
    for (int r = 0; r <= STORIES_RELATION_MAX; r++) {
        if (strcmp(stories_relation_name((uint8_t)r), name) == 0)
            return r;
    }
    return -1;
}

const char *stories_mode_name(uint32_t mode)
{
    switch (mode) {
#define STORIES_CASE(name, value, text) \
    case name: return text;
        STORIES_MODES(STORIES_CASE)
#undef STORIES_CASE
    default: return "?";
    }
}

/* --- opening ------------------------------------------------------------------------- */

static int open_links(struct stories *s, const struct parts *p, struct err *err)
{
    s->links = p->part[STORIES_PART_LINKS];
    s->back = p->part[STORIES_PART_BACK];
    s->limits = p->part[STORIES_PART_LIMITS];
    int rc =
        parts_marks(p, &s->section, STORIES_PART_LINKED, UINT64_MAX, &s->linked, err);
    if (rc == 0)
        rc = parts_marks(p, &s->section, STORIES_PART_LINK_ENDS,
                         marks_count(&s->linked), &s->link_ends, err);
    if (rc == 0)
        rc = parts_marks(p, &s->section, STORIES_PART_BACK_OF, UINT64_MAX, &s->back_of,
                         err);
    if (rc != 0)
        return rc;
    if (s->back.len % STORIES_BACK_BYTES != 0 ||
        s->back.len / STORIES_BACK_BYTES != marks_count(&s->back_of))
        return section_corrupt(&s->section, s->back.offset, err,
                               "stories: damaged table of links");
    if (s->limits.len % 4 != 0 || s->limits.len < 4 ||
        s->limits.len / 4 - 1 > STORIES_LIMITS_MAX)
        return section_corrupt(&s->section, s->limits.offset, err,
                               "stories: damaged limits");
    return 0;
}

int stories_open_section(struct stories *s, struct err *err)
{
    struct parts parts;
    int rc = parts_open(&parts, &s->section, STORIES_N_PARTS, STORIES_N_VALUES, err);
    if (rc == 0)
        rc = groups_open(&s->groups, &parts, &s->section, STORIES_PART_LARGER,
                         parts.value[STORIES_VALUE_STORIES],
                         parts.value[STORIES_VALUE_ARTICLES], err);
    if (rc == 0)
        rc = parts_marks(&parts, &s->section, STORIES_PART_STORED, UINT64_MAX,
                         &s->stored, err);
    if (rc == 0)
        rc = parts_marks(&parts, &s->section, STORIES_PART_RECORD_ENDS,
                         marks_count(&s->stored), &s->record_ends, err);
    if (rc == 0)
        rc = open_links(s, &parts, err);
    if (rc != 0)
        return rc;
    s->data = parts.part[STORIES_PART_DATA];
    s->segments = parts.part[STORIES_PART_SEGMENTS];
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
        rc = container_section(s->container, SECTION_STORIES, &s->section, err);
    if (rc == 0)
        rc = stories_open_section(s, err);
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

/* --- segments ------------------------------------------------------------------------ */

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

int stories_base(const struct stories *s, uint32_t segment, uint64_t *first_story,
                 uint64_t *first_article, struct err *err)
{
    struct extent e = {0};
    int rc = get_extent(s, segment, &e, err);
    if (rc != 0)
        return rc;
    *first_story = e.story;
    *first_article = e.article;
    return 0;
}

/* The first segment that ends behind a story, or an article. */
static int place(const struct stories *s, uint64_t number, bool article,
                 uint32_t *segment, uint32_t *id, struct err *err)
{
    uint32_t lo = 0, hi = stories_n_segments(s);
    struct extent e = {0};
    while (lo < hi) {
        uint32_t middle = lo + (hi - lo) / 2;
        int rc = get_extent(s, middle, &e, err);
        if (rc != 0)
            return rc;
        if ((article ? e.article_end : e.story_end) > number)
            hi = middle;
        else
            lo = middle + 1;
    }
    int rc = get_extent(s, lo, &e, err);
    if (rc != 0)
        return rc;
    uint64_t first = article ? e.article : e.story;
    uint64_t end = article ? e.article_end : e.story_end;
    if (number < first || number >= end)
        return section_corrupt(&s->section, s->segments.offset, err,
                               "stories: number %llu is in no segment",
                               (unsigned long long)number);
    *segment = lo;
    *id = (uint32_t)(number - first);
    return 0;
}

int stories_place(const struct stories *s, uint64_t story, uint32_t *segment,
                  story_id *id, struct err *err)
{
    return place(s, story, false, segment, id, err);
}

int stories_place_article(const struct stories *s, uint64_t article, uint32_t *segment,
                          article_id *id, struct err *err)
{
    return place(s, article, true, segment, id, err);
}

/* --- records ------------------------------------------------------------------------- */

int stories_corrupt(const struct stories *s, uint64_t story, struct err *err)
{
    return section_corrupt(&s->section, s->data.offset, err,
                           "stories: story %llu is damaged", (unsigned long long)story);
}

int stories_record(const struct stories *s, const struct marks *of,
                   const struct marks *ends, const struct part *data, uint64_t story,
                   struct bytes *out, struct err *err)
{
    uint64_t rank = 0, which, from = 0, to;
    const uint8_t *at;
    if (marks_count(of) == 0)
        return ITER_END;
    int rc = marks_rank(of, story, &rank, err);
    if (rc != 0 || rank == 0)
        return rc ? rc : ITER_END;
    rc = marks_select(of, rank - 1, &which, err);
    if (rc != 0 || which != story)
        return rc ? rc : ITER_END;
    rc = marks_select(ends, rank - 1, &to, err);
    if (rc == 0 && rank > 1)
        rc = marks_select(ends, rank - 2, &from, err);
    if (rc != 0)
        return rc;
    if (from > to || to > data->len)
        return stories_corrupt(s, story, err);
    rc = section_get(&s->section, data->offset + from, to - from, &at, err);
    if (rc == 0)
        *out = bytes_of(at, to - from);
    return rc;
}

/* What is known of a story: members are empty for the usual one. */
struct found {
    uint32_t first, n;          /* articles, numbered over all segments */
    uint32_t original, fullest; /* relative to first */
    struct bytes members;
};

static int find(const struct stories *s, uint64_t story, struct found *out,
                struct err *err)
{
    struct bytes record = {0};
    memset(out, 0, sizeof *out);
    int rc = groups_of_unit(&s->groups, story, &out->first, &out->n, NULL, err);
    if (rc == 0)
        rc = stories_record(s, &s->stored, &s->record_ends, &s->data, story, &record,
                            err);
    if (rc == ITER_END)
        return out->n == 1 ? 0 : stories_corrupt(s, story, err);
    if (rc != 0)
        return rc;
    struct cursor c = cursor_of(record.data, record.len);
    out->original = cursor_varint32(&c);
    out->fullest = cursor_varint32(&c);
    if (c.failed || out->original >= out->n || out->fullest >= out->n ||
        cursor_left(&c) == 0)
        return stories_corrupt(s, story, err);
    out->members = bytes_of(c.p, cursor_left(&c));
    return 0;
}

/* A story of a segment, checked to lie in it with all its articles. */
static int find_in(const struct stories *s, const struct extent *e, story_id id,
                   struct found *out, struct err *err)
{
    if (id >= e->story_end - e->story)
        return stories_corrupt(s, id, err);
    int rc = find(s, e->story + id, out, err);
    if (rc != 0)
        return rc;
    if (out->first < e->article || (uint64_t)out->first + out->n > e->article_end)
        return stories_corrupt(s, e->story + id, err);
    return 0;
}

int stories_get(const struct stories *s, uint32_t segment, story_id id,
                struct story_record *out, struct err *err)
{
    struct extent e = {0};
    struct found f = {0};
    int rc = get_extent(s, segment, &e, err);
    if (rc == 0)
        rc = find_in(s, &e, id, &f, err);
    if (rc != 0)
        return rc;
    article_id first = (article_id)(f.first - e.article);
    *out = (struct story_record){first + f.original, first + f.fullest, f.n};
    return 0;
}

int stories_next_stored(const struct stories *s, uint32_t segment, story_id lo,
                        story_id *out, struct err *err)
{
    struct extent e = {0};
    uint64_t rank = 0, story;
    int rc = get_extent(s, segment, &e, err);
    if (rc != 0)
        return rc;
    uint64_t from = e.story + lo;
    if (lo >= e.story_end - e.story || marks_count(&s->stored) == 0)
        return ITER_END;
    if (from > 0)
        rc = marks_rank(&s->stored, from - 1, &rank, err);
    if (rc != 0 || rank >= marks_count(&s->stored))
        return rc ? rc : ITER_END;
    rc = marks_select(&s->stored, rank, &story, err);
    if (rc != 0)
        return rc;
    if (story < from)
        return stories_corrupt(s, story, err);
    if (story >= e.story_end)
        return ITER_END;
    *out = (story_id)(story - e.story);
    return 0;
}

/* --- members ------------------------------------------------------------------------- */

static void begin_walk(const struct stories *s, uint64_t story, const struct found *f,
                       struct stories_walk *out)
{
    *out = (struct stories_walk){
        .stories = s,
        .story = story,
        .left = f->n,
        .evidence = {.relation = RELATION_ROOT, .score = STORIES_SCORE_MAX}};
    if (f->members.len > 0) {
        out->at = f->members.data;
        out->end = f->members.data + f->members.len;
    } else {
        out->left_equal = f->n;
    }
}

/* Reads on until the evidence is that of the next article. */
static int next_equal(struct stories_walk *w, struct err *err)
{
    if (w->left_equal > 0)
        return 0;
    struct cursor c = cursor_of(w->at, (size_t)(w->end - w->at));
    w->left_equal = cursor_varint32(&c);
    bool good = stories_evidence_get(&c, &w->evidence);
    if (!good || w->left_equal == 0 || w->left_equal > w->left ||
        (w->left_equal == w->left) != (cursor_left(&c) == 0))
        return stories_corrupt(w->stories, w->story, err);
    w->at = c.p;
    return 0;
}

int stories_members(const struct stories *s, uint32_t segment, story_id id,
                    struct stories_walk *out, struct err *err)
{
    struct extent e = {0};
    struct found f = {0};
    int rc = get_extent(s, segment, &e, err);
    if (rc == 0)
        rc = find_in(s, &e, id, &f, err);
    if (rc == 0)
        begin_walk(s, e.story + id, &f, out);
    return rc;
}

int stories_members_next(struct stories_walk *w, struct evidence *out, struct err *err)
{
    if (w->left == 0)
        return ITER_END;
    int rc = next_equal(w, err);
    if (rc != 0)
        return rc;
    w->left--;
    w->left_equal--;
    *out = w->evidence;
    return 0;
}

int stories_member(const struct stories *s, uint32_t segment, article_id id,
                   struct evidence *out, struct err *err)
{
    struct extent e = {0};
    struct found f = {0};
    uint32_t story = 0;
    struct stories_walk w;
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
        return stories_corrupt(s, story, err);
    begin_walk(s, story, &f, &w);
    uint32_t before = (uint32_t)(e.article + id - f.first);
    while ((rc = next_equal(&w, err)) == 0 && before >= w.left_equal) {
        before -= w.left_equal;
        w.left -= w.left_equal;
        w.left_equal = 0;
    }
    if (rc == 0)
        *out = w.evidence;
    return rc;
}

/* --- limits -------------------------------------------------------------------------- */

int stories_limits(const struct stories *s, uint32_t *mode, uint32_t *values,
                   size_t cap, size_t *n, struct err *err)
{
    const uint8_t *at;
    int rc = section_get(&s->section, s->limits.offset, s->limits.len, &at, err);
    if (rc != 0)
        return rc;
    *mode = load_u32(at);
    *n = (size_t)(s->limits.len / 4 - 1);
    for (size_t i = 0; i < *n && i < cap; i++)
        values[i] = load_u32(at + 4 + 4 * i);
    return 0;
}

/* --- checking ------------------------------------------------------------------------ */

static int verify_story(const struct stories *s, uint32_t segment, story_id id,
                        article_id *next, struct err *err)
{
    struct story_record r = {0};
    struct stories_walk w;
    struct evidence e;
    int rc = stories_get(s, segment, id, &r, err);
    if (rc == 0)
        rc = stories_members(s, segment, id, &w, err);
    while (rc == 0)
        rc = stories_members_next(&w, &e, err);
    if (rc == ITER_END) {
        *next += r.n_articles;
        rc = 0;
    }
    return rc;
}

static int verify_segment(const struct stories *s, uint32_t segment, struct err *err)
{
    struct extent e = {0};
    article_id next = 0;
    int rc = get_extent(s, segment, &e, err);
    for (story_id id = 0; rc == 0 && id < e.story_end - e.story; id++)
        rc = verify_story(s, segment, id, &next, err);
    if (rc == 0 && next != e.article_end - e.article)
        rc = stories_corrupt(s, e.story_end, err);
    return rc;
}

static int verify_marks(const struct stories *s, struct err *err)
{
    const struct marks *all[] = {&s->stored,    &s->record_ends, &s->linked,
                                 &s->link_ends, &s->back_of,     NULL};
    int rc = 0;
    for (size_t i = 0; rc == 0 && all[i]; i++)
        rc = marks_verify(all[i], err);
    return rc;
}

int stories_verify(struct stories *s, struct err *err)
{
    int rc = container_verify(s->container, err);
    return rc ? rc : stories_verify_section(s, err);
}

int stories_verify_section(const struct stories *s, struct err *err)
{
    struct extent e = {0};
    int rc = groups_verify(&s->groups, err);
    if (rc == 0)
        rc = verify_marks(s, err);
    for (uint32_t i = 0; rc == 0 && i < stories_n_segments(s); i++) {
        rc = verify_segment(s, i, err);
        if (rc == 0)
            rc = get_extent(s, i, &e, err);
    }
    if (rc == 0 &&
        (e.story_end != s->groups.n_units || e.article_end != s->groups.n_ids))
        rc = section_corrupt(&s->section, s->segments.offset, err,
                             "stories: segments do not cover the stories");
    return rc ? rc : stories_links_verify(s, err);
}
