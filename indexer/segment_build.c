#include "indexer/segment_build.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/map.h"
#include "formats/segment.h"
#include "indexer/chunk.h"
#include "indexer/merge.h"
#include "indexer/order.h"

enum {
    CHUNK_LOG_MAX = 19, /* tokens a chunk */
    CHUNK_LOG_MIN = 15,
    /* Runs are read once, in order: the page cache serves them as well as memory of our own
     * would, so little of the budget goes to them. */
    RUNS_SHARE = 8,
    PARTITION_TOKENS = 1 << 18,
    PARTITIONS_MAX = 4096
};

/* IDs of the segment's articles, in their order. */
struct id_list {
    struct buf bytes;
    VEC(uint64_t) ends;
};

struct segment_build {
    struct build *build;
    const struct link *link;
    struct ranks ranks;
    struct partitions partitions;
    struct chunk_plan plan;
    address *starts; /* owned */
    struct merge_stories stories;
    struct runs runs;
    struct segment_writer writer;
    struct stories_writer *graph;
    uint64_t counts[SEGMENT_TEXT_BYTES + 1];
    struct id_list ids;
    struct offsetmap map;  /* scratch of the commits */
    struct chunk **chunks; /* owned; those between work and commit */
    struct merge **merges; /* the same of partitions */
    size_t in_flight_max;
    uint64_t chunk_bytes; /* that a chunk in flight may take */
    pthread_mutex_t lock; /* of the spare tools */
    struct chunk_tools *tools;
    struct chunk *spare;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "write: out of memory");
}

/* --- plan -------------------------------------------------------------------------------- */

static int make_starts(struct segment_build *s, uint32_t first, uint32_t end,
                       struct err *err)
{
    uint32_t n = end - first;
    uint64_t at = 0;
    s->starts = malloc(((size_t)n + 1) * sizeof *s->starts);
    if (!s->starts)
        return no_memory(err);
    for (uint32_t i = 0; i < n; i++) {
        s->starts[i] = (address)at;
        at += s->link->stories.items[first + i].length;
    }
    s->starts[n] = (address)at;
    return 0;
}

/* Chunks so large that all threads have one, within half of what the budget has left. */
static void choose_chunks(struct segment_build *s)
{
    uint64_t room = budget_free(&s->build->budget) / 2;
    size_t threads = pool_threads(s->build->pool);
    unsigned log = CHUNK_LOG_MAX;
    while (log > CHUNK_LOG_MIN &&
           chunk_need(&s->ranks, UINT64_C(1) << log) * (threads + 1) > room)
        log--;
    s->plan.tokens = UINT32_C(1) << log;
    s->chunk_bytes = chunk_need(&s->ranks, s->plan.tokens);
    s->in_flight_max = (size_t)(room / s->chunk_bytes);
    if (s->in_flight_max > threads + 2)
        s->in_flight_max = threads + 2;
    if (s->in_flight_max < 1)
        s->in_flight_max = 1;
}

static int make_plan(struct segment_build *s, uint32_t first, uint32_t end,
                     struct err *err)
{
    int rc = ranks_make(&s->ranks, s->build, s->link, first, end, err);
    if (rc == 0)
        rc = make_starts(s, first, end, err);
    if (rc == 0)
        rc = merge_stories_init(&s->stories, s->starts, end - first, err);
    if (rc != 0)
        return rc;
    budget_force(&s->build->budget, ranks_memory(&s->ranks));
    uint64_t n = s->starts[end - first] / PARTITION_TOKENS + 1;
    rc = invert_partition(&s->partitions, s->ranks.term_counts, s->ranks.n_terms,
                          n > PARTITIONS_MAX ? PARTITIONS_MAX : (uint32_t)n, err);
    s->plan = (struct chunk_plan){
        .build = s->build,
        .link = s->link,
        .ranks = &s->ranks,
        .partitions = &s->partitions,
        .first_story = first,
        .n_stories = end - first,
        .starts = s->starts,
    };
    choose_chunks(s);
    return rc;
}

static bool admit(void *arg, size_t in_flight)
{
    const struct segment_build *s = arg;
    return in_flight < s->in_flight_max;
}

