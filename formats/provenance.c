#include "formats/provenance.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "formats/coding.h"
#include "formats/columns.h"
#include "formats/frame.h"
#include "formats/provenance_layout.h"

/* A column of strings of one block, decoded. */
struct column {
    const uint8_t *of; /* the section's bytes: which segment it is from */
    uint32_t block;
    struct buf raw;
    uint32_t starts[PROVENANCE_BLOCK + 1]; /* in raw */
};

/* A segment's dictionaries, made ready once. */
struct dictionaries {
    const uint8_t *of;
    struct frame_dict *dict[PROV_STRINGS]; /* owned; NULL: none */
};

struct provenance_cache {
    struct column column[PROV_STRINGS];
    struct frame_coder coder;
    VEC(struct dictionaries) dictionaries;
    char id[33], date[DATE_TEXT_MAX];
    char other_id[33];
};

struct provenance_cache *provenance_cache_new(void)
{
    return calloc(1, sizeof(struct provenance_cache));
}

void provenance_cache_free(struct provenance_cache *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < PROV_STRINGS; i++)
        buf_release(&c->column[i].raw);
    vec_foreach(struct dictionaries, d, &c->dictionaries) {
        for (size_t i = 0; i < PROV_STRINGS; i++)
            frame_dict_free(d->dict[i]);
    }
    vec_release(&c->dictionaries);
    frame_coder_release(&c->coder);
    free(c);
}

int provenance_open(struct provenance *p, const struct section *s, struct err *err)
{
    struct parts parts;
    struct provenance new = {.section = *s};
    int rc = parts_open(&parts, s, PROV_PARTS, PROV_VALUES, err);
    if (rc != 0)
        return rc;
    uint64_t n = parts.value[0], words = 0;
    uint64_t blocks = (n + PROVENANCE_BLOCK - 1) / PROVENANCE_BLOCK;
    bool good = n < UINT32_MAX && parts.part[PROV_BY_ID].len == 4 * n &&
                parts.part[PROV_DAY_INDEX].len == 8 * blocks;
    for (size_t c = 0; c < PROVENANCE_CODED; c++) {
        good = good && parts.value[PROV_VALUE_WORDS + c] < UINT32_MAX;
        new.n_words[c] = (uint32_t)parts.value[PROV_VALUE_WORDS + c];
        words += new.n_words[c];
    }
    for (size_t c = 0; c < PROVENANCE_COLUMNS; c++) {
        good = good && parts.value[PROV_VALUE_FILLED + c] <= n;
        new.n_filled[c] = (uint32_t)parts.value[PROV_VALUE_FILLED + c];
    }
    if (!good)
        return section_corrupt(s, 0, err, "provenance: sizes do not fit %llu articles",
                               (unsigned long long)n);
    new.n_articles = (uint32_t)n;
    new.blocks = parts.part[PROV_BLOCKS];
    new.day_index = parts.part[PROV_DAY_INDEX];
    new.days = parts.part[PROV_DAYS];
    new.words = parts.part[PROV_WORDS];
    new.dictionaries = parts.part[PROV_DICTIONARIES];
    new.by_id = parts.part[PROV_BY_ID];
    rc = parts_marks(&parts, s, PROV_BLOCK_ENDS, blocks, &new.block_ends, err);
    if (rc == 0)
        rc = parts_marks(&parts, s, PROV_DAY_ENDS, blocks, &new.day_ends, err);
    if (rc == 0)
        rc = parts_marks(&parts, s, PROV_WORD_ENDS, words, &new.word_ends, err);
    if (rc == 0)
        *p = new;
    return rc;
}

static int corrupt(const struct provenance *p, const char *what, uint64_t i,
                   struct err *err)
{
    return section_corrupt(&p->section, p->blocks.offset, err,
                           "provenance: %s %llu is damaged", what,
                           (unsigned long long)i);
}

static int get_item(const struct provenance *p, const struct part *part,
                    const struct marks *ends, uint64_t i, struct bytes *out,
                    struct err *err)
{
    uint64_t from = 0, to;
    const uint8_t *data;
    if (i >= marks_count(ends))
        return corrupt(p, "item", i, err);
    int rc = marks_select(ends, i, &to, err);
    if (rc == 0 && i > 0)
        rc = marks_select(ends, i - 1, &from, err);
    if (rc != 0)
        return rc;
    if (from > to || to > part->len)
        return corrupt(p, "item", i, err);
    rc = section_get(&p->section, part->offset + from, to - from, &data, err);
    if (rc == 0)
        *out = bytes_of(data, to - from);
    return rc;
}

