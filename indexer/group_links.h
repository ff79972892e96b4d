/* Links between stories: of all pairs of texts that were compared and stand in different
 * stories, the one that says most for each two stories. */
#pragma once

#include "indexer/group.h"

struct group_links {
    struct grouping *grouping; /* whose links are gathered; roots are known */
    const struct compare_limits *limits;
    const uint8_t *digests; /* by text */
    size_t next_size;       /* of the list at which it is thinned out */
};

/* Notes a pair if it is worth a link; both texts have their roots. ERR_NOMEM. */
int group_links_put(struct group_links *l, const struct verdict *d, struct err *err);
/* All are put: in order, one of each two stories. */
void group_links_finish(struct group_links *l);