/* --- chunks ------------------------------------------------------------------------------ */

static struct chunk_tools *take_tools(struct segment_build *s)
{
    (void)pthread_mutex_lock(&s->lock);
    struct chunk_tools *t = s->tools;
    if (t)
        s->tools = t->next;
    (void)pthread_mutex_unlock(&s->lock);
    return t ? t : calloc(1, sizeof *t);
}

static void return_tools(struct segment_build *s, struct chunk_tools *t)
{
    (void)pthread_mutex_lock(&s->lock);
    t->next = s->tools;
    s->tools = t;
    (void)pthread_mutex_unlock(&s->lock);
}

static void release_tools(struct segment_build *s)
{
    while (s->spare) {
        struct chunk *c = s->spare;
        s->spare = c->next;
        chunk_release(c);
        free(c);
    }
    while (s->tools) {
        struct chunk_tools *t = s->tools;
        s->tools = t->next;
        chunk_tools_release(t);
        free(t);
    }
}

static void free_chunk(struct chunk *c)
{
    if (c)
        chunk_release(c);
    free(c);
}

static struct chunk *take_chunk(struct segment_build *s)
{
    (void)pthread_mutex_lock(&s->lock);
    struct chunk *c = s->spare;
    if (c)
        s->spare = c->next;
    (void)pthread_mutex_unlock(&s->lock);
    return c ? c : calloc(1, sizeof *c);
}

static void return_chunk(struct segment_build *s, struct chunk *c)
{
    (void)pthread_mutex_lock(&s->lock);
    c->next = s->spare;
    s->spare = c;
    (void)pthread_mutex_unlock(&s->lock);
}

static int chunk_work(void *arg, void *item, struct err *err)
{
    struct segment_build *s = arg;
    uint32_t number = (uint32_t)(uintptr_t)item;
    struct chunk_tools *tools = take_tools(s);
    struct chunk *c = s->chunks[number] = take_chunk(s);
    if (!tools || !c) {
        free(tools);
        return no_memory(err);
    }
    int rc = chunk_make(&s->plan, tools, number, c, err);
    return_tools(s, tools);
    return rc;
}

static void chunk_drop(void *arg, void *item)
{
    struct segment_build *s = arg;
    size_t number = (size_t)(uintptr_t)item;
    free_chunk(s->chunks[number]);
    s->chunks[number] = NULL;
}

static void put_stream(struct segment_build *s, const struct chunk *c, uint32_t number)
{
    const uint8_t *at = c->blocks.data;
    uint64_t left = s->starts[s->plan.n_stories] - (uint64_t)number * s->plan.tokens;
    for (size_t i = 0; i < c->block_lens.len; i++) {
        size_t n = left < FORWARD_BLOCK ? (size_t)left : FORWARD_BLOCK;
        forward_writer_put(s->writer.forward, at, c->block_lens.items[i], n);
        at += c->block_lens.items[i];
        left -= n;
    }
    vec_foreach(address, a, &c->sentences)
        marks_writer_put(s->writer.sentences, *a);
    vec_foreach(address, a, &c->paragraphs)
        marks_writer_put(s->writer.paragraphs, *a);
}

static int put_article(struct segment_build *s, const struct chunk *c,
                       const struct chunk_article *a, wording_id wording,
                       struct err *err)
{
    if (!map_decode(a->map, &s->map))
        return err_set(err, s->map.failed ? ERR_NOMEM : ERR_CORRUPT,
                       "spool: a map that was not written so");
    struct article_record record = {
        .wording = wording,
        .title_tokens = a->title_tokens,
        .first_sep = a->first_sep,
        .tail = a->tail,
        .patches = c->patches.items + a->patches,
        .n_patches = a->n_patches,
        .map = &s->map,
    };
    articles_writer_put(s->writer.articles, &record);
    provenance_writer_put(s->writer.provenance, &a->row);
    buf_put_bytes(&s->ids.bytes, a->row.id);
    if (s->ids.bytes.failed || !vec_push(&s->ids.ends, s->ids.bytes.len))
        return no_memory(err);
    return 0;
}

