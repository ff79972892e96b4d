#include "tests/support/truth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "formats/reconstruct.h"
#include "tests/support/check.h"
#include "tests/support/reread.h"

struct truth {
    const struct segment *segment;
    struct reread *reread;
    article_id id;
    wording_id wording;
    bool first;             /* of its wording */
    VEC(uint64_t) joined;   /* term << 32 | address, of entries of a span */
    address *stream_terms;  /* by address */
    uint8_t *stream_breaks; /* by address */
    address *stream_homes;  /* by address */
    piece_vec pieces;
    break_vec breaks;
};

/* Words before the end. */
#define MUST(condition, ...)                                                \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "article %u, wording %u: ", t->id, t->wording); \
            fprintf(stderr, __VA_ARGS__);                                   \
            fputc('\n', stderr);                                            \
            check_failed(__FILE__, __LINE__, #condition);                   \
        }                                                                   \
    } while (0)

/* --- the stream --------------------------------------------------------------------------- */

static void read_stream(struct truth *t)
{
    const struct segment *s = t->segment;
    uint64_t n = s->counts[SEGMENT_TOKENS];
    struct err err = {0};
    t->stream_terms = malloc((n + 1) * sizeof *t->stream_terms);
    t->stream_breaks = malloc(n + 1);
    t->stream_homes = malloc((n + 1) * sizeof *t->stream_homes);
    CHECK(t->stream_terms && t->stream_breaks && t->stream_homes);
    for (address a = 0; a < n; a++) {
        surface_id surface;
        sep_id sep;
        struct bytes bytes;
        CHECK(reconstruct_stream(s, a, 1, &surface, &sep, &err) == 0);
        CHECK(surfaces_term(&s->surfaces, surface, &t->stream_terms[a], &err) == 0);
        CHECK(surfaces_sep(&s->surfaces, sep, &t->stream_breaks[a], &bytes, &err) == 0);
    }
}

static void read_stream_homes(struct truth *t)
{
    const struct segment *s = t->segment;
    block_vec blocks = {0};
    struct err err = {0};
    for (story_id id = 0; id < s->counts[SEGMENT_STORIES]; id++) {
        struct story_view story;
        CHECK(wordings_story(&s->wordings, id, &story, &err) == 0);
        CHECK(wordings_blocks(&s->wordings, id, &blocks, &err) == 0);
        for (address a = story.start; a < story.end; a++)
            t->stream_homes[a] = wordings_home(blocks.items, blocks.len, a);
    }
    vec_release(&blocks);
}

static bool is_marked(const struct marks *m, address a)
{
    uint64_t here, before = 0;
    struct err err = {0};
    CHECK(marks_rank(m, a, &here, &err) == 0);
    if (a > 0)
        CHECK(marks_rank(m, a - 1, &before, &err) == 0);
    return here != before;
}

static void check_marks(const struct truth *t)
{
    const struct segment *s = t->segment;
    for (address a = 0; a < s->counts[SEGMENT_TOKENS]; a++) {
        uint8_t brk = t->stream_breaks[a];
        CHECK(is_marked(&s->paragraphs, a) == (brk == BREAK_PARAGRAPH));
        CHECK(is_marked(&s->sentences, a) ==
              (brk == BREAK_PARAGRAPH || brk == BREAK_SENTENCE));
    }
}

/* --- words of one wording ------------------------------------------------------------------- */

struct words {
    struct arena arena;
    struct bytes *terms;
    uint8_t *breaks;
    size_t n;
};

static void read_words(struct words *w, const struct analysed *text)
{
    *w = (struct words){.n = text->n_tokens};
    w->terms = arena_alloc(&w->arena, (w->n + 1) * sizeof *w->terms);
    w->breaks = arena_alloc(&w->arena, w->n + 1);
    CHECK(w->terms && w->breaks);
    for (size_t i = 0; i < w->n; i++) {
        uint8_t folded[TERM_BYTES_MAX];
        size_t len = analyser_fold(analysed_surface(text, i), folded);
        w->terms[i] = arena_copy(&w->arena, bytes_of(folded, len));
        w->breaks[i] = text->tokens[i].brk;
    }
}

/* The entry must be posted at the address; a word at its home. */
static void check_posting(struct truth *t, struct bytes key, uint8_t span, address at)
{
    const struct segment *s = t->segment;
    struct term_entry e;
    struct address_cursor cursor;
    struct err err = {0};
    address found = 0;
    at = span > 1 ? at : t->stream_homes[at];
    int rc = terms_find(&s->terms, key, span, &e, &err);
    MUST(rc == 0, "no entry '%.*s' of span %u", (int)key.len, (const char *)key.data,
         span);
    CHECK(segment_addresses(s, &e, &cursor, &err) == 0);
    rc = addresses_seek(&cursor, at, &found, &err);
    MUST(rc == 0 && found == at, "'%.*s' of span %u is not at %u", (int)key.len,
         (const char *)key.data, span, at);
    if (span > 0)
        CHECK(vec_push(&t->joined, (uint64_t)e.id << 32 | at));
}

