#include "indexer/spool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/prefetch.h"
#include "formats/coding.h"
#include "indexer/vocabulary.h"

enum {
    AHEAD_MIN = 512,
    METADATA_AHEAD = 1024, /* of an article, of news some 550 */
    AHEAD_MAX = 64 * 1024,
    MAP_SHARE = 4,                      /* of the budget that is free, at most */
    HELD_SHARE = 8,                     /* of it, prints that come to be held */
    JOIN_BYTES = 2 * CODING_VARINT_MAX, /* of a join, and of what is before them */
    TOKENS_AT_ONCE = 512,
    LINE = 64,                /* bytes of a cache line */
    EXPECTED = 4,             /* lines asked for ahead */
    EXPECTED_BLOCK = 6 * LINE /* bytes: of a block of news some 290 */
};

int spool_open(struct spool *s, int dirfd, const char *dirname, struct err *err)
{
    *s = (struct spool){0};
    int rc = file_writer_temp(&s->tokens, dirfd, dirname, err);
    s->tokens_open = rc == 0;
    if (rc == 0)
        rc = file_writer_temp(&s->metadata, dirfd, dirname, err);
    s->metadata_open = rc == 0 && s->tokens_open;
    if (rc == 0)
        rc = file_writer_temp(&s->prints, dirfd, dirname, err);
    s->prints_open = rc == 0 && s->metadata_open;
    if (rc == 0)
        rc = file_writer_temp(&s->places, dirfd, dirname, err);
    s->places_open = rc == 0 && s->prints_open;
    if (rc != 0)
        spool_close(s);
    return rc;
}

static void hold_little(struct spool *s);

void spool_hold(struct spool *s, struct budget *budget)
{
    s->budget = budget;
}

int spool_flush(struct spool *s, struct err *err)
{
    hold_little(s);
    int rc = file_writer_flush(&s->tokens, err);
    if (rc == 0)
        rc = file_writer_flush(&s->metadata, err);
    if (rc == 0)
        rc = file_writer_flush(&s->prints, err);
    return rc == 0 ? file_writer_flush(&s->places, err) : rc;
}

static void map(struct spool *s, const struct file_writer *file, struct file_map *m)
{
    uint64_t size = file_writer_tell(file);
    if (size > budget_free(s->budget) / MAP_SHARE || !budget_take(s->budget, size))
        return;
    /* Without it everything works as well. */
    if (file_writer_map(file, m, NULL) != 0)
        budget_give(s->budget, size);
}

void spool_map(struct spool *s, struct budget *budget)
{
    s->budget = budget;
    map(s, &s->tokens, &s->tokens_map);
    map(s, &s->metadata, &s->metadata_map);
    map(s, &s->prints, &s->prints_map);
    map(s, &s->places, &s->places_map);
}

static void unmap(struct spool *s, struct file_map *m)
{
    if (s->budget)
        budget_give(s->budget, m->len);
    file_map_close(m);
}

static void drop_file(struct spool *s, struct file_writer *file, bool *open,
                      struct file_map *m)
{
    unmap(s, m);
    if (*open)
        file_writer_close(file);
    *open = false;
}

static void drop_held(struct spool *s)
{
    vec_foreach(struct sheet, sheet, &s->sheets) {
        free(sheet->prints);
        sheet->prints = NULL;
        sheet->offset = UINT64_MAX;
    }
    if (s->budget)
        budget_give(s->budget, s->held);
    s->held = 0;
}

void spool_drop_prints(struct spool *s)
{
    drop_held(s);
    drop_file(s, &s->prints, &s->prints_open, &s->prints_map);
}

void spool_drop_places(struct spool *s)
{
    drop_file(s, &s->places, &s->places_open, &s->places_map);
}

void spool_close(struct spool *s)
{
    drop_file(s, &s->tokens, &s->tokens_open, &s->tokens_map);
    drop_file(s, &s->metadata, &s->metadata_open, &s->metadata_map);
    spool_drop_prints(s);
    spool_drop_places(s);
    vec_release(&s->sheets);
    *s = (struct spool){0};
}

