/* A layout of a network: what is tied lies near, what is not lies apart.
 *
 * Fruchterman and Reingold, "Graph Drawing by Force-directed Placement", Software: Practice and Experience 21, 1991, with a
 * pull to the middle that keeps parts without ties in the picture. It starts from a spiral and takes a fixed number of steps;
 * nothing is drawn by lot, and only operations that IEEE 754 defines to the last bit are used, so that the same network lies
 * the same everywhere. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct force_point {
    double x, y;
    double radius; /* given: how much of the place it takes */
};

struct force_tie {
    uint32_t a, b;
    double pull; /* 0 to 1 */
};

/* Sets x and y of n points so that their circles lie in [0, width] x [0, height] and, where there is room, do not touch. Time grows
 * with n * n. 0 or ERR_NOMEM. */
int force_layout(struct force_point *points, size_t n, const struct force_tie *ties,
                 size_t n_ties, double width, double height, struct err *err);