static size_t rows_of(const struct provenance *p, uint32_t block)
{
    uint32_t left = p->n_articles - block * PROVENANCE_BLOCK;
    return left < PROVENANCE_BLOCK ? left : PROVENANCE_BLOCK;
}

/* --- a row ------------------------------------------------------------------------------ */

/* What a block says of one row, before its strings. */
struct row {
    uint32_t block;
    size_t n, i; /* rows of the block, which of them */
    uint64_t number[PROV_NUMBERS + PROV_SPARSE];
    struct hash128 digest;
    struct bytes packed[PROV_STRINGS]; /* empty: so are its strings */
};

/* The columns that are only in some blocks: which, then codes and strings of each. */
static bool get_sparse(struct bytes in, struct row *r)
{
    if (in.len == 0)
        return true;
    uint8_t there = *in.data;
    if (there == 0 || there >> PROV_SPARSE != 0)
        return false;
    in = bytes_of(in.data + 1, in.len - 1);
    for (size_t i = 0; i < PROV_SPARSE; i++) {
        if (!(there >> i & 1))
            continue;
        if (!columns_get(&in, r->n, r->i, &r->number[PROV_NUMBERS + i]))
            return false;
        struct cursor c = cursor_of(in.data, in.len);
        uint64_t len = cursor_varint(&c);
        r->packed[STRING_SPARSE + i] = cursor_bytes(&c, len);
        if (c.failed)
            return false;
        in = bytes_of(in.data + in.len - cursor_left(&c), cursor_left(&c));
    }
    return in.len == 0;
}

static int get_row(const struct provenance *p, article_id id, struct row *r,
                   struct err *err)
{
    struct bytes in = {0};
    *r = (struct row){0};
    if (id >= p->n_articles)
        return corrupt(p, "article", id, err);
    r->block = id / PROVENANCE_BLOCK;
    r->i = id % PROVENANCE_BLOCK;
    r->n = rows_of(p, r->block);
    int rc = get_item(p, &p->blocks, &p->block_ends, r->block, &in, err);
    if (rc != 0)
        return rc;
    for (size_t c = 0; c < PROV_NUMBERS; c++) {
        if (!columns_get(&in, r->n, r->i, &r->number[c]))
            return corrupt(p, "block", r->block, err);
    }
    struct cursor c = cursor_of(in.data, in.len);
    const uint8_t *digests = cursor_take(&c, r->n * DIGEST_BYTES);
    for (size_t k = 0; k < PROV_STRINGS; k = provenance_next_dense(k)) {
        uint64_t len = cursor_varint(&c);
        r->packed[k] = cursor_bytes(&c, len);
    }
    in = bytes_of(in.data + in.len - cursor_left(&c), cursor_left(&c));
    if (c.failed || !get_sparse(in, r))
        return corrupt(p, "block", r->block, err);
    r->digest.low = load_u64(digests + r->i * DIGEST_BYTES);
    r->digest.high = load_u64(digests + r->i * DIGEST_BYTES + 8);
    return 0;
}

/* Lengths of the rows' strings, then their bytes. */
static bool split_column(struct column *column, size_t n)
{
    struct cursor c = cursor_of(column->raw.data, column->raw.len);
    uint32_t len[PROVENANCE_BLOCK];
    for (size_t i = 0; i < n; i++)
        len[i] = cursor_varint32(&c);
    uint64_t at = column->raw.len - cursor_left(&c);
    for (size_t i = 0; i < n; i++) {
        column->starts[i] = (uint32_t)at;
        at += len[i];
        if (c.failed || at > column->raw.len)
            return false;
    }
    column->starts[n] = (uint32_t)at;
    return at == column->raw.len;
}

