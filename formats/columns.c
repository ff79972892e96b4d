#include "formats/columns.h"

#include <assert.h>

#include "formats/coding.h"

void columns_put(struct buf *out, const uint64_t *values, size_t n)
{
    assert(n > 0 && n <= COLUMNS_ROWS);
    uint64_t low = values[0], high = values[0];
    for (size_t i = 1; i < n; i++) {
        low = values[i] < low ? values[i] : low;
        high = values[i] > high ? values[i] : high;
    }
    unsigned width = coding_width64(high - low);
    assert(width <= COLUMNS_WIDTH_MAX);
    uint8_t string[COLUMNS_ROWS * COLUMNS_WIDTH_MAX / 8 + 8] = {0};
    for (size_t i = 0; i < n; i++)
        coding_bits_set(string, i, width, values[i] - low);
    buf_put_varint(out, low);
    buf_put_u8(out, (uint8_t)width);
    buf_put(out, string, coding_bits_len(n, width));
}

struct column {
    const uint8_t *string;
    uint64_t low;
    unsigned width;
};

static bool open_column(struct bytes *in, size_t n, struct column *c)
{
    struct cursor at = cursor_of(in->data, in->len);
    c->low = cursor_varint(&at);
    c->width = cursor_u8(&at);
    if (n == 0 || n > COLUMNS_ROWS || c->width > COLUMNS_WIDTH_MAX)
        return false;
    c->string = cursor_take(&at, coding_bits_len(n, c->width));
    if (at.failed)
        return false;
    *in = bytes_of(at.p, cursor_left(&at));
    return true;
}

bool columns_get(struct bytes *in, size_t n, size_t i, uint64_t *out)
{
    struct column c;
    if (i >= n || !open_column(in, n, &c))
        return false;
    *out = c.low + (c.width ? coding_bits_get(c.string, i, c.width) : 0);
    return true;
}

bool columns_get_all(struct bytes *in, size_t n, uint64_t *out)
{
    struct column c;
    if (!open_column(in, n, &c))
        return false;
    for (size_t i = 0; i < n; i++)
        out[i] = c.low + (c.width ? coding_bits_get(c.string, i, c.width) : 0);
    return true;
}
