/* Spooled articles: tokens, tails, joins and metadata come back, in any order of reading. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "indexer/spool.h"
#include "tests/support/tempdir.h"

enum {
    N_ARTICLES = 400
};

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return *state >> 32;
}

static uint32_t length_of(uint32_t article)
{
    return article % 40 == 7 ? 30000 : 1 + article % 50;
}

/* Any token's numbers follow from its place, so nothing has to be kept. */
static void token_of(uint32_t article, uint32_t i, uint32_t *surface, uint32_t *sep)
{
    uint64_t state = (uint64_t)article << 32 | i;
    next_random(&state);
    unsigned bits = (unsigned)(next_random(&state) % 33);
    *surface = bits == 0 ? UINT32_MAX : (uint32_t)next_random(&state) >> (32 - bits);
    uint64_t r = next_random(&state);
    *sep = r % 4 ? 0 : r % 8 ? 1 + (uint32_t)(r % 200) : INT32_MAX - (uint32_t)(r % 3);
}

static void put_block(struct buf *to, struct token_block *block)
{
    cr_assert(buf_reserve(to, TOKEN_BLOCK_BYTES_MAX + TOKEN_BLOCK_SLACK));
    to->len = (size_t)(token_block_put(block, to->data + to->len) - to->data);
    *block = (struct token_block){0};
}

static void put_article(struct spool *s, uint32_t article, struct article *out)
{
    struct buf b = {0};
    uint32_t n = length_of(article), surface, sep;
    out->tokens = file_writer_tell(&s->tokens);
    out->length = n;
    struct token_block block = {0};
    for (uint32_t i = 0; i < n; i++) {
        token_of(article, i, &surface, &sep);
        if (sep != 0) {
            block.places[block.n_seps] = (uint8_t)block.n;
            block.seps[block.n_seps++] = sep;
        }
        block.surfaces[block.n++] = surface;
        if (block.n == TOKEN_BLOCK || i + 1 == n)
            put_block(&b, &block);
    }
    buf_put_varint(&b, article);
    buf_put_varint(&b, article % 5);
    for (uint32_t i = 0; i < article % 5; i++) {
        buf_put_varint(&b, i);
        buf_put_u32(&b, INT32_MAX - i);
    }
    cr_assert_not(b.failed);
    file_writer_put(&s->tokens, b.data, b.len);
    buf_release(&b);
}

static struct budget budget;

static void flush(struct spool *s, bool mapped)
{
    struct err err = {0};
    cr_assert_eq(spool_flush(s, &err), 0, "%s", err.msg);
    budget_init(&budget, UINT64_C(1) << 30);
    if (mapped)
        spool_map(s, &budget);
    cr_assert_eq(s->tokens_map.data || s->metadata_map.data, mapped);
}

static void close_spool(struct spool *s)
{
    spool_close(s);
    cr_assert_eq(atomic_load(&budget.used_bytes), 0);
}

/* Where the maps would take too much of the budget, files are read. */
Test(spool, no_maps_with_little_memory)
{
    static const uint8_t bytes[4096];
    struct tempdir dir;
    struct spool s;
    struct err err = {0};
    cr_assert(tempdir_make(&dir));
    cr_assert_eq(spool_open(&s, dir.fd, dir.path, &err), 0);
    file_writer_put(&s.tokens, bytes, sizeof bytes);
    cr_assert_eq(spool_flush(&s, &err), 0);
    budget_init(&budget, 3 * sizeof bytes);
    spool_map(&s, &budget);
    cr_assert(!s.tokens_map.data && !s.metadata_map.data);
    close_spool(&s);
    tempdir_remove(&dir);
}

