#include "indexer/segment_lists.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/prefetch.h"
#include "indexer/bigram_lists.h"
#include "indexer/merge.h"

enum {
    FLIGHT =
        4, /* items a thread, at most: none waits while a job holds up the commits */
    AHEAD = 32, /* words that are asked for at a time */
    /* What surfaces take while they are put, about and at most: a surface's place and term in three forms, and
     * where a term's begin. */
    SURFACE_BYTES = 24,
    TERM_BYTES = 8,
    JOB_SHARE = 4, /* of the budget that is free, for a job beside the rest */
    DROPS = 8      /* a thread: parts of the runs, which are given back at the end */
};

/* Jobs that wait for nothing and that nothing waits for; the longest first. */
enum job {
    JOB_SURFACES,
    JOB_ARTICLES,
    JOB_SENTENCES,
    JOB_PARAGRAPHS,
    N_PARTS, /* so far, of the segment */
    JOB_SPOOL = N_PARTS,
    N_JOBS
};

/* Items are numbered: jobs, then partitions, then lists of pairs, some at a time, then parts of the runs. */
struct putting {
    struct segment_lists *l;
    struct merge **merges; /* owned; of partitions between work and commit */
    struct spares scratch; /* for merges */
    size_t merges_max, first_partition, first_pair, first_drop, n_drops;
    struct bigram_lists pairs;
    uint64_t taken;     /* of the budget, for surfaces; 0: they are put at the end */
    uint64_t ids_taken; /* for articles; 0: the caller ends them */
    atomic_uint parts;  /* of the segment, that jobs have ended */
    size_t ahead;       /* more items that may be in flight once they are pairs */
    atomic_bool at_pairs, at_drops; /* what is begun next */
    atomic_bool merged;             /* and all of it committed */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "write: out of memory");
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* --- terms ------------------------------------------------------------------------------- */

static int merge_work(struct putting *p, size_t number, struct err *err)
{
    const struct segment_lists *l = p->l;
    struct merge *m = calloc(1, sizeof *m);
    if (!m)
        return no_memory(err);
    p->merges[number] = m;
    struct merge_scratch *scratch = spares_take(&p->scratch);
    if (!scratch)
        return no_memory(err);
    int rc = merge_partition(m, scratch, l->runs, &l->ranks->partitions,
                             (uint32_t)number, l->map, err);
    spares_put(&p->scratch, scratch);
    return rc;
}

static void merge_drop(struct putting *p, size_t number)
{
    if (p->merges[number])
        merge_release(p->merges[number]);
    free(p->merges[number]);
    p->merges[number] = NULL;
}

/* No field that is not read is set: with its key an entry is 330 bytes, more than most of what is written of it. */
static void put_entry(const struct segment_lists *l, const struct merge_entry *e,
                      uint64_t pos, uint64_t doc)
{
    const struct lexicon *terms = &l->build->vocabulary.terms;
    uint32_t number = l->ranks->term_order[e->term];
    struct bytes key = lexicon_bytes(terms, number);
    struct term_entry entry;
    entry.key_len = (uint8_t)key.len;
    entry.span = lexicon_tag(terms, number);
    entry.id = e->term;
    entry.stories = e->stories;
    entry.occurrences = e->count;
    entry.n_inline = e->pos_len == 0 ? e->count : 0;
    entry.pos = (struct list_ref){pos + e->pos, e->pos_len};
    entry.doc = (struct list_ref){doc + e->doc, e->doc_len};
    memcpy(entry.inline_list, e->inline_list, sizeof entry.inline_list);
    memcpy(entry.key, key.data, key.len);
    terms_writer_put(l->writer->terms, &entry);
}

/* Words lie in the order in which they were seen: each is a cache miss, and so is the place where it lies. Asks for those of
 * n numbers, so that their misses overlap. */
static void expect_words(const struct lexicon *l, const uint32_t *numbers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        prefetch_read(l->bytes.data + lexicon_at(l, numbers[i]));
}

static int merge_commit(struct putting *p, size_t number, struct err *err)
{
    struct segment_lists *l = p->l;
    const struct merge *m = p->merges[number];
    const struct merge_entry *entries = m->entries.items;
    struct section_writer *pos = l->writer->pos, *doc = l->writer->doc;
    uint64_t pos_at = section_tell(pos), doc_at = section_tell(doc);
    int rc = merge_put_pos(m, pos, err);
    if (rc == 0) {
        section_put(doc, m->doc.data, m->doc.len);
        for (size_t i = 0; i < m->entries.len; i++) {
            if (i % AHEAD == 0)
                expect_words(&l->build->vocabulary.terms,
                             l->ranks->term_order + entries[i].term,
                             smaller(m->entries.len - i, AHEAD));
            put_entry(l, &entries[i], pos_at, doc_at);
        }
        l->counts[SEGMENT_TERMS] += m->entries.len;
    }
    merge_drop(p, number);
    atomic_fetch_add(&l->build->report.steps_done, 1);
    if (rc == 0)
        rc = section_writer_check(pos, err);
    return rc == 0 ? section_writer_check(doc, err) : rc;
}

