#include "tests/support/random_word.h"

#include <string.h>

static bool chance(struct random_query *r, uint32_t percent)
{
    return random_query_below(r, 100) < percent;
}

static void put_stem(struct random_query *r, struct bytes surface, struct buf *out)
{
    static const char *const languages[] = {"english", "de", "french", "turkish"};
    static const char *const endings[] = {"s", "ing", "ed", "e"};
    buf_put_str(out, "stem(");
    buf_put_bytes(out, surface);
    if (chance(r, 30))
        buf_put_str(out, endings[random_query_below(r, 4)]);
    if (chance(r, 50))
        buf_printf(out, ", %s", languages[random_query_below(r, 4)]);
    buf_put_u8(out, ')');
}

/* One character of a word in a pattern. */
static void put_character(struct random_query *r, const uint8_t *c, size_t len,
                          struct buf *out)
{
    uint32_t kind = len > 1 ? 0 : random_query_below(r, 12);
    switch (kind) {
    case 1: buf_put_str(out, "."); break;
    case 2: buf_printf(out, "[%cb]", *c); break;
    case 3: buf_printf(out, "%c?", *c); break;
    case 4: buf_printf(out, "%c*", *c); break;
    case 5: buf_printf(out, "%c+", *c); break;
    case 6: buf_printf(out, "(%c|bc|a)", *c); break;
    case 7: buf_printf(out, "(%c|b)*", *c); break;
    default: buf_put(out, c, len);
    }
}

static void put_regex(struct random_query *r, struct bytes surface, struct buf *out)
{
    buf_put_u8(out, '/');
    if (chance(r, 20))
        buf_put_str(out, ".*");
    for (size_t i = 0; i < surface.len;) {
        size_t len = 1;
        while (i + len < surface.len && (surface.data[i + len] & 0xc0) == 0x80)
            len++;
        put_character(r, surface.data + i, len, out);
        i += len;
    }
    if (chance(r, 20))
        buf_put_str(out, ".*");
    if (chance(r, 15))
        buf_put_str(out, "|abc?");
    buf_put_u8(out, '/');
}

static void put_exact(struct random_query *r, struct bytes surface, struct buf *out)
{
    size_t from = out->len;
    buf_put_u8(out, '=');
    buf_put_bytes(out, surface);
    uint8_t *c = out->data + from + 1;
    if (chance(r, 15) && *c >= 'a' && *c <= 'z')
        *c = (uint8_t)(*c - 'a' + 'A');
    if (chance(r, 20))
        buf_put_str(out, chance(r, 50) ? "," : ".");
}

void random_word_text(struct random_query *r, struct bytes surface, struct buf *out)
{
    bool letters = surface.len > 0 && surface.data[0] < 0x80;
    if (chance(r, 40))
        put_exact(r, surface, out);
    else if (letters && chance(r, 40))
        put_stem(r, surface, out);
    else
        put_regex(r, surface, out);
}
