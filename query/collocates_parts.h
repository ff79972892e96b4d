/* Between the files of collocates. */
#pragma once

#include "query/collocates.h"
#include "query/places.h"

enum {
    COLLOCATES_LOOK_AFTER =
        1
        << 16 /* words between two looks at the clock: sentences may be of any length */
};

int collocates_no_memory(const struct collocates *c, struct err *err);
/* Turns to a segment: rows of its words are not known. */
int collocates_turn(struct collocates *c, uint32_t segment, struct err *err);
/* Are sequences of words counted? */
static inline bool collocates_is_phrases(const struct collocates *c)
{
    return c->options.words > 1;
}
/* Makes rows up to `row`, in step with the sequences. */
int collocates_need_row(struct collocates *c, uint32_t row, struct err *err);
/* The row of a surface of the segment at hand that was not met there. */
int collocates_new_row(struct collocates *c, surface_id surface, uint32_t *out,
                       struct err *err);
/* The row of a term or surface of the only segment, which is at hand. */
int collocates_row_of_id(struct collocates *c, uint32_t id, uint32_t *out,
                         struct err *err);
/* The row of a word in an archive of several segments, in step with `words`; by_surface: with its term. */
int collocates_row_of_word(struct collocates *c, struct bytes word, struct bytes term,
                           uint32_t *out, struct err *err);
/* Makes room for the rest of all rows there are. */
int collocates_need_more(struct collocates *c, struct err *err);
/* Observations of a row, by passages, or in all articles. */
static inline uint64_t collocates_o(const struct collocates *c, uint32_t row, bool all)
{
    uint64_t o = c->rows.items[row].o;
    if (row < c->more.len) {
        o += c->more.items[row].o + (all ? c->more.items[row].o_copies : 0);
    }
    return o;
}
/* Adds those in the rows to the rest. */
int collocates_add_up(struct collocates *c, struct err *err);
/* Before n more observations: none of the numbers in the rows can pass their range. */
static inline int collocates_expect(struct collocates *c, uint64_t n, struct err *err)
{
    return c->near - c->near_added + n > UINT32_MAX ? collocates_add_up(c, err) : 0;
}
/* A new story: no row was counted in it. */
void collocates_new_story(struct collocates *c);
/* Finds the outlets of the articles that match, of which *bits has those that rows have bits for; *whole: all. */
int collocates_find_outlets(struct collocates *c, uint32_t segment,
                            const struct wording_match *match, uint32_t *bits,
                            bool *whole, struct err *err);
/* Counts those that were found last for a row. */
int collocates_put_outlets(struct collocates *c, uint32_t row, struct err *err);
/* Looks at the clock once so many words were looked at. */
static inline int collocates_look(struct collocates *c, uint64_t words, struct err *err)
{
    c->looked_at += words;
    if (c->looked_at < COLLOCATES_LOOK_AFTER) {
        return 0;
    }
    c->looked_at = 0;
    return deadline_check(c->deadline, err);
}
/* Appends to c->starts where units begin among the stream's [lo, hi), as tokens of a wording in which lo is at `at`. */
int collocates_add_marks(struct collocates *c, address lo, address hi, uint32_t at,
                         struct err *err);
/* Where the unit that holds the token `first` begins, and where that of `end - 1` ends: *hi is not touched if it is the last. */
void collocates_units_of(const struct collocates *c, uint32_t first, uint32_t end,
                         uint32_t *lo, uint32_t *hi);
/* How far the window of a hit [first, end) reaches in a wording of `len` tokens whose units begin at c->starts. */
struct collocates_window {
    uint32_t lo, hi;
};
static inline struct collocates_window collocates_window_of(const struct collocates *c,
                                                            uint32_t first,
                                                            uint32_t end, uint32_t len)
{
    struct collocates_window w = {0, len};
    if (c->options.within != AST_WITHIN_WORDS) {
        collocates_units_of(c, first, end, &w.lo, &w.hi);
    }
    if (first - w.lo > c->options.left) {
        w.lo = first - c->options.left;
    }
    if (w.hi - end > c->options.right) {
        w.hi = end + c->options.right;
    }
    return w;
}

/* Counts the parts that `next` gives (query/places.h); not of sequences. */
int collocates_run_parts(struct collocates *c, struct plan *plan,
                         int (*next)(void *arg, struct places_part *out), void *arg,
                         struct engine_totals *totals, struct err *err);
/* Adds what was counted in other stories; neither counts any more after it. */
int collocates_merge(struct collocates *to, const struct collocates *from,
                     struct err *err);
/* A story of one wording, and articles of it that match. */
struct collocates_simple {
    uint32_t segment;
    address start, end;
    struct wording_match match; /* only its articles */
    size_t n_hits, n_ahead;     /* hits of later stories follow */
    const address *hits;        /* in the stream; NULL: `spans` */
    uint32_t width;
    const struct span *spans; /* in the wording */
};
int collocates_add_simple(struct collocates *c, const struct collocates_simple *s,
                          struct err *err);
/* Counts what collocates_add_simple has put off. */
int collocates_flush(struct collocates *c, struct err *err);
/* Makes the counts of a segment, once. */
int collocates_weigh(struct collocates *c, size_t segment, bool all, struct err *err);
