#include "indexer/batch.h"

#include <stdlib.h>
#include <time.h>

#include "base/hash.h"
#include "text/fold.h"
#include "formats/map.h"
#include "indexer/batch_words.h"
#include "indexer/ids.h"
#include "indexer/metadata.h"

struct batch *batch_new(void)
{
    return calloc(1, sizeof(struct batch));
}

static void drop_sheets(struct batch *b)
{
    vec_foreach(struct sheet, sheet, &b->sheets)
        sheet_release(sheet);
    vec_reset(&b->sheets);
}

void batch_free(struct batch *b)
{
    if (!b)
        return;
    vec_release(&b->glued);
    vec_release(&b->joins);
    vec_release(&b->articles);
    vec_release(&b->rejects);
    vec_release(&b->run_terms);
    vec_release(&b->join_keys);
    vec_release(&b->open_surfaces.at);
    vec_release(&b->open_joined.at);
    drop_sheets(b);
    vec_release(&b->sheets);
    sheet_draft_release(&b->sheet);
    buf_release(&b->tokens);
    buf_release(&b->metadata);
    buf_release(&b->places);
    buf_release(&b->words);
    buf_release(&b->sequence);
    buf_release(&b->run_bytes);
    buf_release(&b->run_breaks);
    buf_release(&b->map);
    free(b);
}

#define VEC_BYTES(v) ((v)->cap * sizeof *(v)->items)

size_t batch_memory(const struct batch *b)
{
    size_t prints = 0;
    vec_foreach(const struct sheet, sheet, &b->sheets)
        prints += sheet_bytes(sheet);
    return prints + sizeof *b + VEC_BYTES(&b->glued) + VEC_BYTES(&b->joins) +
           VEC_BYTES(&b->articles) + VEC_BYTES(&b->rejects) + b->tokens.cap +
           VEC_BYTES(&b->run_terms) + VEC_BYTES(&b->join_keys) + VEC_BYTES(&b->sheets) +
           VEC_BYTES(&b->open_surfaces.at) + VEC_BYTES(&b->open_joined.at) +
           VEC_BYTES(&b->sheet.prints) + VEC_BYTES(&b->sheet.places) + b->metadata.cap +
           b->places.cap + b->words.cap + b->sequence.cap + b->run_bytes.cap +
           b->run_breaks.cap + b->map.cap;
}

struct batch_tools *batch_tools_new(const struct config *c, struct vocabulary *v)
{
    struct batch_tools *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->reader = reader_new(c);
    t->analyser = analyser_new();
    t->fingerprints = c->copies == COPIES_NEAR;
    glossary_init(&t->glossary, v);
    if (!t->reader || !t->analyser) {
        batch_tools_free(t);
        return NULL;
    }
    return t;
}

void batch_tools_free(struct batch_tools *t)
{
    if (!t)
        return;
    reader_free(t->reader);
    analyser_free(t->analyser);
    glossary_release(&t->glossary);
    free(t);
}

static void reset(struct batch *b, struct batch_tools *tools)
{
    b->glossary = &tools->glossary;
    buf_reset(&b->tokens);
    vec_reset(&b->open_surfaces.at);
    vec_reset(&b->open_joined.at);
    b->n_tokens = 0;
    vec_reset(&b->articles);
    vec_reset(&b->rejects);
    drop_sheets(b);
    sheet_draft_reset(&b->sheet);
    b->sheet_first = 0;
    buf_reset(&b->metadata);
    buf_reset(&b->places);
    buf_reset(&b->words);
    b->repairs = (struct text_repairs){0};
    b->raw_bytes = 0;
    b->fingerprint_nanoseconds = 0;
}

/* --- joined entries ---------------------------------------------------------------------- */

/* Appends the term of a token to run_bytes. It is folded again rather than looked up: the text is at hand, what is known of
 * the surface is not. */
