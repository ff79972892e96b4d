/* How often queries match over time: counts in bins of days that follow one another. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "query/bins.h"
#include "query/engine.h"
#include "query/queries.h"
#include "query/session.h"
#include "query/shown.h"

enum {
    TIMELINE_BINS_MAX = 100000
};

enum timeline_bin { /* as --bin has them */
    TIMELINE_AUTO,
    TIMELINE_YEAR,
    TIMELINE_MONTH,
    TIMELINE_WEEK,
    TIMELINE_DAY
};
#define TIMELINE_BINS "auto|year|month|week|day"

struct timeline_point {
    struct engine_totals totals;
};

/* The days that were asked for. */
struct timeline_days {
    bool has_first, has_last;
    int32_t first, last;
};

/* One query. */
struct timeline_series {
    VEC(struct timeline_point) points; /* owned; a bin each */
    struct engine_totals undated;
    struct engine_totals totals; /* of the query, each story once */
};

/* What an archive has in a bin. */
struct timeline_words {
    uint64_t once, all; /* words: each passage once, and of every article */
};

/* Zeroed but for the options it is empty. */
struct timeline {
    /* options */
    int bin;               /* enum timeline_bin */
    const char *from, *to; /* dates as the query language has them; NULL: open */
    bool relative;
    struct shown shown; /* --copies */
    /* what was found */
    enum bins_unit unit;
    int32_t first;  /* the first bin */
    size_t n;       /* bins; 0: nothing has a date */
    bool has_range; /* from or to was given: undated articles do not match */
    VEC(struct timeline_series) series; /* owned; by query */
    VEC(struct timeline_words) words;   /* owned; by bin; relative only */
    struct timeline_words undated;
};
void timeline_release(struct timeline *t);

/* Reads --from and --to. ERR_USAGE. */
int timeline_read_days(const struct timeline *t, struct timeline_days *out,
                       struct err *err);
/* The tree AND a date: filter of the days; the tree, where none were asked for. ERR_NOMEM. */
int timeline_limit(const struct timeline_days *d, struct arena *arena, struct ast *tree,
                   struct ast **out, struct err *err);
/* The shortest bins of which [first, last], days, has no more than one can look at. */
enum bins_unit timeline_unit(int32_t first, int32_t last);

/* Counts all queries over an open session. ERR_USAGE where from or to is no date, or there would be more than
 * TIMELINE_BINS_MAX bins. */
int timeline_find(struct timeline *t, struct session *s, const struct queries *queries,
                  struct err *err);

/* What is charted of counts: hits, or with --copies all hits_all. Where no query has a hit at all (only filters were
 * asked), stories or articles; by `articles`. */
uint64_t timeline_value(const struct timeline *t, const struct engine_totals *totals,
                        bool articles);
bool timeline_by_articles(const struct timeline *t);
/* What these values are: "hits per million words". */
const char *timeline_value_name(const struct timeline *t, bool articles);
/* Hits for a million words; negative where there are no words. */
double timeline_per_million(const struct timeline *t,
                            const struct engine_totals *totals,
                            const struct timeline_words *words);
/* The words that hits are held against. */
uint64_t timeline_words_of(const struct timeline *t,
                           const struct timeline_words *words);

/* For people: a line a bin, the queries beside each other, with bars. */
int timeline_print(const struct timeline *t, struct session *s,
                   const struct queries *queries, struct err *err);
