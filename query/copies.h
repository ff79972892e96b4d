/* How many articles share a wording: one, nearly always, so only the others are listed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/segment.h"
#include "query/scope.h"

/* For the stories of one window. Zeroed is ready for copies_load. */
struct copies {
    const struct segment *segment;
    story_id from;
    wording_id first_wording; /* of story `from` */
    bool in_step;             /* one wording a story in the window */
    struct groups_run
        run; /* of such stories, where the last one that was asked for lies */
    VEC(uint32_t) shared; /* owned; wordings of two articles or more, ascending */
    size_t at;            /* in shared */
};

int copies_load(struct copies *c, const struct scope_window *w, struct err *err);
void copies_release(struct copies *c);

/* The wording of a simple story of the window. */
int copies_wording(struct copies *c, story_id id, wording_id *out, struct err *err);
/* The articles of a wording of the window; calls in ascending order are cheapest. */
int copies_count(struct copies *c, wording_id wording, uint32_t *out, struct err *err);