static void put_term(struct batch *b, const struct analysed *t, size_t token)
{
    struct buf *out = &b->run_bytes;
    struct bytes surface = analysed_surface(t, token);
    if (!buf_reserve(out, TERM_BYTES_MAX))
        return;
    uint8_t *to = out->data + out->len;
    bool is_short = (t->tokens[token].flags & TOKEN_ASCII) &&
                    surface.len <= FOLD_SHORT &&
                    fold_short(surface.data, surface.len, to);
    out->len += is_short ? surface.len : analyser_fold(surface, to);
}

/* Notes a joined entry whose key will be [from, to) in run_bytes. */
static bool note_join(struct batch *b, size_t token, size_t from, size_t to,
                      uint8_t span)
{
    if (!vec_reserve(&b->join_keys, 1))
        return false;
    struct batch_join_key *k = &b->join_keys.items[b->join_keys.len++];
    k->token = (uint32_t)token;
    k->at = from;
    k->key.len = (uint32_t)(to - from);
    k->key.tag = span;
    return true;
}

/* Two tokens, which most runs are: no more than one entry. */
static bool note_pair(struct batch *b, const struct analysed *t, size_t from)
{
    size_t at = b->run_bytes.len;
    put_term(b, t, from);
    put_term(b, t, from + 1);
    size_t end = b->run_bytes.len;
    return end - at > TERM_BYTES_MAX || note_join(b, from, at, end, 2);
}

/* For a run of n tokens, each but the first glued to the one before it. */
static const uint8_t *breaks_of_run(struct batch *b, size_t n)
{
    buf_reset(&b->run_breaks);
    uint8_t *breaks = buf_extend(&b->run_breaks, n);
    if (breaks) {
        memset(breaks, BREAK_GLUED, n);
        breaks[0] = BREAK_NONE;
    }
    return breaks;
}

/* Joined entries of the tokens [from, to), a run. Their terms lie one after another in run_bytes, so a joined key is a part
 * of it. */
static bool note_run(struct batch *b, const struct analysed *t, size_t from, size_t to)
{
    size_t n = to - from, at = b->run_bytes.len;
    const uint8_t *breaks = breaks_of_run(b, n);
    vec_reset(&b->run_terms);
    if (!breaks || !vec_reserve(&b->run_terms, n))
        return false;
    for (size_t i = 0; i < n; i++) {
        size_t before = b->run_bytes.len;
        put_term(b, t, from + i);
        b->run_terms.items[i].len = b->run_bytes.len - before;
    }
    if (b->run_bytes.failed)
        return false;
    for (size_t i = 0; i < n; i++) {
        b->run_terms.items[i].data = b->run_bytes.data + at;
        at += b->run_terms.items[i].len;
    }
    for (size_t i = 0; i + 1 < n; i++) {
        uint8_t spans[2];
        size_t found = analyser_joins(b->run_terms.items, breaks, n, i, spans);
        for (size_t k = 0; k < found; k++) {
            const uint8_t *bytes = b->run_bytes.data;
            const struct bytes *last = &b->run_terms.items[i + spans[k] - 1];
            size_t first = (size_t)(b->run_terms.items[i].data - bytes);
            size_t end = (size_t)(last->data - bytes) + last->len;
            if (!note_join(b, from + i, first, end, spans[k]))
                return false;
        }
    }
    return true;
}

/* Makes the keys of the entries that were noted, and asks for their slots. All terms have been written before: what reads
 * bytes that were written just now waits. */
static bool make_keys(struct batch *b)
{
    const struct intern *joined = &b->glossary->joined;
    if (!buf_reserve(&b->run_bytes, INTERN_INLINE)) /* a whole word may be read */
        return false;
    vec_foreach(struct batch_join_key, k, &b->join_keys) {
        struct bytes key = bytes_of(b->run_bytes.data + k->at, k->key.len);
        intern_key(joined, key, INTERN_INLINE, k->key.tag, &k->key);
        intern_prefetch(intern_view(joined), k->key.hash);
    }
    return true;
}

