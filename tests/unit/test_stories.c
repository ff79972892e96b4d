#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "formats/stories.h"
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
    struct tempdir dir;
    struct hash128 hash;
    uint64_t len;
    struct stories *s;
};

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
            s.members[i] = (struct evidence){
                .relation =
                    (uint8_t)(fixture_random(state) % (STORIES_RELATION_MAX + 1)),
                .score = (uint16_t)(fixture_random(state) % (STORIES_SCORE_MAX + 1))};
    }
    return s;
}

static void write_model(struct model *m)
{
    struct err err = {0};
    struct stories_writer *w;
    cr_assert_eq(stories_writer_create(&w, m->dir.fd, m->dir.path, "stories", &err), 0,
                 "%s", err.msg);
    vec_foreach(struct model_segment, g, &m->segments) {
        stories_writer_segment(w);
        vec_foreach(struct model_story, s, &g->stories) {
            stories_writer_story(w, s->r);
            for (uint32_t i = 0; i < s->r.n_articles; i++)
                stories_writer_article(w, &s->members[i]);
        }
    }
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
    stories_close(m->s);
    tempdir_remove(&m->dir);
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
        struct evidence x;
        cr_assert_eq(stories_get(m->s, i, id, &r, &err), 0, "%s", err.msg);
        cr_assert_eq(r.original, s->r.original);
        cr_assert_eq(r.fullest, s->r.fullest);
        cr_assert_eq(r.n_articles, s->r.n_articles);
        for (uint32_t k = 0; k < r.n_articles; k++, next++) {
            cr_assert_eq(stories_member(m->s, i, next, &x, &err), 0, "%s", err.msg);
            cr_assert_eq(x.relation, s->members[k].relation);
            cr_assert_eq(x.score, s->members[k].score);
        }
    }
    struct story_record r;
    struct evidence x;
    cr_assert_eq(stories_get(m->s, i, stories, &r, &err), ERR_CORRUPT);
    cr_assert_eq(stories_member(m->s, i, articles, &x, NULL), ERR_CORRUPT);
}

Test(stories, random_models)
{
    static const unsigned percents[] = {0, 5, 60, 100};
    for (uint64_t seed = 1; seed < 40; seed++) {
        struct model m = {0};
        struct err err = {0};
        make(&m, seed, seed % 6, 10 * seed, percents[seed % 4]);
        cr_assert_eq(stories_n_segments(m.s), m.segments.len);
        for (uint32_t i = 0; i < m.segments.len; i++)
            check_segment(&m, i);
        cr_assert_eq(stories_verify(m.s, &err), 0, "%s", err.msg);
        release(&m);
    }
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

Test(stories, names)
{
    cr_assert_str_eq(stories_relation_name(RELATION_ROOT), "root");
    cr_assert_str_eq(stories_relation_name(RELATION_CONTAINED), "contained");
    cr_assert_str_eq(stories_relation_name(99), "?");
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
