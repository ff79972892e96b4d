#include "indexer/scan.h"

#include <inttypes.h>
#include <stdlib.h>

#include "indexer/batch.h"

enum {
    MIB = 1 << 20,
    TIMES_FIRST = 20, /* see need_of */
    TIMES_MIN = 5,
    LEARN_BYTES = CONFIG_BATCH_BYTES / 4, /* see learn */
    WORDS_SHARE = 16,
    WORDS_BYTES_MAX = 32 * MIB,
    WORD_BYTES = 128, /* of that, for a word that is expected; a table has 39 to 79 */
    LINK_BYTES = 104, /* an article in link and write, beside its struct article */
    WRITE_BYTES = 12 * MIB /* the least that write can work with */
};

/* One block on its way through the stage. */
struct item {
    struct input_block *block;
    struct batch *batch;
    uint64_t charged; /* bytes of the budget it holds */
};

struct scan {
    struct build *build;
    _Atomic uint64_t times_seen; /* bytes a byte of text, at most, of batches done */
    struct spares batches, tools;
    size_t words_max; /* bytes that a glossary may keep from batch to batch */
    _Atomic uint64_t words_bytes; /* that all of them have between batches */
    /* of the commits, which run one at a time */
    uint64_t later; /* bytes that link and write need */
    uint64_t vocabulary_charged;
};

/* --- memory ------------------------------------------------------------------------------ */

/* What a block needs, with its batch and the analyser's scratch: the text itself, and so many times its
 * bytes for its normalised form with a map, tokens, tables. How many depends on how many
 * different words there are: the most that a batch has taken so far, and a quarter for tables
 * that grow; until one is done, what text without repetition takes. */
static uint64_t need_of(struct scan *s, size_t cap, size_t len)
{
    uint64_t seen = atomic_load(&s->times_seen);
    uint64_t times = seen ? seen + seen / 4 : TIMES_FIRST;
    return cap + (times < TIMES_MIN ? TIMES_MIN : times) * (uint64_t)len +
           2 * (uint64_t)MIB;
}

static uint64_t need_of_next(struct scan *s)
{
    return need_of(s, CONFIG_BATCH_BYTES, CONFIG_BATCH_BYTES);
}

/* Notes what a batch has come to; a small one says nothing about text. What it holds may be a longer block's. */
static void learn(struct scan *s, struct item *item, uint64_t held)
{
    uint64_t times = held / (item->batch->block_bytes + 1) + 1;
    uint64_t seen = atomic_load(&s->times_seen);
    if (item->batch->block_bytes > LEARN_BYTES) {
        while (times > seen &&
               !atomic_compare_exchange_weak(&s->times_seen, &seen, times)) {}
    }
    if (held > item->charged) {
        budget_force(&s->build->budget, held - item->charged);
        item->charged = held;
    }
}

static struct batch *pop_spare(struct scan *s)
{
    struct batch *b = spares_find(&s->batches);
    if (b)
        budget_give(&s->build->budget, batch_memory(b));
    return b;
}

static void push_spare(struct scan *s, struct batch *b)
{
    budget_force(&s->build->budget, batch_memory(b));
    spares_put(&s->batches, b);
}

static bool admit(void *arg, size_t in_flight)
{
    struct scan *s = arg;
    struct budget *budget = &s->build->budget;
    uint64_t need = need_of_next(s);
    if (in_flight >= 2 * (size_t)pool_threads(s->build->pool) + 1)
        return false;
    while (budget_free(budget) < need) {
        struct batch *b = pop_spare(s);
        if (!b)
            return false;
        batch_free(b);
    }
    return true;
}

/* The vocabulary and the articles grow with the text and cannot be spilled: when they leave no
 * room for one batch now, or for link and write later, the build cannot be done in this
 * budget. */
