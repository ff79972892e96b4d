#include "query/scale.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void scale_add(struct scale *s, double value)
{
    if (!isfinite(value))
        return;
    s->least = s->any && s->least < value ? s->least : value;
    s->most = s->any && s->most > value ? s->most : value;
    s->any = true;
}

double scale_share(const struct scale *s, double value)
{
    double length = s->most - s->least;
    if (!isfinite(value) || length <= 0)
        return 1;
    double share = (value - s->least) / length;
    return share < 0 ? 0 : share > 1 ? 1 : share;
}

double scale_step(double length, unsigned ticks, bool whole, unsigned *digits)
{
    static const double steps[] = {1, 2, 5};
    double least = length / (ticks ? ticks : 1), power = 1;
    int exponent = 0;
    for (; power < least && exponent < 300; exponent++)
        power *= 10;
    for (; power > least && exponent > -SCALE_DIGITS_MAX && !(whole && exponent <= 0);
         exponent--)
        power /= 10;
    *digits = exponent < 0 ? (unsigned)-exponent : 0;
    for (size_t i = 0; i < 3; i++)
        if (steps[i] * power >= least)
            return steps[i] * power;
    *digits = *digits > 0 ? *digits - 1 : 0;
    return 10 * power;
}

void scale_spell(struct buf *out, double value, unsigned digits)
{
    char text[400];
    if (!isfinite(value)) {
        buf_put_str(out, "\u2013");
        return;
    }
    int n = snprintf(text, sizeof text, "%.*f", (int)digits, value);
    if (n <= 0 || (size_t)n >= sizeof text)
        return;
    const char *p = text;
    if (*p == '-') {
        p++;
        if (strspn(p, "0.") < strlen(p))
            buf_put_u8(out, '-');
    }
    size_t whole = strspn(p, "0123456789");
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0)
            buf_put_u8(out, ',');
        buf_put_u8(out, (uint8_t)p[i]);
    }
    buf_put_str(out, p + whole);
}