/* Alias and joined entries of token i, at an address from which `room` tokens are looked at. */
static void check_joined(struct truth *t, const struct words *w, size_t i, address at,
                         uint32_t room)
{
    uint8_t spans[2], key[TERM_BYTES_MAX];
    size_t len = analyser_alias(w->terms[i], key);
    if (len > 0)
        check_posting(t, bytes_of(key, len), 1, at);
    size_t n = analyser_joins(w->terms, w->breaks, w->n, i, spans);
    for (size_t k = 0; k < n; k++) {
        len = 0;
        for (size_t j = i; j < i + spans[k]; j++) {
            memcpy(key + len, w->terms[j].data, w->terms[j].len);
            len += w->terms[j].len;
        }
        if (spans[k] <= room)
            check_posting(t, bytes_of(key, len), spans[k], at);
    }
}

static void check_token(struct truth *t, const struct words *w, size_t i, address at,
                        bool own, uint8_t listed)
{
    struct term_entry e;
    struct err err = {0};
    uint8_t brk = t->stream_breaks[at];
    CHECK(terms_get(&t->segment->terms, t->stream_terms[at], &e, &err) == 0);
    MUST(bytes_equal(w->terms[i], bytes_of(e.key, e.key_len)),
         "token %zu is '%.*s', at %u is '%.*s'", i, (int)w->terms[i].len,
         (const char *)w->terms[i].data, at, (int)e.key_len, (const char *)e.key);
    if (i == 0) {
        MUST(brk != BREAK_GLUED, "begins at %u, which is glued", at);
        return;
    }
    MUST((brk == BREAK_GLUED) == (w->breaks[i] == BREAK_GLUED),
         "token %zu has break %u, at %u is %u", i, w->breaks[i], at, brk);
    if (own && listed == UINT8_MAX)
        MUST(w->breaks[i] == brk, "token %zu: an unlisted break", i);
    else if (own)
        MUST(w->breaks[i] == listed && brk != listed, "token %zu: break %u is listed",
             i, listed);
    check_posting(t, w->terms[i], 0, at);
}

static void check_pieces(struct truth *t, const struct words *w)
{
    const struct word_break *b = t->breaks.items, *end = b + t->breaks.len;
    size_t base = 0;
    vec_foreach(const struct piece, p, &t->pieces) {
        uint32_t n = p->own + p->look;
        MUST(base + n <= w->n, "pieces of more than %zu tokens", w->n);
        for (uint32_t k = 0; k < n; k++) {
            size_t i = base + k;
            bool own = k < p->own;
            uint8_t listed = UINT8_MAX;
            if (own && b < end && b->at == i)
                listed = (b++)->brk;
            check_token(t, w, i, p->start + k, own, listed);
            check_joined(t, w, i, p->start + k, n - k);
        }
        base += p->own;
    }
    MUST(base == w->n && b == end, "pieces of %zu tokens, not %zu", base, w->n);
}

/* --- articles ------------------------------------------------------------------------------- */

static void check_map(struct truth *t, const struct offsetmap *expected)
{
    struct offsetmap map = {0};
    struct err err = {0};
    CHECK(articles_map(&t->segment->articles, t->id, &map, &err) == 0);
    CHECK(map.out_len == expected->out_len);
    for (uint64_t at = 0; at < map.out_len; at += 13) {
        uint64_t a, b, x, y;
        offsetmap_span(&map, at, at + 1, &a, &b);
        offsetmap_span(expected, at, at + 1, &x, &y);
        MUST(a == x && b == y, "byte %zu", (size_t)at);
    }
    offsetmap_release(&map);
}

static void check_article(void *arg, const struct reread_article *a)
{
    struct truth *t = arg;
    struct err err = {0};
    struct buf text = {0};
    int rc = reconstruct_article(t->segment, t->id, &text, &err);
    MUST(rc == 0, "%s", err.msg);
    MUST(bytes_equal(buf_bytes(&text), a->text->text),
         "its text is\n%.*s\nand not\n%.*s", (int)text.len, (const char *)text.data,
         (int)a->text->text.len, (const char *)a->text->text.data);
    MUST(bytes_equal(a->row->url, a->record->url) && a->row->day == a->record->day,
         "URL or day");
    check_map(t, a->text->map);
    buf_release(&text);
    if (!t->first)
        return;
    struct words w;
    read_words(&w, a->text);
    CHECK(wordings_pieces(&t->segment->wordings, t->wording, &t->pieces, &err) == 0);
    CHECK(wordings_breaks(&t->segment->wordings, t->wording, &t->breaks, &err) == 0);
    check_pieces(t, &w);
    arena_release(&w.arena);
}

