#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "formats/stories.h"
#include "formats/stories_layout.h"
#include "tests/unit/formats_fixture.h"

struct model_story {
    struct story_record r;
    struct evidence members[6];
};

struct model_segment {
    VEC(struct model_story) stories;
    uint32_t n_articles;
};

struct model {
    VEC(struct model_segment) segments;
    link_vec links;
    uint32_t mode;
    uint32_t limits[STORIES_LIMITS_MAX];
    size_t n_limits;
    struct tempdir dir;
    struct hash128 hash;
    uint64_t len;
    struct stories *s;
};

static uint16_t draw_fraction(uint64_t *state)
{
    return (uint16_t)(fixture_random(state) % (STORIES_SCORE_MAX + 1));
}

static void draw_range(uint64_t *state, uint32_t *from, uint32_t *to)
{
    *from = fixture_gap(state, UINT32_MAX);
    *to = *from + fixture_gap(state, UINT32_MAX - *from);
}

static struct evidence draw_evidence(uint64_t *state)
{
    struct evidence e = {
        .relation = (uint8_t)(fixture_random(state) % (STORIES_RELATION_MAX + 1)),
        .score = draw_fraction(state)};
    if (fixture_random(state) % 3 == 0)
        return e;
    e.rule = (uint8_t)(fixture_random(state) % 256);
    e.covered_root = draw_fraction(state);
    e.covered_member = draw_fraction(state);
    e.rare = draw_fraction(state);
    draw_range(state, &e.root_from, &e.root_to);
    draw_range(state, &e.member_from, &e.member_to);
    e.run = fixture_gap(state, UINT32_MAX);
    e.facts_agreed = fixture_gap(state, UINT32_MAX);
    e.facts_differ = fixture_gap(state, UINT32_MAX);
    return e;
}

static struct model_story draw_story(uint64_t *state, article_id first,
                                     unsigned copies_percent)
{
    struct model_story s = {.r = {first, first, 1}};
    bool copies = fixture_random(state) % 100 < copies_percent;
    if (copies) {
        s.r.n_articles = 1 + (uint32_t)(fixture_random(state) % 6);
        s.r.original += (article_id)(fixture_random(state) % s.r.n_articles);
        s.r.fullest += (article_id)(fixture_random(state) % s.r.n_articles);
    }
    for (uint32_t i = 0; i < s.r.n_articles; i++) {
        s.members[i] =
            (struct evidence){.relation = RELATION_ROOT, .score = STORIES_SCORE_MAX};
        if (copies)
            s.members[i] = i > 0 && fixture_random(state) % 2 ? s.members[i - 1]
                                                              : draw_evidence(state);
    }
    return s;
}

/* Story `number`, and where its articles begin. */
static const struct model_story *story_at(const struct model *m, uint64_t number,
                                          uint64_t *first_article)
{
    *first_article = 0;
    vec_foreach(const struct model_segment, g, &m->segments) {
        for (size_t i = 0; i < g->stories.len; i++, number--) {
            if (number == 0)
                return &g->stories.items[i];
            *first_article += g->stories.items[i].r.n_articles;
        }
    }
    return NULL;
}

static uint64_t n_stories(const struct model *m)
{
    uint64_t n = 0;
    vec_foreach(const struct model_segment, g, &m->segments)
        n += g->stories.len;
    return n;
}

static struct story_link draw_link(const struct model *m, uint64_t *state, uint64_t a,
                                   uint64_t b)
{
    uint64_t first_a, first_b;
    const struct model_story *x = story_at(m, a, &first_a);
    const struct model_story *y = story_at(m, b, &first_b);
    return (struct story_link){
        .a = a,
        .b = b,
        .article_a = first_a + fixture_random(state) % x->r.n_articles,
        .article_b = first_b + fixture_random(state) % y->r.n_articles,
        .evidence = draw_evidence(state)};
}

static void draw_links(struct model *m, uint64_t *state)
{
    uint64_t n = n_stories(m);
    for (uint64_t a = 0; a < n; a++) {
        for (uint64_t b = a + 1; b < n; b += 1 + fixture_gap(state, 40)) {
            if (fixture_random(state) % 8 == 0)
                cr_assert(vec_push(&m->links, draw_link(m, state, a, b)));
            if (fixture_random(state) % 6 == 0)
                break;
        }
    }
}

