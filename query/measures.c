#include "query/measures.h"

#include <math.h>

double measures_expected(const struct measures_counts *c)
{
    return c->n == 0 ? (double)NAN : (double)c->near * (double)c->f2 / (double)c->n;
}

double measures_dice(const struct measures_counts *c)
{
    double sum = (double)c->f1 + (double)c->f2;
    return sum > 0 ? 2 * (double)c->o / sum : 0;
}

double measures_log_dice(const struct measures_counts *c)
{
    double dice = measures_dice(c);
    return dice > 0 ? 14 + log2(dice) : (double)NAN;
}

double measures_mi(const struct measures_counts *c)
{
    double e = measures_expected(c);
    return c->o > 0 && e > 0 ? log2((double)c->o / e) : (double)NAN;
}

double measures_mi3(const struct measures_counts *c)
{
    return measures_mi(c) + (c->o > 0 ? 2 * log2((double)c->o) : 0);
}

double measures_t(const struct measures_counts *c)
{
    double e = measures_expected(c);
    return c->o > 0 ? ((double)c->o - e) / sqrt((double)c->o) : (double)NAN;
}

static double less(uint64_t a, uint64_t b)
{
    return a > b ? (double)(a - b) : 0;
}

static double cell(double observed, double row, double column, double total)
{
    return observed > 0 ? observed * log(observed * total / (row * column)) : 0;
}

double measures_g2(const struct measures_counts *c)
{
    /* near and not near, by the word and other words */
    double a = (double)c->o, b = less(c->near, c->o), x = less(c->f2, c->o);
    double y = less(c->n - (c->n < c->near ? c->n : c->near), (uint64_t)x);
    double total = a + b + x + y;
    if (c->n == 0) {
        return (double)NAN;
    }
    double g2 = 2 * (cell(a, a + b, a + x, total) + cell(b, a + b, b + y, total) +
                     cell(x, x + y, a + x, total) + cell(y, x + y, b + y, total));
    return g2 > 0 ? g2 : 0; /* never below but for rounding */
}

double measures_p(double g2)
{
    return erfc(sqrt(g2 / 2));
}

double measures_log_ratio(uint64_t o, uint64_t n, uint64_t other_o, uint64_t other_n)
{
    double a = o > 0 ? (double)o : 0.5, b = other_o > 0 ? (double)other_o : 0.5;
    if (n == 0 || other_n == 0) {
        return (double)NAN;
    }
    return log2(a * (double)other_n / (b * (double)n));
}

double measures_value(enum measures_kind kind, const struct measures_counts *c)
{
    switch (kind) {
    case MEASURES_LOG_DICE: return measures_log_dice(c);
    case MEASURES_MI: return measures_mi(c);
    case MEASURES_MI3: return measures_mi3(c);
    case MEASURES_T: return measures_t(c);
    case MEASURES_G2: return measures_g2(c);
    case MEASURES_DICE: return measures_dice(c);
    case MEASURES_KINDS: break;
    }
    return (double)NAN;
}

const char *measures_name(enum measures_kind kind)
{
    static const char *const names[MEASURES_KINDS] = {[MEASURES_LOG_DICE] = "logDice",
                                                      [MEASURES_MI] = "MI",
                                                      [MEASURES_MI3] = "MI3",
                                                      [MEASURES_T] = "t",
                                                      [MEASURES_G2] = "G2",
                                                      [MEASURES_DICE] = "Dice"};
    return kind < MEASURES_KINDS ? names[kind] : "?";
}
