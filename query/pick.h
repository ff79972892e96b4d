/* The article that an ID on the command line means. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "query/session.h"
#include "query/show.h"

/* The one article that has the ID or whose ID alone begins so, in the open index: 0; ITER_END when there is none, which is
 * told; ERR_USAGE when it may mean several, which are told. If several have the very ID, they are told and the first is
 * taken. */
int pick_article(struct session *s, struct bytes id, struct show_place *out,
                 struct err *err);
