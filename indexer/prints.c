#include "indexer/prints.h"

#include <string.h>

#include "base/prefetch.h"

enum {
    SEEN_PER_PRINT = 16, /* cells of two bits */
    FRACTION_BITS_MAX = 24,
    KEEP_AT_ONCE = 512, /* prints */
    SOON = 6,           /* sheets ahead of that which is looked at */
    SOON_LINES = 4, /* of its part; behind them the processor sees that reads go on */
    LINE = 64,
    TEXT_BYTES = 4,
    HASH_BYTES = (WINNOW_BITS - SHEET_PARTITION_BITS) / 8,
    FEW = 24,      /* prints that are sorted by insertion */
    MANY = 1 << 15 /* that two bytes of their hashes do not tell apart well */
};

/* Which of a partition's prints are looked at: those with `value` in the lowest bits of what the
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
    vec_release(&s->items);
    vec_release(&s->swap);
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

/* The cell of a hash, of four in a byte of two bits each. */
struct cell {
    size_t byte;
    unsigned turn;
};

static inline struct cell cell_of(const uint8_t *print, unsigned shift, uint64_t mask)
{
    uint64_t cell = load_u64(print) >> shift & mask;
    return (struct cell){cell >> 2, 2 * (unsigned)(cell & 3)};
}

static inline unsigned shift_of(const struct walk *w)
{
    return SHEET_ARTICLE_BITS + SHEET_MORE_BITS + w->fraction.bits;
}

/* Most hashes stand in one text only. A table of cells of two bits, "one" and "more", keeps all but
 * a few of those from being sorted. Returns how many prints belong to the fraction, which all do unless some_only says that it is to be
 * asked. */
static inline size_t mark(const struct walk *w, const uint8_t *data, size_t n,
                          bool some_only)
{
    uint8_t *seen = w->scratch->seen.items;
    const struct fraction fraction = w->fraction; /* no store to a cell changes them */
    const uint64_t mask = w->mask;
    const unsigned shift = shift_of(w);
    size_t found = 0;
    for (size_t i = 0; i < n; i++, data += SHEET_PRINT_BYTES) {
        struct cell c = cell_of(data, shift, mask);
        unsigned old = seen[c.byte];
        if (some_only && !fraction_has(&fraction, sheet_print_at(data).hash))
            continue;
        seen[c.byte] = (uint8_t)(old | (1U | (old >> c.turn & 1) << 1) << c.turn);
        found++;
    }
    return found;
}

/* Of up to KEEP_AT_ONCE prints, the places of those whose cells say "more". No branch asks: one in six does, at random. */
static inline size_t find_more(const struct walk *w, const uint8_t *data, size_t n,
                               bool some_only, uint16_t places[KEEP_AT_ONCE])
{
    const uint8_t *seen = w->scratch->seen.items;
    const struct fraction fraction = w->fraction;
    const uint64_t mask = w->mask;
    const unsigned shift = shift_of(w);
    size_t found = 0;
    for (size_t i = 0; i < n; i++, data += SHEET_PRINT_BYTES) {
        struct cell c = cell_of(data, shift, mask);
        unsigned more = (unsigned)seen[c.byte] >> c.turn >> 1 & 1;
        places[found] = (uint16_t)i;
        found += some_only ? more & fraction_has(&fraction, sheet_print_at(data).hash)
                           : more;
    }
    return found;
}

/* Prints of articles that lead a text, and whose cells say "more", to the items. */
static void keep_some(const struct walk *w, const struct sheet *sheet,
                      const uint8_t *data, size_t n)
{
    struct print *to = w->scratch->items.items + w->scratch->items.len;
    uint16_t places[KEEP_AT_ONCE];
    size_t found = w->fraction.bits > 0 ? find_more(w, data, n, true, places)
                                        : find_more(w, data, n, false, places);
    for (size_t i = 0; i < found; i++) {
        struct sheet_print p = sheet_print_at(data + places[i] * SHEET_PRINT_BYTES);
        uint32_t article = sheet->first_article + p.article;
        uint32_t text = w->texts->text_of[article];
        if (w->texts->articles.items[text] == article)
            *to++ = (struct print){p.hash << SHEET_MORE_BITS | p.more, text, 0};
    }
    w->scratch->items.len = (size_t)(to - w->scratch->items.items);
}

static void keep(const struct walk *w, const struct sheet *sheet, const uint8_t *data,
                 size_t n)
{
    for (size_t at = 0; at < n; at += KEEP_AT_ONCE)
        keep_some(w, sheet, data + at * SHEET_PRINT_BYTES,
                  n - at < KEEP_AT_ONCE ? n - at : KEEP_AT_ONCE);
}

/* One pass of a radix sort, by a byte of the text or of the key. Returns false, having done
 * nothing, if all agree in it. */
static bool pass(const struct print *from, size_t n, bool by_text, unsigned shift,
                 struct print *to)
{
    size_t at[256] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++)
        at[(by_text ? from[i].text : from[i].key) >> shift & 0xff]++;
    if (at[(by_text ? from[0].text : from[0].key) >> shift & 0xff] == n)
        return false;
    for (size_t k = 0; k < 256; k++) {
        size_t len = at[k];
        at[k] = sum;
        sum += len;
    }
    for (size_t i = 0; i < n; i++)
        to[at[(by_text ? from[i].text : from[i].key) >> shift & 0xff]++] = from[i];
    return true;
}

