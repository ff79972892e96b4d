/* A network as GraphML 1.0 (graphml.graphdrawing.org), for Gephi, Cytoscape, yEd, igraph, NetworkX. Called by
 * picture_network_put. */
#pragma once

#include "base/err.h"
#include "query/output.h"
#include "query/picture.h"

int graph_graphml_put(const struct picture_network *n, struct output *o,
                      struct err *err);
