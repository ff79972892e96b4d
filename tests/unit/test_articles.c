#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "formats/wordings.h"
#include "tests/unit/formats_fixture.h"

struct model_article {
    struct article_record r;
    patch_vec patches;
    struct offsetmap map;
};

struct model {
    VEC(struct model_article) articles;
    uint32_t n_wordings;
    struct tempdir dir;
    struct container *container;
    struct articles a;
};

static void add_patches(struct model_article *a, uint64_t *state)
{
    uint32_t at = 0;
    for (size_t n = fixture_random(state) % 6; n > 0; n--) {
        at += fixture_gap(state, 5000) + 1;
        struct patch p = {at, 1, fixture_gap(state, UINT32_MAX),
                          (uint8_t)(1 + fixture_random(state) % 3)};
        if (p.kind == PATCH_UPPER) {
            p.len = 1 + fixture_gap(state, 1000);
            p.value = 0;
        }
        cr_assert(vec_push(&a->patches, p));
    }
}

static void add_article(struct model *m, uint64_t *state)
{
    struct model_article a = {0};
    if (m->articles.len == 0 || fixture_random(state) % 4)
        m->n_wordings++;
    if (fixture_random(state) % 5 == 0)
        add_patches(&a, state);
    for (size_t n = fixture_random(state) % 20; n > 0; n--)
        offsetmap_put(&a.map, 1 + fixture_gap(state, 500), fixture_gap(state, 1 << 20),
                      1 + fixture_gap(state, 500));
    a.r = (struct article_record){.wording = m->n_wordings - 1,
                                  .title_tokens = fixture_gap(state, 40),
                                  .first_sep = fixture_gap(state, 3),
                                  .tail = fixture_gap(state, UINT32_MAX)};
    cr_assert(vec_push(&m->articles, a));
}

static void open(struct model *m, struct container_writer *c)
{
    struct err err = {0};
    struct section article, map;
    struct hash128 hash;
    uint64_t counts[CONTAINER_COUNTS] = {0}, len;
    cr_assert_eq(container_finish(c, 1, counts, &hash, &len, &err), 0, "%s", err.msg);
    cr_assert_eq(container_open(&m->container, m->dir.fd, m->dir.path, "file",
                                CONTAINER_SEGMENT, &hash, len, &err),
                 0, "%s", err.msg);
    cr_assert_eq(container_section(m->container, SECTION_ARTICLE, &article, &err), 0);
    cr_assert_eq(container_section(m->container, SECTION_MAP, &map, &err), 0);
    cr_assert_eq(articles_open(&m->a, &article, &err), 0, "%s", err.msg);
    cr_assert_eq(articles_open_maps(&m->a, &map, &err), 0, "%s", err.msg);
}

static void make(struct model *m, uint64_t seed, size_t n)
{
    struct err err = {0};
    uint64_t state = seed;
    struct container_writer *c;
    cr_assert(tempdir_make(&m->dir));
    cr_assert_eq(
        container_create(&c, CONTAINER_SEGMENT, m->dir.fd, m->dir.path, "file", &err),
        0);
    struct section_writer *article =
        container_open_section(c, SECTION_ARTICLE, 1, false);
    struct articles_writer *w =
        articles_writer_new(article, container_open_section(c, SECTION_MAP, 1, false));
    for (size_t i = 0; i < n; i++) {
        add_article(m, &state);
        struct model_article *a = &m->articles.items[i];
        a->r.patches = a->patches.items;
        a->r.n_patches = a->patches.len;
        a->r.map = &a->map;
        articles_writer_put(w, &a->r);
    }
    cr_assert_eq(articles_writer_finish(w, &err), 0, "%s", err.msg);
    open(m, c);
}

static void release(struct model *m)
{
    vec_foreach(struct model_article, a, &m->articles) {
        vec_release(&a->patches);
        offsetmap_release(&a->map);
    }
    vec_release(&m->articles);
    container_close(m->container);
    tempdir_remove(&m->dir);
}

static void check_article(const struct model *m, article_id id, patch_vec *patches,
                          struct offsetmap *map)
{
    const struct model_article *a = &m->articles.items[id];
    struct article_view view;
    struct err err = {0};
    cr_assert_eq(articles_get(&m->a, id, &view, patches, &err), 0, "%s", err.msg);
    cr_assert_eq(view.id, id);
    cr_assert_eq(view.wording, a->r.wording);
    cr_assert_eq(view.title_tokens, a->r.title_tokens);
    cr_assert_eq(view.first_sep, a->r.first_sep);
    cr_assert_eq(view.tail, a->r.tail);
    cr_assert_eq(patches->len, a->patches.len);
    for (size_t i = 0; i < patches->len; i++) {
        cr_assert_eq(patches->items[i].at, a->patches.items[i].at);
        cr_assert_eq(patches->items[i].len, a->patches.items[i].len);
        cr_assert_eq(patches->items[i].value, a->patches.items[i].value);
        cr_assert_eq(patches->items[i].kind, a->patches.items[i].kind);
    }
    cr_assert_eq(articles_map(&m->a, id, map, &err), 0, "%s", err.msg);
    cr_assert_eq(map->segments.len, a->map.segments.len);
    cr_assert_eq(map->out_len, a->map.out_len);
    for (size_t i = 0; i < map->segments.len; i++)
        cr_assert_eq(map->segments.items[i].in_pos, a->map.segments.items[i].in_pos);
}