static void check_article(struct spool_reader *r, const struct article *a,
                          uint32_t article, size_t step)
{
    static uint32_t surfaces[1000], seps[1000];
    struct spool_joins joins = {0};
    struct err err = {0};
    uint32_t tail;
    spool_seek(r, a);
    for (uint32_t at = 0; at < a->length; at += (uint32_t)step) {
        size_t n = a->length - at < step ? a->length - at : step;
        cr_assert_eq(spool_tokens(r, n, surfaces, seps, &err), 0, "%s", err.msg);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t surface, sep;
            token_of(article, at + i, &surface, &sep);
            cr_assert(surfaces[i] == surface && seps[i] == sep, "article %u token %u",
                      article, at + i);
        }
    }
    cr_assert_eq(spool_tail(r, &tail, &joins, &err), 0);
    cr_assert(tail == article && joins.v.len == article % 5);
    uint32_t token = 0;
    for (uint32_t i = 0; i < article % 5; i++) {
        token += i;
        cr_assert(joins.v.items[i].token == token &&
                  joins.v.items[i].term == INT32_MAX - i);
    }
    vec_release(&joins.v);
}

static void check_blocks(struct spool_reader *r, const struct article *a,
                         uint32_t article)
{
    struct token_block b;
    struct err err = {0};
    uint32_t tail;
    spool_seek(r, a);
    for (uint32_t at = 0; at < a->length; at += b.n) {
        cr_assert_eq(spool_block(r, &b, &err), 0, "%s", err.msg);
        uint32_t n = a->length - at < TOKEN_BLOCK ? a->length - at : TOKEN_BLOCK;
        cr_assert_eq(b.n, n);
        for (uint32_t i = 0, k = 0; i < n; i++) {
            uint32_t surface, sep;
            token_of(article, at + i, &surface, &sep);
            bool other = k < b.n_seps && b.places[k] == i;
            cr_assert(b.surfaces[i] == surface && (other ? b.seps[k] : 0) == sep);
            k += other;
        }
    }
    cr_assert_eq(spool_block(r, &b, &err), 0);
    cr_assert_eq(b.n, 0);
    cr_assert_eq(spool_tail(r, &tail, NULL, &err), 0);
    cr_assert_eq(tail, article);
}

static void tokens_come_back_in_any_order(bool mapped)
{
    static struct article articles[N_ARTICLES];
    struct tempdir dir;
    struct spool s;
    struct spool_reader r = {0};
    struct err err = {0};
    uint64_t state = 3;
    cr_assert(tempdir_make(&dir));
    cr_assert_eq(spool_open(&s, dir.fd, dir.path, &err), 0, "%s", err.msg);
    for (uint32_t i = 0; i < N_ARTICLES; i++)
        put_article(&s, i, &articles[i]);
    flush(&s, mapped);
    cr_assert_eq(tempdir_count(&dir), 0);
    spool_read_tokens_of(&r, &s);
    for (uint32_t i = 0; i < N_ARTICLES; i++)
        check_article(&r, &articles[i], i, 1000);
    for (uint32_t i = 0; i < 2 * N_ARTICLES; i++) {
        uint32_t a = (uint32_t)(next_random(&state) % N_ARTICLES);
        check_article(&r, &articles[a], a, 1 + next_random(&state) % 1000);
        check_blocks(&r, &articles[a], a);
    }
    spool_reader_release(&r);
    close_spool(&s);
    tempdir_remove(&dir);
}

Test(spool, tokens_come_back_in_any_order)
{
    tokens_come_back_in_any_order(false);
    tokens_come_back_in_any_order(true);
}

/* Of an article of news, two and a half bytes a token, one read fetches all. */
Test(spool, an_article_is_read_at_once)
{
    static struct article articles[20];
    struct tempdir dir;
    struct spool s;
    struct spool_reader r = {0};
    struct err err = {0};
    struct token_block block = {0};
    uint32_t surfaces[TOKEN_BLOCK];
    cr_assert(tempdir_make(&dir));
    cr_assert_eq(spool_open(&s, dir.fd, dir.path, &err), 0, "%s", err.msg);
    for (uint32_t a = 0; a < 20; a++) {
        struct buf b = {0};
        articles[a].tokens = file_writer_tell(&s.tokens);
        articles[a].length = 9 * TOKEN_BLOCK;
        for (uint32_t k = 0; k < 9; k++) {
            block.n = TOKEN_BLOCK;
            for (uint32_t i = 0; i < TOKEN_BLOCK; i++)
                block.surfaces[i] = i % 2 ? 200 : 60000;
            put_block(&b, &block);
        }
        file_writer_put(&s.tokens, b.data, b.len);
        buf_release(&b);
    }
    flush(&s, false);
    spool_read_tokens_of(&r, &s);
    for (uint32_t a = 0; a < 20; a += 5) { /* so that none lies in the window */
        spool_seek(&r, &articles[a]);
        for (uint32_t k = 0; k < 9; k++) {
            cr_assert_eq(spool_tokens(&r, TOKEN_BLOCK, surfaces, NULL, &err), 0);
            cr_assert_eq(surfaces[TOKEN_BLOCK - 1], 200);
            cr_expect_eq(r.at, articles[a].tokens, "read again at block %u", k);
        }
    }
    spool_reader_release(&r);
    close_spool(&s);
    tempdir_remove(&dir);
}

