#include "query/bars.h"

#include <stdlib.h>
#include <strings.h>

void bars_put(struct buf *out, double share, unsigned width, bool blocks, bool fill)
{
    unsigned steps = blocks ? 8 : 1, all = width * steps;
    double exact = share * all;
    unsigned n = exact >= all ? all : exact > 0 ? (unsigned)(exact + 0.5) : 0;
    if (exact > 0 && n == 0 && width > 0)
        n = 1;
    for (unsigned i = 0; i < n / steps; i++)
        buf_put_str(out, blocks ? "\u2588" : "#");
    if (n % steps > 0) { /* U+258F is one eighth, U+2589 seven */
        buf_put(out, "\xE2\x96", 2);
        buf_put_u8(out, (uint8_t)(0x90 - n % steps));
    }
    for (unsigned i = (n + steps - 1) / steps; fill && i < width; i++)
        buf_put_u8(out, ' ');
}

static bool names_utf8(const char *locale)
{
    for (; *locale; locale++) {
        if (strncasecmp(locale, "utf-8", 5) == 0 || strncasecmp(locale, "utf8", 4) == 0)
            return true;
    }
    return false;
}

bool bars_has_blocks(const char *lc_all, const char *lc_ctype, const char *lang)
{
    const char *const values[] = {lc_all, lc_ctype, lang};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (values[i] && *values[i])
            return names_utf8(values[i]);
    }
    return false;
}

bool bars_blocks(void)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    return bars_has_blocks(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG"));
}
