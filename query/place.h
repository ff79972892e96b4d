/* Places for labels of points: beside their point, on no other label, no point, and nowhere outside of the picture. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct place_box {
    double left, top, right, bottom;
};

struct place_line {
    double x1, y1, x2, y2;
};

struct place_label {
    /* given */
    double x, y, radius;  /* of the point */
    double width, height; /* of the text */
    /* found */
    struct place_box box;
    bool placed; /* there was room */
    bool far;    /* so far from the point that a line has to lead to it: */
    struct place_line leader;
};

/* Labels choose in their order: of the places near the point the one that the fewest lines cross, and farther ones only where
 * none near is free. Lines that lead to labels cross no label. */
void place_labels(struct place_label *labels, size_t n, const struct place_line *lines,
                  size_t n_lines, struct place_box frame);
