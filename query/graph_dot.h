/* A network as Graphviz reads it (graphviz.org, "DOT Language"). Called by picture_network_put. */
#pragma once

#include "base/err.h"
#include "query/output.h"
#include "query/picture.h"

int graph_dot_put(const struct picture_network *n, struct output *o, struct err *err);
