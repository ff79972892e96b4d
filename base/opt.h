/* One table of options: the parser, --help, the man page and completion all come from it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum opt_type {
    OPT_FLAG,   /* bool *; no value; --no-NAME turns it off */
    OPT_STRING, /* const char **; points into argv */
    OPT_UINT,   /* uint64_t *; decimal, between min and max */
    OPT_SIZE, /* uint64_t *; bytes with K M G T (powers of 1024), between min and max */
    OPT_DURATION, /* uint64_t *; milliseconds, from a number with ms, s (the default), m or h; min and max
                     in milliseconds */
    OPT_CHOICE, /* int *; index into choices ("a|b|c") */
    OPT_LIST    /* struct opt_list *; may be given many times */
};

struct opt_list {
    const char **items; /* owned array of pointers into argv */
    size_t len, cap;
};

struct opt {
    const char *name; /* long name without dashes */
    char letter;      /* 0: none */
    enum opt_type type;
    void *target;      /* by type, as above */
    const char *value; /* name of the value in help, NULL for flags */
    const char *help;  /* one sentence; NULL hides the option from help */
    uint64_t min, max; /* UINT, SIZE; max 0: no bound */
    const char *choices;
};

/* Parses argv[1..argc). Options and operands may be mixed; "--" ends options; --name=value
 * and --name value and -xvalue work. Operands are moved to argv[1..] in order and counted
 * in *operands_out. ERR_USAGE says which option and what it takes; a near miss is
 * suggested. The table ends with a zeroed entry. */
int opt_parse(const struct opt *table, int argc, char **argv, int *operands_out,
              struct err *err);
/* The table as lines of help, as roff for a man page. */
void opt_help(const struct opt *table, struct buf *out);
void opt_man(const struct opt *table, struct buf *out);
void opt_list_release(struct opt_list *list);
/* "256M" (or "256m") -> 268435456; false if it is no size. */
bool opt_parse_size(const char *text, uint64_t *out);
/* "2s", "1.5s", "300ms", "2m" -> milliseconds; a number alone is seconds. False if it is no duration. */
bool opt_parse_duration(const char *text, uint64_t *out);
/* Edit distance for "did you mean": the nearest of the names within a third of its length,
 * or NULL. names ends with NULL. */
const char *opt_nearest(const char *word, const char *const *names);