/* --- the window --------------------------------------------------------------------------- */

static void read_file(struct spool_reader *r, const struct file_writer *file,
                      const struct file_map *map)
{
    r->file = file;
    r->data = map->data ? map->data : r->buffer;
    r->len = map->len;
    r->pos = 0;
    r->at = 0;
    r->ahead = AHEAD_MIN;
}

void spool_read_tokens_of(struct spool_reader *r, const struct spool *s)
{
    read_file(r, &s->tokens, &s->tokens_map);
}

void spool_read_metadata_of(struct spool_reader *r, const struct spool *s)
{
    read_file(r, &s->metadata, &s->metadata_map);
}

void spool_reader_release(struct spool_reader *r)
{
    free(r->buffer);
    *r = (struct spool_reader){0};
}

static void seek(struct spool_reader *r, uint64_t offset, size_t ahead)
{
    r->ahead = ahead < AHEAD_MIN ? AHEAD_MIN : ahead > AHEAD_MAX ? AHEAD_MAX : ahead;
    if (offset >= r->at && offset - r->at <= r->len) {
        r->pos = (size_t)(offset - r->at);
        return;
    }
    r->at = offset;
    r->len = r->pos = 0;
}

/* The lines from `at` on; behind them the processor sees that reads go on. */
static void expect(const struct file_map *m, uint64_t at)
{
    for (unsigned i = 0; i < EXPECTED && at < m->len; i++, at += LINE)
        prefetch_read(m->data + at);
}

void spool_expect_tokens(const struct spool *s, const struct article *a)
{
    expect(&s->tokens_map, a->tokens);
}

void spool_expect_metadata(const struct spool *s, const struct article *a)
{
    expect(&s->metadata_map, a->metadata);
}

/* Makes the next `need` bytes lie in the window, or all that the file has left. */
static int ensure(struct spool_reader *r, size_t need, struct err *err)
{
    if (r->len - r->pos >= need)
        return 0;
    uint64_t size = file_writer_tell(r->file);
    size_t kept = r->len - r->pos;
    size_t want = need > kept + r->ahead ? need : kept + r->ahead;
    uint64_t from = r->at + r->len;
    if (want - kept > size - from)
        want = kept + (size_t)(size - from);
    if (want == kept)
        return 0;
    if (want > r->cap) {
        uint8_t *buffer = realloc(r->buffer, want);
        if (!buffer)
            return err_set(err, ERR_NOMEM, "spool: out of memory");
        r->data = r->buffer = buffer;
        r->cap = want;
    }
    if (kept > 0)
        memmove(r->buffer, r->buffer + r->pos, kept);
    r->at += r->pos;
    r->pos = 0;
    r->len = kept;
    int rc = file_pread(r->file->fd, r->buffer + kept, want - kept, from, r->file->path,
                        err);
    if (rc == 0)
        r->len = want;
    return rc;
}

static int damaged(struct err *err)
{
    return err_set(err, ERR_CORRUPT, "spool: tokens that were not written so");
}

/* --- tokens ------------------------------------------------------------------------------- */

enum {
    SPAN = TOKEN_BLOCK_BYTES_MAX + TOKEN_BLOCK_SLACK
};

void spool_seek(struct spool_reader *r, const struct article *a)
{
    /* Five bytes for two tokens is what news takes, with the tail and the joins; and what may be read behind where the last block
     * begins, or it would have to be fetched for that. */
    uint64_t guess = (uint64_t)a->length * 5 / 2 + 64 + (uint64_t)SPAN;
    seek(r, a->tokens, guess < AHEAD_MAX ? (size_t)guess : AHEAD_MAX);
    r->left = a->length;
    r->held = r->held_at = 0;
}

/* The next block's bytes and how many there are: SPAN may be read. The last blocks of the file are copied, so that nothing is
 * read behind its end. */