static int load_dictionaries(const struct provenance *p, struct dictionaries *out,
                             struct err *err)
{
    const uint8_t *data;
    int rc = section_get(&p->section, p->dictionaries.offset, p->dictionaries.len,
                         &data, err);
    if (rc != 0)
        return rc;
    struct cursor c = cursor_of(data, p->dictionaries.len);
    for (size_t k = 0; rc == 0 && k < PROV_STRINGS; k++) {
        struct bytes bytes = cursor_bytes(&c, cursor_u32(&c));
        if (c.failed)
            return corrupt(p, "dictionary", k, err);
        if (bytes.len > 0)
            rc = frame_dict_new(bytes, false, &out->dict[k], NULL);
        if (rc != 0)
            return rc == ERR_CORRUPT ? corrupt(p, "dictionary", k, err)
                                     : err_set(err, rc, "provenance: %s", err_text(rc));
    }
    if (rc == 0 && cursor_left(&c) != 0)
        rc = corrupt(p, "dictionary", PROV_STRINGS, err);
    return rc;
}

/* The dictionaries of the segment, made ready when they are first asked for. */
static int get_dictionaries(const struct provenance *p, struct provenance_cache *cache,
                            const struct dictionaries **out, struct err *err)
{
    vec_foreach(struct dictionaries, d, &cache->dictionaries) {
        if (d->of == p->section.data) {
            *out = d;
            return 0;
        }
    }
    struct dictionaries new = {.of = p->section.data};
    int rc = load_dictionaries(p, &new, err);
    if (rc == 0 && !vec_push(&cache->dictionaries, new))
        rc = err_set(err, ERR_NOMEM, "out of memory");
    if (rc != 0) {
        for (size_t k = 0; k < PROV_STRINGS; k++)
            frame_dict_free(new.dict[k]);
        return rc;
    }
    *out = &cache->dictionaries.items[cache->dictionaries.len - 1];
    return 0;
}

static int load_column(const struct provenance *p, struct provenance_cache *cache,
                       const struct row *r, size_t k, struct err *err)
{
    struct column *column = &cache->column[k];
    const struct dictionaries *d;
    size_t used;
    if (column->of == p->section.data && column->block == r->block)
        return 0;
    column->of = NULL;
    buf_reset(&column->raw);
    int rc = get_dictionaries(p, cache, &d, err);
    if (rc == 0)
        rc = frame_get(&cache->coder, r->packed[k], d->dict[k], STRING_BYTES_MAX,
                       &column->raw, &used, NULL);
    if (rc == ERR_CORRUPT ||
        (rc == 0 && (used != r->packed[k].len || !split_column(column, r->n))))
        return corrupt(p, "block", r->block, err);
    if (rc != 0)
        return err_set(err, rc, "provenance: %s", err_text(rc));
    column->of = p->section.data;
    column->block = r->block;
    return 0;
}

static int get_string(const struct provenance *p, struct provenance_cache *cache,
                      const struct row *r, size_t k, struct bytes *out, struct err *err)
{
    *out = (struct bytes){NULL, 0};
    if (r->packed[k].len == 0)
        return 0;
    int rc = load_column(p, cache, r, k, err);
    if (rc == 0) {
        const struct column *c = &cache->column[k];
        *out = bytes_of(c->raw.data + c->starts[r->i],
                        c->starts[r->i + 1] - c->starts[r->i]);
    }
    return rc;
}

static int get_coded(const struct provenance *p, struct provenance_cache *cache,
                     const struct row *r, size_t k, struct bytes *out, struct err *err)
{
    uint64_t code = r->number[NUMBER_CODES + k], base = 0;
    *out = (struct bytes){NULL, 0};
    if (code == CODE_EMPTY)
        return 0;
    if (code == CODE_TEXT)
        return get_string(p, cache, r, k, out, err);
    code -= CODE_WORDS;
    if (code >= p->n_words[k])
        return corrupt(p, "block", r->block, err);
    for (size_t c = 0; c < k; c++)
        base += p->n_words[c];
    return get_item(p, &p->words, &p->word_ends, base + code, out, err);
}

static int get_id(const struct provenance *p, struct provenance_cache *cache,
                  const struct row *r, char hex[33], struct bytes *out, struct err *err)
{
    if (r->number[NUMBER_ID] == ID_TEXT)
        return get_string(p, cache, r, PROVENANCE_ID, out, err);
    hash128_hex(r->digest, hex);
    *out = bytes_of(hex, ID_DIGEST_LEN);
    return 0;
}

