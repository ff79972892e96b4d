/* Between the files of collocates. */
#pragma once

#include "query/collocates.h"

enum {
    COLLOCATES_LOOK_AFTER =
        1
        << 16 /* words between two looks at the clock: sentences may be of any length */
};

int collocates_no_memory(const struct collocates *c, struct err *err);
/* Turns to a segment: rows of its words are not known. */
int collocates_turn(struct collocates *c, uint32_t segment, struct err *err);
/* The row of a surface of the segment at hand that was not met there. */
int collocates_new_row(struct collocates *c, surface_id surface, uint32_t *out,
                       struct err *err);
/* A new story: no row was counted in it. */
void collocates_new_story(struct collocates *c);
/* Finds the outlets of the articles that match, of which *bits has those that rows have bits for; *whole: all. */
int collocates_find_outlets(struct collocates *c, uint32_t segment,
                            const struct wording_match *match, uint64_t *bits,
                            bool *whole, struct err *err);
/* Counts those that were found last for a row. */
int collocates_put_outlets(struct collocates *c, uint32_t row, struct err *err);
/* Looks at the clock once so many words were looked at. */
int collocates_look(struct collocates *c, uint64_t words, struct err *err);
/* Appends to c->starts where units begin among the stream's [lo, hi), as tokens of a wording in which lo is at `at`. */
int collocates_add_marks(struct collocates *c, address lo, address hi, uint32_t at,
                         struct err *err);
/* How far the window of a hit [first, end) reaches in a wording of `len` tokens whose units begin at c->starts. */
struct collocates_window {
    uint32_t lo, hi;
};
struct collocates_window collocates_window_of(const struct collocates *c,
                                              uint32_t first, uint32_t end,
                                              uint32_t len);

/* A story of one wording, and articles of it that match. */
struct collocates_simple {
    uint32_t segment;
    address start, end;
    struct wording_match match; /* only its articles */
    size_t n_hits;
    const address *hits; /* in the stream; NULL: `spans` */
    uint32_t width;
    const struct span *spans; /* in the wording */
};
int collocates_add_simple(struct collocates *c, const struct collocates_simple *s,
                          struct err *err);
/* Makes the counts of a segment, once. */
int collocates_weigh(struct collocates *c, size_t segment, bool all, struct err *err);
