/* PROV, the writer: rows to columns, blocks of columns to formats/provenance_pack.c. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/prefetch.h"
#include "formats/coding.h"
#include "formats/columns.h"
#include "formats/provenance_layout.h"
#include "formats/provenance_pack.h"

enum {
    WORDS_MAX = 4096, /* of a column */
    SEEN_SLOTS = 8192 /* hashes of strings seen once, of a column */
};

/* Strings of a column that are numbered. One becomes a word when it is seen the second time, so
 * that strings of which each is another (paths of single articles) never do. */
struct words {
    struct buf text;               /* the words, one after another */
    uint32_t ends[WORDS_MAX];      /* in text */
    uint32_t slots[2 * WORDS_MAX]; /* word + 1; open addressing */
    uint64_t seen[SEEN_SLOTS];
    uint32_t n;
};

struct provenance_writer {
    struct section_writer *section;
    struct parts parts;
    struct marks_writer *block_ends, *day_ends; /* owned */
    struct words *words;                        /* owned; PROVENANCE_CODED of them */
    struct provenance_pack pack;
    uint64_t number[PROV_NUMBERS + PROV_SPARSE][PROVENANCE_BLOCK];
    struct hash128 digest[PROVENANCE_BLOCK];
    int32_t day[PROVENANCE_BLOCK];
    struct buf lens[PROV_STRINGS],
        text[PROV_STRINGS];              /* owned; the open block's strings */
    struct buf codes[PROV_SPARSE];       /* owned */
    struct buf numbers, days, day_index; /* owned */
    uint64_t filled[PROVENANCE_COLUMNS]; /* articles with a string */
    size_t n_rows;                       /* of the open block */
    uint64_t n_articles;
    bool failed;
};

struct provenance_writer *provenance_writer_new(struct section_writer *s)
{
    struct provenance_writer *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->section = s;
    w->block_ends = marks_writer_new();
    w->day_ends = marks_writer_new();
    w->words = calloc(PROVENANCE_CODED, sizeof *w->words);
    if (!w->block_ends || !w->day_ends || !w->words) {
        provenance_writer_free(w);
        return NULL;
    }
    w->pack.ends = w->block_ends;
    parts_begin(&w->parts, s);
    return w;
}

void provenance_writer_free(struct provenance_writer *w)
{
    if (!w)
        return;
    marks_writer_free(w->block_ends);
    marks_writer_free(w->day_ends);
    for (size_t c = 0; w->words && c < PROVENANCE_CODED; c++)
        buf_release(&w->words[c].text);
    free(w->words);
    for (size_t c = 0; c < PROV_STRINGS; c++) {
        buf_release(&w->lens[c]);
        buf_release(&w->text[c]);
    }
    for (size_t i = 0; i < PROV_SPARSE; i++)
        buf_release(&w->codes[i]);
    provenance_pack_release(&w->pack);
    buf_release(&w->numbers);
    buf_release(&w->days);
    buf_release(&w->day_index);
    free(w);
}

/* --- words ------------------------------------------------------------------------------ */

static struct bytes word_at(const struct words *w, uint32_t i)
{
    uint32_t from = i ? w->ends[i - 1] : 0;
    return bytes_of(w->text.data + from, w->ends[i] - from);
}

/* The hash of a string whose code will be asked for: what that looks at lies in another line for each. */
static uint64_t expect_code(const struct words *w, struct bytes s)
{
    if (s.len == 0)
        return 0;
    uint64_t hash = hash64(s.data, s.len, HASH_SEED_CHECKSUM);
    prefetch_read(&w->slots[hash & (2 * WORDS_MAX - 1)]);
    prefetch_read(&w->seen[hash >> 32 & (SEEN_SLOTS - 1)]);
    return hash;
}

/* The code of a string; makes it a word when it has been seen before. */
static uint64_t code_of(struct words *w, struct bytes s, uint64_t hash)
{
    if (s.len == 0)
        return CODE_EMPTY;
    size_t mask = 2 * WORDS_MAX - 1;
    size_t slot = (size_t)hash & mask;
    for (; w->slots[slot] != 0; slot = (slot + 1) & mask) {
        uint32_t word = w->slots[slot] - 1;
        if (bytes_equal(word_at(w, word), s))
            return CODE_WORDS + (uint64_t)word;
    }
    uint64_t *seen = &w->seen[hash >> 32 & (SEEN_SLOTS - 1)];
    if (*seen != hash || w->n == WORDS_MAX || w->text.len + s.len > STRING_BYTES_MAX) {
        *seen = hash;
        return CODE_TEXT;
    }
    buf_put_bytes(&w->text, s);
    w->ends[w->n] = (uint32_t)w->text.len;
    w->slots[slot] = ++w->n;
    return CODE_WORDS + (uint64_t)w->n - 1;
}

/* --- rows ------------------------------------------------------------------------------- */

static void put_string(struct provenance_writer *w, size_t column, struct bytes s)
{
    buf_put_varint(&w->lens[column], s.len);
    buf_put_bytes(&w->text[column], s);
}

static const struct bytes empty;

