/* --fields: a list of names, with commas between, chosen from those that a command prints. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/vec.h"

/* Zeroed is empty. */
struct fields {
    VEC(uint32_t) chosen; /* places in the names, in the order of the list */
};
void fields_release(struct fields *f);

/* The next name of *list, without blanks around it; *list moves behind it. An empty name where there is none. */
struct bytes fields_next(const char **list);

/* Which of `names` (it ends with NULL) the list chooses, in its order. ERR_USAGE where it names nothing, a name
 * twice, or one that there is not: the nearest, or all of them, are told. ERR_NOMEM. */
int fields_choose(struct fields *f, const char *list, const char *const *names,
                  struct err *err);

/* Whether a list takes a place in an object: its path is keys with dots between ("provenance.input"). It is taken
 * if the list has it, or what it lies in, or what lies in it. */
bool fields_take(const char *list, struct bytes path);
