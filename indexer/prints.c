#include "indexer/prints.h"

#include <string.h>

#include "base/prefetch.h"

enum {
    SEEN_PER_PRINT = 8, /* cells, a byte each */
    FRACTION_BITS_MAX = 24,
    KEEP_AT_ONCE = 512, /* prints */
    AT_ONCE = 4,        /* a turn of the loops over prints */
    SOON = 6,           /* sheets ahead of that which is looked at */
    SOON_LINES = 4, /* of its part; behind them the processor sees that reads go on */
    LINE = 64,
    /* Where a partition has more prints than may be at work, half as many of them are, and their memory is for what is looked at
     * several times: bytes of the cells and of prints as they were read, for each that may be at work. */
    SEEN_SHARE = 16,
    DATA_SHARE = 54
};

/* Which of a partition's prints are joined at a time: those with `value` in the lowest bits of what the
 * sheets hold of the hash. */
struct fraction {
    unsigned bits;
    uint64_t value;
};

/* A walk over a partition's part of all sheets. */
struct walk {
    const struct build *build;
    const struct texts *texts;
    uint32_t partition;
    struct fraction fraction;
    struct prints_scratch *scratch;
    size_t data_max; /* bytes to be read at a time, unless one sheet has more */
    size_t from, to; /* sheets whose parts are in the scratch */
    uint64_t mask;   /* cells - 1 */
};

void prints_scratch_release(struct prints_scratch *s)
{
    vec_release(&s->data);
    vec_release(&s->parts);
    vec_release(&s->seen);
    print_join_release(&s->join);
}

static uint32_t begin_of(const struct sheet *sheet, uint32_t partition)
{
    return partition ? sheet->ends[partition - 1] : 0;
}

static uint32_t prints_of(const struct sheet *sheet, uint32_t partition)
{
    return sheet->ends[partition] - begin_of(sheet, partition);
}

/* Where the part of a sheet lies in memory, or NULL. */
static const uint8_t *held_part(const struct walk *w, size_t number)
{
    const struct spool *spool = &w->build->spool;
    const struct sheet *sheet = &spool->sheets.items[number];
    return spool_held_prints(spool, number, begin_of(sheet, w->partition),
                             prints_of(sheet, w->partition));
}

/* Finds the part of as many sheets as there is room for, from number `from` on; what does not lie in memory is read. */
static int find_parts(struct walk *w, size_t from, struct err *err)
{
    const struct spool *spool = &w->build->spool;
    const struct sheet *sheets = spool->sheets.items;
    struct prints_scratch *s = w->scratch;
    size_t bytes = 0, to = from;
    if (w->from == from && w->to > from)
        return 0; /* they are there */
    vec_reset(&s->data);
    vec_reset(&s->parts);
    if (!vec_reserve(&s->parts, spool->sheets.len - from))
        return err_set(err, ERR_NOMEM, "fingerprints: out of memory");
    for (; to < spool->sheets.len; to++) {
        size_t more = (size_t)prints_of(&sheets[to], w->partition) * SHEET_PRINT_BYTES;
        const uint8_t *held = held_part(w, to);
        if (!held && to > from && bytes + more > w->data_max)
            break;
        bytes += held ? 0 : more;
        s->parts.items[s->parts.len++] = held;
    }
    if (!vec_reserve(&s->data, bytes))
        return err_set(err, ERR_NOMEM, "fingerprints: out of memory");
    w->from = w->to = from;
    for (; w->to < to; w->to++) {
        const uint8_t **part = &s->parts.items[w->to - from];
        uint32_t n = prints_of(&sheets[w->to], w->partition);
        if (*part)
            continue;
        *part = s->data.items + s->data.len;
        int rc = spool_read_prints(spool, w->to, begin_of(&sheets[w->to], w->partition),
                                   n, s->data.items + s->data.len, err);
        if (rc != 0)
            return rc;
        s->data.len += (size_t)n * SHEET_PRINT_BYTES;
    }
    return 0;
}

/* Of a sheet that was found; asks for a later one's. */
static const uint8_t *part_of(const struct walk *w, size_t sheet)
{
    const struct prints_scratch *s = w->scratch;
    if (sheet + SOON < w->to) {
        const uint8_t *soon = s->parts.items[sheet + SOON - w->from];
        for (size_t i = 0; i < SOON_LINES; i++)
            prefetch_read(soon + i * LINE);
    }
    return s->parts.items[sheet - w->from];
}

static inline bool fraction_has(const struct fraction *f, uint64_t hash)
{
    return (hash & ((UINT64_C(1) << f->bits) - 1)) == f->value;
}

