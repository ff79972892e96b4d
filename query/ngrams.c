#include "query/ngrams.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

enum {
    LOOK_AFTER = 1 << 18, /* words, between two looks at the clock */
    AT_ONCE = 32,         /* sequences whose slots are fetched together */
    SIEVE_BITS_LEAST = 16,
    SIEVE_BITS_MOST = 27,
    MEMORY_DEFAULT = 1 << 30,
    TABLE_PART = 6, /* of the memory: slots, which are held twice while they grow */
    SIEVE_PART = 8
};

enum ngrams_pass {
    PASS_SIEVE,
    PASS_COUNT,
    PASS_DETAILS
};

static int no_memory(struct err *err)
{
    return err_set(
        err, ERR_NOMEM,
        "ngrams: no memory for so many sequences; a larger --min or --memory "
        "helps");
}

int ngrams_open(struct ngrams *g, const struct snapshot *snapshot,
                const struct ngrams_options *options, const struct deadline *deadline,
                struct err *err)
{
    *g = (struct ngrams){
        .snapshot = snapshot, .deadline = deadline, .options = *options};
    ngrams_keys_set(&g->keys, hash_process_seed());
    if (g->options.memory == 0) {
        g->options.memory = MEMORY_DEFAULT;
    }
    int rc = words_open(&g->words, snapshot, options->by_surface, deadline, err);
    story_text_init(&g->text, snapshot, &g->words);
    rc = rc ? rc : outlets_open(&g->outlets, snapshot, err);
    if (rc == 0) {
        g->frequency = calloc((size_t)g->words.n + 1, sizeof *g->frequency);
        rc = g->frequency ? 0 : no_memory(err);
    }
    return rc;
}

void ngrams_release(struct ngrams *g)
{
    ngrams_sieve_release(&g->sieve);
    ngrams_table_release(&g->table);
    story_text_release(&g->text);
    outlets_release(&g->outlets);
    words_release(&g->words);
    vec_release(&g->rows);
    vec_release(&g->seen);
    vec_release(&g->joints);
    vec_release(&g->reach);
    free(g->frequency);
    free(g->slots);
    free(g->begins);
    *g = (struct ngrams){0};
}

/* --- one sequence --------------------------------------------------------------------------------- */

/* The row shown that is this sequence; NULL: none is. */
static struct ngrams_detail *detail_of(const struct ngrams *g, const uint32_t *words,
                                       uint32_t n, uint64_t hash, uint32_t *number)
{
    size_t mask = g->n_slots - 1;
    for (size_t i = (size_t)(hash >> 20) & mask; g->slots[i] != 0; i = (i + 1) & mask) {
        const struct ngrams_row *row = &g->shown[g->slots[i] - 1];
        if (row->n == n && memcmp(row->words, words, n * sizeof *words) == 0) {
            *number = g->slots[i] - 1;
            return &g->details[*number];
        }
    }
    return NULL;
}

/* A sequence of a wording, in `articles` of its articles. */
static int detail(struct ngrams *g, const uint32_t *words, uint32_t articles,
                  struct err *err)
{
    uint32_t number;
    uint64_t hash = ngrams_hash(&g->keys, words, g->n);
    struct ngrams_detail *d = detail_of(g, words, g->n, hash, &number);
    if (!d) {
        return 0;
    }
    d->o_all += articles;
    if (d->last_wording == g->n_wordings) {
        return 0;
    }
    d->stories += d->last_wording < g->first_wording;
    d->last_wording = g->n_wordings;
    d->articles += articles;
    return outlets_add(&g->outlets, &d->sources, number, err);
}

static int count(struct ngrams *g, const uint32_t *words, uint32_t times,
                 struct err *err)
{
    uint64_t hash = ngrams_hash(&g->keys, words, g->n);
    return ngrams_sieve_has(&g->sieve, hash)
               ? ngrams_table_add(&g->table, words, hash, times, err)
               : 0;
}

/* A passage that was not met before. */
static int pass_passage(struct ngrams *g, const uint32_t *words, struct err *err)
{
    if (g->pass == PASS_DETAILS) {
        uint32_t number;
        struct ngrams_detail *d =
            detail_of(g, words, g->n, ngrams_hash(&g->keys, words, g->n), &number);
        if (d) {
            d->o++;
        }
        return 0;
    }
    return count(g, words, 1, err);
}