/* What the file does not hold is an error, not a walk past its end. */
static void a_record_that_is_not_whole(bool mapped)
{
    struct tempdir dir;
    struct spool s;
    struct spool_reader r = {0};
    struct err err = {0};
    struct article a = {.length = 200};
    struct token_block block = {.n = TOKEN_BLOCK, .surfaces = {1, 2, 3}};
    struct buf b = {0};
    uint32_t surfaces[200], seps[200], tail;
    cr_assert(tempdir_make(&dir));
    cr_assert_eq(spool_open(&s, dir.fd, dir.path, &err), 0);
    put_block(&b, &block);
    file_writer_put(&s.tokens, b.data, b.len);
    buf_release(&b);
    flush(&s, mapped);
    spool_read_tokens_of(&r, &s);
    spool_seek(&r, &a);
    cr_assert_eq(spool_tokens(&r, 200, surfaces, seps, &err), ERR_CORRUPT);
    err_clear(&err);
    spool_seek(&r, &a);
    cr_assert_eq(spool_block(&r, &block, &err), 0);
    cr_assert_eq(spool_block(&r, &block, &err), ERR_CORRUPT);
    err_clear(&err);
    spool_seek(&r, &a);
    cr_assert_eq(spool_tokens(&r, 3, surfaces, seps, &err), 0);
    cr_assert(surfaces[0] == 1 && surfaces[2] == 3 && seps[2] == 0);
    cr_assert_eq(spool_tail(&r, &tail, NULL, &err), ERR_CORRUPT);
    err_clear(&err);
    a.length = TOKEN_BLOCK;
    spool_seek(&r, &a);
    cr_assert_eq(spool_tokens(&r, TOKEN_BLOCK, surfaces, NULL, &err), 0);
    cr_assert_eq(spool_tokens(&r, 1, surfaces, NULL, &err), ERR_CORRUPT,
                 "more than the article has");
    spool_reader_release(&r);
    close_spool(&s);
    tempdir_remove(&dir);
}

Test(spool, a_record_that_is_not_whole)
{
    a_record_that_is_not_whole(false);
    a_record_that_is_not_whole(true);
}

static struct metadata metadata_of(uint32_t i, char url[64])
{
    int n = snprintf(url, 64, "https://example.net/%u", i);
    return (struct metadata){
        .row = {.id = i % 2 ? bytes_str("own id") : bytes_of(NULL, 0),
                .record = i,
                .offset = UINT64_C(1) << (i % 60),
                .len = i * 3,
                .url = bytes_of(url, (size_t)n),
                .outlet = bytes_str("The Gazette"),
                .author = bytes_str(""),
                .title = bytes_str("A title"),
                .day = i % 3 ? (int32_t)i - 100 : DAY_NONE,
                .second = i % 5 ? i : UINT32_MAX,
                .date_text = bytes_str("today"),
                .date_from = DATE_FIELD,
                .reader = READER_JSONL,
                .reader_version = (uint8_t)i},
        .title_tokens = i,
        .map = bytes_of("map", i % 4)};
}

