#include "query/pick.h"

#include <inttypes.h>

#include "query/rows.h"

static int precision(struct bytes b, size_t max)
{
    return (int)(b.len < max ? b.len : max);
}

static int tell_candidates(struct session *s, const struct show_found *found,
                           struct err *err)
{
    struct row row = {0};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < found->n_places; i++) {
        const struct show_place *at = &found->places[i];
        const struct provenance_row *p = &row.prov;
        rc = row_load_article(&row, &s->snapshot, at->segment, at->article, err);
        if (rc == 0)
            session_say(s, LOG_INFO, "  %.*s  %.*s:%" PRIu64, precision(p->id, 500),
                        (const char *)p->id.data, precision(p->input, 1000),
                        (const char *)p->input.data, p->record);
    }
    row_release(&row);
    return rc;
}

int pick_article(struct session *s, struct bytes id, struct show_place *out,
                 struct err *err)
{
    struct show_found found;
    int rc = show_find(&s->snapshot, id, &found, err);
    if (rc != 0)
        return rc;
    if (found.n == 0) {
        session_say(s, LOG_INFO, "no article's ID begins with '%.*s'",
                    precision(id, 200), (const char *)id.data);
        return ITER_END;
    }
    if (found.n > 1) {
        session_say(s, LOG_INFO, "%" PRIu64 " articles %s '%.*s':", found.n,
                    found.exact ? "have the ID" : "have IDs that begin with",
                    precision(id, 200), (const char *)id.data);
        rc = tell_candidates(s, &found, err);
        if (rc == 0 && !found.exact)
            rc = err_set(err, ERR_USAGE,
                         "the ID means more than one article: give more of it");
        else if (rc == 0)
            session_say(s, LOG_INFO, "the first is taken");
    }
    if (rc == 0)
        *out = found.places[0];
    return rc;
}