static int get_date(const struct provenance *p, struct provenance_cache *cache,
                    const struct row *r, struct provenance_row *out, struct err *err)
{
    uint64_t kind = r->number[NUMBER_DATE];
    if (kind == DATE_TEXT)
        return get_string(p, cache, r, STRING_DATE, &out->date_text, err);
    if (kind >= DATE_KINDS)
        return corrupt(p, "block", r->block, err);
    size_t n =
        provenance_date_text((enum date_kind)kind, out->day, out->second, cache->date);
    out->date_text = bytes_of(cache->date, n);
    return 0;
}

static int fill_row(const struct provenance *p, struct provenance_cache *cache,
                    const struct row *r, struct provenance_row *out, struct err *err)
{
    uint64_t second = r->number[NUMBER_SECOND], kinds = r->number[NUMBER_KINDS];
    if (second > UINT32_MAX || kinds >> 24 != 0)
        return corrupt(p, "block", r->block, err);
    out->record = r->number[NUMBER_RECORD];
    out->offset = r->number[NUMBER_OFFSET];
    out->len = r->number[NUMBER_LEN];
    out->digest = r->digest;
    out->second = (uint32_t)second - 1; /* 0 becomes UINT32_MAX: none */
    out->date_from = (uint8_t)kinds;
    out->reader = (uint8_t)(kinds >> 8);
    out->reader_version = (uint8_t)(kinds >> 16);
    int rc = get_id(p, cache, r, cache->id, &out->id, err);
    if (rc == 0)
        rc = get_coded(p, cache, r, PROVENANCE_INPUT, &out->input, err);
    if (rc == 0)
        rc = get_coded(p, cache, r, PROVENANCE_MEMBER, &out->member, err);
    if (rc == 0)
        rc = get_coded(p, cache, r, PROVENANCE_OUTLET, &out->outlet, err);
    if (rc == 0)
        rc = get_coded(p, cache, r, PROVENANCE_AUTHOR, &out->author, err);
    if (rc == 0)
        rc = get_coded(p, cache, r, PROVENANCE_SECTION, &out->section, err);
    if (rc == 0)
        rc = get_coded(p, cache, r, PROVENANCE_LANGUAGE, &out->language, err);
    if (rc == 0)
        rc = get_coded(p, cache, r, PROVENANCE_TAGS, &out->tags, err);
    if (rc == 0)
        rc = get_string(p, cache, r, PROVENANCE_URL, &out->url, err);
    if (rc == 0)
        rc = get_string(p, cache, r, PROVENANCE_TITLE, &out->title, err);
    if (rc == 0)
        rc = get_date(p, cache, r, out, err);
    return rc;
}

int provenance_get(const struct provenance *p, struct provenance_cache *c,
                   article_id id, struct provenance_row *out, struct err *err)
{
    struct row r;
    struct provenance_row row = {0};
    int rc = get_row(p, id, &r, err);
    if (rc == 0)
        rc = provenance_day(p, id, &row.day, err);
    if (rc == 0)
        rc = fill_row(p, c, &r, &row, err);
    if (rc == 0)
        *out = row;
    return rc;
}

/* --- single strings --------------------------------------------------------------------- */

int provenance_text(const struct provenance *p, struct provenance_cache *c,
                    enum provenance_column column, article_id id, struct bytes *out,
                    struct err *err)
{
    struct row r;
    int rc = get_row(p, id, &r, err);
    if (rc != 0)
        return rc;
    if (column < PROVENANCE_CODED)
        return get_coded(p, c, &r, column, out, err);
    if (column == PROVENANCE_ID)
        return get_id(p, c, &r, c->id, out, err);
    return get_string(p, c, &r, column, out, err);
}

int provenance_word(const struct provenance *p, enum provenance_column column,
                    article_id id, uint32_t *word, struct err *err)
{
    struct row r;
    assert(column < PROVENANCE_CODED);
    int rc = get_row(p, id, &r, err);
    if (rc != 0)
        return rc;
    uint64_t code = r.number[NUMBER_CODES + column];
    if (code >= CODE_WORDS && code - CODE_WORDS >= p->n_words[column])
        return corrupt(p, "block", r.block, err);
    if (code < CODE_WORDS)
        *word = code == CODE_EMPTY ? 0 : PROVENANCE_NO_WORD;
    else
        *word = (uint32_t)(code - CODE_WORDS) + 1;
    return 0;
}

uint32_t provenance_n_words(const struct provenance *p, enum provenance_column column)
{
    return column < PROVENANCE_CODED ? p->n_words[column] : 0;
}