static bool same_metadata(const struct metadata *a, const struct metadata *b)
{
    const struct provenance_row *x = &a->row, *y = &b->row;
    return bytes_equal(x->id, y->id) && x->record == y->record &&
           x->offset == y->offset && x->len == y->len && bytes_equal(x->url, y->url) &&
           bytes_equal(x->outlet, y->outlet) && bytes_equal(x->author, y->author) &&
           bytes_equal(x->title, y->title) && x->day == y->day &&
           x->second == y->second && bytes_equal(x->date_text, y->date_text) &&
           x->date_from == y->date_from && x->reader == y->reader &&
           x->reader_version == y->reader_version &&
           a->title_tokens == b->title_tokens && bytes_equal(a->map, b->map);
}

static void metadata_come_back(bool mapped)
{
    static struct article articles[N_ARTICLES];
    struct tempdir dir;
    struct spool s;
    struct spool_reader r = {0};
    struct err err = {0};
    uint64_t state = 9;
    char url[64];
    cr_assert(tempdir_make(&dir));
    cr_assert_eq(spool_open(&s, dir.fd, dir.path, &err), 0);
    for (uint32_t i = 0; i < N_ARTICLES; i++) {
        struct metadata m = metadata_of(i, url);
        struct buf b = {0};
        metadata_encode(&m, &b);
        articles[i].metadata = file_writer_tell(&s.metadata);
        file_writer_put(&s.metadata, b.data, b.len);
        buf_release(&b);
    }
    flush(&s, mapped);
    spool_read_metadata_of(&r, &s);
    for (uint32_t k = 0; k < 3 * N_ARTICLES; k++) {
        uint32_t i = k < N_ARTICLES ? k : (uint32_t)(next_random(&state) % N_ARTICLES);
        struct metadata m, expected = metadata_of(i, url);
        uint8_t peeked[4];
        cr_assert_eq(spool_metadata(&r, &articles[i], &m, &err), 0, "%s", err.msg);
        cr_assert(same_metadata(&m, &expected), "%u", i);
        cr_assert_eq(
            spool_peek(&r, articles[i].metadata + METADATA_URL, 4, peeked, &err), 0);
        cr_assert_arr_eq(peeked, "http", 4);
        struct bytes seen;
        cr_assert_eq(
            spool_look(&r, articles[i].metadata + METADATA_URL, 8, &seen, &err), 0);
        cr_assert_eq(seen.len, 8);
        cr_assert_arr_eq(seen.data, "https://", 8);
    }
    struct bytes last; /* ends with the file */
    uint64_t end = file_writer_tell(&s.metadata);
    cr_assert_eq(spool_look(&r, end - 3, 8, &last, &err), 0);
    cr_assert_eq(last.len, 3);
    spool_reader_release(&r);
    close_spool(&s);
    tempdir_remove(&dir);
}

Test(spool, metadata_come_back)
{
    metadata_come_back(false);
    metadata_come_back(true);
}

Test(spool, long_strings_are_cut_at_a_character)
{
    static uint8_t text[METADATA_STRING_MAX + 101];
    struct buf b = {0};
    struct metadata m = {0}, out;
    struct err err = {0};
    for (size_t i = 0; i + 1 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    text[sizeof text - 1] = 'x';
    m.row.url = bytes_of(text, sizeof text);
    m.row.author = bytes_of(text + 1, sizeof text - 1);
    text[1] = 'e'; /* the author's characters begin at odd places of the limit */
    m.row.id = bytes_of(text, METADATA_ID_MAX + 1);
    m.row.section = bytes_of(text, METADATA_NAME_MAX + 2);
    m.row.language = bytes_of(text, 2);
    m.row.tags = bytes_of(text, 100);
    metadata_encode(&m, &b);
    cr_assert_eq(metadata_decode(buf_bytes(&b), &out, &err), 0);
    cr_assert_eq(out.row.url.len, METADATA_STRING_MAX);
    cr_assert_eq(out.row.author.len, METADATA_STRING_MAX - 1);
    cr_assert_eq(out.row.id.len, 0);
    cr_assert_eq(out.row.section.len, METADATA_NAME_MAX);
    cr_assert(bytes_equal(out.row.language, m.row.language));
    cr_assert(bytes_equal(out.row.tags, m.row.tags));
    for (size_t cut = 0; cut < b.len; cut += 31)
        cr_assert_lt(metadata_decode(bytes_of(b.data, cut), &out, &err), 0);
    buf_release(&b);
}