static int charge_vocabulary(struct scan *s, struct err *err)
{
    struct build *b = s->build;
    uint64_t n = b->articles.v.len;
    uint64_t now = vocabulary_memory_growing(&b->vocabulary, pool_threads(b->pool)) +
                   n * (sizeof *b->articles.v.items + sizeof *b->keys.items +
                        sizeof *b->id_hashes.items) +
                   spool_memory(&b->spool);
    uint64_t words = atomic_load(&s->words_bytes);
    uint64_t room = need_of_next(s);
    uint64_t later = vocabulary_memory_later(&b->vocabulary) +
                     n * (sizeof *b->articles.v.items + LINK_BYTES) +
                     spool_memory(&b->spool) + WRITE_BYTES;
    uint64_t need = now + words + room > later ? now + words + room : later;
    s->later = later;
    budget_give(&b->budget, s->vocabulary_charged);
    budget_force(&b->budget, now);
    s->vocabulary_charged = now;
    if (now + words + room <= b->budget.limit_bytes &&
        later <= b->budget.limit_bytes + b->kept_bytes)
        return 0;
    uint64_t reserve = b->config->memory_bytes - b->budget.limit_bytes;
    return err_set(err, ERR_LIMIT,
                   "the dictionary does not fit: with %" PRIu64
                   " articles read it needs %" PRIu64 " MiB; try --memory %" PRIu64
                   "M or more",
                   n, need / MIB, (reserve + 2 * need) / MIB + 1);
}

/* --- produce and work -------------------------------------------------------------------- */

static void drop(void *arg, void *p)
{
    struct scan *s = arg;
    struct item *item = p;
    if (!item)
        return;
    budget_give(&s->build->budget, item->charged);
    input_block_free(item->block);
    batch_free(item->batch);
    free(item);
}

static int produce(void *arg, void **out, struct err *err)
{
    struct scan *s = arg;
    struct build *b = s->build;
    struct input_block *block;
    int stop = pool_stopping(b->pool);
    if (stop != 0)
        return err_set(err, stop, "stopped by a signal");
    int rc = inputs_next(b->inputs, &block, err);
    atomic_store(&b->report.bytes_done, inputs_bytes_read(b->inputs));
    if (rc != 0)
        return rc;
    struct item *item = calloc(1, sizeof *item);
    if (!item) {
        input_block_free(block);
        return err_set(err, ERR_NOMEM, "out of memory");
    }
    item->block = block;
    item->charged = need_of(s, block->cap, block->len);
    budget_force(&b->budget, item->charged);
    uint64_t least = block->cap + TIMES_MIN * (uint64_t)block->len + 2 * (uint64_t)MIB;
    if (least > b->budget.limit_bytes) {
        rc = err_set(err, ERR_LIMIT,
                     "'%s': a record of %zu MiB needs %" PRIu64
                     " MiB of memory: raise --memory, or lower --record-max",
                     block->pieces[0].file->path, block->len / MIB,
                     (least + b->config->memory_bytes - b->budget.limit_bytes) / MIB);
        drop(s, item);
        return rc;
    }
    *out = item;
    return 0;
}

static struct batch_tools *pop_tools(struct scan *s)
{
    struct batch_tools *t = spares_find(&s->tools);
    if (t)
        budget_give(&s->build->budget, analyser_bytes(t->analyser));
    return t;
}

static struct batch_tools *take_tools(struct scan *s)
{
    struct batch_tools *t = pop_tools(s);
    if (!t)
        t = batch_tools_new(s->build->config, &s->build->vocabulary);
    if (t) {
        spares_own(t);
        t->glossary_max = s->words_max;
    }
    return t;
}

/* Charges what the glossary has come to. */
static void charge_words(struct scan *s, struct batch_tools *t)
{
    size_t held = glossary_memory(&t->glossary);
    budget_force(&s->build->budget, held);
    budget_give(&s->build->budget, t->glossary_charged);
    atomic_fetch_add(&s->words_bytes, held);
    atomic_fetch_sub(&s->words_bytes, t->glossary_charged);
    t->glossary_charged = held;
}

/* An analyser that a huge record has made huge is not kept. The tools always are: their glossary has counts to tell. */
static void return_tools(struct scan *s, struct batch_tools *t)
{
    if (analyser_bytes(t->analyser) > 8 * (size_t)MIB) {
        struct analyser *small = analyser_new();
        if (small) {
            analyser_free(t->analyser);
            t->analyser = small;
        }
    }
    charge_words(s, t);
    budget_force(&s->build->budget, analyser_bytes(t->analyser));
    spares_put(&s->tools, t);
}

