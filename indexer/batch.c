#include "indexer/batch.h"

#include <stdlib.h>
#include <time.h>

#include "base/hash.h"
#include "text/words.h"
#include "formats/map.h"
#include "indexer/ids.h"
#include "indexer/metadata.h"

enum {
    GROUP = WORDS_ODD_MAX /* tokens whose look-ups overlap */
};

struct batch *batch_new(void)
{
    struct batch *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    glossary_fresh_init(&b->fresh);
    return b;
}

void batch_free(struct batch *b)
{
    if (!b)
        return;
    glossary_fresh_release(&b->fresh);
    vec_release(&b->odd_seps);
    vec_release(&b->joins);
    vec_release(&b->articles);
    vec_release(&b->rejects);
    draft_release(&b->tokens);
    vec_release(&b->run_terms);
    vec_release(&b->join_keys);
    vec_release(&b->sheets);
    vec_release(&b->fingerprints);
    vec_release(&b->print_ends);
    buf_release(&b->metadata);
    buf_release(&b->prints);
    buf_release(&b->words);
    buf_release(&b->sequence);
    buf_release(&b->run_bytes);
    buf_release(&b->map);
    free(b);
}

#define VEC_BYTES(v) ((v)->cap * sizeof *(v)->items)

size_t batch_memory(const struct batch *b)
{
    return sizeof *b + glossary_fresh_memory(&b->fresh) + VEC_BYTES(&b->odd_seps) +
           VEC_BYTES(&b->joins) + VEC_BYTES(&b->articles) + VEC_BYTES(&b->rejects) +
           draft_memory(&b->tokens) + VEC_BYTES(&b->run_terms) +
           VEC_BYTES(&b->join_keys) + VEC_BYTES(&b->sheets) +
           VEC_BYTES(&b->fingerprints) + VEC_BYTES(&b->print_ends) + b->metadata.cap +
           b->prints.cap + b->words.cap + b->sequence.cap + b->run_bytes.cap +
           b->map.cap;
}

struct batch_tools *batch_tools_new(const struct config *c)
{
    struct batch_tools *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->reader = reader_new(c);
    t->analyser = analyser_new();
    t->fingerprints = c->copies == COPIES_NEAR;
    glossary_init(&t->glossary);
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

static bool reset(struct batch *b, struct batch_tools *tools)
{
    b->glossary = &tools->glossary;
    if (!glossary_begin(b->glossary, tools->glossary_max, &b->fresh))
        return false;
    draft_reset(&b->tokens);
    b->n_tokens = 0;
    vec_reset(&b->articles);
    vec_reset(&b->rejects);
    vec_reset(&b->sheets);
    vec_reset(&b->fingerprints);
    vec_reset(&b->print_ends);
    buf_reset(&b->metadata);
    buf_reset(&b->prints);
    buf_reset(&b->words);
    b->repairs = (struct text_repairs){0};
    b->raw_bytes = 0;
    b->fingerprint_nanoseconds = 0;
    return true;
}

/* --- separators -------------------------------------------------------------------------- */

/* A separator that is not the most frequent one of its first slot. */
static uint32_t put_rare_sep(struct glossary *g, struct bytes sep, uint8_t brk)
{
    struct intern_key key;
    bool is_new;
    intern_key(&g->seps, sep, INTERN_INLINE, brk, &key);
    uint32_t number = intern_put(&g->seps, &key, &is_new);
    if (is_new && !vec_push(&g->sep_counts, 0))
        g->seps.failed = true;
    if (!g->seps.failed)
        g->sep_counts.items[number]++;
    return number;
}

/* A separator, behind which INTERN_INLINE bytes may be read. */
static inline uint32_t put_sep(struct glossary *g, struct bytes sep, uint8_t brk)
{
    if (sep.len >= INTERN_INLINE)
        return put_rare_sep(g, sep, brk);
    struct intern_word w = intern_tagged(intern_word(sep.data, sep.len), brk);
    struct intern_view table = intern_view(&g->seps);
    uint32_t number = intern_peek(table, w, intern_word_hash(table.seed, w));
    if (number == (uint32_t)INTERN_NONE)
        return put_rare_sep(g, sep, brk);
    g->sep_counts.items[number]++;
    return number;
}

/* --- tokens ------------------------------------------------------------------------------ */

/* The keys of a group of tokens. */
struct keys {
    struct surface_key words[GROUP];
    uint64_t hashes[GROUP];
};

static void make_keys(const struct surface_table *table, const struct analysed *t,
                      size_t from, size_t n, struct keys *k)
{
    const uint8_t *text = t->text.data;
    const struct token *tokens = t->tokens + from;
    uint64_t seed = table->seed;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *p = text + tokens[i].start;
        size_t len = tokens[i].len;
        if (len <= SURFACE_INLINE) {
            k->words[i] = surface_key(p, len);
            k->hashes[i] = surface_hash(seed, k->words[i]);
        } else {
            k->words[i] = surface_table_long(seed, bytes_of(p, len), &k->hashes[i]);
        }
        __builtin_prefetch(surface_first_slot(table, k->hashes[i]), 1);
    }
}

