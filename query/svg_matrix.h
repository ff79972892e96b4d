/* A matrix as a heat map in SVG. Called by picture_matrix_put. */
#pragma once

#include "base/err.h"
#include "query/output.h"
#include "query/picture.h"

int svg_matrix_put(const struct picture_matrix *p, struct output *o, struct err *err);
