#include <criterion/criterion.h>
#include <math.h>

#include "query/scale.h"

static void expect_step(double length, unsigned ticks, bool whole, double want,
                        unsigned digits)
{
    unsigned got_digits;
    double got = scale_step(length, ticks, whole, &got_digits);
    cr_expect(fabs(got - want) < want * 1e-9, "%g / %u: %g, not %g", length, ticks, got,
              want);
    cr_expect_eq(got_digits, digits, "%g / %u: %u digits, not %u", length, ticks,
                 got_digits, digits);
}

Test(scale, steps_are_round)
{
    expect_step(304, 5, true, 100, 0);
    expect_step(100, 5, true, 20, 0);
    expect_step(101, 5, true, 50, 0);
    expect_step(10, 5, true, 2, 0);
    expect_step(3, 5, true, 1, 0);
    expect_step(1, 5, true, 1, 0);
    expect_step(3, 5, false, 1, 0);
    expect_step(1, 5, false, 0.2, 1);
    expect_step(0.5, 5, false, 0.1, 1);
    expect_step(0.004, 4, false, 0.001, 3);
    expect_step(7e15, 5, true, 2e15, 0);
}

/* A step reaches over the length in no more than the ticks asked for, and one finer would not. */
Test(scale, steps_reach)
{
    for (double length = 1e-6; length < 1e12; length *= 1.37) {
        for (unsigned ticks = 1; ticks < 12; ticks++) {
            unsigned digits;
            double step = scale_step(length, ticks, false, &digits);
            cr_assert_geq(step * ticks, length * (1 - 1e-9));
            cr_assert_lt(step * ticks, length * 2.6, "%g %u", length, ticks);
        }
    }
}

static void expect_number(double value, unsigned digits, const char *want)
{
    struct buf out = {0};
    scale_spell(&out, value, digits);
    buf_put_u8(&out, 0);
    cr_expect_str_eq((const char *)out.data, want);
    buf_release(&out);
}

Test(scale, numbers)
{
    expect_number(0, 0, "0");
    expect_number(-0.0, 2, "0.00");
    expect_number(-0.004, 2, "0.00");
    expect_number(-0.006, 2, "-0.01");
    expect_number(999, 0, "999");
    expect_number(1000, 0, "1,000");
    expect_number(-1234567.891, 1, "-1,234,567.9");
    expect_number(1e18, 0, "1,000,000,000,000,000,000");
    expect_number(123.456, 2, "123.46");
    expect_number((double)NAN, 2, "\u2013");
}

Test(scale, shares)
{
    struct scale s = {0};
    cr_expect_not(s.any);
    scale_add(&s, (double)NAN);
    scale_add(&s, (double)INFINITY);
    cr_expect_not(s.any);
    scale_add(&s, 4);
    cr_expect_eq(scale_share(&s, 4), 1, "all are the same");
    scale_add(&s, -4);
    scale_add(&s, 2);
    cr_expect_eq(scale_share(&s, -4), 0);
    cr_expect_eq(scale_share(&s, 0), 0.5);
    cr_expect_eq(scale_share(&s, 9), 1);
    cr_expect_eq(scale_share(&s, -9), 0);
}