static int next_block(struct spool_reader *r, uint8_t copy[SPAN], struct bytes *out,
                      struct err *err)
{
    int rc = ensure(r, (size_t)SPAN, err);
    if (rc != 0)
        return rc;
    *out = bytes_of(r->data + r->pos, r->len - r->pos);
    if (out->len < (size_t)SPAN) {
        if (out->len > 0)
            memcpy(copy, out->data, out->len);
        memset(copy + out->len, 0, (size_t)SPAN - out->len);
        out->data = copy;
    }
    return 0;
}

/* Goes on behind a block of n tokens that was read as far as `end`, or was not written so. */
static int pass_block(struct spool_reader *r, struct bytes in, const uint8_t *end,
                      size_t n, struct err *err)
{
    if (!end || (size_t)(end - in.data) > in.len)
        return damaged(err);
    r->pos += (size_t)(end - in.data);
    r->left -= (uint32_t)n;
    return 0;
}

/* What a block `ahead` bytes from here will take, as far as it lies in the window: the processor sees that reads go on, but not far
 * enough ahead of a block of which little else is asked than its tokens. */
static void expect_block(const struct spool_reader *r, size_t ahead)
{
    size_t left = r->len - r->pos;
    size_t end = ahead + EXPECTED_BLOCK < left ? ahead + EXPECTED_BLOCK : left;
    for (size_t i = ahead; i < end; i += LINE)
        prefetch_read(r->data + r->pos + i);
}

static int get_block(struct spool_reader *r, size_t n, uint32_t *surfaces,
                     uint32_t *seps, struct err *err)
{
    uint8_t copy[SPAN];
    struct bytes in;
    int rc = next_block(r, copy, &in, err);
    if (rc == 0)
        expect_block(r, EXPECTED_BLOCK);
    return rc == 0
               ? pass_block(r, in, token_block_get(in.data, n, surfaces, seps), n, err)
               : rc;
}

int spool_block(struct spool_reader *r, struct token_block *b, struct err *err)
{
    uint8_t copy[SPAN];
    struct bytes in;
    assert(r->held == r->held_at);
    b->n = r->left < TOKEN_BLOCK ? r->left : TOKEN_BLOCK;
    if (b->n == 0)
        return 0;
    int rc = next_block(r, copy, &in, err);
    if (rc == 0)
        rc = pass_block(r, in, token_block_take(in.data, b), b->n, err);
    if (rc == 0)
        expect_block(r, 0);
    return rc;
}

/* Some of the block that is held; returns how many. */
static size_t take_held(struct spool_reader *r, size_t n, uint32_t *surfaces,
                        uint32_t *seps)
{
    size_t some = r->held - r->held_at;
    some = some < n ? some : n;
    memcpy(surfaces, r->surfaces + r->held_at, some * sizeof *surfaces);
    if (seps)
        memcpy(seps, r->seps + r->held_at, some * sizeof *seps);
    r->held_at += (uint32_t)some;
    return some;
}

int spool_tokens(struct spool_reader *r, size_t n, uint32_t *surfaces, uint32_t *seps,
                 struct err *err)
{
    for (size_t i = 0; i < n;) {
        uint32_t *out_seps = seps ? seps + i : NULL;
        size_t block = r->left < TOKEN_BLOCK ? r->left : TOKEN_BLOCK;
        int rc = 0;
        if (r->held_at < r->held) {
            i += take_held(r, n - i, surfaces + i, out_seps);
        } else if (block == 0) {
            return damaged(err);
        } else if (n - i >= block) {
            rc = get_block(r, block, surfaces + i, out_seps, err);
            i += block;
        } else {
            rc = get_block(r, block, r->surfaces, r->seps, err);
            r->held = rc == 0 ? (uint32_t)block : 0;
            r->held_at = 0;
        }
        if (rc != 0)
            return rc;
    }
    return 0;
}