/* --- which passages are new -------------------------------------------------------------------------- */

/* The bits of homes for sequences of n words; 1: for words. */
static uint64_t *seen_of(struct ngrams *g, uint32_t n)
{
    return g->seen.items + (n - 1) * (g->text.stream.len / 64 + 1);
}

static bool see(struct ngrams *g, uint32_t n, address home)
{
    uint64_t *word = &seen_of(g, n)[home / 64], bit = UINT64_C(1) << (home % 64);
    bool fresh = !(*word & bit);
    *word |= bit;
    return fresh;
}

static int clear_seen(struct ngrams *g, struct err *err)
{
    size_t n = (g->text.stream.len / 64 + 1) * NGRAMS_WORDS_MAX;
    vec_reset(&g->seen);
    vec_reset(&g->joints);
    if (!vec_reserve(&g->seen, n)) {
        return no_memory(err);
    }
    memset(g->seen.items, 0, n * sizeof *g->seen.items);
    return 0;
}

/* A sequence of a wording made of pieces: its homes side by side are known by the first of them, others wait for the story's
 * end. */
static int see_sequence(struct ngrams *g, uint32_t i, struct err *err)
{
    const struct story_text *t = &g->text;
    const address *homes = t->homes + i;
    struct ngrams_joint joint = {.n = g->n};
    bool side_by_side = true;
    for (uint32_t k = 0; k < g->n; k++) {
        joint.homes[k] = homes[k];
        side_by_side &= homes[k] == homes[0] + k;
    }
    if (!side_by_side) {
        return vec_push(&g->joints, joint) ? 0 : no_memory(err);
    }
    return see(g, g->n, homes[0]) ? pass_passage(g, t->tokens + i, err) : 0;
}

static int compare_joints(const void *a, const void *b)
{
    const struct ngrams_joint *x = a, *y = b;
    if (x->n != y->n) {
        return x->n < y->n ? -1 : 1;
    }
    for (uint32_t k = 0; k < x->n; k++) {
        if (x->homes[k] != y->homes[k]) {
            return x->homes[k] < y->homes[k] ? -1 : 1;
        }
    }
    return 0;
}

static int pass_joints(struct ngrams *g, struct err *err)
{
    struct ngrams_joint *v = g->joints.items;
    size_t n = g->joints.len;
    uint32_t words[NGRAMS_WORDS_MAX] = {0};
    int rc = 0;
    if (n > 1) {
        qsort(v, n, sizeof *v, compare_joints);
    }
    for (size_t i = 0; i < n && rc == 0; i++) {
        if (i > 0 && compare_joints(&v[i - 1], &v[i]) == 0) {
            continue;
        }
        for (uint32_t k = 0; k < v[i].n; k++) {
            words[k] = g->text.stream.items[v[i].homes[k]];
        }
        g->n = v[i].n;
        rc = pass_passage(g, words, err);
    }
    return rc;
}

/* --- a wording --------------------------------------------------------------------------------------- */

static int pass_sequence(struct ngrams *g, uint32_t i, uint32_t articles,
                         struct err *err)
{
    const struct story_text *t = &g->text;
    const uint32_t *words = t->tokens + i;
    int rc = 0;
    if (g->pass == PASS_COUNT && g->options.all) {
        return count(g, words, articles, err);
    }
    if (g->pass == PASS_DETAILS) {
        rc = detail(g, words, articles, err);
    }
    if (rc) {
        return rc;
    }
    if (t->homes) {
        return see_sequence(g, i, err);
    }
    return g->single || see(g, g->n, i) ? pass_passage(g, words, err) : 0;
}

/* The sequences of the sentence of tokens [from, to). */
static int pass_sentence(struct ngrams *g, uint32_t from, uint32_t to,
                         uint32_t articles, struct err *err)
{
    int rc = 0;
    for (uint32_t i = from; i < to && g->n <= to - i && rc == 0; i++) {
        if (!g->options.hits || g->reach.items[i] <= i + g->n) {
            rc = pass_sequence(g, i, articles, err);
        }
    }
    return rc;
}