/* The stories that begin in the chunk, each with its wordings and their articles. The first
 * article of a story is its original; with one wording all are equally long. */
static int put_stories(struct segment_build *s, const struct chunk *c, struct err *err)
{
    const struct link *l = s->link;
    size_t next = 0; /* article of the chunk */
    for (uint32_t i = c->first_story; i < c->end_story; i++) {
        const struct link_story *story = &l->stories.items[s->plan.first_story + i];
        article_id original = (article_id)s->counts[SEGMENT_ARTICLES];
        uint32_t first = l->wordings.items[story[0].first_wording].first_article;
        uint32_t end = l->wordings.items[story[1].first_wording].first_article;
        wordings_writer_story(s->writer.wordings, story->length, NULL, 0);
        stories_writer_story(s->graph,
                             (struct story_record){original, original, end - first});
        for (uint32_t w = story[0].first_wording; w < story[1].first_wording; w++) {
            wording_id wording = (wording_id)s->counts[SEGMENT_WORDINGS]++;
            wordings_writer_wording(s->writer.wordings, story->length, NULL, 0, NULL, 0);
            for (uint32_t k = l->wordings.items[w].first_article;
                 k < l->wordings.items[w + 1].first_article; k++) {
                const struct article *a =
                    &s->build->articles.v.items[l->articles.items[k]];
                int rc = put_article(s, c, &c->articles.items[next++], wording, err);
                if (rc != 0)
                    return rc;
                stories_writer_article(
                    s->graph, &(struct evidence){.relation = k == first ? RELATION_ROOT
                                                                        : RELATION_SAME,
                                                 .score = STORIES_SCORE_MAX});
                s->counts[SEGMENT_ARTICLES]++;
                s->counts[SEGMENT_ARTICLE_TOKENS] += a->length;
                s->counts[SEGMENT_TEXT_BYTES] += a->text_bytes;
            }
        }
        s->counts[SEGMENT_STORIES]++;
        s->counts[SEGMENT_TOKENS] += story->length;
        s->counts[SEGMENT_HOMES] += story->length;
    }
    return 0;
}

static int chunk_commit(void *arg, void *item, struct err *err)
{
    struct segment_build *s = arg;
    uint32_t number = (uint32_t)(uintptr_t)item;
    struct chunk *c = s->chunks[number];
    s->chunks[number] = NULL;
    put_stream(s, c, number);
    int rc = put_stories(s, c, err);
    if (rc == 0)
        rc = runs_add(&s->runs, &c->run, err);
    if (rc == 0)
        rc = container_check(s->writer.container, err);
    return_chunk(s, c);
    atomic_fetch_add(&s->build->report.steps_done, 1);
    return rc;
}

static int run_chunks(struct segment_build *s, struct err *err)
{
    struct pool_stage stage = {
        .count = chunk_count(&s->plan),
        .work = chunk_work,
        .commit = chunk_commit,
        .drop = chunk_drop,
        .admit = admit,
        .arg = s,
    };
    s->chunks = calloc(stage.count + 1, sizeof(struct chunk *));
    if (!s->chunks)
        return no_memory(err);
    int rc = pool_run(s->build->pool, &stage, err);
    release_tools(s);
    return rc == 0 ? runs_flush(&s->runs, err) : rc;
}

/* --- terms ------------------------------------------------------------------------------- */

static int merge_work(void *arg, void *item, struct err *err)
{
    struct segment_build *s = arg;
    uint32_t number = (uint32_t)(uintptr_t)item;
    struct merge *m = calloc(1, sizeof *m);
    if (!m)
        return no_memory(err);
    s->merges[number] = m;
    return merge_partition(m, &s->runs, number, s->partitions.bounds.items[number],
                           &s->stories, err);
}

static void merge_drop(void *arg, void *item)
{
    struct segment_build *s = arg;
    size_t number = (size_t)(uintptr_t)item;
    if (s->merges[number])
        merge_release(s->merges[number]);
    free(s->merges[number]);
    s->merges[number] = NULL;
}