static void write_model(struct model *m)
{
    struct err err = {0};
    struct stories_writer *w;
    cr_assert_eq(stories_writer_create(&w, m->dir.fd, m->dir.path, "stories", &err), 0,
                 "%s", err.msg);
    if (m->n_limits > 0)
        stories_writer_limits(w, m->mode, m->limits, m->n_limits);
    vec_foreach(struct model_segment, g, &m->segments) {
        stories_writer_segment(w);
        vec_foreach(struct model_story, s, &g->stories) {
            stories_writer_story(w, s->r);
            for (uint32_t i = 0; i < s->r.n_articles; i++)
                stories_writer_article(w, &s->members[i]);
        }
    }
    vec_foreach(struct story_link, l, &m->links)
        stories_writer_link(w, l);
    cr_assert_eq(stories_writer_finish(w, &m->hash, &m->len, &err), 0, "%s", err.msg);
}

static void make(struct model *m, uint64_t seed, size_t n_segments, size_t n,
                 unsigned copies_percent)
{
    struct err err = {0};
    uint64_t state = seed;
    cr_assert(tempdir_make(&m->dir));
    for (size_t i = 0; i < n_segments; i++) {
        struct model_segment g = {0};
        for (size_t k = fixture_random(&state) % (n + 1); k > 0; k--) {
            struct model_story s = draw_story(&state, g.n_articles, copies_percent);
            cr_assert(vec_push(&g.stories, s));
            g.n_articles += s.r.n_articles;
        }
        cr_assert(vec_push(&m->segments, g));
    }
    if (copies_percent > 0)
        draw_links(m, &state);
    m->n_limits = seed % (STORIES_LIMITS_MAX + 1);
    m->mode = (uint32_t)(seed % 3);
    for (size_t i = 0; i < m->n_limits; i++)
        m->limits[i] = (uint32_t)fixture_random(&state);
    write_model(m);
    cr_assert_eq(
        stories_open(&m->s, m->dir.fd, m->dir.path, "stories", &m->hash, m->len, &err),
        0, "%s", err.msg);
}

static void release(struct model *m)
{
    vec_foreach(struct model_segment, g, &m->segments)
        vec_release(&g->stories);
    vec_release(&m->segments);
    vec_release(&m->links);
    stories_close(m->s);
    tempdir_remove(&m->dir);
}

static void check_members(const struct model *m, uint32_t segment, story_id id,
                          const struct model_story *s, article_id first)
{
    struct err err = {0};
    struct stories_walk walk;
    struct evidence e;
    cr_assert_eq(stories_members(m->s, segment, id, &walk, &err), 0, "%s", err.msg);
    for (uint32_t k = 0; k < s->r.n_articles; k++) {
        cr_assert_eq(stories_members_next(&walk, &e, &err), 0, "%s", err.msg);
        cr_assert(stories_evidence_equal(&e, &s->members[k]));
        cr_assert_eq(stories_member(m->s, segment, first + k, &e, &err), 0, "%s",
                     err.msg);
        cr_assert(stories_evidence_equal(&e, &s->members[k]));
    }
    cr_assert_eq(stories_members_next(&walk, &e, &err), ITER_END);
}

static bool is_stored(const struct model_story *s)
{
    static const struct evidence usual = {.relation = RELATION_ROOT,
                                          .score = STORIES_SCORE_MAX};
    return s->r.n_articles > 1 || !stories_evidence_equal(&usual, &s->members[0]);
}

static void check_stored(const struct model *m, uint32_t segment)
{
    const struct model_segment *g = &m->segments.items[segment];
    struct err err = {0};
    story_id next = 0, found;
    for (story_id id = 0; id < g->stories.len; id++) {
        if (!is_stored(&g->stories.items[id]))
            continue;
        cr_assert_eq(stories_next_stored(m->s, segment, next, &found, &err), 0);
        cr_assert_eq(found, id);
        next = id + 1;
    }
    cr_assert_eq(stories_next_stored(m->s, segment, next, &found, &err), ITER_END);
}

static void check_places(const struct model *m, uint32_t i, uint32_t n,
                         uint32_t n_articles)
{
    struct err err = {0};
    uint64_t story, article;
    uint32_t segment, id;
    cr_assert_eq(stories_base(m->s, i, &story, &article, &err), 0);
    for (uint32_t k = 0; k < n; k++) {
        cr_assert_eq(stories_place(m->s, story + k, &segment, &id, &err), 0);
        cr_assert(segment == i && id == k);
    }
    for (uint32_t k = 0; k < n_articles; k++) {
        cr_assert_eq(stories_place_article(m->s, article + k, &segment, &id, &err), 0);
        cr_assert(segment == i && id == k);
    }
}

