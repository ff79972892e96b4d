/* A plan over one window of stories: which of them can match (in address space), then which
 * of their wordings do, and with what spans.
 *
 * What matches or does not is a *slot*: a wording, or, where the plan has a filter that may tell
 * articles of one wording apart, each article of it. Spans belong to wordings in both cases. */
#pragma once

#include "base/err.h"
#include "query/axis_units.h"
#include "query/carriers.h"
#include "query/plan.h"
#include "query/scope.h"
#include "query/span.h"

/* The slots of a unit end where those of the next begin. */
struct evaluate_slots {
    uint32_t first;
    article_id article; /* of the first slot; the others follow */
};

/* Zeroed is ready for evaluate_begin. */
struct evaluate {
    struct plan *plan;
    size_t segment_index;
    const struct segment *segment;
    bool no_hits; /* set before: those of the atoms are not asked for */
    bool rank;    /* every ranked word is looked for in every story that may match */
    struct scope_window window;
    story_id
        end; /* no window goes on behind it; evaluate_begin sets it to the last story */
    const struct scope *scope; /* after evaluate_narrow; the plan's */
    struct carriers carriers;
    struct axis_units sentences, paragraphs; /* of the axis, when asked for */
    struct span_pool pool;                   /* of all hits of the window */
    const struct hits *
        hits; /* after evaluate_wordings: of all atoms, matching or not; none with no_hits */
    const uint64_t *matched; /* after evaluate_wordings: a bit for each slot */
    VEC(struct evaluate_slots)
    slots; /* owned; of each unit, and one more; empty unless plan->by_article */
    size_t n_slots;
    struct groups_run stories,
        wordings;       /* where the last ones that were asked for lie */
    struct hits merged; /* owned, as the next two */
    struct span_unions unions;
    VEC(const struct hits *) lists; /* what is about to be united */
};

/* Turns to a segment. */
void evaluate_begin(struct evaluate *e, struct plan *plan, size_t segment_index,
                    bool rank);
void evaluate_release(struct evaluate *e);

/* Moves the window to the next stories at or after `from` in which the node can match: 0,
 * ITER_END, or an error. */
int evaluate_seek(struct evaluate *e, struct plan_node *node, story_id from,
                  struct err *err);

/* Finds the leaves in the window, or in e->window when that was set otherwise, and sets
 * e->scope: stories in which the node can match; every match is in one of them. */
int evaluate_narrow(struct evaluate *e, struct plan_node *node, struct err *err);

/* The same for stories of e->window alone: `among`, which stays. */
int evaluate_narrow_among(struct evaluate *e, struct plan_node *node,
                          const struct scope *among, struct err *err);

/* Lays out the scope's wordings and evaluates the plan's root over them: sets e->matched, its
 * slots and e->hits, and every evaluated node's own hits. */
int evaluate_wordings(struct evaluate *e, struct err *err);

/* The slots [evaluate_slot(e, u), evaluate_slot(e, u + 1)) are those of unit u. */
static inline size_t evaluate_slot(const struct evaluate *e, size_t unit)
{
    return e->plan->by_article ? e->slots.items[unit].first : unit;
}

static inline bool evaluate_is_matched(const struct evaluate *e, size_t slot)
{
    return e->matched[slot / 64] >> (slot % 64) & 1;
}