static void put_entry(struct segment_build *s, const struct merge_entry *e,
                      uint64_t pos, uint64_t doc)
{
    const struct lexicon *l = &s->build->vocabulary.terms;
    uint32_t number = s->ranks.term_order[e->term];
    struct bytes key = lexicon_bytes(l, number);
    struct term_entry entry = {
        .key_len = (uint8_t)key.len,
        .span = lexicon_tag(l, number),
        .id = e->term,
        .stories = e->stories,
        .occurrences = e->count,
    };
    memcpy(entry.key, key.data, key.len);
    if (e->pos_len == 0) {
        entry.n_inline = e->count;
        memcpy(entry.inline_list, e->inline_list, sizeof entry.inline_list);
    } else {
        entry.pos = (struct list_ref){pos + e->pos, e->pos_len};
    }
    if (e->doc_len > 0)
        entry.doc = (struct list_ref){doc + e->doc, e->doc_len};
    terms_writer_put(s->writer.terms, &entry);
}

static int merge_commit(void *arg, void *item, struct err *err)
{
    struct segment_build *s = arg;
    const struct merge *m = s->merges[(size_t)(uintptr_t)item];
    uint64_t pos = section_tell(s->writer.pos), doc = section_tell(s->writer.doc);
    section_put(s->writer.pos, m->pos.data, m->pos.len);
    section_put(s->writer.doc, m->doc.data, m->doc.len);
    vec_foreach(struct merge_entry, e, &m->entries)
        put_entry(s, e, pos, doc);
    s->counts[SEGMENT_TERMS] += m->entries.len;
    merge_drop(s, item);
    atomic_fetch_add(&s->build->report.steps_done, 1);
    return container_check(s->writer.container, err);
}

static int merge_runs(struct segment_build *s, struct err *err)
{
    struct pool_stage stage = {
        .count = invert_n_partitions(&s->partitions),
        .work = merge_work,
        .commit = merge_commit,
        .drop = merge_drop,
        .arg = s,
    };
    s->merges = calloc(stage.count + 1, sizeof(struct merge *));
    if (!s->merges)
        return no_memory(err);
    int rc = pool_run(s->build->pool, &stage, err);
    s->build->report.spilled_bytes += s->runs.spilled_bytes;
    runs_release(&s->runs);
    if (rc == 0 && s->counts[SEGMENT_TERMS] != s->ranks.n_terms)
        rc = err_set(err, ERR_CORRUPT, "write: %u terms, of which %u have postings",
                     (unsigned)s->ranks.n_terms, (unsigned)s->counts[SEGMENT_TERMS]);
    return rc;
}

/* --- the rest ---------------------------------------------------------------------------- */

static void put_surfaces(struct segment_build *s)
{
    const struct vocabulary *v = &s->build->vocabulary;
    const struct ranks *r = &s->ranks;
    for (uint32_t i = 0; i < r->n_surfaces; i++) {
        uint32_t number = r->surface_order[i];
        surfaces_writer_put(s->writer.surfaces, lexicon_bytes(&v->surfaces, number),
                            r->surfaces[number].term);
    }
    for (uint32_t i = 0; i < r->n_seps; i++) {
        uint32_t number = r->sep_order[i];
        surfaces_writer_put_sep(s->writer.surfaces, lexicon_tag(&v->seps, number),
                                lexicon_bytes(&v->seps, number));
    }
    s->counts[SEGMENT_SURFACES] = r->n_surfaces;
    s->counts[SEGMENT_SEPS] = r->n_seps;
}

static struct bytes id_at(const struct id_list *l, uint32_t article)
{
    uint64_t from = article ? l->ends.items[article - 1] : 0;
    return bytes_of(l->bytes.data + from, (size_t)(l->ends.items[article] - from));
}

static int id_window(void *arg, uint32_t number, uint32_t offset, uint64_t *out,
                     struct err *err)
{
    struct bytes id = id_at(arg, number);
    uint8_t bytes[8] = {0};
    (void)err;
    if (offset < id.len)
        memcpy(bytes, id.data + offset, id.len - offset < 8 ? id.len - offset : 8);
    *out = __builtin_bswap64(load_u64(bytes));
    return 0;
}

static int id_length(void *arg, uint32_t number, uint32_t *out, struct err *err)
{
    (void)err;
    *out = (uint32_t)id_at(arg, number).len;
    return 0;
}

