/* A network in SVG. Called by picture_network_put. */
#pragma once

#include "base/err.h"
#include "query/output.h"
#include "query/picture.h"

enum {
    SVG_NETWORK_NODES = 250 /* more are refused: nobody can read them */
};

/* Lines are drawn of the strongest pairs only where there are many: three for each node, and the strongest of every
 * node; the note says how many of how many. */
int svg_network_put(const struct picture_network *p, struct output *o, struct err *err);