/* The same for the sieve, and then for the table, where every sequence counts `times`: most of all texts. */
static inline void sieve_words(const struct ngrams *g, const uint32_t *words,
                               uint32_t len, uint32_t n, uint32_t times)
{
    for (uint32_t i = 0; i + n <= len; i++) {
        ngrams_sieve_add(&g->sieve, ngrams_hash(&g->keys, words + i, n), times);
    }
}

static void sieve_sentence(const struct ngrams *g, uint32_t from, uint32_t to,
                           uint32_t times)
{
    const uint32_t *words = g->text.tokens + from;
    switch (g->n) { /* a number that the compiler knows makes half the instructions */
    case 2: sieve_words(g, words, to - from, 2, times); break;
    case 3: sieve_words(g, words, to - from, 3, times); break;
    default: sieve_words(g, words, to - from, g->n, times);
    }
}

/* Hashes and places of the sequences [0, n_places) that the sieve lets through; how many they are. */
static inline uint32_t sift_words(const struct ngrams *g, const uint32_t *words,
                                  uint32_t n_places, uint32_t n, uint64_t *hashes,
                                  uint32_t *places)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < n_places; i++) {
        hashes[k] = ngrams_hash(&g->keys, words + i, n);
        places[k] = i;
        k += ngrams_sieve_has(&g->sieve, hashes[k]);
    }
    return k;
}

static uint32_t sift(const struct ngrams *g, const uint32_t *words, uint32_t n_places,
                     uint64_t *hashes, uint32_t *places)
{
    switch (g->n) {
    case 2: return sift_words(g, words, n_places, 2, hashes, places);
    case 3: return sift_words(g, words, n_places, 3, hashes, places);
    default: return sift_words(g, words, n_places, g->n, hashes, places);
    }
}

static int count_sentence(struct ngrams *g, uint32_t from, uint32_t to, uint32_t times,
                          struct err *err)
{
    const uint32_t *words = g->text.tokens + from;
    uint64_t hashes[AT_ONCE];
    uint32_t places[AT_ONCE], n_all = to - from, n = g->n;
    int rc = 0;
    for (uint32_t done = 0; done + n <= n_all && rc == 0; done += AT_ONCE) {
        uint32_t end = n_all - n + 1 - done;
        uint32_t k =
            sift(g, words + done, end < AT_ONCE ? end : AT_ONCE, hashes, places);
        for (uint32_t i = 0; i < k; i++) {
            __builtin_prefetch(ngrams_table_place(&g->table, hashes[i]), 1);
        }
        for (uint32_t i = 0; i < k && rc == 0; i++) {
            rc = ngrams_table_add(&g->table, words + done + places[i], hashes[i], times,
                                  err);
        }
    }
    return rc;
}

static bool may_be_row(const struct ngrams *g, const uint32_t *words, uint32_t n)
{
    uint64_t bit = ngrams_hash(&g->keys, words, n) >> 48;
    return g->rows_sieve[bit / 64] >> (bit % 64) & 1;
}

/* Details of sequences of any length that is shown. */
static int detail_sentence(struct ngrams *g, uint32_t from, uint32_t to,
                           uint32_t articles, struct err *err)
{
    const uint32_t *words = g->text.tokens;
    int rc = 0;
    for (uint32_t i = from; i < to && rc == 0; i++) {
        if (!g->begins[words[i]]) {
            continue;
        }
        for (uint32_t n = 2; n <= NGRAMS_WORDS_MAX && n <= to - i && rc == 0; n++) {
            if ((g->begins[words[i]] >> n & 1) && may_be_row(g, words + i, n) &&
                (!g->options.hits || g->reach.items[i] <= i + n)) {
                g->n = n;
                rc = pass_sequence(g, i, articles, err);
            }
        }
    }
    return rc;
}

static int pass_range(struct ngrams *g, uint32_t from, uint32_t to, uint32_t articles,
                      struct err *err)
{
    uint32_t times = g->options.all ? articles : 1;
    if (g->pass == PASS_DETAILS) {
        return detail_sentence(g, from, to, articles, err);
    }
    if (to - from < g->n) {
        return 0;
    }
    if (g->pass == PASS_SIEVE) { /* of passages, no fewer than there are */
        sieve_sentence(g, from, to, times);
        return 0;
    }
    if (!g->options.hits && (g->single || g->options.all)) {
        return count_sentence(g, from, to, times, err);
    }
    return pass_sentence(g, from, to, articles, err);
}