static void check_segment(const struct model *m, uint32_t i)
{
    const struct model_segment *g = &m->segments.items[i];
    struct err err = {0};
    uint32_t stories, articles;
    article_id next = 0;
    cr_assert_eq(stories_counts(m->s, i, &stories, &articles, &err), 0);
    cr_assert_eq(stories, g->stories.len);
    cr_assert_eq(articles, g->n_articles);
    for (story_id id = 0; id < stories; id++) {
        const struct model_story *s = &g->stories.items[id];
        struct story_record r;
        cr_assert_eq(stories_get(m->s, i, id, &r, &err), 0, "%s", err.msg);
        cr_assert_eq(r.original, s->r.original);
        cr_assert_eq(r.fullest, s->r.fullest);
        cr_assert_eq(r.n_articles, s->r.n_articles);
        check_members(m, i, id, s, next);
        next += r.n_articles;
    }
    check_stored(m, i);
    check_places(m, i, stories, articles);
    struct story_record r;
    struct evidence x;
    cr_assert_eq(stories_get(m->s, i, stories, &r, &err), ERR_CORRUPT);
    cr_assert_eq(stories_member(m->s, i, articles, &x, NULL), ERR_CORRUPT);
}

static void expect_link(const struct story_link *got, const struct story_link *l)
{
    cr_assert(got->a == l->a && got->b == l->b);
    cr_assert(got->article_a == l->article_a && got->article_b == l->article_b);
    cr_assert(stories_evidence_equal(&got->evidence, &l->evidence));
}

/* The links of each story are those of the model that have it, by the other side. */
static void check_links(const struct model *m)
{
    link_vec got = {0};
    struct err err = {0};
    uint64_t next = 0, story, n = n_stories(m);
    cr_assert_eq(stories_n_links(m->s), m->links.len);
    for (uint64_t i = 0; i < n; i++) {
        size_t k = 0;
        cr_assert_eq(stories_links(m->s, i, &got, &err), 0, "%s", err.msg);
        for (int side = 0; side < 2; side++) {
            vec_foreach(struct story_link, l, &m->links) {
                if (side == 0 ? l->b != i : l->a != i)
                    continue;
                cr_assert_lt(k, got.len);
                expect_link(&got.items[k++], l);
            }
        }
        cr_assert_eq(k, got.len);
    }
    cr_assert_eq(stories_links(m->s, n, &got, &err), ERR_CORRUPT);
    vec_reset(&got);
    err_clear(&err);
    while (stories_next_linked(m->s, next, &story, &got, &err) == 0)
        next = story + 1;
    cr_assert_eq(got.len, m->links.len, "%s", err.msg);
    for (size_t i = 0; i < got.len; i++)
        expect_link(&got.items[i], &m->links.items[i]);
    vec_release(&got);
}

static void check_limits(const struct model *m)
{
    uint32_t mode = 99, values[STORIES_LIMITS_MAX] = {0};
    size_t n = 0;
    struct err err = {0};
    cr_assert_eq(stories_limits(m->s, &mode, values, STORIES_LIMITS_MAX, &n, &err), 0);
    cr_assert_eq(mode, m->n_limits ? m->mode : STORIES_OFF);
    cr_assert_eq(n, m->n_limits);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(values[i], m->limits[i]);
    memset(values, 0, sizeof values);
    cr_assert_eq(stories_limits(m->s, &mode, values, 1, &n, &err), 0);
    cr_assert(n == m->n_limits && values[1] == 0);
}

/* The counts of stories_summary, one by one. */
static void check_summary(const struct model *m)
{
    struct stories_summary sum, want = {0};
    struct err err = {0};
    vec_foreach(struct model_segment, g, &m->segments) {
        vec_foreach(struct model_story, s, &g->stories) {
            uint32_t n = s->r.n_articles;
            want.with_copies += n > 1;
            want.largest = n > want.largest ? n : want.largest;
            for (uint32_t i = 0; i < n; i++)
                want.relations[s->members[i].relation]++;
        }
    }
    vec_foreach(struct story_link, l, &m->links)
        want.links[l->evidence.relation]++;
    cr_assert_eq(stories_summary(m->s, &sum, &err), 0, "%s", err.msg);
    cr_assert_eq(memcmp(&sum, &want, sizeof sum), 0);
}

Test(stories, random_models)
{
    static const unsigned percents[] = {0, 5, 60, 100};
    size_t n_links = 0;
    for (uint64_t seed = 1; seed < 40; seed++) {
        struct model m = {0};
        struct err err = {0};
        uint32_t segment, id;
        make(&m, seed, seed % 6, 10 * seed, percents[seed % 4]);
        cr_assert_eq(stories_n_segments(m.s), m.segments.len);
        for (uint32_t i = 0; i < m.segments.len; i++)
            check_segment(&m, i);
        check_links(&m);
        check_limits(&m);
        check_summary(&m);
        n_links += m.links.len;
        cr_assert_eq(stories_verify(m.s, &err), 0, "%s", err.msg);
        cr_assert_eq(stories_place(m.s, n_stories(&m), &segment, &id, NULL),
                     ERR_CORRUPT);
        release(&m);
    }
    cr_assert_gt(n_links, 300);
}