static int work(void *arg, void *p, struct err *err)
{
    struct scan *s = arg;
    struct item *item = p;
    struct batch_tools *tools = take_tools(s);
    if (!tools)
        return err_set(err, ERR_NOMEM, "out of memory");
    item->batch = pop_spare(s);
    if (!item->batch)
        item->batch = batch_new();
    if (!item->batch) {
        return_tools(s, tools);
        return err_set(err, ERR_NOMEM, "out of memory");
    }
    spares_own(item->batch);
    int rc = batch_fill(item->batch, tools, item->block, err);
    size_t words = glossary_memory(&tools->glossary), had = tools->glossary_charged;
    learn(s, item,
          batch_memory(item->batch) + analyser_bytes(tools->analyser) +
              (words > had ? words - had : 0));
    return_tools(s, tools);
    input_block_free(item->block);
    item->block = NULL;
    return rc;
}

/* --- commit ------------------------------------------------------------------------------ */

static void tell_rejects(struct scan *s, const struct batch *b)
{
    vec_foreach(struct batch_reject, r, &b->rejects) {
        struct build_input *input = &s->build->per_input.items[r->file->number];
        struct reject what = {r->file->path,
                              r->record,
                              r->offset,
                              r->length,
                              (const char *)b->words.data + r->reason,
                              r->warning};
        if (r->warning)
            input->warnings++;
        else
            input->rejects++;
        rejects_put(&s->build->rejects, &what);
    }
}

static int commit_article(struct build *build, const struct batch_article *a,
                          struct err *err)
{
    struct article article = {
        .digest = a->digest,
        .tokens = file_writer_tell(&build->spool.tokens) + a->tokens,
        .metadata = file_writer_tell(&build->spool.metadata) + a->metadata,
        .day = a->day,
        .length = a->length,
        .input = a->input,
        .text_bytes = a->text_bytes,
        .title_tokens = a->title_tokens,
    };
    struct article_key key = {
        .wording = a->wording, .body = a->body, .title = a->title};
    if (build->articles.v.len >= UINT32_MAX - 1)
        return err_set(err, ERR_LIMIT, "more than 4,294,967,294 articles");
    if (!vec_push(&build->articles.v, article) || !vec_push(&build->keys, key) ||
        !vec_push(&build->id_hashes, a->id_hash))
        return err_set(err, ERR_NOMEM, "articles: out of memory");
    build->per_input.items[a->input].records++;
    build->report.tokens += a->length;
    build->report.text_bytes += a->text_bytes;
    return 0;
}

static void count_repairs(struct report *r, const struct text_repairs *t)
{
    r->repairs.links_removed += t->links_removed;
    r->repairs.glued_split += t->glued_split;
    r->repairs.wraps_joined += t->wraps_joined;
    r->repairs.hyphens_joined += t->hyphens_joined;
    r->repairs.bad_utf8 += t->bad_utf8;
    r->repairs.words_cut += t->words_cut;
}

static int commit_batch(struct scan *s, struct batch *b, struct err *err)
{
    struct build *build = s->build;
    uint32_t first_article = (uint32_t)build->articles.v.len;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < b->articles.len; i++)
        rc = commit_article(build, &b->articles.items[i], err);
    if (rc == 0)
        rc = spool_put_sheets(&build->spool, b->sheets.items, b->sheets.len,
                              buf_bytes(&b->places), first_article, err);
    if (rc != 0)
        return rc;
    vec_reset(&b->sheets);
    file_writer_put(&build->spool.tokens, b->tokens.data, b->tokens.len);
    file_writer_put(&build->spool.metadata, b->metadata.data, b->metadata.len);
    tell_rejects(s, b);
    count_repairs(&build->report, &b->repairs);
    atomic_fetch_add(&build->report.fingerprint_nanoseconds,
                     b->fingerprint_nanoseconds);
    build->report.raw_bytes += b->raw_bytes;
    atomic_fetch_add(&build->report.articles, b->articles.len);
    rc = vocabulary_put_terms(&build->vocabulary, err);
    if (rc != 0)
        return rc;
    return charge_vocabulary(s, err);
}

static int commit(void *arg, void *p, struct err *err)
{
    struct scan *s = arg;
    struct item *item = p;
    int rc = commit_batch(s, item->batch, err);
    budget_give(&s->build->budget, item->charged);
    push_spare(s, item->batch);
    free(item);
    return rc;
}

