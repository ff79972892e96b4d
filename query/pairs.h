/* What a command says of one thing: in JSON the keys of an object, in TSV and CSV, and in text where --fields asks for it, a
 * row for each, with the columns name and value.
 *
 *     rc = pairs_begin(&p, session, "stemma.stats/1", names, err);
 *     pairs_uint(&p, "articles", n); ...
 *     pairs_end(&p);
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "query/session.h"

struct pairs {
    struct session *session;
    bool json;
    const char *group, *prefix; /* what the next names lie in; NULL: nothing */
};

/* Opens the object, or prints the head. `names` (NULL ends them) are those that --fields may choose. ERR_USAGE where it chooses another. */
int pairs_begin(struct pairs *p, struct session *s, const char *schema,
                const char *const *names, struct err *err);
void pairs_end(struct pairs *p);
/* Names that lie in another: an object under `key` in JSON, rows whose names begin with prefix and a dot. --fields names
 * the key. */
void pairs_open(struct pairs *p, const char *key, const char *prefix);
void pairs_close(struct pairs *p);

void pairs_text(struct pairs *p, const char *name, struct bytes value);
void pairs_opt(struct pairs *p, const char *name,
               struct bytes value); /* null if empty */
void pairs_uint(struct pairs *p, const char *name, uint64_t value);
void pairs_real(struct pairs *p, const char *name, double value,
                unsigned digits);                               /* 6 in JSON */
void pairs_bool(struct pairs *p, const char *name, bool value); /* 1 or 0 in rows */
void pairs_null(struct pairs *p, const char *name);
