#include "indexer/canonical.h"

#include <stdlib.h>
#include <string.h>

#include "formats/coding.h"
#include "indexer/order.h"

enum {
    FEW = 256,   /* articles whose URLs are held in memory */
    LOOKED = 256 /* bytes of metadata, in which most URLs end */
};

struct canonical {
    const struct build *build;
    const struct article *articles;
    struct spool_reader reader;
    uint32_t *path_ranks; /* owned; by number of input */
    struct order_item *items, *scratch;
};

static int compare_paths(const void *a, const void *b)
{
    const struct input_file *const *x = a, *const *y = b;
    int c = strcmp((*x)->path, (*y)->path);
    return c ? c : ((*x)->number > (*y)->number) - ((*x)->number < (*y)->number);
}

static int rank_paths(struct canonical *c, struct err *err)
{
    uint32_t n = inputs_count(c->build->inputs);
    /* An array of pointers. NOLINTNEXTLINE(bugprone-sizeof-expression) */
    const struct input_file **files = calloc((size_t)n + 1, sizeof *files);
    c->path_ranks = calloc((size_t)n + 1, sizeof *c->path_ranks);
    if (!files || !c->path_ranks) {
        free(files);
        return err_set(err, ERR_NOMEM, "out of memory");
    }
    for (uint32_t i = 0; i < n; i++)
        files[i] = inputs_file(c->build->inputs, i);
    /* An array of pointers. NOLINTNEXTLINE(bugprone-sizeof-expression) */
    qsort(files, n, sizeof *files, compare_paths);
    for (uint32_t i = 0; i < n; i++)
        c->path_ranks[files[i]->number] = i;
    free(files);
    return 0;
}

static int url_length(void *arg, uint32_t number, uint32_t *out, struct err *err)
{
    struct canonical *c = arg;
    uint8_t bytes[4];
    int rc = spool_peek(&c->reader, c->articles[number].metadata + METADATA_URL_LEN, 4,
                        bytes, err);
    if (rc == 0)
        *out = load_u32(bytes);
    return rc;
}

static int url_window(void *arg, uint32_t number, uint32_t offset, uint64_t *out,
                      struct err *err)
{
    struct canonical *c = arg;
    uint32_t len;
    uint8_t bytes[8] = {0};
    int rc = url_length(arg, number, &len, err);
    if (rc == 0 && offset < len)
        rc =
            spool_peek(&c->reader, c->articles[number].metadata + METADATA_URL + offset,
                       len - offset < 8 ? len - offset : 8, bytes, err);
    if (rc == 0)
        *out = __builtin_bswap64(load_u64(bytes));
    return rc;
}

/* URLs of a few articles, read once. */
struct urls {
    struct buf bytes;
    uint32_t ends[FEW];
};

static struct bytes url_at(const struct urls *u, uint32_t i)
{
    uint32_t from = i ? u->ends[i - 1] : 0;
    return bytes_of(u->bytes.data + from, u->ends[i] - from);
}

static int held_length(void *arg, uint32_t number, uint32_t *out, struct err *err)
{
    (void)err;
    *out = (uint32_t)url_at(arg, number).len;
    return 0;
}

static int held_window(void *arg, uint32_t number, uint32_t offset, uint64_t *out,
                       struct err *err)
{
    struct bytes url = url_at(arg, number);
    uint8_t bytes[8] = {0};
    (void)err;
    if (offset < url.len)
        memcpy(bytes, url.data + offset, url.len - offset < 8 ? url.len - offset : 8);
    *out = __builtin_bswap64(load_u64(bytes));
    return 0;
}

/* The rest of a URL of which `had` bytes were seen. */
static int read_rest(struct canonical *c, uint32_t article, size_t had, size_t len,
                     uint8_t *to, struct err *err)
{
    return had < len ? spool_peek(&c->reader,
                                  c->articles[article].metadata + METADATA_URL + had,
                                  len - had, to + had, err)
                     : 0;
}