Test(stories, single_articles_cost_nothing)
{
    struct model few = {0}, many = {0};
    make(&few, 1, 1, 1, 0);
    make(&many, 1, 1, 50000, 0);
    cr_assert_gt(many.segments.items[0].stories.len, 1000);
    cr_assert_leq(many.len, few.len + 64);
    release(&few);
    release(&many);
}

/* A story of n articles of which all but the first have the same evidence. */
static uint64_t length_of_equal(uint32_t n)
{
    struct tempdir dir;
    struct stories_writer *w;
    struct hash128 hash;
    uint64_t len;
    struct evidence e = {.relation = RELATION_ROOT, .score = STORIES_SCORE_MAX};
    cr_assert(tempdir_make(&dir));
    cr_assert_eq(stories_writer_create(&w, dir.fd, dir.path, "stories", NULL), 0);
    stories_writer_segment(w);
    stories_writer_story(w, (struct story_record){0, 0, n});
    for (uint32_t i = 0; i < n; i++) {
        stories_writer_article(w, &e);
        e = (struct evidence){.relation = RELATION_NEAR, .score = 9000, .run = 60};
    }
    cr_assert_eq(stories_writer_finish(w, &hash, &len, NULL), 0);
    tempdir_remove(&dir);
    return len;
}

Test(stories, equal_evidence_is_stored_once)
{
    cr_assert_leq(length_of_equal(100000), length_of_equal(100) + 64);
}

Test(stories, names)
{
    cr_assert_str_eq(stories_relation_name(RELATION_ROOT), "root");
    cr_assert_str_eq(stories_relation_name(RELATION_CONTAINED), "contained");
    cr_assert_str_eq(stories_relation_name(RELATION_DIGEST), "digest");
    cr_assert_str_eq(stories_relation_name(99), "?");
    cr_assert_eq(stories_relation_of("near"), RELATION_NEAR);
    cr_assert_eq(stories_relation_of("digest"), RELATION_DIGEST);
    cr_assert_eq(stories_relation_of("?"), -1);
    cr_assert_str_eq(stories_mode_name(STORIES_OFF), "off");
    cr_assert_str_eq(stories_mode_name(77), "?");
}