static void check(const struct model *m)
{
    patch_vec patches = {0};
    struct offsetmap map = {0};
    struct err err = {0};
    cr_assert_eq(m->a.n_articles, m->articles.len);
    article_id next = 0;
    for (wording_id w = 0; w < m->n_wordings; w++) {
        article_id first;
        uint32_t n;
        cr_assert_eq(articles_of_wording(&m->a, w, &first, &n, &err), 0, "%s", err.msg);
        cr_assert_eq(first, next);
        for (uint32_t i = 0; i < n; i++)
            cr_assert_eq(m->articles.items[first + i].r.wording, w);
        next += n;
    }
    cr_assert_eq(next, m->articles.len);
    for (article_id id = 0; id < m->articles.len; id++)
        check_article(m, id, &patches, &map);
    cr_assert_eq(articles_verify(&m->a, m->n_wordings, &err), 0, "%s", err.msg);
    cr_assert_eq(articles_verify(&m->a, m->n_wordings + 1, &err), ERR_CORRUPT);
    vec_release(&patches);
    offsetmap_release(&map);
}

Test(articles, random_models)
{
    for (size_t n = 0; n < 1000; n = n * 3 + 1) {
        struct model m = {0};
        make(&m, n + 17, n);
        check(&m);
        release(&m);
    }
}

/* Maps from a frame that is kept are those that are read one by one, in any order and of two segments in turn. */
Test(articles, kept_maps)
{
    struct model m[2] = {0};
    struct articles_maps maps = {0};
    struct offsetmap one = {0};
    const struct offsetmap *kept = NULL;
    uint64_t state = 21;
    make(&m[0], 5, 200);
    make(&m[1], 6, 70);
    for (uint64_t i = 0; i < 3000; i++) {
        const struct model *of = &m[fixture_random(&state) % 8 == 0];
        uint64_t n = of->articles.len, near = i % 64 < n ? i % 64 : 0;
        article_id id = (article_id)(i % 3 ? near : fixture_random(&state) % n);
        cr_assert_eq(articles_map(&of->a, id, &one, NULL), 0);
        cr_assert_eq(articles_maps_get(&maps, &of->a, id, &kept, NULL), 0);
        cr_assert_eq(kept->out_len, one.out_len);
        cr_assert_eq(kept->segments.len, one.segments.len);
        for (size_t k = 0; k < one.segments.len; k++)
            cr_assert_eq(kept->segments.items[k].in_pos, one.segments.items[k].in_pos);
        if (i % 100 == 0)
            cr_assert_eq(articles_maps_get(&maps, &of->a, (article_id)n, &kept, NULL),
                         ERR_CORRUPT);
    }
    articles_maps_release(&maps);
    offsetmap_release(&one);
    release(&m[0]);
    release(&m[1]);
}

static void expect_no_article(const struct model *m, article_id id)
{
    patch_vec patches = {0};
    struct offsetmap map = {0};
    struct article_view view;
    article_id first;
    uint32_t n;
    cr_assert_eq(articles_get(&m->a, id, &view, &patches, NULL), ERR_CORRUPT);
    cr_assert_eq(articles_map(&m->a, id, &map, NULL), ERR_CORRUPT);
    cr_assert_eq(articles_of_wording(&m->a, m->n_wordings, &first, &n, NULL),
                 ERR_CORRUPT);
}

Test(articles, out_of_range)
{
    struct model m = {0};
    make(&m, 4, 10);
    expect_no_article(&m, 10);
    expect_no_article(&m, UINT32_MAX);
    release(&m);
}

static void use(const struct articles *a, const struct model *m)
{
    patch_vec patches = {0};
    struct offsetmap map = {0};
    struct article_view view;
    article_id first;
    uint32_t n;
    for (article_id id = 0; id < m->articles.len; id++) {
        (void)articles_get(a, id, &view, &patches, NULL);
        (void)articles_map(a, id, &map, NULL);
    }
    for (wording_id w = 0; w < m->n_wordings; w++) {
        if (articles_of_wording(a, w, &first, &n, NULL) == 0)
            cr_assert_leq((uint64_t)first + n, a->n_articles);
    }
    (void)articles_verify(a, m->n_wordings, NULL);
    vec_release(&patches);
    offsetmap_release(&map);
}

static void read_damaged(const struct section *s, void *arg)
{
    const struct model *m = arg;
    struct articles a;
    if (articles_open(&a, s, NULL) == 0 &&
        articles_open_maps(&a, &m->a.map_section, NULL) == 0)
        use(&a, m);
}

static void read_damaged_map(const struct section *s, void *arg)
{
    const struct model *m = arg;
    struct articles a;
    if (articles_open(&a, &m->a.section, NULL) == 0 &&
        articles_open_maps(&a, s, NULL) == 0)
        use(&a, m);
}

Test(articles, damage)
{
    struct model m = {0};
    make(&m, 99, 70);
    fixture_damage(&m.a.section, 1500, read_damaged, &m);
    fixture_damage(&m.a.map_section, 1500, read_damaged_map, &m);
    release(&m);
}

Test(articles, golden)
{
    struct model m = {0};
    make(&m, 8, 20);
    fixture_golden("articles", m.a.section.data, (size_t)m.a.section.len);
    release(&m);
}