static int read_url(struct canonical *c, uint32_t article, struct buf *out,
                    struct err *err)
{
    struct bytes seen;
    int rc = spool_look(&c->reader, c->articles[article].metadata, LOOKED, &seen, err);
    if (rc != 0)
        return rc;
    if (seen.len < METADATA_URL)
        return err_set(err, ERR_CORRUPT, "spool: metadata that were not written so");
    size_t len = load_u32(seen.data + METADATA_URL_LEN), had = seen.len - METADATA_URL;
    had = had < len ? had : len;
    uint8_t *to = len <= METADATA_STRING_MAX ? buf_extend(out, len) : NULL;
    if (!to)
        return err_set(err, ERR_NOMEM, "out of memory");
    if (had > 0)
        memcpy(to, seen.data + METADATA_URL, had);
    return read_rest(c, article, had, len, to, err);
}

static int order_few_urls(struct canonical *c, struct order_item *items, size_t n,
                          struct err *err)
{
    struct urls urls = {{0}, {0}};
    const struct order_strings strings = {held_window, held_length, &urls, NULL};
    uint32_t numbers[FEW];
    int rc = buf_reserve(&urls.bytes, 1) ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    for (uint32_t i = 0; rc == 0 && i < n; i++) {
        numbers[i] = items[i].number;
        rc = read_url(c, numbers[i], &urls.bytes, err);
        urls.ends[i] = (uint32_t)urls.bytes.len;
        items[i].number = i;
    }
    if (rc == 0)
        rc = order_by_strings(items, n, c->scratch, &strings, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        items[i].number = numbers[items[i].number];
    buf_release(&urls.bytes);
    return rc;
}

/* Articles of one day and length: by what is left, the least important first. */
static int order_ties(struct canonical *c, struct order_item *items, size_t n,
                      struct err *err)
{
    const struct order_strings urls = {url_window, url_length, c, NULL};
    for (size_t i = 0; i < n; i++)
        items[i].key = c->path_ranks[c->articles[items[i].number].input];
    order_by_key(items, n, c->scratch);
    for (size_t i = 0; i < n; i++)
        items[i].key = c->articles[items[i].number].digest.low;
    order_by_key(items, n, c->scratch);
    for (size_t i = 0; i < n; i++)
        items[i].key = c->articles[items[i].number].digest.high;
    order_by_key(items, n, c->scratch);
    /* Equal records have equal URLs. */
    const struct hash128 *first = &c->articles[items[0].number].digest;
    const struct hash128 *last = &c->articles[items[n - 1].number].digest;
    if (first->high == last->high && first->low == last->low)
        return 0;
    return n <= FEW ? order_few_urls(c, items, n, err)
                    : order_by_strings(items, n, c->scratch, &urls, err);
}

/* Day, then the longest first; undated articles come last. */
static uint64_t first_key(int32_t day, uint32_t length)
{
    uint32_t from_first =
        day == DAY_NONE ? UINT32_MAX : (uint32_t)day + (UINT32_C(1) << 31);
    return (uint64_t)from_first << 32 | (uint32_t)~length;
}

static int order_all(struct canonical *c, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++)
        c->items[i] = (struct order_item){
            first_key(c->articles[i].day, c->articles[i].length), (uint32_t)i};
    order_by_key(c->items, n, c->scratch);
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && c->items[end].key == c->items[i].key)
            end++;
        int rc = end - i > 1 ? order_ties(c, c->items + i, end - i, err) : 0;
        if (rc != 0)
            return rc;
        i = end;
    }
    return 0;
}

int canonical_order(const struct build *b, uint32_t *order, struct err *err)
{
    size_t n = b->articles.v.len;
    struct canonical c = {.build = b, .articles = b->articles.v.items};
    spool_read_metadata_of(&c.reader, &b->spool);
    c.items = calloc(n + 1, sizeof *c.items);
    c.scratch = calloc(n + 1, sizeof *c.scratch);
    int rc = c.items && c.scratch ? rank_paths(&c, err)
                                  : err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = order_all(&c, n, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        order[i] = c.items[i].number;
    free(c.items);
    free(c.scratch);
    free(c.path_ranks);
    spool_reader_release(&c.reader);
    return rc;
}