/* The joined entries of an article: they are looked up when its words have been hashed. */
static bool note_joins(struct batch *b, const struct analysed *t)
{
    buf_reset(&b->run_bytes);
    vec_reset(&b->join_keys);
    for (size_t k = 0; k < b->glued.len;) {
        size_t first = b->glued.items[k] - 1, end = first + 1;
        while (k < b->glued.len && b->glued.items[k] == end)
            k++, end++;
        if (!(end - first == 2 ? note_pair(b, t, first) : note_run(b, t, first, end)))
            return false;
    }
    return make_keys(b);
}

/* Asks for what the look-up of these entries reads behind their slots, and for what the vocabulary calls them. */
static void expect_joins(struct batch *b)
{
    const struct intern *joined = &b->glossary->joined;
    vec_foreach(struct batch_join_key, k, &b->join_keys) {
        k->number = intern_expect(joined, &k->key);
        if (k->number != (uint32_t)INTERN_NONE)
            glossary_joined_prefetch(b->glossary, k->number);
    }
}

static void expect_join_bytes(const struct batch *b)
{
    const struct intern *joined = &b->glossary->joined;
    vec_foreach(const struct batch_join_key, k, &b->join_keys)
        intern_expect_bytes(joined, &k->key, k->number);
}

/* Numbers of the entries that were noted; those of new ones are open. */
static bool put_joins(struct batch *b)
{
    struct glossary *g = b->glossary;
    vec_reset(&b->joins);
    if (!vec_reserve(&b->joins, b->join_keys.len))
        return false;
    vec_foreach(const struct batch_join_key, k, &b->join_keys) {
        uint32_t own = glossary_joined(g, &k->key);
        if (glossary_failed(g))
            return false;
        b->joins.items[b->joins.len++] =
            (struct spool_join){k->token, glossary_joined_number(g, own)};
    }
    return true;
}

static uint32_t joined_number(const void *glossary, uint32_t number)
{
    return glossary_joined_number(glossary, number & ~GLOSSARY_UNSETTLED);
}

static bool settle_joined(struct batch *b)
{
    if (!glossary_settle_joined(b->glossary))
        return false;
    draft_close(&b->tokens, &b->open_joined, joined_number, b->glossary);
    return true;
}

/* --- tokens ------------------------------------------------------------------------------ */

/* CPU time of this thread, for the report. */
static uint64_t thread_nanoseconds(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) != 0)
        return 0;
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* The fingerprints since the last sheet become one. */
static bool close_sheet(struct batch *b)
{
    if (b->sheet.n == 0)
        return true;
    uint64_t started = thread_nanoseconds();
    if (!vec_reserve(&b->sheets, 1))
        return false;
    struct sheet *sheet = &b->sheets.items[b->sheets.len];
    if (!sheet_make(sheet, &b->sheet, &b->places))
        return false;
    sheet->first_article = b->sheet_first;
    b->sheet_first += b->sheet.n;
    b->sheets.len++;
    sheet_draft_reset(&b->sheet);
    b->fingerprint_nanoseconds += thread_nanoseconds() - started;
    return true;
}

/* The clock is a system call, which for a short text takes longer than its fingerprints: one article
 * of TIMED is timed. */
static bool put_prints(struct batch *b, const uint64_t *terms, size_t n)
{
    enum {
        TIMED = 64
    };
    bool timed = b->sheet.n % TIMED == TIMED - 1;
    uint64_t started = timed ? thread_nanoseconds() : 0;
    struct sheet_draft *d = &b->sheet;
    size_t words = winnow_place_words(n);
    if (!sheet_draft_reserve(d, winnow_room(n), words))
        return false;
    size_t found = winnow_fingerprints(terms, n, d->prints.items + d->prints.len,
                                       d->places.items + d->places.len);
    sheet_draft_add(d, found, words);
    if (timed)
        b->fingerprint_nanoseconds += TIMED * (thread_nanoseconds() - started);
    return !sheet_draft_full(&b->sheet) || close_sheet(b);
}