int spool_tail(struct spool_reader *r, uint32_t *tail, struct spool_joins *joins,
               struct err *err)
{
    int rc = ensure(r, (size_t)JOIN_BYTES, err);
    if (rc != 0)
        return rc;
    struct cursor c = cursor_of(r->data + r->pos, r->len - r->pos);
    *tail = cursor_varint32(&c);
    uint64_t n = joins ? cursor_varint(&c) : 0;
    r->pos = (size_t)(c.p - r->data);
    uint32_t token = 0;
    if (joins)
        vec_reset(&joins->v);
    for (uint64_t i = 0; i < n && !c.failed; i++) {
        rc = ensure(r, (size_t)JOIN_BYTES, err);
        if (rc != 0)
            return rc;
        c = cursor_of(r->data + r->pos, r->len - r->pos);
        token += cursor_varint32(&c);
        struct spool_join join = {token, cursor_u32(&c)};
        if (!vec_push(&joins->v, join))
            return err_set(err, ERR_NOMEM, "spool: out of memory");
        r->pos = (size_t)(c.p - r->data);
    }
    return c.failed ? damaged(err) : 0;
}

/* --- metadata ----------------------------------------------------------------------------- */

int spool_metadata(struct spool_reader *r, const struct article *a, struct metadata *m,
                   struct err *err)
{
    seek(r, a->metadata, METADATA_AHEAD);
    int rc = ensure(r, 4, err);
    if (rc != 0)
        return rc;
    if (r->len - r->pos < 4)
        return damaged(err);
    size_t len = (size_t)load_u32(r->data + r->pos) + 4;
    rc = ensure(r, len, err);
    if (rc != 0)
        return rc;
    if (r->len - r->pos < len)
        return damaged(err);
    rc = metadata_decode(bytes_of(r->data + r->pos, len), m, err);
    r->pos += len;
    return rc;
}

/* --- fingerprints ------------------------------------------------------------------------- */

/* Prints of a sheet to the file. */
static void write_out(struct spool *s, struct sheet *sheet)
{
    if (!sheet->prints)
        return;
    sheet->offset = file_writer_tell(&s->prints);
    file_writer_put(&s->prints, sheet->prints, sheet_bytes(sheet));
    free(sheet->prints);
    sheet->prints = NULL;
}

static bool hold(struct spool *s, size_t bytes)
{
    if (!s->budget || s->held + bytes > budget_free(s->budget) / HELD_SHARE ||
        !budget_take(s->budget, bytes))
        return false;
    s->held += bytes;
    return true;
}

/* Others may have come to need the memory. */
static void hold_little(struct spool *s)
{
    if (s->held == 0 || s->held <= budget_free(s->budget) / MAP_SHARE)
        return;
    vec_foreach(struct sheet, sheet, &s->sheets)
        write_out(s, sheet);
    budget_give(s->budget, s->held);
    s->held = 0;
}

int spool_put_sheets(struct spool *s, const struct sheet *sheets, size_t n,
                     struct bytes places, uint32_t first_article, struct err *err)
{
    if (!vec_reserve(&s->sheets, n))
        return err_set(err, ERR_NOMEM, "spool: out of memory");
    uint64_t offset = file_writer_tell(&s->places);
    file_writer_put(&s->places, places.data, places.len);
    for (size_t i = 0; i < n; i++) {
        struct sheet *sheet = &s->sheets.items[s->sheets.len++];
        *sheet = sheets[i];
        sheet->places += offset;
        sheet->first_article += first_article;
        if (!hold(s, sheet_bytes(sheet)))
            write_out(s, sheet);
    }
    hold_little(s);
    return 0;
}

uint64_t spool_memory(const struct spool *s)
{
    return s->sheets.cap * sizeof *s->sheets.items;
}

