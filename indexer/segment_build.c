#include "indexer/segment_build.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/segment.h"
#include "indexer/bigram_sample.h"
#include "indexer/chunk.h"
#include "indexer/chunk_seps.h"
#include "indexer/ranks_ahead.h"
#include "indexer/segment_lists.h"
#include "indexer/spares.h"
#include "indexer/story_put.h"

enum {
    CHUNK_LOG_MAX = 18, /* tokens a chunk */
    CHUNK_LOG_MIN = 15,
    /* Runs are read once, in order: the page cache serves them nearly as well as memory of our own
     * would, so no more of the budget goes to them. */
    RUNS_SHARE = 4,
    PAIRS_SHARE = 16, /* and to those of pairs */
    /* Nor so much of what is free when the first is made: the rest is for chunks, then for the merge. */
    RUNS_FREE_SHARE = 4,
    ID_BYTES = 24,  /* of an article's ID and its end, usually */
    SLICES_MAX = 8, /* of the sample of pairs */
    PARTITION_TOKENS = 3 << 17,
    PARTITIONS_MAX = 2048
};

struct segment_build {
    struct build *build;
    const struct link *link;
    const struct segment_order *order;
    struct written *out;
    struct ranks ranks;
    struct chunk_plan plan;
    address *starts; /* of the stories; owned, as the next */
    uint32_t *seps;  /* by provisional separator: what chunks want to know of it */
    struct story_map map;
    struct runs runs;
    struct bigram_plan bigrams;
    struct segment_writer writer;
    struct story_put put; /* of the commits */
    uint64_t counts[SEGMENT_TEXT_BYTES + 1];
    struct chunk **chunks; /* owned; those between work and commit */
    size_t in_flight_max;
    bool last;            /* nothing of the archive is needed after this one */
    uint64_t charged;     /* for the plan */
    uint64_t ids_charged; /* for the articles' IDs */
    uint64_t chunk_bytes; /* that a chunk in flight may take */
    struct spares tools, spare_chunks;
    struct pool_aside *beside; /* what the order asks for; NULL: not begun, or ended */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "write: out of memory");
}

/* --- plan -------------------------------------------------------------------------------- */

static int make_starts(struct segment_build *s, uint32_t first, uint32_t end,
                       struct err *err)
{
    const struct link_story *stories = s->link->stories.items + first;
    uint32_t n = end - first;
    uint64_t at = 0;
    s->starts = malloc(((size_t)n + 1) * sizeof *s->starts);
    if (!s->starts)
        return no_memory(err);
    for (uint32_t i = 0; i < n; i++) {
        s->starts[i] = (address)at;
        at += stories[i].length;
    }
    s->starts[n] = (address)at;
    return 0;
}