/* --- blocks ----------------------------------------------------------------------------- */

int provenance_word_text(const struct provenance *p, enum provenance_column column,
                         uint32_t word, struct bytes *out, struct err *err)
{
    uint64_t base = 0;
    assert(column < PROVENANCE_CODED);
    for (size_t c = 0; c < (size_t)column; c++)
        base += p->n_words[c];
    if (word == 0 || word > p->n_words[column])
        return corrupt(p, "word", word, err);
    return get_item(p, &p->words, &p->word_ends, base + word - 1, out, err);
}

/* All numbers of one column; `in` is moved behind it. */
static bool get_numbers(struct bytes *in, size_t n, bool wanted, uint64_t *out)
{
    uint64_t ignored;
    return wanted ? columns_get_all(in, n, out) : columns_get(in, n, 0, &ignored);
}

/* The codes of a coded column in a block, n rows. */
static bool get_codes(struct bytes in, size_t n, size_t column, uint64_t *codes)
{
    bool dense = column < STRING_SPARSE;
    for (size_t c = 0; c < PROV_NUMBERS; c++) {
        bool wanted = dense && c == NUMBER_CODES + column;
        if (!get_numbers(&in, n, wanted, codes) || wanted)
            return wanted;
    }
    struct cursor c = cursor_of(in.data, in.len);
    (void)cursor_take(&c, n * DIGEST_BYTES);
    for (size_t k = 0; k < PROV_STRINGS; k = provenance_next_dense(k))
        (void)cursor_bytes(&c, cursor_varint(&c));
    uint8_t there = cursor_left(&c) > 0 ? cursor_u8(&c) : 0;
    memset(codes, 0, n * sizeof *codes);
    for (size_t i = 0; i <= column - STRING_SPARSE && !c.failed; i++) {
        bool wanted = i == column - STRING_SPARSE;
        if (!(there >> i & 1))
            continue;
        in = bytes_of(in.data + in.len - cursor_left(&c), cursor_left(&c));
        if (!get_numbers(&in, n, wanted, codes))
            return false;
        c = cursor_of(in.data, in.len);
        (void)cursor_bytes(&c, cursor_varint(&c));
    }
    return !c.failed;
}

int provenance_block(const struct provenance *p, struct provenance_cache *c,
                     enum provenance_column column, uint32_t block,
                     uint32_t words[PROVENANCE_BLOCK],
                     struct bytes texts[PROVENANCE_BLOCK], struct err *err)
{
    uint64_t codes[PROVENANCE_BLOCK];
    struct bytes in = {0};
    struct row r;
    assert(column != PROVENANCE_ID && column < PROVENANCE_COLUMNS);
    int rc = get_row(p, block * PROVENANCE_BLOCK, &r, err);
    bool coded = column < PROVENANCE_CODED, any = false;
    for (size_t i = 0; i < r.n && !coded; i++)
        codes[i] = CODE_TEXT;
    if (rc == 0 && coded)
        rc = get_item(p, &p->blocks, &p->block_ends, block, &in, err);
    if (rc == 0 && coded && !get_codes(in, r.n, column, codes))
        rc = corrupt(p, "block", block, err);
    for (size_t i = 0; i < r.n && rc == 0; i++) {
        uint64_t code = codes[i];
        if (code >= CODE_WORDS && code - CODE_WORDS >= p->n_words[column])
            return corrupt(p, "block", block, err);
        any = any || code == CODE_TEXT;
        words[i] = code == CODE_EMPTY  ? 0
                   : code == CODE_TEXT ? PROVENANCE_NO_WORD
                                       : (uint32_t)(code - CODE_WORDS) + 1;
    }
    for (r.i = 0; r.i < r.n && rc == 0; r.i++) {
        texts[r.i] = (struct bytes){NULL, 0};
        if (any && words[r.i] == PROVENANCE_NO_WORD)
            rc = get_string(p, c, &r, column, &texts[r.i], err);
    }
    return rc;
}

/* --- days ------------------------------------------------------------------------------- */

int provenance_day_range(const struct provenance *p, uint32_t block, int32_t *least,
                         int32_t *greatest, struct err *err)
{
    const uint8_t *at;
    if (block >= p->day_index.len / 8)
        return corrupt(p, "block", block, err);
    int rc = section_get(&p->section, p->day_index.offset + 8 * (uint64_t)block, 8, &at,
                         err);
    if (rc != 0)
        return rc;
    *least = (int32_t)load_u32(at);
    *greatest = (int32_t)load_u32(at + 4);
    return *least <= *greatest ? 0 : corrupt(p, "range of days of block", block, err);
}

