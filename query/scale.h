/* From values to shares of what a picture has room for, and round numbers for its axes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    SCALE_DIGITS_MAX = 9
};

/* The values there are, NAN and infinite ones aside. Zeroed is empty. */
struct scale {
    double least, most;
    bool any;
};

void scale_add(struct scale *s, double value);
/* 0 for the least, 1 for the greatest and where all are the same. */
double scale_share(const struct scale *s, double value);

/* The distance of ticks: 1, 2 or 5 times a power of ten, the least of which about `ticks` reach over `length` (> 0).
 * whole: not below 1. *digits: how many are needed behind the point to write its multiples. After Heckbert, "Nice numbers
 * for graph labels", Graphics Gems, 1990. */
double scale_step(double length, unsigned ticks, bool whole, unsigned *digits);

/* Appends a number with `digits` behind the point, its thousands parted by commas: "12,500", "-0.25"; a value that
 * rounds to 0 has no sign; one that is none or infinite is a dash. */
void scale_spell(struct buf *out, double value, unsigned digits);