static int make_seps(struct segment_build *s, struct err *err)
{
    const struct vocabulary *v = &s->build->vocabulary;
    uint32_t n = lexicon_count(&v->seps);
    if (s->ranks.n_seps > CHUNK_SEPS_MAX)
        return err_set(err, ERR_LIMIT, "more than %u different separators",
                       (unsigned)CHUNK_SEPS_MAX);
    s->seps = malloc(((size_t)n + 1) * sizeof *s->seps);
    if (!s->seps)
        return no_memory(err);
    for (uint32_t i = 0; i < n; i++)
        s->seps[i] = chunk_seps_known(s->ranks.seps[i], vocabulary_break(v, i));
    return 0;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The size of at most `most` tokens with which all threads have equally many chunks, so that none waits long for the last
 * ones: a multiple of FWD's blocks, as `most` and CHUNK_MIN are. */
static uint32_t even_chunks(uint64_t tokens, uint32_t most, size_t threads)
{
    uint64_t rounds = tokens / ((uint64_t)most * threads) + 1;
    uint64_t n =
        tokens / (rounds * threads) / FORWARD_BLOCK * FORWARD_BLOCK + FORWARD_BLOCK;
    n = n < UINT32_C(1) << CHUNK_LOG_MIN ? UINT32_C(1) << CHUNK_LOG_MIN : n;
    return n < most ? (uint32_t)n : most;
}

/* Chunks so large that all threads have one, within half of what the budget has left. */
static void choose_chunks(struct segment_build *s)
{
    uint64_t room = budget_free(&s->build->budget) / 2;
    size_t threads = pool_threads(s->build->pool);
    unsigned log = CHUNK_LOG_MAX;
    while (UINT32_C(1) << log > invert_tokens_max(&s->ranks.partitions))
        log--;
    while (log > CHUNK_LOG_MIN &&
           chunk_need(&s->plan, UINT64_C(1) << log) * (threads + 1) > room)
        log--;
    s->plan.tokens = s->build->chunk_tokens
                         ? s->build->chunk_tokens
                         : even_chunks(s->starts[s->plan.n_stories],
                                       (UINT32_C(1) << log) - FORWARD_BLOCK, threads);
    s->chunk_bytes = chunk_need(&s->plan, s->plan.tokens);
    s->in_flight_max = (size_t)(room / s->chunk_bytes);
    if (s->in_flight_max > threads + 2)
        s->in_flight_max = threads + 2;
    if (s->in_flight_max < 1)
        s->in_flight_max = 1;
}

/* Of IDs at least what ordinary ones come to in the end, so that neither chunks nor runs take that room. */
static void charge_ids(struct segment_build *s, uint64_t bytes)
{
    if (bytes <= s->ids_charged)
        return;
    budget_force(&s->build->budget, bytes - s->ids_charged);
    s->ids_charged = bytes;
}

static uint64_t count_articles(const struct link *l, uint32_t first, uint32_t end)
{
    const struct link_wording *w = l->wordings.items;
    const struct link_story *stories = l->stories.items;
    return w[stories[end].first_wording].first_article -
           w[stories[first].first_wording].first_article;
}

static void charge_plan(struct segment_build *s, uint32_t n_stories)
{
    s->charged = ranks_memory(&s->ranks) + story_map_memory(&s->map) +
                 (uint64_t)n_stories * sizeof *s->starts +
                 (uint64_t)lexicon_count(&s->build->vocabulary.seps) * sizeof *s->seps;
    budget_force(&s->build->budget, s->charged);
}

/* --- what is made before the first chunk -------------------------------------------------- */

/* Items: number 0 opens the segment's file, number 1 gives terms their places, the others count the sample's slices. */
struct opening {
    struct segment_build *segment;
    struct bigram_sample sample;
};
enum {
    OPEN_FILE,
    OPEN_PLACES,
    OPEN_SLICES
};

static int place_terms(struct segment_build *s, struct err *err)
{
    uint64_t n = s->starts[s->plan.n_stories] / PARTITION_TOKENS + 1;
    return ranks_place_terms(&s->ranks,
                             n > PARTITIONS_MAX ? PARTITIONS_MAX : (uint32_t)n, err);
}

static int open_writer(struct segment_build *s, struct err *err)
{
    const struct build *b = s->build;
    return segment_writer_open(&s->writer, b->dirfd, b->dirname, s->order->temp,
                               s->ranks.n_terms, s->plan.coding.store, err);
}

static int open_work(void *arg, void *item, struct err *err)
{
    struct opening *o = arg;
    uint32_t number = (uint32_t)(uintptr_t)item;
    switch (number) {
    case OPEN_FILE: return open_writer(o->segment, err);
    case OPEN_PLACES: return place_terms(o->segment, err);
    default:
        return bigram_sample_count(&o->sample, &o->segment->bigrams,
                                   number - OPEN_SLICES, err);
    }
}

/* Opens the segment's file, places the terms and chooses the pairs. */
static int open_segment(struct segment_build *s, struct err *err)
{
    struct pool *pool = s->build->pool;
    struct opening o = {.segment = s,
                        .sample = {.build = s->build,
                                   .link = s->link,
                                   .ranks = &s->ranks,
                                   .first = s->plan.first_story,
                                   .end = s->plan.first_story + s->plan.n_stories,
                                   .n_tokens = s->starts[s->plan.n_stories]}};
    uint32_t n = (uint32_t)smaller(2 * (uint64_t)pool_threads(pool), SLICES_MAX);
    int rc = bigram_sample_open(&o.sample, n, err);
    struct pool_stage stage = {
        .count = (size_t)n + OPEN_SLICES, .work = open_work, .arg = &o};
    if (rc == 0)
        rc = pool_run(pool, &stage, err);
    if (rc == 0) {
        ranks_place_surfaces(&s->ranks, s->build);
        rc = bigram_sample_choose(&o.sample, &s->bigrams, err);
    }
    bigram_sample_close(&o.sample);
    return rc;
}

/* --- the plan ---------------------------------------------------------------------------- */

static int make_plan(struct segment_build *s, uint32_t first, uint32_t end,
                     struct err *err)
{
    int rc = make_starts(s, first, end, err);
    if (rc != 0)
        return rc;
    rc = story_map_init(&s->map, s->starts, end - first, err);
    if (rc != 0)
        return rc;
    rc = ranks_ahead_take(&s->build->ranks_ahead, s->link, first, end, &s->ranks,
                          &s->bigrams, err);
    if (rc != 0)
        return rc;
    rc = ranks_make(&s->ranks, s->build, s->link, first, end, err);
    if (rc == 0)
        rc = make_seps(s, err);
    if (rc != 0)
        return rc;
    charge_plan(s, end - first);
    charge_ids(s, count_articles(s->link, first, end) * ID_BYTES);
    uint64_t limit = s->build->budget.limit_bytes,
             left = budget_free(&s->build->budget);
    s->runs.held_max = smaller(limit / RUNS_SHARE, left / RUNS_FREE_SHARE);
    if (!s->bigrams.classes)
        rc = bigram_plan_init(&s->bigrams, s->build, &s->ranks, err);
    if (rc != 0)
        return rc;
    s->bigrams.runs.held_max = smaller(limit, left) / PAIRS_SHARE;
    s->plan = (struct chunk_plan){
        .build = s->build,
        .budget = &s->build->budget,
        .link = s->link,
        .ranks = &s->ranks,
        .bigrams = &s->bigrams,
        .seps = s->seps,
        .first_story = first,
        .n_stories = end - first,
        .starts = s->starts,
    };
    forward_coding_init(&s->plan.coding,
                        s->build->config->store == STORE_FAST ? FORWARD_FAST
                                                              : FORWARD_SMALL,
                        s->ranks.n_surfaces);
    rc = open_segment(s, err);
    if (rc == 0)
        choose_chunks(s);
    return rc;
}

static bool admit(void *arg, size_t in_flight)
{
    const struct segment_build *s = arg;
    return in_flight < s->in_flight_max;
}

/* --- chunks ------------------------------------------------------------------------------ */

static void release_chunk(void *c)
{
    chunk_release(c);
}

static void release_tools(void *t)
{
    chunk_tools_release(t);
}

static int init_spares(struct segment_build *s, struct err *err)
{
    int rc = spares_init(&s->tools, sizeof(struct chunk_tools), err);
    if (rc == 0) {
        rc = spares_init(&s->spare_chunks, sizeof(struct chunk), err);
        if (rc != 0)
            spares_release(&s->tools, NULL);
    }
    return rc;
}

static void empty_spares(struct segment_build *s)
{
    spares_empty(&s->tools, release_tools);
    spares_empty(&s->spare_chunks, release_chunk);
}

static void free_chunk(struct chunk *c)
{
    if (c)
        chunk_release(c);
    free(c);
}

static int chunk_work(void *arg, void *item, struct err *err)
{
    struct segment_build *s = arg;
    uint32_t number = (uint32_t)(uintptr_t)item;
    struct chunk_tools *tools = spares_take(&s->tools);
    struct chunk *c = s->chunks[number] = spares_take(&s->spare_chunks);
    int rc = tools && c ? chunk_make(&s->plan, tools, number, c, err) : no_memory(err);
    spares_put(&s->tools, tools);
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
    uint64_t left = s->starts[s->plan.n_stories] - (uint64_t)number * s->plan.tokens;
    forward_writer_put_blocks(s->writer.forward, c->blocks.data, c->block_lens.items,
                              c->block_lens.len, smaller(left, s->plan.tokens));
    marks_writer_put_addresses(s->writer.sentences, c->sentences.items,
                               c->sentences.len);
    marks_writer_put_addresses(s->writer.paragraphs, c->paragraphs.items,
                               c->paragraphs.len);
}

/* The stories that begin in the chunk. */
static int put_stories(struct segment_build *s, const struct chunk *c, struct err *err)
{
    const struct chunk_article *articles = c->articles.items;
    int rc = 0;
    for (uint32_t i = c->first_story; rc == 0 && i < c->end_story; i++)
        rc = story_put_story(&s->put, s->plan.first_story + i, s->starts[i], &articles,
                             c->patches.items, err);
    return rc;
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
        rc = bigram_runs_add(&s->bigrams, &c->pairs, err);
    if (rc == 0)
        rc = container_check(s->writer.container, err);
    charge_ids(s, story_put_memory(&s->put));
    spares_put(&s->spare_chunks, c);
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
    empty_spares(s);
    if (s->last)
        build_drop_articles(s->build);
    return rc == 0 ? runs_flush(&s->runs, err) : rc;
}

/* --- the rest ---------------------------------------------------------------------------- */

static int put_lists(struct segment_build *s, struct err *err)
{
    struct segment_lists lists = {
        .build = s->build,
        .ranks = &s->ranks,
        .map = &s->map,
        .runs = &s->runs,
        .bigrams = &s->bigrams,
        .writer = &s->writer,
        .put = &s->put,
        .counts = s->counts,
        .last = s->last,
    };
    return segment_lists_put(&lists, err);
}

/* Lists and, meanwhile, what the caller wants: that may wait for the disk. */
static int put_rest(struct segment_build *s, struct err *err)
{
    const struct segment_order *o = s->order;
    int rc = 0;
    if (o->beside)
        rc = pool_aside_begin(&s->beside, o->beside, o->arg, err);
    return rc == 0 ? put_lists(s, err) : rc;
}

static int end_all(struct segment_build *s, struct err *err)
{
    int rc = s->writer.provenance ? story_put_end(&s->put, err) : 0;
    return rc == 0 ? segment_writer_end_all(&s->writer, NULL, s->counts, err) : rc;
}

static int finish(struct segment_build *s, struct err *err)
{
    struct written *out = s->out;
    struct written_file f = {{0}, {{0}, 0, {0, 0}}};
    int rc = segment_writer_finish(&s->writer, s->counts, ANALYSER_VERSION,
                                   &f.file.header_hash, &f.file.len, err);
    if (rc != 0)
        return rc;
    snprintf(f.temp, sizeof f.temp, "%s", s->order->temp);
    snprintf(f.file.name, sizeof f.file.name, "seg-%016" PRIx64 ".stm",
             f.file.header_hash.low);
    if (!vec_push(&out->segments, f)) {
        (void)file_remove(s->build->dirfd, s->order->temp, NULL);
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

/* Number 0 finishes the segment. Number 1 gives back meanwhile what was freed, which one thread would do alone at the end of
 * the process; malloc is locked as long, but sections are laid out without it. */
static int finish_work(void *arg, void *item, struct err *err)
{
    if ((uintptr_t)item == 0)
        return finish(arg, err);
    budget_give_back(0);
    return 0;
}

static int finish_all(struct segment_build *s, struct err *err)
{
    struct pool *pool = s->build->pool;
    struct pool_stage stage = {.count = 2, .work = finish_work, .arg = s};
    int rc = end_all(s, err);
    if (rc != 0)
        return rc;
    return s->last && pool_threads(pool) > 1 ? pool_run(pool, &stage, err)
                                             : finish(s, err);
}

/* What only chunks, lists and words need. */
static void release_plan(struct segment_build *s)
{
    bigram_plan_release(&s->bigrams);
    ranks_release(&s->ranks);
    story_map_release(&s->map);
    free(s->starts);
    free(s->seps);
    s->starts = NULL;
    s->seps = NULL;
    budget_give(&s->build->budget, s->charged);
    s->charged = 0;
}

static void release(struct segment_build *s)
{
    segment_writer_abort(&s->writer);
    spares_release(&s->tools, release_tools);
    spares_release(&s->spare_chunks, release_chunk);
    runs_release(&s->runs);
    release_plan(s);
    budget_give(&s->build->budget, s->ids_charged);
    story_put_release(&s->put);
    free(s->chunks);
}

int segment_build(struct build *b, const struct link *l, const struct segment_order *o,
                  struct written *out, struct err *err)
{
    struct segment_build s = {.build = b,
                              .link = l,
                              .order = o,
                              .out = out,
                              .last = o->end == link_n_stories(l)};
    s.put = (struct story_put){
        .link = l, .writer = &s.writer, .graph = o->graph, .counts = s.counts};
    int rc = init_spares(&s, err);
    if (rc != 0)
        return rc;
    runs_init(&s.runs, &b->budget, 0, b->dirfd,
              b->dirname); /* 0 until the plan is made */
    stories_writer_segment(o->graph);
    rc = make_plan(&s, o->first, o->end, err);
    if (rc == 0) {
        atomic_fetch_add(&b->report.steps_total,
                         chunk_count(&s.plan) +
                             invert_n_partitions(&s.ranks.partitions));
        rc = run_chunks(&s, err);
    }
    if (rc == 0)
        rc = segment_writer_end_stream(&s.writer, &b->budget, err);
    if (rc == 0)
        rc = put_rest(&s, err);
    if (rc == 0) {
        /* If IDs are not in order yet, 36 bytes an article have the room of these. */
        release_plan(&s);
        if (s.last)
            build_drop_words(b);
        rc = finish_all(&s, err);
    }
    int beside = pool_aside_end(&s.beside, err);
    rc = rc == 0 ? beside : rc;
    release(&s);
    return rc;
}
