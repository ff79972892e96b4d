#include "indexer/write.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/snapshot.h"
#include "indexer/commit.h"
#include "indexer/segment_build.h"

/* Some addresses stay free, so that sums of an address and a small number do not wrap. */
#define SEGMENT_TOKENS_MAX ((UINT64_C(1) << 32) - (UINT64_C(1) << 20))
#define STORIES_TEMP       "stories-new" SNAPSHOT_TEMP

void write_release(struct written *w)
{
    vec_release(&w->segments);
    *w = (struct written){0};
}

void write_undo(struct build *b, struct written *w)
{
    vec_foreach(struct written_file, f, &w->segments)
        (void)file_remove(b->dirfd, f->temp, NULL);
    if (w->stories.temp[0])
        (void)file_remove(b->dirfd, w->stories.temp, NULL);
    if (w->inputs.temp[0])
        (void)file_remove(b->dirfd, w->inputs.temp, NULL);
}

/* The end of the segment that begins with story `first`: as many stories as fit. */
static int cut_segment(const struct build *b, const struct link *l, uint32_t first,
                       uint32_t *end, struct err *err)
{
    uint64_t limit = b->config->segment_tokens, tokens = 0;
    if (limit == 0 || limit > SEGMENT_TOKENS_MAX)
        limit = SEGMENT_TOKENS_MAX;
    uint32_t at = first, n = link_n_stories(l);
    for (; at < n; at++) {
        tokens += l->stories.items[at].length;
        if (tokens > limit && at > first)
            break;
    }
    if (at == first + 1 && l->stories.items[first].length > SEGMENT_TOKENS_MAX)
        return err_set(err, ERR_LIMIT, "a story of %" PRIu64 " tokens fits no segment",
                       (uint64_t)l->stories.items[first].length);
    *end = at;
    return 0;
}

/* --- links between stories ---------------------------------------------------------------- */

/* The links, with the places of their articles among all of the generation. */
static int put_links(const struct link *l, struct stories_writer *graph,
                     struct err *err)
{
    size_t n = l->articles.len;
    if (l->edges.len == 0)
        return 0;
    uint32_t *places = calloc(n + 1, sizeof *places);
    if (!places)
        return err_set(err, ERR_NOMEM, "write: out of memory");
    for (size_t i = 0; i < n; i++)
        places[l->articles.items[i]] = (uint32_t)i;
    vec_foreach(const struct link_edge, e, &l->edges) {
        struct story_link link = {e->a, e->b, places[e->article_a],
                                  places[e->article_b], e->evidence};
        stories_writer_link(graph, &link);
    }
    free(places);
    return 0;
}

/* By what the stories were found. */
static void put_limits(const struct config *c, struct stories_writer *graph)
{
    static const uint32_t modes[] = {[COPIES_NEAR] = STORIES_NEAR,
                                     [COPIES_EXACT] = STORIES_EXACT,
                                     [COPIES_OFF] = STORIES_OFF};
    const uint32_t values[] = {
#define WRITE_LIMIT(name, value, meaning) c->limits.name,
        COMPARE_LIMITS(WRITE_LIMIT)
#undef WRITE_LIMIT
    };
    _Static_assert((int)COMPARE_N_LIMITS <= (int)STORIES_LIMITS_MAX, "limits");
    stories_writer_limits(graph, modes[c->copies], values, COMPARE_N_LIMITS);
}

/* --- the phase ----------------------------------------------------------------------------- */

struct writing {
    struct build *build;
    const struct link *link;
    struct stories_writer *graph; /* owned */
    struct written *out;
};

/* When all stories of the last segment are told. */
static int finish_graph(struct writing *w, struct err *err)
{
    struct written_file f = {STORIES_TEMP, {{0}, 0, {0, 0}}};
    int rc = put_links(w->link, w->graph, err);
    if (rc != 0)
        return rc;
    put_limits(w->build->config, w->graph);
    rc = stories_writer_finish(w->graph, &f.file.header_hash, &f.file.len, err);
    w->graph = NULL;
    if (rc == 0) {
        snprintf(f.file.name, sizeof f.file.name, "stories-%016" PRIx64 ".stm",
                 f.file.header_hash.low);
        w->out->stories = f;
    }
    return rc;
}

/* What waits for the disk, beside the last segment's lists. */
static int finish_rest(void *arg, struct err *err)
{
    struct writing *w = arg;
    int rc = finish_graph(w, err);
    return rc == 0 ? commit_inputs(w->build, &w->out->inputs, err) : rc;
}

static int write_segments(struct writing *w, struct err *err)
{
    uint32_t n = link_n_stories(w->link), first = 0;
    int rc = 0;
    while (rc == 0 && first < n) {
        char temp[64];
        snprintf(temp, sizeof temp, "seg-new-%zu" SNAPSHOT_TEMP, w->out->segments.len);
        struct segment_order o = {
            .first = first, .end = first, .temp = temp, .graph = w->graph, .arg = w};
        rc = cut_segment(w->build, w->link, first, &o.end, err);
        o.beside = o.end == n ? finish_rest : NULL;
        if (rc == 0)
            rc = segment_build(w->build, w->link, &o, w->out, err);
        first = o.end;
    }
    return rc;
}

int write_run(struct build *b, const struct link *l, struct written *out,
              struct err *err)
{
    struct writing w = {.build = b, .link = l, .out = out};
    *out = (struct written){0};
    report_begin(&b->report, REPORT_WRITE, 0);
    int rc = stories_writer_create(&w.graph, b->dirfd, b->dirname, STORIES_TEMP, err);
    if (rc != 0)
        return rc;
    rc = write_segments(&w, err);
    if (rc == 0) {
        b->report.stories = out->n_stories;
        return 0;
    }
    if (w.graph)
        stories_writer_abort(w.graph);
    write_undo(b, out);
    write_release(out);
    return rc;
}