static int pass_sentences(struct ngrams *g, uint32_t articles, struct err *err)
{
    const struct story_text *t = &g->text;
    uint32_t from = 0;
    int rc = 0;
    for (size_t s = 0; s <= t->n_starts && rc == 0; s++) {
        uint32_t to = s < t->n_starts ? t->starts[s] : t->len;
        to = to < t->len ? to : t->len;
        rc = to > from ? pass_range(g, from, to, articles, err) : 0;
        from = to > from ? to : from;
    }
    return rc;
}

/* For each token where the first hit ends of those that begin there or behind it. */
static int find_reach(struct ngrams *g, const struct wording_match *m, struct err *err)
{
    uint32_t len = g->text.len, least = UINT32_MAX;
    vec_reset(&g->reach);
    if (!vec_reserve(&g->reach, (size_t)len + 1)) {
        return no_memory(err);
    }
    size_t k = m->n_spans;
    for (uint32_t i = len; i > 0; i--) {
        for (; k > 0 && m->spans[k - 1].first >= i - 1; k--) {
            uint32_t end = m->spans[k - 1].first + m->spans[k - 1].len;
            least = end < least ? end : least;
        }
        g->reach.items[i - 1] = least;
    }
    return 0;
}

static void count_words(struct ngrams *g, uint32_t articles)
{
    const struct story_text *t = &g->text;
    for (uint32_t i = 0; i < t->len; i++) {
        uint64_t times = g->options.all ? articles
                         : g->single    ? 1
                                        : see(g, 1, t->homes ? t->homes[i] : i);
        g->frequency[t->tokens[i]] += times;
        g->size += times;
    }
}

static int pass_wording(struct ngrams *g, uint32_t segment,
                        const struct wording_match *m, struct err *err)
{
    struct story_text *t = &g->text;
    int rc = story_text_wording(t, m->wording, err);
    g->n_wordings++;
    if (rc == 0 && !g->has_frequencies) {
        count_words(g, m->n_articles);
    }
    rc = rc ? rc : story_text_sentences(t, m->wording, err);
    if (rc == 0 && g->options.hits) {
        rc = find_reach(g, m, err);
    }
    if (rc == 0 && g->pass == PASS_DETAILS) {
        rc = outlets_find(&g->outlets, segment, m, err);
    }
    return rc ? rc : pass_sentences(g, m->n_articles, err);
}

int ngrams_add(void *arg, const struct story_match *match, struct err *err)
{
    struct ngrams *g = arg;
    uint32_t n = g->n;
    int rc = story_text_story(&g->text, match->segment, match->story, err);
    g->single = g->text.view.simple && match->n_wordings == 1;
    rc = rc || g->single ? rc : clear_seen(g, err);
    g->first_wording = g->n_wordings + 1;
    for (size_t i = 0; i < match->n_wordings && rc == 0; i++) {
        rc = pass_wording(g, match->segment, &match->wordings[i], err);
        g->looked_at += g->text.len + (uint64_t)1;
        if (rc == 0 && g->looked_at >= LOOK_AFTER) {
            g->looked_at = 0;
            rc = deadline_check(g->deadline, err);
        }
    }
    rc = rc || g->single ? rc : pass_joints(g, err);
    g->n = n;
    return rc;
}

/* --- passes ---------------------------------------------------------------------------------------- */

static int pass(struct ngrams *g, enum ngrams_pass which, ngrams_run_fn *run, void *arg,
                struct err *err)
{
    struct engine_options how = {.want_spans = true, .story = ngrams_add, .arg = g};
    g->pass = (int)which;
    int rc = run(arg, &how, err);
    g->has_frequencies |= rc == 0;
    return rc;
}

/* As many buckets as make it rare that rare sequences together look like a frequent one. */
static unsigned sieve_bits(const struct ngrams *g)
{
    const struct manifest *m = &g->snapshot->manifest;
    uint64_t words = g->options.all ? m->article_tokens : m->homes;
    uint64_t want = words / g->options.least * 4, room = g->options.memory / SIEVE_PART;
    unsigned bits = SIEVE_BITS_LEAST;
    while (bits < SIEVE_BITS_MOST && UINT64_C(1) << bits < want &&
           UINT64_C(2) << bits <= room) {
        bits++;
    }
    return bits;
}