static void check_ids(const struct segment *s)
{
    struct provenance_cache *cache = provenance_cache_new();
    struct err err = {0};
    CHECK(cache);
    for (article_id i = 0; i < s->counts[SEGMENT_ARTICLES]; i++) {
        struct provenance_row row;
        char id[300];
        article_id found;
        uint32_t rank, n;
        CHECK(provenance_get(&s->provenance, cache, i, &row, &err) == 0);
        struct bytes copy = bytes_of((const uint8_t *)id, row.id.len);
        CHECK(row.id.len <= sizeof id);
        memcpy(id, row.id.data, row.id.len);
        CHECK(provenance_find_id(&s->provenance, cache, copy, &rank, &n, &err) == 0);
        CHECK(n >= 1);
        CHECK(provenance_by_id(&s->provenance, rank, &found, &err) == 0);
        CHECK(found == i);
    }
    provenance_cache_free(cache);
}

/* --- joined entries ------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* All that are posted were seen, and no more. */
static void check_all_joined(struct truth *t)
{
    const struct segment *s = t->segment;
    struct err err = {0};
    size_t n = t->joined.len, k = 0;
    if (n > 0)
        qsort(t->joined.items, n, sizeof *t->joined.items, by_value);
    for (term_id id = 0; id < s->counts[SEGMENT_TERMS]; id++) {
        struct term_entry e;
        struct address_cursor cursor;
        address at = 0;
        CHECK(terms_get(&s->terms, id, &e, &err) == 0);
        if (e.span == 0)
            continue;
        CHECK(segment_addresses(s, &e, &cursor, &err) == 0);
        for (; addresses_seek(&cursor, at, &at, &err) == 0; at++) {
            uint64_t posting = (uint64_t)id << 32 | at;
            while (k < n && t->joined.items[k] < posting)
                k++;
            MUST(k < n && t->joined.items[k] == posting,
                 "'%.*s' of span %u is at %u, where no wording has it", (int)e.key_len,
                 (const char *)e.key, e.span, at);
        }
    }
}

/* --- story lists ------------------------------------------------------------------------- */

/* The story lists: stories in which the entry is posted. */
static void check_story_lists(struct truth *t)
{
    const struct segment *s = t->segment;
    struct err err = {0};
    for (term_id id = 0; id < s->counts[SEGMENT_TERMS]; id++) {
        struct term_entry e;
        struct address_cursor addresses;
        struct story_cursor stories;
        story_id at = 0;
        uint32_t n = 0;
        CHECK(terms_get(&s->terms, id, &e, &err) == 0);
        if (e.doc.len == 0)
            continue;
        CHECK(segment_addresses(s, &e, &addresses, &err) == 0);
        CHECK(storylists_open(&stories, &s->doc, e.doc, e.stories, &err) == 0);
        for (; storylists_seek(&stories, at, &at, &err) == 0; at++, n++) {
            struct story_view story;
            address first = 0;
            CHECK(wordings_story(&s->wordings, at, &story, &err) == 0);
            CHECK(addresses_seek(&addresses, story.start, &first, &err) == 0);
            MUST(first < story.end, "'%.*s' of span %u is not in story %u",
                 (int)e.key_len, (const char *)e.key, e.span, at);
        }
        CHECK(n == e.stories);
    }
}

void truth_check(const struct config *c, const struct segment *s)
{
    struct truth truth = {.segment = s, .reread = reread_new(c)}, *t = &truth;
    patch_vec patches = {0};
    struct err err = {0};
    wording_id last = UINT32_MAX;
    CHECK(t->reread);
    read_stream(t);
    read_stream_homes(t);
    check_marks(t);
    for (t->id = 0; t->id < s->counts[SEGMENT_ARTICLES]; t->id++) {
        struct article_view view;
        CHECK(articles_get(&s->articles, t->id, &view, &patches, &err) == 0);
        t->wording = view.wording;
        t->first = view.wording != last;
        last = view.wording;
        int rc = reread(t->reread, s, t->id, check_article, t, &err);
        MUST(rc == 0, "%s", err.msg);
    }
    check_all_joined(t);
    check_story_lists(t);
    check_ids(s);
    vec_release(&patches);
    vec_release(&t->joined);
    vec_release(&t->pieces);
    vec_release(&t->breaks);
    free(t->stream_terms);
    free(t->stream_breaks);
    free(t->stream_homes);
    reread_free(t->reread);
}
