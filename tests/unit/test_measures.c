/* Measures against values worked out by hand. */
#include <criterion/criterion.h>
#include <math.h>

#include "query/measures.h"

static void check(double got, double want, const char *what)
{
    cr_assert(fabs(got - want) <= 1e-9 * (1 + fabs(want)), "%s: %.12f, not %.12f", what,
              got, want);
}

/* Powers of two: E = 1024 * 256 / 65536 = 4, so that all logarithms are whole. */
static const struct measures_counts whole = {
    .o = 16, .f1 = 256, .f2 = 256, .n = 65536, .near = 1024};

Test(measures, whole_logarithms)
{
    check(measures_expected(&whole), 4, "E");
    check(measures_dice(&whole), 1.0 / 16, "Dice");
    check(measures_log_dice(&whole), 10, "logDice");
    check(measures_mi(&whole), 2, "MI");
    check(measures_mi3(&whole), 10, "MI3");
    check(measures_t(&whole), 3, "t");
}

/* Two words that only stand together: Dice is 1, logDice its largest value, 14. */
Test(measures, log_dice_is_fourteen_at_most)
{
    struct measures_counts c = {.o = 9, .f1 = 9, .f2 = 9, .n = 1000, .near = 90};
    check(measures_log_dice(&c), 14, "logDice");
}

Test(measures, g2_of_a_table)
{
    /* cells 10, 10, 0, 80 with rows 20, 80 and columns 10, 90: 20 ln 5 + 20 ln(5/9) + 160 ln(10/9) */
    struct measures_counts c = {.o = 10, .f1 = 2, .f2 = 10, .n = 100, .near = 20};
    check(measures_g2(&c), 20 * log(5) + 20 * log(5.0 / 9) + 160 * log(10.0 / 9), "G2");
    /* as often as by chance: every cell is as expected */
    struct measures_counts even = {.o = 5, .f1 = 1, .f2 = 50, .n = 100, .near = 10};
    check(measures_g2(&even), 0, "G2");
    /* all that was looked at is the word, and nothing else is: half of 16 cells of ln 2 twice */
    struct measures_counts all = {.o = 8, .f1 = 1, .f2 = 8, .n = 16, .near = 8};
    check(measures_g2(&all), 32 * log(2), "G2");
}

/* Critical values of chi-square with one degree of freedom, from its tables. */
Test(measures, p_of_critical_values)
{
    cr_assert_float_eq(measures_p(0), 1, 1e-12);
    cr_assert_float_eq(measures_p(3.841459), 0.05, 1e-7);
    cr_assert_float_eq(measures_p(6.634897), 0.01, 1e-7);
    cr_assert_float_eq(measures_p(10.827566), 0.001, 1e-8);
}

Test(measures, windows_over_one_another_make_no_cell_negative)
{
    struct measures_counts more = {.o = 30, .f1 = 20, .f2 = 10, .n = 100, .near = 60};
    struct measures_counts beyond = {
        .o = 30, .f1 = 20, .f2 = 10, .n = 100, .near = 600};
    cr_assert(isfinite(measures_g2(&more)) && measures_g2(&more) > 0);
    cr_assert(isfinite(measures_g2(&beyond)) && measures_g2(&beyond) >= 0);
}

Test(measures, nothing)
{
    struct measures_counts none = {0},
                           unseen = {.f1 = 4, .f2 = 4, .n = 100, .near = 40};
    cr_assert(isnan(measures_expected(&none)));
    cr_assert(isnan(measures_g2(&none)));
    check(measures_dice(&none), 0, "Dice");
    check(measures_dice(&unseen), 0, "Dice");
    cr_assert(isnan(measures_log_dice(&unseen)));
    cr_assert(isnan(measures_mi(&unseen)));
    cr_assert(isnan(measures_mi3(&unseen)));
    cr_assert(isnan(measures_t(&unseen)));
    check(
        measures_g2(&unseen),
        2 * (40 * log(100.0 / 96) + 4 * log(100.0 / 60) + 56 * log(5600.0 / (60 * 96))),
        "G2");
}

Test(measures, log_ratio)
{
    check(measures_log_ratio(8, 1000, 2, 2000), 3, "log-ratio");
    check(measures_log_ratio(2, 2000, 8, 1000), -3, "log-ratio");
    check(measures_log_ratio(4, 100, 0, 100), 3, "log-ratio");
    cr_assert(isnan(measures_log_ratio(1, 0, 1, 10)));
    cr_assert(isnan(measures_log_ratio(1, 10, 1, 0)));
}

Test(measures, by_name)
{
    static const double want[MEASURES_KINDS] = {[MEASURES_LOG_DICE] = 10,
                                                [MEASURES_MI] = 2,
                                                [MEASURES_MI3] = 10,
                                                [MEASURES_T] = 3,
                                                [MEASURES_DICE] = 1.0 / 16};
    for (int k = 0; k < MEASURES_KINDS; k++) {
        if (k != MEASURES_G2) {
            check(measures_value((enum measures_kind)k, &whole), want[k],
                  measures_name((enum measures_kind)k));
        }
    }
    check(measures_value(MEASURES_G2, &whole), measures_g2(&whole), "G2");
    cr_assert_str_eq(measures_name(MEASURES_LOG_DICE), "logDice");
}