/* Counts the surfaces of a group of tokens, and writes their numbers and their terms' hashes. In two rounds, so that
 * the cache misses of the slots overlap. */
static void put_surfaces(struct glossary *g, const struct analysed *t, size_t from,
                         size_t n, uint32_t *ids, uint8_t *hashes)
{
    struct keys keys;
    make_keys(&g->surfaces, t, from, n, &keys);
    for (size_t i = 0; i < n; i++) {
        struct surface_slot *slot = surface_first_slot(&g->surfaces, keys.hashes[i]);
        if (!surface_is(slot, keys.words[i])) {
            slot = glossary_surface(g, keys.words[i], keys.hashes[i],
                                    analysed_surface(t, from + i),
                                    t->tokens[from + i].flags & TOKEN_LOWER);
            if (!slot)
                return;
        }
        slot->count++;
        ids[i] = slot->number;
        store_u64(hashes + 8 * i, slot->term_hash);
    }
}

/* Counts the separators of a group of tokens, notes those that are not number 0, and writes their breaks to `breaks`, which
 * are BREAK_NONE so far. Those that are one blank, most of them, are not looked at. */
static void put_seps(struct batch *b, const struct analysed *t, size_t from, size_t n,
                     uint8_t *breaks)
{
    uint64_t odd = words_odd(t->tokens + from, n);
    b->glossary->sep_counts.items[0] +=
        (uint32_t)(n - (size_t)__builtin_popcountll(odd));
    for (; odd; odd &= odd - 1) {
        size_t i = from + (unsigned)__builtin_ctzll(odd);
        uint8_t brk = t->tokens[i].brk;
        breaks[i] = i == 0 ? BREAK_NONE : brk;
        uint32_t number = put_sep(b->glossary, analysed_separator(t, i), brk);
        if (number != 0)
            b->odd_seps.items[b->odd_seps.len++] =
                (struct batch_sep){(uint32_t)i, number};
    }
}

/* Appends the term of a token to run_bytes. It is folded again rather than looked up: the text is at hand, what is known of
 * the surface is not. */
static void put_term(struct batch *b, const struct analysed *t, size_t token)
{
    struct buf *out = &b->run_bytes;
    struct bytes surface = analysed_surface(t, token);
    if (t->tokens[token].flags & TOKEN_LOWER)
        buf_put_bytes(out, surface);
    else if (buf_reserve(out, TERM_BYTES_MAX))
        out->len += analyser_fold(surface, out->data + out->len);
}

/* Notes a joined entry whose key is [from, to) in run_bytes, behind which a whole word may be read. */
static bool note_join(struct batch *b, size_t token, size_t from, size_t to,
                      uint8_t span)
{
    const struct intern *joined = &b->glossary->joined;
    struct batch_join_key k = {.token = (uint32_t)token, .at = from};
    intern_key(joined, bytes_of(b->run_bytes.data + from, to - from), INTERN_INLINE,
               span, &k.key);
    intern_prefetch(intern_view(joined), k.key.hash);
    return vec_push(&b->join_keys, k);
}

/* Joined entries of the tokens [from, to), each but the first glued to the one before it. Their terms lie one after another
 * in run_bytes, so a joined key is a part of it. */
