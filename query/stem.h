/* Words cut down to their stems: the Snowball algorithms (Porter 2001, snowballstem.org), as
 * libstemmer has them. What is cut is a folded term, so that rules about accented letters never
 * apply (docs/QUERY.md). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

enum {
    STEM_BYTES_MAX = 512 /* of a stem; some algorithms make words longer */
};

/* The name of a language by its name or code ("english", "en"), in any case; NULL if there is
 * none such. It lives as long as the program. */
const char *stem_language(struct bytes name);
/* The names there are, ending with NULL: for messages and completion. */
const char *const *stem_languages(void);

struct stem; /* for one thread */
/* language: from stem_language. ERR_NOMEM. */
int stem_new(const char *language, struct stem **out, struct err *err);
void stem_free(struct stem *s); /* accepts NULL */
/* The stem of a word, which lives until the next call. ERR_NOMEM. */
int stem_word(struct stem *s, struct bytes word, struct bytes *out, struct err *err);

/* What every word with this stem begins with, where the algorithm's rules tell it: of the others
 * nothing, and the whole dictionary has to be read. */
struct bytes stem_beginning(const char *language, struct bytes stem);