/* What copies are found by, from the hashes of all terms. */
static bool put_body(struct batch *b, const struct analysed *t, bool fingerprints,
                     struct batch_article *a)
{
    const uint64_t *terms = (const uint64_t *)(const void *)b->sequence.data;
    size_t title = t->title_tokens, n = t->n_tokens - title;
    a->title_tokens = (uint32_t)title;
    if (title > 0) {
        uint32_t hash = (uint32_t)hash64(terms, 8 * title, HASH_SEED_WORDING);
        a->title = hash ? hash : 1;
    }
    a->body = hash64(terms + title, 8 * n, HASH_SEED_WORDING);
    expect_join_bytes(b); /* whose entries were asked for before these hashes */
    return !fingerprints || put_prints(b, terms + title, n);
}

static int failed(const struct batch *b, struct err *err)
{
    return glossary_failed(b->glossary)
               ? glossary_status(b->glossary, err)
               : err_set(err, ERR_NOMEM, "batch: out of memory");
}

/* The sequence is what the wording's hash is made of: the hashes of all terms, then their breaks. */
static int put_tokens(struct batch *b, const struct analysed *t, bool fingerprints,
                      struct batch_article *a, struct err *err)
{
    size_t n = t->n_tokens;
    buf_reset(&b->sequence);
    uint8_t *sequence = buf_extend(&b->sequence, 9 * n);
    if (!sequence)
        goto no_memory;
    a->tokens = b->tokens.len;
    a->length = (uint32_t)n;
    if (!batch_words_put(b, t, sequence) || !note_joins(b, t))
        goto no_memory;
    b->n_tokens += n;
    a->wording = hash128(sequence, 9 * n, HASH_SEED_WORDING);
    expect_joins(b);
    uint32_t tail;
    if (!batch_words_tail(b, t, &tail) || !put_body(b, t, fingerprints, a) ||
        !put_joins(b))
        goto no_memory;
    if (!draft_put_tail(&b->tokens, tail, b->joins.items, b->joins.len,
                        &b->open_joined))
        goto no_memory;
    return 0;
no_memory:
    return failed(b, err);
}

/* All numbers of the batch that are open yet are filled in. */
static int settle(struct batch *b, struct err *err)
{
    return batch_words_settle(b) && settle_joined(b) ? 0 : failed(b, err);
}

/* --- records ----------------------------------------------------------------------------- */

struct filling {
    struct batch *batch;
    struct batch_tools *tools;
    const struct input_piece *piece;
};

static int put_reject(struct filling *f, uint64_t number, uint64_t offset, uint64_t len,
                      const char *reason, bool warning, struct err *err)
{
    struct batch *b = f->batch;
    struct batch_reject r = {f->piece->file, f->piece->number + number + 1,
                             offset,         len,
                             b->words.len,   warning};
    buf_put(&b->words, reason, strlen(reason) + 1);
    if (b->words.failed || !vec_push(&b->rejects, r))
        return err_set(err, ERR_NOMEM, "batch: out of memory");
    return 0;
}

static int on_reject(void *arg, uint64_t number, uint64_t offset, uint64_t len,
                     const char *reason, struct err *err)
{
    return put_reject(arg, number, offset, len, reason, false, err);
}

static int on_warning(void *arg, uint64_t number, uint64_t offset, uint64_t len,
                      const char *reason, struct err *err)
{
    return put_reject(arg, number, offset, len, reason, true, err);
}

/* The normalised title: the first paragraph, where the record has a title. */
static struct bytes title_of(const struct record *r, const struct analysed *t)
{
    if (r->title.text.len == 0)
        return bytes_of(NULL, 0);
    for (size_t i = 0; i + 1 < t->text.len; i++) {
        if (t->text.data[i] == '\n' && t->text.data[i + 1] == '\n')
            return bytes_of(t->text.data, i);
    }
    return t->text;
}

