/* A timeline in SVG: bars for one series, lines for up to six, above that a panel of bars each, of one scale. Called by
 * picture_timeline_put. */
#pragma once

#include "base/err.h"
#include "query/output.h"
#include "query/picture.h"

int svg_timeline_put(const struct picture_timeline *t, struct output *o,
                     struct err *err);