static void put_coded(struct provenance_writer *w, const struct bytes *strings,
                      const uint64_t *hashes)
{
    for (size_t c = 0; c < PROVENANCE_CODED; c++) {
        uint64_t code = code_of(&w->words[c], strings[c], hashes[c]);
        w->number[NUMBER_CODES + c][w->n_rows] = code;
        put_string(w, c, code == CODE_TEXT ? strings[c] : empty);
    }
}

static void put_id(struct provenance_writer *w, const struct provenance_row *row)
{
    char hex[33];
    hash128_hex(row->digest, hex);
    bool digest = bytes_equal(row->id, bytes_of(hex, ID_DIGEST_LEN));
    w->number[NUMBER_ID][w->n_rows] = digest ? ID_DIGEST : ID_TEXT;
    put_string(w, PROVENANCE_ID, digest ? empty : row->id);
}

static void put_date(struct provenance_writer *w, const struct provenance_row *row)
{
    enum date_kind kind = row->date_text.len == 0 ? DATE_EMPTY : DATE_TEXT;
    for (int k = DATE_DAY; kind == DATE_TEXT && k < DATE_KINDS; k++) {
        char text[DATE_TEXT_MAX];
        size_t n = provenance_date_text((enum date_kind)k, row->day, row->second, text);
        if (n > 0 && bytes_equal(row->date_text, bytes_of(text, n)))
            kind = (enum date_kind)k;
    }
    w->number[NUMBER_DATE][w->n_rows] = kind;
    put_string(w, STRING_DATE, kind == DATE_TEXT ? row->date_text : empty);
}

/* The column as it is compressed: lengths of all rows' strings, then their bytes. */
static struct bytes end_column(struct provenance_writer *w, size_t column)
{
    struct buf *lens = &w->lens[column], *text = &w->text[column];
    w->failed |= lens->failed || text->failed;
    if (text->len == 0 || w->failed) {
        buf_reset(lens);
    } else {
        buf_put_bytes(lens, buf_bytes(text));
        w->failed |= lens->failed;
    }
    buf_reset(text);
    return buf_bytes(lens);
}

static void put_days(struct provenance_writer *w)
{
    uint64_t column[PROVENANCE_BLOCK];
    int32_t least = DAY_NONE, greatest = DAY_NONE;
    for (size_t i = 0; i < w->n_rows; i++) {
        if (w->day[i] == DAY_NONE)
            continue;
        if (least == DAY_NONE || w->day[i] < least)
            least = w->day[i];
        if (w->day[i] > greatest)
            greatest = w->day[i];
    }
    for (size_t i = 0; i < w->n_rows; i++)
        column[i] =
            w->day[i] == DAY_NONE ? 0 : (uint64_t)((int64_t)w->day[i] - least + 1);
    columns_put(&w->days, column, w->n_rows);
    marks_writer_put(w->day_ends, w->days.len);
    buf_put_u32(&w->day_index, (uint32_t)least);
    buf_put_u32(&w->day_index, (uint32_t)greatest);
}

/* The codes of a sparse column, if any row has one. */
static struct bytes end_codes(struct provenance_writer *w, size_t sparse)
{
    const uint64_t *codes = w->number[PROV_NUMBERS + sparse];
    struct buf *out = &w->codes[sparse];
    buf_reset(out);
    for (size_t i = 0; i < w->n_rows; i++) {
        if (codes[i] != CODE_EMPTY) {
            columns_put(out, codes, w->n_rows);
            break;
        }
    }
    w->failed |= out->failed;
    return buf_bytes(out);
}

static void put_block(struct provenance_writer *w)
{
    struct pack_block block;
    if (w->n_rows == 0)
        return;
    for (size_t c = 0; c < PROV_NUMBERS; c++)
        columns_put(&w->numbers, w->number[c], w->n_rows);
    for (size_t i = 0; i < w->n_rows; i++) {
        buf_put_u64(&w->numbers, w->digest[i].low);
        buf_put_u64(&w->numbers, w->digest[i].high);
    }
    for (size_t i = 0; i < PROV_SPARSE; i++)
        block.codes[i] = end_codes(w, i);
    for (size_t c = 0; c < PROV_STRINGS; c++)
        block.strings[c] = end_column(w, c);
    put_days(w);
    block.numbers = buf_bytes(&w->numbers);
    w->failed |= w->numbers.failed || w->days.failed || w->day_index.failed;
    if (!w->failed)
        provenance_pack_block(&w->pack, w->section, &block);
    for (size_t c = 0; c < PROV_STRINGS; c++)
        buf_reset(&w->lens[c]);
    buf_reset(&w->numbers);
    w->n_rows = 0;
}

static void count_filled(struct provenance_writer *w, const struct provenance_row *row)
{
    const struct bytes *strings[PROVENANCE_COLUMNS] = {
        [PROVENANCE_INPUT] = &row->input,     [PROVENANCE_MEMBER] = &row->member,
        [PROVENANCE_OUTLET] = &row->outlet,   [PROVENANCE_AUTHOR] = &row->author,
        [PROVENANCE_SECTION] = &row->section, [PROVENANCE_LANGUAGE] = &row->language,
        [PROVENANCE_TAGS] = &row->tags,       [PROVENANCE_ID] = &row->id,
        [PROVENANCE_URL] = &row->url,         [PROVENANCE_TITLE] = &row->title,
    };
    for (size_t c = 0; c < PROVENANCE_COLUMNS; c++)
        w->filled[c] += strings[c]->len > 0;
}

