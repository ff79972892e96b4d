#include "indexer/build.h"

#include <unistd.h>

#include "indexer/commit.h"
#include "indexer/link.h"
#include "indexer/ranks_ahead.h"
#include "indexer/scan.h"
#include "indexer/write.h"

enum {
    MIB = 1 << 20,
    /* Of --memory, what is not counted piece by piece: the program and its libraries, writers'
     * buffers, stacks, what malloc keeps. */
    RESERVE = 24 * MIB,
    RESERVE_PER_THREAD = 256 * 1024,
    TICK_MS = 200,
    FREED_SHARE = 4, /* of the free budget: most that is charged for freed blocks */
    AHEAD = 2,       /* items in flight for each thread: at least, and at most */
    AHEAD_MAX = 16,
    AHEAD_SHARE = 64 /* of the free budget: most that they may take, beyond the least */
};

/* --- what is held between the phases ----------------------------------------------------- */

static void charge(struct build *b, uint64_t *held, uint64_t bytes)
{
    budget_give(&b->budget, *held);
    budget_force(&b->budget, bytes);
    *held = bytes;
}

void build_charge(struct build *b)
{
    charge(b, &b->held.words, vocabulary_memory(&b->vocabulary));
    charge(b, &b->held.articles, b->articles.v.len * sizeof *b->articles.v.items);
    charge(b, &b->held.keys, b->keys.len * sizeof *b->keys.items);
    charge(b, &b->held.id_hashes, b->id_hashes.len * sizeof *b->id_hashes.items);
}

void build_use_reserve(struct build *b)
{
    b->budget.limit_bytes += b->kept_bytes;
    b->kept_bytes = 0;
    budget_trim_arenas();
}

void build_keep_freed(struct build *b, uint64_t soon)
{
    uint64_t kept = b->kept_bytes, freed = budget_freed() + soon;
    uint64_t more = freed > kept ? freed - kept : 0;
    charge(b, &b->held.freed, 0);
    if (kept > 0 && more <= budget_free(&b->budget) / FREED_SHARE)
        charge(b, &b->held.freed, more);
    else
        budget_give_back(kept);
    if (kept > 0)
        budget_keep_top(kept + b->held.freed);
}

size_t build_ahead(const struct build *b, uint64_t item_bytes)
{
    uint64_t room = budget_free(&b->budget) / AHEAD_SHARE / pool_threads(b->pool);
    uint64_t n = item_bytes ? room / item_bytes : AHEAD_MAX;
    return n < AHEAD ? AHEAD : n > AHEAD_MAX ? AHEAD_MAX : (size_t)n;
}

void build_drop_id_hashes(struct build *b)
{
    vec_release(&b->id_hashes);
    charge(b, &b->held.id_hashes, 0);
}

void build_drop_keys(struct build *b)
{
    vec_release(&b->keys);
    charge(b, &b->held.keys, 0);
}

void build_drop_articles(struct build *b)
{
    vec_release(&b->articles.v);
    charge(b, &b->held.articles, 0);
}

void build_drop_words(struct build *b)
{
    vocabulary_release(&b->vocabulary);
    charge(b, &b->held.words, 0);
}

/* --- the build --------------------------------------------------------------------------- */

static void on_tick(void *arg)
{
    struct build *b = arg;
    if (pool_stopping(b->pool) != 0 && b->inputs)
        inputs_stop(b->inputs);
    report_tick(&b->report);
}

static void on_reject(void *arg, const struct reject *r)
{
    struct build *b = arg;
    rejects_put(&b->rejects, r);
}

static int open_build(struct build *b, int *lock, struct err *err)
{
    const struct config *c = b->config;
    uint64_t reserve = RESERVE + c->threads * RESERVE_PER_THREAD;
    b->kept_bytes = budget_keep_freed(c->memory_bytes);
    reserve += b->kept_bytes;
    if (reserve > c->memory_bytes / 2)
        reserve = c->memory_bytes / 2;
    budget_init(&b->budget, c->memory_bytes - reserve);
    vocabulary_init(&b->vocabulary);
    int rc = pool_open(&b->pool, (unsigned)c->threads, err);
    if (rc == 0)
        rc = pool_catch_signals(b->pool, err);
    if (rc == 0)
        rc = commit_open(b, c->index, lock, err);
    if (rc == 0)
        rc = rejects_open(&b->rejects, c->rejects, err);
    if (rc == 0)
        rc = inputs_open(&b->inputs, c, &b->budget, on_reject, b, err);
    if (rc == 0)
        rc = spool_open(&b->spool, b->dirfd, b->dirname, err);
    if (rc == 0)
        spool_hold(&b->spool, &b->budget);
    if (rc == 0)
        pool_on_tick(b->pool, TICK_MS, on_tick, b);
    return rc;
}

static int run_phases(struct build *b, struct err *err)
{
    struct link link = {0};
    struct written written = {0};
    int rc = scan_run(b, err);
    budget_give_back(b->kept_bytes);
    if (rc == 0 && b->articles.v.len == 0)
        rc = err_set(err, ERR_INPUT, "there is no article in the inputs%s",
                     b->rejects.n_rejects ? " (see what was left out)" : "");
    if (rc == 0)
        rc = link_run(b, &link, err);
    build_keep_freed(b, 0);
    if (rc == 0)
        rc = write_run(b, &link, &written, err);
    charge(b, &b->held.freed, 0);
    if (rc == 0)
        rc = rejects_finish(&b->rejects, err);
    if (rc == 0)
        rc = commit_run(b, &written, &b->report.index_bytes, err);
    if (rc != 0)
        write_undo(b, &written);
    write_release(&written);
    link_release(&link);
    return rc;
}

static void close_build(struct build *b, int lock)
{
    ranks_ahead_free(b->ranks_ahead);
    spool_close(&b->spool);
    inputs_close(b->inputs);
    rejects_close(&b->rejects);
    vocabulary_release(&b->vocabulary);
    vec_release(&b->articles.v);
    vec_release(&b->keys);
    vec_release(&b->id_hashes);
    vec_release(&b->per_input);
    pool_close(b->pool);
    if (lock >= 0)
        (void)close(lock);
    if (b->dirfd >= 0)
        (void)close(b->dirfd);
}

int build_run(const struct config *c, struct report_sink sink, bool *skipped,
              struct buf *words, struct err *err)
{
    struct build b = {.config = c, .dirfd = -1};
    int lock = -1;
    report_init(&b.report, c, sink);
    int rc = open_build(&b, &lock, err);
    if (rc == 0)
        rc = run_phases(&b, err);
    report_clear(&b.report);
    b.report.n_inputs = b.inputs ? inputs_count(b.inputs) : 0;
    b.report.n_rejects = b.rejects.n_rejects;
    b.report.n_warnings = b.rejects.n_warnings;
    buf_put_bytes(words, buf_bytes(&b.rejects.told));
    if (rc == 0 && !c->quiet)
        report_end(&b.report, words);
    *skipped = rc == 0 && b.rejects.n_rejects > 0;
    close_build(&b, lock);
    return rc;
}