/* Passes k of [first, end) over n items: the bytes of the text, then those of the hash, the least first. */
static void sort_by(struct print *items, size_t n, struct print *swap, unsigned first,
                    unsigned end)
{
    struct print *from = items, *to = swap;
    for (unsigned k = first; n > 1 && k < end; k++) {
        bool by_text = k < TEXT_BYTES;
        unsigned shift = by_text ? 8 * k : SHEET_MORE_BITS + 8 * (k - TEXT_BYTES);
        if (pass(from, n, by_text, shift, to)) {
            struct print *now = from;
            from = to;
            to = now;
        }
    }
    if (from != items)
        memcpy(items, from, n * sizeof *from);
}

static inline uint64_t hash_above(const struct print *p, unsigned bytes)
{
    return p->key >> (SHEET_MORE_BITS + 8 * (HASH_BYTES - bytes));
}

static inline bool is_before(const struct print *a, const struct print *b)
{
    uint64_t x = hash_above(a, HASH_BYTES), y = hash_above(b, HASH_BYTES);
    return x < y || (x == y && a->text < b->text);
}

static void insertion(struct print *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct print p = items[i];
        size_t at = i;
        for (; at > 0 && is_before(&p, &items[at - 1]); at--)
            items[at] = items[at - 1];
        items[at] = p;
    }
}

/* By (hash, text), stable: of one text, the prints stay in the order of their places. First by the hashes' top bytes; what
 * agrees in them is mostly one hash of a few texts. */
static void sort(struct prints_scratch *s)
{
    const unsigned end = TEXT_BYTES + HASH_BYTES;
    struct print *items = s->items.items;
    size_t n = s->items.len;
    const unsigned top_bytes = n < MANY ? 2 : 3;
    sort_by(items, n, s->swap.items, end - top_bytes, end);
    for (size_t i = 0; i < n;) {
        size_t first = i;
        uint64_t top = hash_above(&items[i], top_bytes);
        while (i < n && hash_above(&items[i], top_bytes) == top)
            i++;
        if (i - first <= FEW)
            insertion(items + first, i - first);
        else
            sort_by(items + first, i - first, s->swap.items, 0, end - top_bytes);
    }
}

/* Drops hashes of one text, and marks what repetitions within a text there are. */
static void drop_lone(struct prints_scratch *s)
{
    struct print *items = s->items.items;
    size_t n = s->items.len, used = 0;
    for (size_t i = 0; i < n;) {
        struct print of = items[i];
        size_t first = used, repeated = 0;
        for (; i < n && print_same(&items[i], &of); i++) {
            bool again = used > first && items[used - 1].text == items[i].text;
            items[used] = items[i];
            items[used++].again = again;
            repeated += again;
        }
        if (used - first - repeated == 1)
            used = first;
    }
    s->items.len = used;
}

static size_t mark_part(const struct walk *w, size_t number)
{
    const struct sheet *sheet = &w->build->spool.sheets.items[number];
    const uint8_t *part = part_of(w, number);
    size_t n = prints_of(sheet, w->partition);
    return w->fraction.bits > 0 ? mark(w, part, n, true) : mark(w, part, n, false);
}

/* `about` prints are expected. */
static int take_fraction(struct walk *w, size_t about, struct err *err)
{
    const struct sheet *sheets = w->build->spool.sheets.items;
    size_t n_sheets = w->build->spool.sheets.len, found = 0;
    struct prints_scratch *s = w->scratch;
    uint64_t cells = 64;
    while (cells < about * SEEN_PER_PRINT)
        cells *= 2;
    w->mask = cells - 1;
    vec_reset(&s->seen);
    vec_reset(&s->items);
    vec_reset(&s->swap);
    if (!vec_reserve(&s->seen, cells / 4))
        goto no_memory;
    memset(s->seen.items, 0, cells / 4);
    for (size_t i = 0; i < n_sheets;) {
        int rc = find_parts(w, i, err);
        if (rc != 0)
            return rc;
        for (; i < w->to; i++)
            found += mark_part(w, i);
    }
    if (!vec_reserve(&s->items, found))
        goto no_memory;
    for (size_t i = 0; i < n_sheets;) {
        int rc = find_parts(w, i, err);
        if (rc != 0)
            return rc;
        for (; i < w->to; i++)
            keep(w, &sheets[i], part_of(w, i), prints_of(&sheets[i], w->partition));
    }
    if (!vec_reserve(&s->swap, s->items.len))
        goto no_memory;
    sort(s);
    drop_lone(s);
    return 0;
no_memory:
    return err_set(err, ERR_NOMEM, "fingerprints: out of memory");
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
    uint64_t n = 0;
    int rc = 0;
    vec_foreach(struct sheet, sheet, &b->spool.sheets)
        n += prints_of(sheet, partition);
    while (f->bits < FRACTION_BITS_MAX && n >> f->bits > items_max)
        f->bits++;
    for (; rc == 0 && f->value < UINT64_C(1) << f->bits; f->value++) {
        rc = take_fraction(&w, (size_t)(n >> f->bits), err);
        if (rc == 0)
            rc = to->put(to->arg, s->items.items, s->items.len, err);
    }
    return rc;
}