/* The number of a hash's cell. */
static inline uint64_t cell_of(const uint8_t *print, unsigned shift, uint64_t mask)
{
    return load_u64(print) >> shift & mask;
}

/* One more print: 0, 1, 3, 7, ... 255. */
static inline void count(uint8_t *cell)
{
    *cell = (uint8_t)(2 * *cell + 1);
}

static inline unsigned has_more(uint8_t cell)
{
    return cell >> 1 & 1;
}

/* Most hashes stand in one text only. A table of cells, "none", "one" and "more", keeps all but a few of those from being sorted. What
 * a step takes is what counts here, so that a cell is a byte though 8 times as many would then be in the nearest cache. */
static void mark_all(const struct walk *w, const uint8_t *data, size_t n)
{
    uint8_t *seen = w->scratch->seen.items;
    const uint64_t mask = w->mask;
    const unsigned shift = SHEET_ARTICLE_BITS + SHEET_MORE_BITS;
    const size_t size = SHEET_PRINT_BYTES;
    size_t i = 0;
    for (; i + AT_ONCE <= n; i += AT_ONCE, data += AT_ONCE * size) {
        count(seen + cell_of(data, shift, mask));
        count(seen + cell_of(data + size, shift, mask));
        count(seen + cell_of(data + 2 * size, shift, mask));
        count(seen + cell_of(data + 3 * size, shift, mask));
    }
    for (; i < n; i++, data += size)
        count(seen + cell_of(data, shift, mask));
}

/* Of up to KEEP_AT_ONCE prints, the places of those whose cells say "more". No branch asks: one in five does, at random. */
static size_t find_all(const struct walk *w, const uint8_t *data, size_t n,
                       uint16_t places[KEEP_AT_ONCE])
{
    const uint8_t *seen = w->scratch->seen.items;
    const uint64_t mask = w->mask;
    const unsigned shift = SHEET_ARTICLE_BITS + SHEET_MORE_BITS;
    const size_t size = SHEET_PRINT_BYTES;
    size_t found = 0, i = 0;
    for (; i + AT_ONCE <= n; i += AT_ONCE, data += AT_ONCE * size) {
        places[found] = (uint16_t)i;
        found += has_more(seen[cell_of(data, shift, mask)]);
        places[found] = (uint16_t)(i + 1);
        found += has_more(seen[cell_of(data + size, shift, mask)]);
        places[found] = (uint16_t)(i + 2);
        found += has_more(seen[cell_of(data + 2 * size, shift, mask)]);
        places[found] = (uint16_t)(i + 3);
        found += has_more(seen[cell_of(data + 3 * size, shift, mask)]);
    }
    for (; i < n; i++, data += size) {
        places[found] = (uint16_t)i;
        found += has_more(seen[cell_of(data, shift, mask)]);
    }
    return found;
}

/* Likewise, of the fraction. */
static size_t find_some(const struct walk *w, const uint8_t *data, size_t n,
                        uint16_t places[KEEP_AT_ONCE])
{
    const uint8_t *seen = w->scratch->seen.items;
    const unsigned shift = SHEET_ARTICLE_BITS + SHEET_MORE_BITS;
    size_t found = 0;
    for (size_t i = 0; i < n; i++, data += SHEET_PRINT_BYTES) {
        unsigned more = has_more(seen[cell_of(data, shift, w->mask)]);
        places[found] = (uint16_t)i;
        found += more & fraction_has(&w->fraction, sheet_print_at(data).hash);
    }
    return found;
}

/* Prints of articles that lead a text, and whose cells say "more", to the join, which has room. */
static void keep_some(const struct walk *w, const struct sheet *sheet,
                      const uint8_t *data, size_t n)
{
    struct print_join *j = &w->scratch->join;
    const uint32_t *text_of = w->texts->text_of + sheet->first_article;
    const uint32_t *leads = w->texts->articles.items;
    uint64_t *prints = j->found.items + j->found.len;
    uint32_t *texts = j->texts.items + j->texts.len;
    uint16_t places[KEEP_AT_ONCE];
    size_t found = w->fraction.bits > 0 ? find_some(w, data, n, places)
                                        : find_all(w, data, n, places);
    size_t kept = 0;
    for (size_t i = 0; i < found; i++) {
        uint64_t v = load_u64(data + places[i] * SHEET_PRINT_BYTES);
        uint32_t article = v >> SHEET_MORE_BITS & (SHEET_ARTICLES_MAX - 1);
        uint32_t text = text_of[article];
        prints[kept] = v;
        texts[kept] = text;
        kept += leads[text] == sheet->first_article + article;
    }
    j->found.len += kept;
    j->texts.len += kept;
}