/* --- the phase --------------------------------------------------------------------------- */

static void free_tools(struct scan *s, struct batch_tools *t)
{
    budget_give(&s->build->budget, t->glossary_charged);
    batch_tools_free(t);
}

/* What a worker had is given back, after what was counted since its glossary was empty is told; then the batches. */
static int end_work(void *arg, void *item, struct err *err)
{
    struct scan *s = arg;
    struct batch_tools *t = pop_tools(s);
    (void)item;
    (void)err;
    if (t) {
        glossary_tell(&t->glossary);
        free_tools(s, t);
    } else {
        batch_free(pop_spare(s));
    }
    return 0;
}

static int end_all(struct scan *s, struct err *err)
{
    size_t n = spares_count(&s->tools) + spares_count(&s->batches);
    struct pool_stage stage = {.count = n, .work = end_work, .arg = s};
    return pool_run(s->build->pool, &stage, err);
}

static void release(struct scan *s)
{
    struct batch *b;
    struct batch_tools *t;
    while ((b = pop_spare(s)) != NULL)
        batch_free(b);
    while ((t = pop_tools(s)) != NULL)
        free_tools(s, t);
    spares_release(&s->batches, NULL);
    spares_release(&s->tools, NULL);
}

/* A sixteenth of the memory for all glossaries, but no more than words that come again are worth. */
static size_t words_max(const struct build *b)
{
    uint64_t share = b->budget.limit_bytes / WORDS_SHARE / pool_threads(b->pool);
    return (size_t)(share < WORDS_BYTES_MAX ? share : WORDS_BYTES_MAX);
}

/* Different words that so many bytes of news have: by Heaps' law (Information Retrieval: Computational and Theoretical Aspects,
 * 1978) they grow about as the root of the text. 13 times the root of an archive's bytes is what 240 MB of English news have;
 * five archives had 8 to 19 times, one of many languages 62. Where that is too few tables grow, as they would, where it is too
 * many they are larger than they need be. */
static size_t words_expected(uint64_t bytes)
{
    uint64_t root = 0;
    for (uint64_t step = UINT64_C(1) << 31; step > 0; step /= 2) {
        if ((root + step) * (root + step) <= bytes)
            root += step;
    }
    return (size_t)(13 * root);
}

/* For as many words as are expected, as long as a glossary may keep a table for them. */
static void make_room(const struct scan *s)
{
    struct build *b = s->build;
    size_t n = words_expected(inputs_bytes(b->inputs)),
           most = s->words_max / WORD_BYTES;
    vocabulary_make_room(&b->vocabulary, n < most ? n : most);
}

int scan_run(struct build *b, struct err *err)
{
    struct scan s = {.build = b, .words_max = words_max(b)};
    make_room(&s);
    int rc = spares_init(&s.batches, sizeof(struct batch), err);
    if (rc == 0) {
        rc = spares_init(&s.tools, sizeof(struct batch_tools), err);
        if (rc != 0)
            spares_release(&s.batches, NULL);
    }
    if (rc != 0)
        return rc;
    uint32_t n_inputs = inputs_count(b->inputs);
    for (uint32_t i = 0; rc == 0 && i < n_inputs; i++) {
        if (!vec_push(&b->per_input, (struct build_input){0}))
            rc = err_set(err, ERR_NOMEM, "out of memory");
    }
    atomic_store(&b->report.bytes_total, inputs_bytes(b->inputs));
    struct pool_stage stage = {
        .produce = produce,
        .by_workers = inputs_seldom_wait(b->inputs),
        .work = work,
        .commit = commit,
        .drop = drop,
        .admit = admit,
        .arg = &s,
    };
    if (rc == 0)
        rc = pool_run(b->pool, &stage, err);
    if (rc == 0)
        rc = end_all(&s, err);
    if (rc == 0)
        rc = spool_flush(&b->spool, err);
    release(&s);
    /* What was kept for growth is given back; link and write hold the tables as they are. */
    vocabulary_close(&b->vocabulary);
    budget_give(&b->budget, s.vocabulary_charged);
    budget_force(&b->budget, spool_memory(&b->spool));
    if (s.later > b->budget.limit_bytes)
        build_use_reserve(b);
    build_charge(b);
    return rc;
}