/* Every flipped bit of the file is found when it is opened or verified. */
Test(stories, damage)
{
    struct model m = {0};
    size_t len;
    make(&m, 31, 3, 40, 50);
    uint8_t *data = tempdir_read(&m.dir, "stories", &len);
    cr_assert(data);
    uint64_t state = 5;
    for (int i = 0; i < 1500; i++) {
        size_t bit = (size_t)(fixture_random(&state) % (len * 8));
        struct stories *s = NULL;
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        cr_assert(tempdir_write(&m.dir, "damaged", data, len));
        int rc =
            stories_open(&s, m.dir.fd, m.dir.path, "damaged", &m.hash, m.len, NULL);
        if (rc == 0)
            rc = stories_verify(s, NULL);
        cr_assert(rc < 0, "bit %zu", bit);
        stories_close(s);
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(data);
    release(&m);
}

Test(stories, a_mirrored_link_is_itself_again)
{
    uint64_t state = 9;
    for (int i = 0; i < 100; i++) {
        struct evidence e = draw_evidence(&state), m = stories_mirror(e), again;
        cr_assert_eq(m.covered_root, e.covered_member);
        cr_assert_eq(m.root_to, e.member_to);
        cr_assert_eq(m.relation == RELATION_CONTAINS, e.relation == RELATION_CONTAINED);
        again = stories_mirror(m);
        cr_assert(stories_evidence_equal(&again, &e));
    }
}

/* --- hostile bytes ----------------------------------------------------------------------- */

enum {
    READS_MAX = 2000 /* stories and articles that are asked of a damaged section */
};

static void check_evidence(const struct evidence *e)
{
    cr_assert(e->relation <= STORIES_RELATION_MAX && e->score <= STORIES_SCORE_MAX);
    cr_assert(e->covered_root <= STORIES_SCORE_MAX && e->rare <= STORIES_SCORE_MAX);
    cr_assert(e->root_from <= e->root_to && e->member_from <= e->member_to);
}

static void read_stories(const struct stories *s, uint32_t segment)
{
    struct story_record r;
    struct stories_walk walk;
    struct evidence e;
    uint32_t n, n_articles;
    story_id next;
    if (stories_counts(s, segment, &n, &n_articles, NULL) != 0)
        return;
    for (story_id i = 0; i < n && i < READS_MAX; i++) {
        if (stories_get(s, segment, i, &r, NULL) == 0)
            cr_assert(r.original < n_articles && r.fullest < n_articles);
        (void)stories_next_stored(s, segment, i, &next, NULL);
        if (stories_members(s, segment, i, &walk, NULL) != 0)
            continue;
        for (int k = 0; k < 10 && stories_members_next(&walk, &e, NULL) == 0; k++)
            check_evidence(&e);
    }
    for (article_id i = 0; i < n_articles && i < READS_MAX; i++) {
        if (stories_member(s, segment, i, &e, NULL) == 0)
            check_evidence(&e);
    }
}

/* Reads all it can of a section, whatever it holds. Returns stories_verify_section's answer. */
static int read_all(const struct section *section)
{
    struct stories s = {.section = *section};
    link_vec links = {0};
    uint32_t mode, values[STORIES_LIMITS_MAX], segment, id;
    size_t n;
    uint64_t next = 0, story;
    int rc = stories_open_section(&s, NULL);
    if (rc != 0)
        return rc;
    for (uint32_t i = 0; i < stories_n_segments(&s) && i < 10; i++)
        read_stories(&s, i);
    for (uint64_t i = 0; i < s.groups.n_units && i < READS_MAX; i++) {
        if (stories_links(&s, i, &links, NULL) == 0) {
            vec_foreach(struct story_link, l, &links)
                cr_assert(l->a < l->b && l->b < s.groups.n_units &&
                          l->article_a < s.groups.n_ids &&
                          l->article_b < s.groups.n_ids);
        }
        (void)stories_place(&s, i, &segment, &id, NULL);
        (void)stories_place_article(&s, i, &segment, &id, NULL);
    }
    vec_reset(&links);
    while (stories_next_linked(&s, next, &story, &links, NULL) == 0) {
        cr_assert_geq(story, next);
        next = story + 1;
        vec_reset(&links);
    }
    (void)stories_limits(&s, &mode, values, STORIES_LIMITS_MAX, &n, NULL);
    vec_release(&links);
    return stories_verify_section(&s, NULL);
}

static void read_damaged(const struct section *damaged, void *arg)
{
    *(unsigned *)arg += read_all(damaged) != 0;
}

Test(stories, hostile)
{
    unsigned refused = 0;
    for (uint64_t seed = 30; seed < 33; seed++) {
        struct model m = {0};
        make(&m, seed, 3, 40, 60);
        cr_assert_eq(read_all(&m.s->section), 0);
        fixture_damage(&m.s->section, 1500, read_damaged, &refused);
        release(&m);
    }
    cr_assert_gt(refused, 1000);
}

/* A damaged entry of the table that leads back is told even where each link for itself could be. */
Test(stories, links_that_lead_back_elsewhere)
{
    struct model m = {0};
    make(&m, 3, 4, 60, 100);
    cr_assert_gt(m.links.len, 5);
    struct section *section = &m.s->section;
    uint8_t *copy = malloc(section->len + 64);
    const uint8_t *at = NULL;
    cr_assert_eq(section_get(section, 0, section->len, &at, NULL), 0);
    memset(copy, 0, section->len + 64);
    memcpy(copy, at, section->len);
    struct section altered =
        section_memory(copy, section->len, section->id, section->count);
    cr_assert_eq(read_all(&altered), 0);
    copy[m.s->back.offset + STORIES_BACK_BYTES + 4] ^= 1;
    cr_assert_eq(read_all(&altered), ERR_CORRUPT);
    free(copy);
    release(&m);
}

Test(stories, golden)
{
    struct model m = {0};
    const uint8_t *at = NULL;
    make(&m, 27, 5, 24, 60);
    cr_assert_gt(m.links.len, 2);
    cr_assert_eq(section_get(&m.s->section, 0, m.s->section.len, &at, NULL), 0);
    fixture_golden("stories", at, m.s->section.len);
    release(&m);
}

Test(stories, an_aborted_file_is_removed)
{
    struct tempdir dir;
    struct stories_writer *w;
    cr_assert(tempdir_make(&dir));
    cr_assert_eq(stories_writer_create(&w, dir.fd, dir.path, "stories", NULL), 0);
    stories_writer_segment(w);
    stories_writer_abort(w);
    stories_writer_abort(NULL);
    cr_assert_eq(tempdir_count(&dir), 0);
    tempdir_remove(&dir);
}
