#include "tests/support/planted.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "indexer/align.h"
#include "indexer/canonical.h"
#include "indexer/commit.h"
#include "indexer/exact.h"
#include "indexer/link.h"
#include "indexer/scan.h"
#include "indexer/write.h"
#include "tests/support/check.h"

/* A link being made. */
struct planting {
    struct build *build;
    planted_group group;
    void *arg;
    uint32_t n, *order, *leaders; /* of the articles; owned */
    struct link *link;
    struct align *align; /* owned */
    struct spool_reader reader;
    VEC(uint32_t) surfaces, seps, terms; /* of one wording */
    VEC(uint8_t) breaks;
};

/* --- link ----------------------------------------------------------------------------------- */

static uint32_t group_of(struct planting *p, uint32_t article)
{
    struct spool_reader reader = {0};
    struct metadata m;
    struct err err = {0};
    spool_read_metadata_of(&reader, &p->build->spool);
    CHECK(spool_metadata(&reader, &p->build->articles.v.items[article], &m, &err) == 0);
    uint32_t group = p->group(p->arg, m.row.id);
    spool_reader_release(&reader);
    return group;
}

static void read_wording(struct planting *p, uint32_t article, struct align_text *out)
{
    const struct vocabulary *v = &p->build->vocabulary;
    const struct article *a = &p->build->articles.v.items[article];
    struct err err = {0};
    vec_reset(&p->surfaces);
    vec_reset(&p->seps);
    vec_reset(&p->terms);
    vec_reset(&p->breaks);
    CHECK(vec_reserve(&p->surfaces, a->length) && vec_reserve(&p->seps, a->length));
    spool_read_tokens_of(&p->reader, &p->build->spool);
    spool_seek(&p->reader, a);
    CHECK(spool_tokens(&p->reader, a->length, p->surfaces.items, p->seps.items, &err) ==
          0);
    for (uint32_t i = 0; i < a->length; i++) {
        CHECK(vec_push(&p->terms, v->surface_terms.items[p->surfaces.items[i]]));
        CHECK(vec_push(&p->breaks, vocabulary_break(v, p->seps.items[i])));
    }
    *out = (struct align_text){p->terms.items, p->breaks.items, a->length};
}

static void put_layout(struct link *l, uint32_t wording, const struct align_result *r)
{
    for (size_t i = 0; i < r->n_pieces; i++)
        CHECK(vec_push(&l->pieces, r->pieces[i]));
    for (size_t i = 0; i < r->n_breaks; i++)
        CHECK(vec_push(&l->breaks, r->breaks[i]));
    for (size_t i = 0; i < r->n_blocks; i++) {
        const struct align_block *b = &r->blocks[i];
        struct link_block block = {wording,  b->from,      b->len,
                                   b->start, b->lead_home, b->tail_home};
        CHECK(vec_push(&l->blocks, block));
    }
}

/* A wording with all articles that have it. */
static void put_wording(struct planting *p, uint32_t leader, bool root)
{
    struct link *l = p->link;
    struct link_wording w = {.first_article = (uint32_t)l->articles.len,
                             .first_piece = (uint32_t)l->pieces.len,
                             .first_break = (uint32_t)l->breaks.len,
                             .member = (uint32_t)LINK_NONE};
    if (!root) {
        struct evidence e = {.relation = RELATION_NEAR,
                             .score = (uint16_t)(5000 + l->members.len % 5000),
                             .covered_member = 9000,
                             .root_to = 1,
                             .member_to = 1};
        w.member = (uint32_t)l->members.len;
        CHECK(vec_push(&l->members, e));
    }
    CHECK(vec_push(&l->wordings, w));
    for (uint32_t i = 0; i < p->n; i++) {
        if (p->leaders[p->order[i]] == leader)
            CHECK(vec_push(&l->articles, p->order[i]));
    }
}

/* The story whose root is the k-th article of the order; members are taken off the groups. */
static void put_story(struct planting *p, uint32_t *groups, uint32_t k)
{
    struct link *l = p->link;
    struct err err = {0};
    struct align_text text;
    struct link_story story = {.first_wording = (uint32_t)l->wordings.len,
                               .first_block = (uint32_t)l->blocks.len};
    uint32_t group = groups[k];
    put_wording(p, p->order[k], true);
    read_wording(p, p->order[k], &text);
    CHECK(align_begin(p->align, &text, &err) == 0);
    for (uint32_t i = k + 1; i < p->n; i++) {
        struct align_result r;
        if (groups[i] != group || p->leaders[p->order[i]] != p->order[i])
            continue;
        groups[i] = UINT32_MAX;
        uint32_t wording = (uint32_t)l->wordings.len;
        put_wording(p, p->order[i], false);
        read_wording(p, p->order[i], &text);
        CHECK(align_add(p->align, &text, &r, &err) == 0);
        put_layout(l, wording, &r);
    }
    story.length = align_length(p->align);
    story.homes = align_homes(p->align);
    CHECK(vec_push(&l->stories, story));
}

