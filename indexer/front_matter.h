/* The metadata at the head of a Markdown file: YAML between lines of "---" (Jekyll, Hugo and
 * most others; by libyaml) or TOML between lines of "+++" (Hugo; the simple lines of it). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "indexer/fields.h"
#include "indexer/tags.h"

enum {
    FRONT_MATTER_BYTES_MAX = 256 * 1024,
    FRONT_MATTER_DEPTH_MAX = 32,
    FRONT_MATTER_LIST_MAX = 64 /* authors */
};

struct front_matter_value {
    struct bytes
        text; /* decoded; in the arena or in the text; tags as struct tags has them */
    size_t from, to; /* where it stands in the text */
    uint8_t rank;    /* of the name it was found under */
    bool found;
};

struct front_matter {
    bool found;     /* there is one, and it is closed */
    size_t body_at; /* where the text behind it begins; 0 without one */
    struct front_matter_value values[FIELD_COUNT];
    bool has_day; /* the date is one */
    int32_t day;
    uint32_t second;
    unsigned tags_lost; /* over the limits of indexer/tags.h */
    const char
        *damage; /* words about what could not be read, in the arena; else NULL */
};

/* Reads the front matter of text (well-formed UTF-8 or nearly so), if it has one. Of YAML:
 * scalars, lists of scalars, and a name in mappings ("author: {name: ...}"); aliases are not
 * followed. YAML that is none is read line by line as far as it goes, and said so in damage.
 * ERR_NOMEM only. */
int front_matter_read(struct front_matter *m, struct bytes text,
                      const struct fields *fields, struct arena *arena,
                      struct err *err);

/* For the formats of it: a value of the member `name` (an unknown name is passed over; an item
 * of a list is added to those before it). */
struct front_matter_sink {
    struct front_matter *m;
    const struct fields *fields;
    struct arena *arena;
    struct bytes text;
    struct tags tags;
    unsigned items; /* of the list that is being read; 0: none */
    bool failed;    /* out of memory */
};
void front_matter_put(struct front_matter_sink *s, const struct fields_name *name,
                      struct bytes value, size_t from, size_t to);
void front_matter_damage(struct front_matter_sink *s, const char *words, size_t line);

/* Text [from, to) is the front matter without its fences. */
void front_matter_yaml(struct front_matter_sink *s, size_t from, size_t to);
void front_matter_toml(struct front_matter_sink *s, size_t from, size_t to);