static bool note_run(struct batch *b, const struct analysed *t, size_t from, size_t to,
                     uint8_t *breaks)
{
    size_t n = to - from, at = b->run_bytes.len;
    vec_reset(&b->run_terms);
    if (!vec_reserve(&b->run_terms, n))
        return false;
    for (size_t i = 0; i < n; i++) {
        size_t before = b->run_bytes.len;
        put_term(b, t, from + i);
        b->run_terms.items[i].len = b->run_bytes.len - before;
        breaks[i] = i == 0 ? BREAK_NONE : BREAK_GLUED;
    }
    if (!buf_reserve(&b->run_bytes, INTERN_INLINE))
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

/* Numbers of the joined entries of an article, whose slots were asked for when they were noted. */
static bool put_noted(struct batch *b)
{
    struct intern *joined = &b->glossary->joined;
    vec_foreach(struct batch_join_key, k, &b->join_keys) {
        bool is_new;
        k->key.data = b->run_bytes.data + k->at;
        uint32_t number = intern_put(joined, &k->key, &is_new);
        struct spool_join join = {k->token,
                                  glossary_joined_number(b->glossary, number)};
        if (joined->failed || !vec_push(&b->joins, join))
            return false;
    }
    return true;
}

/* Runs of glued tokens are found by their separators; breaks has room for one of each token. */
static bool put_joins(struct batch *b, const struct analysed *t, uint8_t *breaks)
{
    size_t end = 0; /* of the last run */
    buf_reset(&b->run_bytes);
    vec_reset(&b->join_keys);
    for (size_t k = 0; k < b->odd_seps.len; k++) {
        size_t i = b->odd_seps.items[k].token;
        if (i < end || i == 0 || t->tokens[i].brk != BREAK_GLUED)
            continue;
        end = i + 1;
        while (end < t->n_tokens && t->tokens[end].brk == BREAK_GLUED)
            end++;
        if (!note_run(b, t, i - 1, end, breaks))
            return false;
    }
    return put_noted(b);
}

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
    size_t n = b->print_ends.len;
    if (n == 0)
        return true;
    uint64_t started = thread_nanoseconds();
    if (!vec_reserve(&b->sheets, 1))
        return false;
    struct sheet *sheet = &b->sheets.items[b->sheets.len];
    if (!sheet_make(sheet, b->fingerprints.items, b->print_ends.items, n, &b->prints))
        return false;
    sheet->first_article = (uint32_t)(b->sheets.len * SHEET_ARTICLES_MAX);
    b->sheets.len++;
    vec_reset(&b->fingerprints);
    vec_reset(&b->print_ends);
    b->fingerprint_nanoseconds += thread_nanoseconds() - started;
    return true;
}

/* The clock is a system call, which for a short text takes longer than its fingerprints: one article
 * of TIMED is timed. */
static bool put_prints(struct batch *b, const uint64_t *terms, size_t n)
{
    enum {
        TIMED = 16
    };
    bool timed = b->print_ends.len % TIMED == TIMED - 1;
    uint64_t started = timed ? thread_nanoseconds() : 0;
    if (!vec_reserve(&b->fingerprints, winnow_room(n)) ||
        !vec_reserve(&b->print_ends, 1))
        return false;
    b->fingerprints.len +=
        winnow_fingerprints(terms, n, b->fingerprints.items + b->fingerprints.len);
    b->print_ends.items[b->print_ends.len++] = (uint32_t)b->fingerprints.len;
    if (timed)
        b->fingerprint_nanoseconds += TIMED * (thread_nanoseconds() - started);
    return b->print_ends.len < SHEET_ARTICLES_MAX || close_sheet(b);
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
    return !fingerprints || put_prints(b, terms + title, n);
}

/* The separators noted from number `first` on are those of a block whose first token is `from`. Returns DRAFT_SEPS or 0. */
static unsigned take_seps(const struct batch *b, size_t first, size_t from,
                          struct token_block *block)
{
    uint32_t n = 0, all = 0;
    for (size_t k = first; k < b->odd_seps.len; k++, n++) {
        const struct batch_sep *sep = &b->odd_seps.items[k];
        block->places[n] = (uint8_t)(sep->token - from);
        block->seps[n] = glossary_sep_number(b->glossary, sep->number);
        all |= block->seps[n];
    }
    block->n_seps = n;
    return all & GLOSSARY_OWN ? (unsigned)DRAFT_SEPS : 0;
}

/* Slots know the numbers of most words; those of the others in a block. Returns DRAFT_SURFACES or 0. */
static unsigned look_again(const struct glossary *g, struct token_block *block)
{
    uint32_t all = 0;
    for (uint32_t i = block->n; i < TOKEN_BLOCK; i++)
        block->surfaces[i] = 0;
    for (uint32_t i = 0; i < TOKEN_BLOCK; i++)
        all |= block->surfaces[i];
    if (!(all & GLOSSARY_OWN))
        return 0;
    all = 0;
    for (uint32_t i = 0; i < block->n; i++) {
        if (block->surfaces[i] & GLOSSARY_OWN)
            all |= block->surfaces[i] = glossary_surface_number(g, block->surfaces[i]);
    }
    return all & GLOSSARY_OWN ? (unsigned)DRAFT_SURFACES : 0;
}

