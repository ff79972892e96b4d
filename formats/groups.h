/* Which ids belong to which unit, when nearly every unit has exactly one: stories and their
 * wordings, wordings and their articles. Ids and units are dense and in the same order. Only
 * units of two ids or more are stored: their numbers, and where the ids of each end
 * (docs/format/parts.md). An archive without copies costs nothing. */
#pragma once

#include "base/err.h"
#include "formats/parts.h"

struct groups_writer {
    struct marks_writer *larger, *ends; /* owned */
    uint64_t n_units, n_ids, n_larger;
    bool open_larger; /* the last unit has two ids or more */
};

/* ERR_NOMEM or 0. */
int groups_writer_init(struct groups_writer *w, struct err *err);
void groups_writer_release(struct groups_writer *w); /* accepts a zeroed struct */
/* Begins the next unit, with its first id. */
void groups_writer_unit(struct groups_writer *w);
/* A further id of the last unit. */
void groups_writer_more(struct groups_writer *w);
/* Appends two parts (numbers of the larger units, ends of their ids). Once, at the end. */
int groups_writer_encode(struct groups_writer *w, struct parts *p,
                         struct section_writer *s, struct err *err);

struct groups {
    struct marks larger, ends;
    uint64_t n_units, n_ids, n_larger;
};

/* Opens parts `part` and `part + 1`. ERR_CORRUPT when the numbers cannot be. */
int groups_open(struct groups *g, const struct parts *p, const struct section *s,
                size_t part, uint64_t n_units, uint64_t n_ids, struct err *err);
/* The ids [*first, *first + *n) of a unit (unit < n_units), n >= 1. *larger_rank, if wanted, is the number
 * of larger units before it. */
int groups_of_unit(const struct groups *g, uint64_t unit, uint32_t *first, uint32_t *n,
                   uint32_t *larger_rank, struct err *err);
/* First id of the larger unit number `rank`, which is `unit`: what groups_of_unit gives, for who knows both. larger and ends
 * read g's marks. */
int groups_of_larger(const struct groups *g, struct marks_near *larger,
                     struct marks_near *ends, uint64_t rank, uint64_t unit,
                     uint32_t *first, struct err *err);
/* The unit an id belongs to (id < n_ids). */
int groups_unit_of(const struct groups *g, uint64_t id, uint32_t *unit,
                   struct err *err);
/* Units [unit, end) that have one id each, that of the first being `id`. Zeroed holds none. */
struct groups_run {
    uint32_t unit, end, id;
};
/* The widest such run with the unit in it (unit < n_units); unit and end are equal if it has two ids or more. For who
 * asks for many units in order. */
int groups_run_of(const struct groups *g, uint64_t unit, struct groups_run *out,
                  struct err *err);
int groups_verify(const struct groups *g, struct err *err);
