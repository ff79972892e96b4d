/* Sets of stories of one segment, ascending and each once, in memory. */
#pragma once

#include "base/err.h"
#include "base/vec.h"
#include "formats/types.h"

typedef VEC(story_id) story_vec; /* whoever holds one owns its memory */

/* to becomes what `from` is. ERR_NOMEM. */
int story_vec_copy(const story_vec *from, story_vec *to, struct err *err);
void story_vec_swap(story_vec *a, story_vec *b);

/* to gets what `with` has and it has not; spare is scratch. Few that are put among many are moved into their places from behind, others
 * merged. ERR_NOMEM. */
int story_vec_unite(story_vec *to, const story_vec *with, story_vec *spare,
                    struct err *err);

/* Takes from `set` the stories of `without`, but for those in `always`. */
void story_vec_subtract(story_vec *set, const story_vec *without,
                        const story_vec *always);

/* out becomes stories 0 to n - 1. ERR_NOMEM. */
int story_vec_all(uint32_t n, story_vec *out, struct err *err);

/* The first of v[from, n) that is not below id, or n, by steps that double: for who expects it near `from`. */
size_t story_vec_gallop(const story_id *v, size_t n, size_t from, story_id id);