/* As many at once as fit, were they all the largest. */
static void choose_merges(struct putting *p)
{
    const struct segment_lists *l = p->l;
    uint64_t most = 1, room = budget_free(&l->build->budget);
    for (uint32_t i = 0; i < invert_n_partitions(&l->ranks->partitions); i++) {
        uint64_t need = merge_need(l->runs, &l->ranks->partitions, i);
        most = need > most ? need : most;
    }
    size_t threads = pool_threads(l->build->pool);
    p->merges_max =
        room / most < FLIGHT * threads ? (size_t)(room / most) : FLIGHT * threads;
}

/* --- surfaces and separators ------------------------------------------------------------- */

/* The same of surfaces, and where their terms are. */
static void expect_surfaces(const struct segment_lists *l, const uint32_t *numbers,
                            size_t n)
{
    for (size_t i = 0; i < n; i++)
        prefetch_read(&l->ranks->surfaces[numbers[i]]);
    expect_words(&l->build->vocabulary.surfaces, numbers, n);
}

static int put_surfaces(const struct segment_lists *l, struct err *err)
{
    const struct vocabulary *v = &l->build->vocabulary;
    const struct ranks *r = l->ranks;
    struct surfaces_writer *w = l->writer->surfaces;
    for (uint32_t i = 0; i < r->n_surfaces; i++) {
        uint32_t number = r->surface_order[i];
        if (i % AHEAD == 0)
            expect_surfaces(l, r->surface_order + i, smaller(r->n_surfaces - i, AHEAD));
        surfaces_writer_put(w, lexicon_bytes(&v->surfaces, number),
                            ranks_surface_term(r, number));
    }
    for (uint32_t i = 0; i < r->n_seps; i++) {
        uint32_t number = r->sep_order[i];
        surfaces_writer_put_sep(w, lexicon_tag(&v->seps, number),
                                lexicon_bytes(&v->seps, number));
    }
    l->counts[SEGMENT_SURFACES] = r->n_surfaces;
    l->counts[SEGMENT_SEPS] = r->n_seps;
    return segment_writer_end(l->writer, SEGMENT_PART_SURFACES, 0, err);
}

/* A job is done beside the rest if what it needs leaves that most of the room: takes so much, or 0. */
static uint64_t take_share(struct budget *budget, uint64_t need)
{
    bool fits = need <= budget_free(budget) / JOB_SHARE && budget_take(budget, need);
    return fits ? need : 0;
}

static void choose_jobs(struct putting *p)
{
    const struct segment_lists *l = p->l;
    struct budget *budget = &l->build->budget;
    uint64_t need = (uint64_t)l->ranks->n_surfaces * SURFACE_BYTES +
                    (uint64_t)l->ranks->n_terms * TERM_BYTES + 1;
    p->taken = take_share(budget, need);
    p->ids_taken = take_share(budget, story_put_need(l->put));
}

/* --- the stage --------------------------------------------------------------------------- */

static int do_job(struct putting *p, enum job job, struct err *err)
{
    const struct segment_lists *l = p->l;
    uint64_t tokens = l->counts[SEGMENT_TOKENS];
    switch (job) {
    case JOB_SURFACES: return p->taken ? put_surfaces(l, err) : 0;
    case JOB_ARTICLES: return p->ids_taken ? story_put_end(l->put, err) : 0;
    case JOB_SENTENCES:
        return segment_writer_end(l->writer, SEGMENT_PART_SENTENCES, tokens, err);
    case JOB_PARAGRAPHS:
        return segment_writer_end(l->writer, SEGMENT_PART_PARAGRAPHS, tokens, err);
    default:
        if (l->last)
            spool_close(&l->build->spool);
        return 0;
    }
}

/* What the merge has read, and link before it in the same memory, is given back by all threads while some is left to do: at the end of the
 * process one thread would. If so little was left to do that the merge is not over, it is not. */
static void drop_runs(const struct putting *p, size_t part)
{
    struct runs *r = p->l->runs;
    if (!atomic_load(&p->merged))
        return;
    for (size_t i = part; i < r->list.len; i += p->n_drops)
        runs_drop(r, i);
}