static int keep_rows(struct ngrams *g, struct err *err)
{
    const struct ngrams_table *t = &g->table;
    int rc = 0;
    for (size_t i = 0; i < t->cap && rc == 0; i++) {
        const uint32_t *words;
        struct ngrams_row row = {.count = ngrams_table_slot(t, i, &words), .n = t->n};
        rc = deadline_tick(g->deadline, i, err);
        if (rc || row.count < g->options.least) {
            continue;
        }
        memcpy(row.words, words, t->n * sizeof *words);
        rc = vec_push(&g->rows, row) ? 0 : no_memory(err);
    }
    return rc;
}

static int count_length(struct ngrams *g, ngrams_run_fn *run, void *arg,
                        struct err *err)
{
    int rc = 0;
    if (g->options.whole && g->options.least > 1) {
        rc = ngrams_sieve_open(&g->sieve, sieve_bits(g), g->options.least, err);
        rc = rc ? rc : pass(g, PASS_SIEVE, run, arg, err);
    }
    rc = rc ? rc
            : ngrams_table_open(&g->table, g->n, &g->keys,
                                (size_t)(g->options.memory / TABLE_PART), err);
    while (rc == 0) {
        rc = pass(g, PASS_COUNT, run, arg, err);
        rc = rc ? rc : keep_rows(g, err);
        rc = rc ? rc : ngrams_table_next_part(&g->table);
    }
    ngrams_sieve_release(&g->sieve);
    ngrams_table_release(&g->table);
    return rc == ITER_END ? 0 : rc;
}

int ngrams_count(struct ngrams *g, ngrams_run_fn *run, void *arg, struct err *err)
{
    int rc = 0;
    vec_reset(&g->rows);
    if (g->options.whole && !g->options.all) { /* the dictionary knows */
        rc = words_occurrences(&g->words, g->frequency, err);
        g->size = g->snapshot->manifest.homes;
        g->has_frequencies = true;
    }
    for (uint32_t n = 2; n <= NGRAMS_WORDS_MAX && rc == 0; n++) {
        g->n = n;
        rc = g->options.lengths >> n & 1 ? count_length(g, run, arg, err) : 0;
    }
    return rc;
}

static int make_slots(struct ngrams *g, size_t n, struct err *err)
{
    g->n_slots = 16;
    while (g->n_slots < 2 * n) {
        g->n_slots *= 2;
    }
    free(g->slots);
    free(g->begins);
    g->slots = calloc(g->n_slots, sizeof *g->slots);
    g->begins = calloc((size_t)g->words.n + 1, sizeof *g->begins);
    if (!g->slots || !g->begins) {
        return no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        const struct ngrams_row *row = &g->shown[i];
        size_t at = (size_t)(ngrams_hash(&g->keys, row->words, row->n) >> 20);
        while (g->slots[at & (g->n_slots - 1)] != 0) {
            at++;
        }
        g->slots[at & (g->n_slots - 1)] = (uint32_t)i + 1;
        g->begins[row->words[0]] |= (uint8_t)(1U << row->n);
        uint64_t bit = ngrams_hash(&g->keys, row->words, row->n) >> 48;
        g->rows_sieve[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
    return 0;
}

int ngrams_details(struct ngrams *g, const struct ngrams_row *rows, size_t n,
                   struct ngrams_detail *details, ngrams_run_fn *run, void *arg,
                   struct err *err)
{
    g->shown = rows;
    g->details = details;
    memset(details, 0, n * sizeof *details);
    g->n_wordings = 0;
    int rc = n == 0 ? 0 : make_slots(g, n, err);
    return rc || n == 0 ? rc : pass(g, PASS_DETAILS, run, arg, err);
}

/* --- measures ---------------------------------------------------------------------------------------- */

double ngrams_expected(const struct ngrams *g, const struct ngrams_row *row)
{
    double e = (double)g->frequency[row->words[0]];
    for (uint32_t i = 1; i < row->n; i++) {
        e *= (double)g->frequency[row->words[i]] / (double)g->size;
    }
    return e;
}

double ngrams_dice(const struct ngrams *g, const struct ngrams_row *row)
{
    double sum = 0;
    for (uint32_t i = 0; i < row->n; i++) {
        sum += (double)g->frequency[row->words[i]];
    }
    return sum > 0 ? row->n * (double)row->count / sum : 0;
}
