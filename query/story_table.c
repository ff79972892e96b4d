#include "query/story_table.h"

#include <stdlib.h>

#include "query/scope.h"

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for stories");
}

void story_table_free(struct story_table *t)
{
    if (t) {
        vec_release(&t->starts);
        vec_release(&t->firsts);
        free(t);
    }
}

/* About as many ways in as there are stories. */
static int find_firsts(struct story_table *t, struct err *err)
{
    const address *starts = t->starts.items;
    while (starts[t->n] >> t->shift > t->n) {
        t->shift++;
    }
    size_t n = ((size_t)starts[t->n] >> t->shift) + 1, story = 0;
    if (!vec_reserve(&t->firsts, n)) {
        return no_memory(err);
    }
    for (; t->firsts.len < n; t->firsts.len++) {
        uint64_t first = (uint64_t)t->firsts.len << t->shift;
        while (story + 1 < t->n && starts[story + 1] <= first) {
            story++;
        }
        t->firsts.items[t->firsts.len] = (story_id)story;
    }
    return 0;
}

int story_table_make(address_vec *starts, struct story_table **out, struct err *err)
{
    struct story_table *t = calloc(1, sizeof *t);
    if (!t) {
        return no_memory(err);
    }
    t->n = starts->len - 1;
    t->starts = *starts;
    *starts = (address_vec){0};
    int rc = find_firsts(t, err);
    if (rc) {
        story_table_free(t);
    } else {
        *out = t;
    }
    return rc;
}

int story_table_new(const struct segment *segment, struct story_table **out,
                    struct err *err)
{
    struct scope_window w = {0};
    int rc = scope_window_range(&w, segment, 0, segment->wordings.n_stories, err);
    rc = rc ? rc : scope_window_starts(&w, err);
    rc = rc ? rc : story_table_make(&w.starts, out, err);
    scope_window_release(&w);
    return rc;
}