static int work(void *arg, void *item, struct err *err)
{
    struct putting *p = arg;
    size_t number = (size_t)(uintptr_t)item;
    if (number < p->first_partition) {
        int rc = do_job(p, (enum job)number, err);
        if (rc == 0 && number < N_PARTS)
            atomic_fetch_add(&p->parts, 1);
        return rc;
    }
    if (number < p->first_pair)
        return merge_work(p, number - p->first_partition, err);
    if (number >= p->first_drop) {
        drop_runs(p, number - p->first_drop);
        return 0;
    }
    atomic_store(&p->at_pairs, true);
    if (number + 1 == p->first_drop)
        atomic_store(&p->at_drops, true);
    return bigram_lists_make(&p->pairs, (uint32_t)(number - p->first_pair), err);
}

static int commit(void *arg, void *item, struct err *err)
{
    struct putting *p = arg;
    size_t number = (size_t)(uintptr_t)item;
    if (number < p->first_pair)
        return merge_commit(p, number - p->first_partition, err);
    if (number == p->first_pair) {
        /* Before the file is laid out: meanwhile the others can give back what the merge has read. */
        atomic_store(&p->merged, true);
        bool alone = p->taken && p->ids_taken && atomic_load(&p->parts) == N_PARTS;
        int rc = segment_writer_end_postings(p->l->writer, p->l->counts[SEGMENT_TERMS],
                                             alone, err);
        if (rc != 0)
            return rc;
    }
    if (number >= p->first_drop)
        return 0;
    return bigram_lists_put(&p->pairs, (uint32_t)(number - p->first_pair),
                            &p->l->writer->bigrams, err);
}

static void drop(void *arg, void *item)
{
    struct putting *p = arg;
    size_t number = (size_t)(uintptr_t)item;
    if (number >= p->first_partition && number < p->first_pair)
        merge_drop(p, number - p->first_partition);
}

static bool admit(void *arg, size_t in_flight)
{
    const struct putting *p = arg;
    /* They take nothing, and wait for no commit but the merge's. */
    if (atomic_load(&p->at_drops))
        return atomic_load(&p->merged);
    return in_flight < p->merges_max + (atomic_load(&p->at_pairs) ? p->ahead : 0);
}

/* None if the memory is to be used again, or nobody would do anything else meanwhile. */
static size_t choose_drops(const struct putting *p)
{
    size_t threads = pool_threads(p->l->build->pool);
    return p->l->last && p->pairs.n > 0 && threads > 1 ? DROPS * threads : 0;
}

/* The first commit of pairs takes long, for it lays out the file: their lists wait for it, if they take little. */
static void choose_ahead(struct putting *p)
{
    const struct build *b = p->l->build;
    const struct runs *r = &p->l->bigrams->runs;
    uint64_t bytes = (r->held_bytes + r->spilled_bytes) / (p->pairs.n + 1);
    p->ahead = build_ahead(b, bytes) * pool_threads(b->pool);
}

static int run(struct putting *p, struct err *err)
{
    p->first_drop = p->first_pair + p->pairs.n;
    p->n_drops = choose_drops(p);
    struct pool_stage stage = {
        .count = p->first_drop + p->n_drops,
        .loose = N_JOBS,
        .work = work,
        .commit = commit,
        .drop = drop,
        .admit = admit,
        .arg = p,
    };
    p->merges = calloc(p->first_pair - p->first_partition + 1, sizeof(struct merge *));
    if (!p->merges)
        return no_memory(err);
    choose_jobs(p);
    choose_merges(p);
    choose_ahead(p);
    int rc = spares_init(&p->scratch, sizeof(struct merge_scratch), err);
    if (rc == 0) {
        rc = pool_run(p->l->build->pool, &stage, err);
        spares_release(&p->scratch, merge_scratch_release);
    }
    free(p->merges);
    return rc;
}

int segment_lists_put(struct segment_lists *l, struct err *err)
{
    struct build *b = l->build;
    struct putting p = {.l = l, .first_partition = N_JOBS};
    p.first_pair = N_JOBS + invert_n_partitions(&l->ranks->partitions);
    int rc = bigram_lists_open(&p.pairs, l->bigrams, err);
    if (rc == 0)
        rc = run(&p, err);
    bigram_lists_close(&p.pairs);
    b->report.spilled_bytes += l->runs->spilled_bytes + l->bigrams->runs.spilled_bytes;
    runs_release(l->runs);
    runs_release(&l->bigrams->runs);
    if (rc == 0 && p.taken == 0)
        rc = put_surfaces(l, err);
    budget_give(&b->budget, p.taken + p.ids_taken);
    if (rc == 0 && l->counts[SEGMENT_TERMS] != l->ranks->n_terms)
        rc = err_set(err, ERR_CORRUPT, "write: %u terms, of which %u have postings",
                     (unsigned)l->ranks->n_terms, (unsigned)l->counts[SEGMENT_TERMS]);
    return rc;
}
