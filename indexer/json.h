/* JSON (RFC 8259) read in place: the members of one object, values not asked for skipped.
 *
 * Nothing is copied and nothing recurses. Skipped values are checked too (brackets that
 * match, strings that end, numbers and literals that are some), except for the escapes in
 * them. NaN, Infinity and control characters in strings are let through, as other programs
 * write them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/offsetmap.h"

enum {
    JSON_DEPTH_MAX = 512 /* containers within each other, the outermost counted */
};

enum json_kind {
    JSON_STRING,
    JSON_NUMBER,
    JSON_LITERAL, /* true, false, NaN, Infinity */
    JSON_NULL,
    JSON_ARRAY,
    JSON_OBJECT
};

/* A value as it stands in the input. */
struct json_value {
    struct bytes text; /* of a string: what is between the quotes */
    enum json_kind kind;
    bool escaped; /* a string with a backslash in it */
};

/* A place in the input. After a failure: why (never NULL) and the place where it was seen. */
struct json_cursor {
    const uint8_t *p, *end;
    const char *why;
    bool line; /* a line feed ends it, and a control in a string is a failure */
};

/* Goes into an object or an array: over blanks and its bracket. 0, or ERR_INPUT when it does
 * not begin with `open` ('{' or '['). */
int json_enter(struct json_cursor *c, char open);
/* The next member of the object the cursor is in: 0, ITER_END (the cursor is behind the
 * closing bracket), or ERR_INPUT. `first` is true at the first call, then false. */
int json_member(struct json_cursor *c, bool first, struct json_value *key,
                struct json_value *value);
/* Its key only: json_value has to follow. */
int json_key(struct json_cursor *c, bool first, struct json_value *key);
/* The same for the elements of an array. */
int json_element(struct json_cursor *c, bool first, struct json_value *value);
/* One value of any kind at the cursor. */
int json_value(struct json_cursor *c, struct json_value *value);
/* Over blank, tab, LF and CR. */
void json_blanks(struct json_cursor *c);

/* What is to be said of a string that was decoded. */
struct json_unescaped {
    const char *why; /* ERR_INPUT: an escape is none, */
    size_t at;       /* that whose backslash is there in the value */
    bool markup;     /* '<' or '&' may be in it */
};
/* Appends a string's text to out, its escapes decoded, and to map (if not NULL) the way back,
 * where byte 0 of the value's text is byte `offset` of the source. A surrogate without its
 * other half becomes U+FFFD. 0, ERR_INPUT, or ERR_NOMEM. */
int json_unescape(const struct json_value *value, uint64_t offset, struct buf *out,
                  struct offsetmap *map, struct json_unescaped *what);

/* json_value and json_unescape in one pass, of a value that begins at the cursor, to an empty out and map. False, and
 * the cursor is where it was, where the two have to be asked: of what is no string, or one that is odd in some way, and
 * on processors on which one pass is no faster. out and map then have to be emptied. */
bool json_take_decoded(struct json_cursor *c, uint64_t offset, struct json_value *value,
                       struct buf *out, struct offsetmap *map, bool *markup);

/* Finds where top-level objects end, over any number of pieces of a stream. A zeroed struct
 * is the start of one. What stands between the objects (commas, brackets of arrays around
 * them, blanks) is not looked at. */
struct json_splitter {
    uint64_t depth;
    uint64_t objects; /* ends seen so far */
    size_t opened;    /* offset, in the bytes last fed, of the last '{' at top level */
    bool in_string, escape;
};
/* Feeds n bytes; returns how many of them lead up to the last end of an object among them (0:
 * none ends here). With `once` it stops at the first end. */
size_t json_split(struct json_splitter *s, const uint8_t *p, size_t n, bool once);