/* A day by what the column has. False if it cannot be. */
static bool day_of(uint64_t value, int32_t least, int32_t greatest, int32_t *day)
{
    *day = value == 0 ? DAY_NONE : (int32_t)(least + (int64_t)value - 1);
    return value == 0 || value - 1 <= (uint64_t)((int64_t)greatest - least);
}

/* The column of a block's days. */
static int get_days(const struct provenance *p, uint32_t block, struct bytes *in,
                    int32_t *least, int32_t *greatest, struct err *err)
{
    int rc = provenance_day_range(p, block, least, greatest, err);
    return rc ? rc : get_item(p, &p->days, &p->day_ends, block, in, err);
}

int provenance_day(const struct provenance *p, article_id id, int32_t *day,
                   struct err *err)
{
    struct bytes in = {0};
    int32_t least = DAY_NONE, greatest = DAY_NONE, found;
    uint64_t value;
    uint32_t block = id / PROVENANCE_BLOCK;
    if (id >= p->n_articles)
        return corrupt(p, "article", id, err);
    int rc = get_days(p, block, &in, &least, &greatest, err);
    if (rc != 0)
        return rc;
    if (!columns_get(&in, rows_of(p, block), id % PROVENANCE_BLOCK, &value) ||
        !day_of(value, least, greatest, &found))
        return corrupt(p, "days of block", block, err);
    *day = found;
    return 0;
}

int provenance_days(const struct provenance *p, uint32_t block,
                    int32_t days[PROVENANCE_BLOCK], struct err *err)
{
    struct bytes in = {0};
    int32_t least = DAY_NONE, greatest = DAY_NONE;
    uint64_t values[PROVENANCE_BLOCK];
    int rc = get_days(p, block, &in, &least, &greatest, err);
    if (rc != 0)
        return rc;
    bool good = columns_get_all(&in, rows_of(p, block), values);
    for (size_t i = 0; i < rows_of(p, block) && good; i++)
        good = day_of(values[i], least, greatest, &days[i]);
    return good ? 0 : corrupt(p, "days of block", block, err);
}

/* --- by ID ------------------------------------------------------------------------------ */

int provenance_by_id(const struct provenance *p, uint32_t rank, article_id *out,
                     struct err *err)
{
    const uint8_t *at;
    if (rank >= p->n_articles)
        return corrupt(p, "rank", rank, err);
    int rc =
        section_get(&p->section, p->by_id.offset + 4 * (uint64_t)rank, 4, &at, err);
    if (rc != 0)
        return rc;
    article_id id = load_u32(at);
    if (id >= p->n_articles)
        return corrupt(p, "rank", rank, err);
    *out = id;
    return 0;
}

/* The first rank whose ID is not before the prefix; with `after`, the first beyond all that begin with it. */
static int find_rank(const struct provenance *p, struct provenance_cache *cache,
                     struct bytes prefix, bool after, uint32_t *out, struct err *err)
{
    uint32_t lo = 0, hi = p->n_articles;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        article_id article = 0;
        struct row r;
        struct bytes id = {0};
        int rc = provenance_by_id(p, mid, &article, err);
        if (rc == 0)
            rc = get_row(p, article, &r, err);
        if (rc == 0)
            rc = get_id(p, cache, &r, cache->other_id, &id, err);
        if (rc != 0)
            return rc;
        if (bytes_compare(id, prefix) < 0 || (after && bytes_starts(id, prefix)))
            lo = mid + 1;
        else
            hi = mid;
    }
    *out = lo;
    return 0;
}

int provenance_find_id(const struct provenance *p, struct provenance_cache *c,
                       struct bytes prefix, uint32_t *first_rank, uint32_t *n,
                       struct err *err)
{
    uint32_t from, to;
    int rc = find_rank(p, c, prefix, false, &from, err);
    if (rc == 0)
        rc = find_rank(p, c, prefix, true, &to, err);
    if (rc != 0)
        return rc;
    if (from > to)
        return corrupt(p, "order of IDs at rank", from, err);
    *first_rank = from;
    *n = to - from;
    return 0;
}