static void put_metadata(struct batch *b, const struct record *r, uint64_t number,
                         const struct analysed *t, struct batch_article *a)
{
    struct metadata m = {
        .row =
            {
                .id = r->id,
                .record = number,
                .offset = r->offset,
                .len = r->raw.len,
                .url = r->url,
                .outlet = r->outlet,
                .author = r->author,
                .section = r->section,
                .language = r->language,
                .tags = r->tags,
                .title = title_of(r, t),
                .day = r->day,
                .second = r->second,
                .date_text = r->date_text,
                .date_from = (uint8_t)r->date_from,
                .reader = (uint8_t)r->reader,
                .reader_version = r->reader_version,
            },
        .title_tokens = (uint32_t)t->title_tokens,
        .map = buf_bytes(&b->map),
    };
    a->metadata = b->metadata.len;
    metadata_encode(&m, &b->metadata);
    a->metadata_len = b->metadata.len - a->metadata;
    a->day = r->day;
    a->id_hash = ids_hash(r->id);
    b->metadata.failed |= b->map.failed;
}

static void add_repairs(struct text_repairs *to, const struct text_repairs *r)
{
    to->links_removed += r->links_removed;
    to->glued_split += r->glued_split;
    to->wraps_joined += r->wraps_joined;
    to->hyphens_joined += r->hyphens_joined;
    to->bad_utf8 += r->bad_utf8;
    to->words_cut += r->words_cut;
}

/* The digest, and the map, are made while what they are made of lies in the nearest cache: the words look at much memory. */
static int on_record(void *arg, const struct record *r, struct err *err)
{
    struct filling *f = arg;
    struct batch *b = f->batch;
    struct analysed t;
    struct err why = {0};
    struct batch_article a = {
        .digest = hash_digest(r->raw.data, r->raw.len),
        .input = f->piece->file->number,
    };
    int rc = analyser_article(f->tools->analyser, &r->title, &r->body, &t, &why);
    if (rc == ERR_LIMIT)
        return put_reject(f, r->number, r->offset, r->raw.len, why.msg, false, err);
    if (rc != 0)
        return err_set(err, rc, "%s", why.msg);
    if (t.n_tokens == 0)
        return put_reject(f, r->number, r->offset, r->raw.len, "no words in it", false,
                          err);
    a.text_bytes = (uint32_t)t.text.len;
    buf_reset(&b->map);
    map_encode(t.map, &b->map);
    rc = put_tokens(b, &t, f->tools->fingerprints, &a, err);
    if (rc != 0)
        return rc;
    put_metadata(b, r, f->piece->number + r->number + 1, &t, &a);
    if (b->metadata.failed || !vec_push(&b->articles, a))
        return err_set(err, ERR_NOMEM, "batch: out of memory");
    add_repairs(&b->repairs, &t.repairs);
    b->raw_bytes += r->raw.len;
    return 0;
}

int batch_fill(struct batch *b, struct batch_tools *tools,
               const struct input_block *block, struct err *err)
{
    reset(b, tools);
    if (b->block_bytes < block->len)
        b->block_bytes = block->len;
    int begun = glossary_begin(b->glossary, tools->glossary_max, err);
    if (begun != 0)
        return begun;
    for (size_t i = 0; i < block->n_pieces; i++) {
        struct filling f = {b, tools, &block->pieces[i]};
        struct reader_events events = {on_record, on_reject, &f, on_warning};
        uint64_t numbers;
        int rc = reader_piece(tools->reader, block, f.piece, &events, &numbers, err);
        if (rc != 0)
            return rc;
    }
    int settled = settle(b, err);
    if (settled != 0)
        return settled;
    b->glossary->tokens += b->n_tokens;
    return close_sheet(b) ? 0 : err_set(err, ERR_NOMEM, "batch: out of memory");
}