const uint8_t *spool_held_prints(const struct spool *s, size_t sheet, uint32_t from,
                                 uint32_t n)
{
    const struct sheet *of = &s->sheets.items[sheet];
    size_t at = (size_t)from * SHEET_PRINT_BYTES, len = (size_t)n * SHEET_PRINT_BYTES;
    if (of->prints)
        return of->prints + at;
    const struct file_map *m = &s->prints_map;
    if (of->offset > m->len || at > m->len - of->offset ||
        len > m->len - of->offset - at)
        return NULL;
    return m->data ? m->data + of->offset + at : NULL;
}

int spool_read_prints(const struct spool *s, size_t sheet, uint32_t from, uint32_t n,
                      uint8_t *out, struct err *err)
{
    const uint8_t *held = spool_held_prints(s, sheet, from, n);
    size_t len = (size_t)n * SHEET_PRINT_BYTES;
    if (len == 0)
        return 0;
    if (held) {
        memcpy(out, held, len);
        return 0;
    }
    uint64_t at = s->sheets.items[sheet].offset;
    if (at == UINT64_MAX)
        return err_set(err, ERR_CORRUPT, "spool: fingerprints that were given back");
    return file_pread(s->prints.fd, out, len, at + (uint64_t)from * SHEET_PRINT_BYTES,
                      s->prints.path, err);
}

uint64_t spool_prints(const struct spool *s)
{
    uint64_t n = 0;
    vec_foreach(const struct sheet, sheet, &s->sheets)
        n += sheet->ends[SHEET_PARTITIONS - 1];
    return n;
}

/* That which has the article. */
static const struct sheet *sheet_of(const struct spool *s, uint32_t article)
{
    size_t low = 0, high = s->sheets.len;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (s->sheets.items[middle].first_article <= article)
            low = middle;
        else
            high = middle;
    }
    return &s->sheets.items[low];
}

static int read_places(const struct spool *s, uint64_t at, size_t len, void *out,
                       struct err *err)
{
    if (at <= s->places_map.len && len <= s->places_map.len - at) {
        if (len > 0)
            memcpy(out, s->places_map.data + at, len);
        return 0;
    }
    return file_pread(s->places.fd, out, len, at, s->places.path, err);
}

int spool_places(const struct spool *s, uint32_t article, uint32_t tokens,
                 uint64_t *out, struct err *err)
{
    enum {
        END = 4 /* bytes */
    };
    const struct sheet *sheet = sheet_of(s, article);
    uint32_t number = article - sheet->first_article;
    uint64_t at = sheet->places;
    size_t words = winnow_place_words(tokens);
    uint8_t ends[2 * END] = {0};
    int rc;
    if (number >= sheet->n_articles)
        return err_set(err, ERR_CORRUPT, "spool: an article without places");
    rc = number > 0 ? read_places(s, at + (number - 1) * END, sizeof ends, ends, err)
                    : read_places(s, at, END, ends + END, err);
    if (rc != 0)
        return rc;
    uint32_t from = load_u32(ends), to = load_u32(ends + END);
    if (to < from || to - from != words)
        return err_set(err, ERR_CORRUPT, "spool: places that were not written so");
    at += (uint64_t)sheet->n_articles * END + (uint64_t)from * sizeof *out;
    rc = read_places(s, at, words * sizeof *out, out, err);
    for (size_t i = 0; rc == 0 && i < words; i++)
        out[i] = load_u64((const uint8_t *)(out + i));
    return rc;
}

int spool_look(struct spool_reader *r, uint64_t offset, size_t most, struct bytes *out,
               struct err *err)
{
    seek(r, offset, most);
    int rc = ensure(r, most, err);
    size_t len = r->len - r->pos;
    *out = bytes_of(r->data + r->pos, len < most ? len : most);
    return rc;
}

int spool_peek(struct spool_reader *r, uint64_t offset, size_t len, uint8_t *out,
               struct err *err)
{
    if (r->at == 0 && offset <= r->len && len <= r->len - offset) {
        memcpy(out, r->data + offset, len);
        return 0;
    }
    return file_pread(r->file->fd, out, len, offset, r->file->path, err);
}