/* The articles in byte order of their IDs; the caller frees *out. */
static int order_ids(struct segment_build *s, article_id **out, struct err *err)
{
    const struct order_strings strings = {id_window, id_length, &s->ids};
    size_t n = s->ids.ends.len;
    struct order_item *items = calloc(n + 1, sizeof *items);
    struct order_item *scratch = calloc(n + 1, sizeof *scratch);
    article_id *by_id = malloc((n + 1) * sizeof *by_id);
    int rc = items && scratch && by_id ? 0 : no_memory(err);
    for (uint32_t i = 0; rc == 0 && i < n; i++)
        items[i].number = i;
    if (rc == 0)
        rc = order_by_strings(items, n, scratch, &strings, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        by_id[i] = items[i].number;
    free(items);
    free(scratch);
    if (rc == 0)
        *out = by_id;
    else
        free(by_id);
    return rc;
}

static int finish(struct segment_build *s, const char *temp, struct written *out,
                  struct err *err)
{
    struct written_file f = {{0}, {{0}, 0, {0, 0}}};
    article_id *by_id = NULL;
    int rc = order_ids(s, &by_id, err);
    if (rc == 0)
        rc = segment_writer_finish(&s->writer, by_id, s->counts, ANALYSER_VERSION,
                                   &f.file.header_hash, &f.file.len, err);
    free(by_id);
    if (rc != 0)
        return rc;
    snprintf(f.temp, sizeof f.temp, "%s", temp);
    snprintf(f.file.name, sizeof f.file.name, "seg-%016" PRIx64 ".stm",
             f.file.header_hash.low);
    if (!vec_push(&out->segments, f)) {
        (void)file_remove(s->build->dirfd, temp, NULL);
        return no_memory(err);
    }
    out->n_stories += s->counts[SEGMENT_STORIES];
    out->n_wordings += s->counts[SEGMENT_WORDINGS];
    out->n_articles += s->counts[SEGMENT_ARTICLES];
    out->tokens += s->counts[SEGMENT_TOKENS];
    out->homes += s->counts[SEGMENT_HOMES];
    out->article_tokens += s->counts[SEGMENT_ARTICLE_TOKENS];
    out->text_bytes += s->counts[SEGMENT_TEXT_BYTES];
    return 0;
}

static void release(struct segment_build *s)
{
    segment_writer_abort(&s->writer);
    release_tools(s);
    runs_release(&s->runs);
    if (s->build)
        budget_give(&s->build->budget, ranks_memory(&s->ranks));
    ranks_release(&s->ranks);
    vec_release(&s->partitions.bounds);
    buf_release(&s->ids.bytes);
    vec_release(&s->ids.ends);
    offsetmap_release(&s->map);
    merge_stories_release(&s->stories);
    free(s->starts);
    free(s->chunks);
    free(s->merges);
    (void)pthread_mutex_destroy(&s->lock);
}

int segment_build(struct build *b, const struct link *l, struct story_range range,
                  const char *temp, struct stories_writer *graph, struct written *out,
                  struct err *err)
{
    struct segment_build s = {.build = b, .link = l, .graph = graph};
    if (pthread_mutex_init(&s.lock, NULL) != 0)
        return err_set(err, ERR_NOMEM, "cannot make a lock");
    runs_init(&s.runs, &b->budget, b->budget.limit_bytes / RUNS_SHARE, b->dirfd,
              b->dirname);
    stories_writer_segment(graph);
    int rc = make_plan(&s, range.first, range.end, err);
    if (rc == 0) {
        atomic_fetch_add(&b->report.steps_total,
                         chunk_count(&s.plan) + invert_n_partitions(&s.partitions));
        rc = segment_writer_open(&s.writer, b->dirfd, b->dirname, temp, s.ranks.n_terms,
                                 err);
    }
    if (rc == 0)
        rc = run_chunks(&s, err);
    if (rc == 0)
        rc = merge_runs(&s, err);
    if (rc == 0) {
        put_surfaces(&s);
        rc = finish(&s, temp, out, err);
    }
    release(&s);
    return rc;
}
