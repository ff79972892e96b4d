/* A timeline of queries as a picture. */
#pragma once

#include "base/err.h"
#include "query/picture.h"
#include "query/queries.h"
#include "query/session.h"
#include "query/timeline.h"

/* As cmd_timeline prints it for --format svg and vega. */
int timeline_picture(const struct timeline *t, struct session *s,
                     const struct queries *queries, enum picture_kind kind,
                     struct err *err);