static void put_edges(struct link *l)
{
    for (uint32_t i = 0; i + 1 < l->stories.len; i += 2) {
        struct link_edge e = {.a = i, .b = i + 1};
        const struct link_story *s = l->stories.items;
        e.article_a =
            l->articles.items[l->wordings.items[s[i].first_wording].first_article];
        e.article_b =
            l->articles.items[l->wordings.items[s[i + 1].first_wording].first_article];
        e.evidence = (struct evidence){
            .relation = RELATION_EXCERPT, .score = 4000, .root_to = 1, .member_to = 1};
        CHECK(vec_push(&l->edges, e));
    }
}

static int plant(struct planting *p, struct err *err)
{
    struct link *l = p->link;
    int rc = canonical_order(p->build, p->order, err);
    if (rc == 0)
        rc = ids_assign(&l->ids, p->build, p->order, err);
    if (rc == 0)
        rc = exact_groups(p->build, p->order, p->leaders, err);
    if (rc != 0)
        return rc;
    uint32_t *groups = calloc((size_t)p->n + 1, sizeof *groups);
    CHECK(groups);
    for (uint32_t i = 0; i < p->n; i++)
        groups[i] = group_of(p, p->order[i]);
    for (uint32_t i = 0; i < p->n; i++) {
        if (groups[i] != UINT32_MAX && p->leaders[p->order[i]] == p->order[i])
            put_story(p, groups, i);
    }
    free(groups);
    put_edges(l);
    struct link_story end = {.first_wording = (uint32_t)l->wordings.len,
                             .first_block = (uint32_t)l->blocks.len};
    struct link_wording end_wording = {(uint32_t)l->articles.len,
                                       (uint32_t)l->pieces.len, (uint32_t)l->breaks.len,
                                       (uint32_t)LINK_NONE};
    CHECK(vec_push(&l->stories, end) && vec_push(&l->wordings, end_wording));
    return 0;
}

static int make_link(struct build *b, planted_group group, void *arg, struct link *out,
                     struct err *err)
{
    uint32_t n = (uint32_t)b->articles.v.len;
    struct planting p = {.build = b, .group = group, .arg = arg, .n = n, .link = out};
    p.order = calloc((size_t)n + 1, sizeof *p.order);
    p.leaders = calloc((size_t)n + 1, sizeof *p.leaders);
    p.align = align_new();
    CHECK(p.order && p.leaders && p.align);
    int rc = plant(&p, err);
    free(p.order);
    free(p.leaders);
    align_free(p.align);
    spool_reader_release(&p.reader);
    vec_release(&p.surfaces);
    vec_release(&p.seps);
    vec_release(&p.terms);
    vec_release(&p.breaks);
    return rc;
}

/* --- the build, as build.c has it ----------------------------------------------------------- */

static void put_nothing(void *arg, const char *text, bool overwrite)
{
    (void)arg;
    (void)text;
    (void)overwrite;
}

static void on_reject(void *arg, const struct reject *r)
{
    (void)arg;
    (void)r;
}

static int run(struct build *b, int *lock, planted_group group, void *arg,
               struct err *err)
{
    const struct config *c = b->config;
    struct link link = {0};
    struct written written = {0};
    uint64_t bytes;
    budget_init(&b->budget, c->memory_bytes / 4 * 3);
    int rc = pool_open(&b->pool, (unsigned)c->threads, err);
    if (rc == 0)
        rc = commit_open(b, c->index, lock, err);
    if (rc == 0)
        rc = inputs_open(&b->inputs, c, &b->budget, on_reject, b, err);
    if (rc == 0)
        rc = spool_open(&b->spool, b->dirfd, b->dirname, err);
    if (rc == 0)
        rc = scan_run(b, err);
    if (rc == 0)
        rc = make_link(b, group, arg, &link, err);
    if (rc == 0)
        rc = write_run(b, &link, &written, err);
    if (rc == 0)
        rc = commit_run(b, &written, &bytes, err);
    write_release(&written);
    link_release(&link);
    return rc;
}

int planted_build(const struct config *c, planted_group group, void *arg,
                  uint32_t chunk_tokens, struct err *err)
{
    struct build b = {.config = c, .dirfd = -1, .chunk_tokens = chunk_tokens};
    int lock = -1;
    report_init(&b.report, c, (struct report_sink){put_nothing, NULL, false});
    CHECK(rejects_open(&b.rejects, NULL, err) == 0);
    vocabulary_init(&b.vocabulary);
    int rc = run(&b, &lock, group, arg, err);
    spool_close(&b.spool);
    inputs_close(b.inputs);
    rejects_close(&b.rejects);
    vocabulary_release(&b.vocabulary);
    vec_release(&b.articles.v);
    vec_release(&b.keys);
    vec_release(&b.id_hashes);
    vec_release(&b.per_input);
    pool_close(b.pool);
    if (lock >= 0)
        (void)close(lock);
    if (b.dirfd >= 0)
        (void)close(b.dirfd);
    return rc;
}