void provenance_writer_put(struct provenance_writer *w,
                           const struct provenance_row *row)
{
    const struct bytes coded[PROVENANCE_CODED] = {
        [PROVENANCE_INPUT] = row->input,     [PROVENANCE_MEMBER] = row->member,
        [PROVENANCE_OUTLET] = row->outlet,   [PROVENANCE_AUTHOR] = row->author,
        [PROVENANCE_SECTION] = row->section, [PROVENANCE_LANGUAGE] = row->language,
        [PROVENANCE_TAGS] = row->tags,
    };
    uint64_t hashes[PROVENANCE_CODED];
    for (size_t c = 0; c < PROVENANCE_CODED; c++)
        hashes[c] = expect_code(&w->words[c], coded[c]);
    size_t i = w->n_rows;
    w->number[NUMBER_RECORD][i] = row->record;
    w->number[NUMBER_OFFSET][i] = row->offset;
    w->number[NUMBER_LEN][i] = row->len;
    w->number[NUMBER_SECOND][i] = row->second == UINT32_MAX ? 0 : row->second + 1;
    w->number[NUMBER_KINDS][i] = (uint64_t)row->date_from | (uint64_t)row->reader << 8 |
                                 (uint64_t)row->reader_version << 16;
    w->digest[i] = row->digest;
    w->day[i] = row->day;
    count_filled(w, row);
    put_id(w, row);
    put_string(w, PROVENANCE_URL, row->url);
    put_string(w, PROVENANCE_TITLE, row->title);
    put_date(w, row);
    put_coded(w, coded, hashes);
    w->n_articles++;
    if (++w->n_rows == PROVENANCE_BLOCK)
        put_block(w);
}

/* --- the end ---------------------------------------------------------------------------- */

static int put_words(struct provenance_writer *w, struct err *err)
{
    struct marks_writer *ends = marks_writer_new();
    if (!ends)
        return err_set(err, ERR_NOMEM, "out of memory");
    uint64_t total = 0;
    parts_begin(&w->parts, w->section);
    for (size_t c = 0; c < PROVENANCE_CODED; c++) {
        const struct words *words = &w->words[c];
        w->failed |= words->text.failed;
        section_put(w->section, words->text.data, words->text.len);
        for (uint32_t i = 0; i < words->n; i++)
            marks_writer_put(ends, total + words->ends[i]);
        total += words->text.len;
    }
    parts_end(&w->parts, w->section);
    int rc = parts_put_marks(&w->parts, w->section, ends, total + 1, err);
    marks_writer_free(ends);
    return rc;
}

static void put_by_id(struct provenance_writer *w, const article_id *by_id)
{
    parts_begin(&w->parts, w->section);
    for (uint64_t i = 0; i < w->n_articles; i++) {
        uint8_t entry[4];
        store_u32(entry, by_id[i]);
        section_put(w->section, entry, sizeof entry);
    }
    parts_end(&w->parts, w->section);
}

static int put_dictionaries(struct provenance_writer *w, struct err *err)
{
    struct buf out = {0};
    provenance_pack_dictionaries(&w->pack, &out);
    int rc = buf_check(&out, err);
    if (rc == 0)
        parts_put(&w->parts, w->section, buf_bytes(&out));
    buf_release(&out);
    return rc;
}

static int put_parts(struct provenance_writer *w, const article_id *by_id,
                     struct err *err)
{
    struct parts *p = &w->parts;
    int rc = provenance_pack_finish(&w->pack, w->section, err);
    parts_end(p, w->section);
    if (rc == 0)
        rc = parts_put_marks(p, w->section, w->block_ends, w->pack.len + 1, err);
    if (rc != 0)
        return rc;
    parts_put(p, w->section, buf_bytes(&w->day_index));
    parts_put(p, w->section, buf_bytes(&w->days));
    rc = parts_put_marks(p, w->section, w->day_ends, w->days.len + 1, err);
    if (rc == 0)
        rc = put_words(w, err);
    if (rc == 0)
        rc = put_dictionaries(w, err);
    if (rc != 0)
        return rc;
    put_by_id(w, by_id);
    parts_value(p, w->n_articles);
    for (size_t c = 0; c < PROVENANCE_CODED; c++)
        parts_value(p, w->words[c].n);
    for (size_t c = 0; c < PROVENANCE_COLUMNS; c++)
        parts_value(p, w->filled[c]);
    parts_finish(p, w->section);
    section_finish(w->section, w->n_articles);
    return w->failed ? err_set(err, ERR_NOMEM, "out of memory") : 0;
}

int provenance_writer_finish(struct provenance_writer *w, const article_id *by_id,
                             struct err *err)
{
    put_block(w);
    int rc =
        w->failed ? err_set(err, ERR_NOMEM, "out of memory") : put_parts(w, by_id, err);
    provenance_writer_free(w);
    return rc;
}
