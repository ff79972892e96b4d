/* What expand.c found, kept for other queries and threads. For expand.c. */
#pragma once

#include "query/expand.h"

/* An entry by its stem. */
struct expand_stem {
    uint64_t hash;
    term_id id;
};
typedef VEC(struct expand_stem) expand_stems; /* ascending (hash, id) */

struct expand_kept {
    expand_vec found; /* owned */
    struct expand_cost cost;
};

/* All take NULL, which keeps nothing. What they give stays as it is until expansions_free. */

const struct expand_kept *expand_kept_find(struct expansions *e, uint32_t segment,
                                           const struct ast *item);
/* Takes *made over, which becomes empty, and gives what is kept; NULL, and *made stays, if there is no room.
 * If another thread was first, its own is kept and given. */
const struct expand_kept *expand_keep(struct expansions *e, uint32_t segment,
                                      const struct ast *item, struct expand_kept *made);
/* The same for the stems of a dictionary in a language. */
const expand_stems *expand_kept_stems(struct expansions *e, uint32_t segment,
                                      const char *language);
const expand_stems *expand_keep_stems(struct expansions *e, uint32_t segment,
                                      const char *language, expand_stems *made);
bool expand_has_room(struct expansions *e, uint64_t bytes);