/* The words and separators of all tokens; `sequence`: as in put_tokens. */
static bool put_blocks(struct batch *b, const struct analysed *t, uint8_t *sequence)
{
    struct glossary *g = b->glossary;
    struct token_block block;
    size_t n = t->n_tokens;
    _Static_assert(TOKEN_BLOCK % GROUP == 0, "blocks of whole groups");
    for (size_t from = 0; from < n; from += TOKEN_BLOCK) {
        size_t end = n - from < TOKEN_BLOCK ? n : from + TOKEN_BLOCK;
        size_t first_sep = b->odd_seps.len;
        block.n = (uint32_t)(end - from);
        for (size_t i = from; i < end; i += GROUP) {
            size_t len = end - i < GROUP ? end - i : GROUP;
            put_surfaces(g, t, i, len, block.surfaces + (i - from), sequence + 8 * i);
            if (g->surfaces.failed)
                return false;
            put_seps(b, t, i, len, sequence + 8 * n);
            if (g->seps.failed)
                return false;
        }
        unsigned late = take_seps(b, first_sep, from, &block);
        late |= look_again(g, &block);
        if (!draft_put_block(&b->tokens, &block, late))
            return false;
    }
    return true;
}

/* The sequence is what the wording's hash is made of: the hashes of all terms, then their breaks. */
static int put_tokens(struct batch *b, const struct analysed *t, bool fingerprints,
                      struct batch_article *a, struct err *err)
{
    size_t n = t->n_tokens;
    buf_reset(&b->sequence);
    vec_reset(&b->odd_seps);
    vec_reset(&b->joins);
    uint8_t *sequence = buf_extend(&b->sequence, 9 * n);
    if (!vec_reserve(&b->odd_seps, n) || !sequence)
        goto no_memory;
    memset(sequence + 8 * n, BREAK_NONE, n);
    a->tokens = b->tokens.bytes.len;
    a->length = (uint32_t)n;
    if (!put_blocks(b, t, sequence))
        goto no_memory;
    b->n_tokens += n;
    a->wording = hash128(sequence, 9 * n, HASH_SEED_WORDING);
    uint32_t tail = put_sep(b->glossary, t->tail, BREAK_NONE);
    if (b->glossary->seps.failed || !put_body(b, t, fingerprints, a))
        goto no_memory;
    if (!put_joins(b, t, sequence)) /* overwrites the sequence */
        goto no_memory;
    if (!draft_put_tail(&b->tokens, glossary_sep_number(b->glossary, tail),
                        b->joins.items, b->joins.len))
        goto no_memory;
    return 0;
no_memory:
    return err_set(err, ERR_NOMEM, "batch: out of memory");
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
    buf_reset(&b->map);
    map_encode(t->map, &b->map);
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

static int on_record(void *arg, const struct record *r, struct err *err)
{
    struct filling *f = arg;
    struct batch *b = f->batch;
    struct analysed t;
    struct err why = {0};
    int rc = analyser_article(f->tools->analyser, &r->title, &r->body, &t, &why);
    if (rc == ERR_LIMIT)
        return put_reject(f, r->number, r->offset, r->raw.len, why.msg, false, err);
    if (rc != 0)
        return err_set(err, rc, "%s", why.msg);
    if (t.n_tokens == 0)
        return put_reject(f, r->number, r->offset, r->raw.len, "no words in it", false,
                          err);
    struct batch_article a = {
        .digest = hash_digest(r->raw.data, r->raw.len),
        .input = f->piece->file->number,
        .text_bytes = (uint32_t)t.text.len,
    };
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
    if (!reset(b, tools))
        return err_set(err, ERR_NOMEM, "batch: out of memory");
    for (size_t i = 0; i < block->n_pieces; i++) {
        struct filling f = {b, tools, &block->pieces[i]};
        struct reader_events events = {on_record, on_reject, &f, on_warning};
        uint64_t numbers;
        int rc = reader_piece(tools->reader, block, f.piece, &events, &numbers, err);
        if (rc != 0)
            return rc;
    }
    b->glossary->tokens += b->n_tokens;
    return glossary_tell(b->glossary, &b->fresh) && close_sheet(b)
               ? 0
               : err_set(err, ERR_NOMEM, "batch: out of memory");
}