static bool keep(const struct walk *w, size_t number)
{
    struct print_join *j = &w->scratch->join;
    const struct sheet *sheet = &w->build->spool.sheets.items[number];
    const uint8_t *part = part_of(w, number);
    size_t n = prints_of(sheet, w->partition);
    if (!vec_reserve(&j->found, n) || !vec_reserve(&j->texts, n))
        return false;
    for (size_t at = 0; at < n; at += KEEP_AT_ONCE)
        keep_some(w, sheet, part + at * SHEET_PRINT_BYTES,
                  n - at < KEEP_AT_ONCE ? n - at : KEEP_AT_ONCE);
    return true;
}

static bool mark(const struct walk *w, size_t number)
{
    const struct sheet *sheet = &w->build->spool.sheets.items[number];
    mark_all(w, part_of(w, number), prints_of(sheet, w->partition));
    return true;
}

/* Counts the prints whose cells say "more". */
static bool tally(const struct walk *w, size_t number)
{
    const struct sheet *sheet = &w->build->spool.sheets.items[number];
    const uint8_t *part = part_of(w, number);
    size_t n = prints_of(sheet, w->partition);
    uint16_t places[KEEP_AT_ONCE];
    for (size_t at = 0; at < n; at += KEEP_AT_ONCE)
        w->scratch->more +=
            find_all(w, part + at * SHEET_PRINT_BYTES,
                     n - at < KEEP_AT_ONCE ? n - at : KEEP_AT_ONCE, places);
    return true;
}

/* look() at the partition's part of each sheet; false: no memory. */
static int for_sheets(struct walk *w, bool (*look)(const struct walk *w, size_t number),
                      struct err *err)
{
    size_t n_sheets = w->build->spool.sheets.len;
    for (size_t i = 0; i < n_sheets;) {
        int rc = find_parts(w, i, err);
        if (rc != 0)
            return rc;
        for (; i < w->to; i++) {
            if (!look(w, i))
                return err_set(err, ERR_NOMEM, "fingerprints: out of memory");
        }
    }
    return 0;
}

/* Cells for n prints, no more than cells_max of them, which is 64 or more. */
static int mark_cells(struct walk *w, size_t n, size_t cells_max, struct err *err)
{
    struct prints_scratch *s = w->scratch;
    uint64_t cells = 64;
    while (cells < n * SEEN_PER_PRINT && cells <= cells_max / 2)
        cells *= 2;
    w->mask = cells - 1;
    vec_reset(&s->seen);
    if (!vec_reserve(&s->seen, cells))
        return err_set(err, ERR_NOMEM, "fingerprints: out of memory");
    memset(s->seen.items, 0, cells);
    return for_sheets(w, mark, err);
}

/* In how many parts of `items_max` each what has to be joined is taken. */
static int choose_fraction(struct walk *w, size_t items_max, struct err *err)
{
    w->scratch->more = 0;
    int rc = for_sheets(w, tally, err);
    while (w->fraction.bits < FRACTION_BITS_MAX &&
           w->scratch->more >> w->fraction.bits > items_max)
        w->fraction.bits++;
    return rc;
}

static int take_fraction(struct walk *w, const struct prints_sink *to, struct err *err)
{
    struct print_join *j = &w->scratch->join;
    print_join_reset(j);
    int rc = for_sheets(w, keep, err);
    if (rc == 0 && !print_join_run(j))
        rc = err_set(err, ERR_NOMEM, "fingerprints: out of memory");
    return rc == 0 ? to->put(to->arg, j->items.items, j->items.len, err) : rc;
}

int prints_shared(const struct build *b, const struct texts *t, uint32_t partition,
                  size_t items_max, struct prints_scratch *s,
                  const struct prints_sink *to, struct err *err)
{
    struct walk w = {.build = b,
                     .texts = t,
                     .partition = partition,
                     .scratch = s,
                     .data_max = items_max * SHEET_PRINT_BYTES};
    struct fraction *f = &w.fraction;
    size_t n = 0, cells_max = SIZE_MAX;
    vec_foreach(struct sheet, sheet, &b->spool.sheets)
        n += prints_of(sheet, partition);
    bool all = n <= items_max;
    if (!all) {
        w.data_max = items_max * DATA_SHARE;
        cells_max = items_max * SEEN_SHARE;
    }
    int rc = mark_cells(&w, n, cells_max, err);
    if (rc == 0 && !all)
        rc = choose_fraction(&w, items_max / 2, err);
    for (; rc == 0 && f->value < UINT64_C(1) << f->bits; f->value++)
        rc = take_fraction(&w, to, err);
    return rc;
}
