/* What a build was asked to do: options become one struct, every limit checked here. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"
#include "text/compare.h"
#include "formats/provenance.h"

enum {
    CONFIG_BATCH_BYTES =
        2 * 1024 * 1024, /* text of a batch; cut at record boundaries */
    CONFIG_THREADS_MAX = 256,
    CONFIG_MEMORY_FLOOR_MIB = 96,
    CONFIG_NAMES_MAX = 16, /* names of a field, with the NULL that ends them */
    CONFIG_OPTIONS_MAX = 24
};

enum config_field {
    FIELD_ID,
    FIELD_TITLE,
    FIELD_TEXT,
    FIELD_AUTHOR,
    FIELD_DATE,
    FIELD_URL,
    FIELD_SOURCE,
    FIELD_SECTION,
    FIELD_LANGUAGE,
    FIELD_TAGS,
    FIELD_COUNT
};
const char *config_field_name(enum config_field field);

enum progress_kind {
    PROGRESS_AUTO,
    PROGRESS_BAR,
    PROGRESS_LINES,
    PROGRESS_JSON,
    PROGRESS_NONE
};

/* Whether texts of JSON records may be HTML. */
enum html_mode {
    HTML_AUTO, /* those that look like it are (indexer/html_body.h) */
    HTML_NEVER
};

/* How far copies are looked for. */
enum copies_mode {
    COPIES_NEAR, /* articles that share passages are compared; those alike become one story */
    COPIES_EXACT, /* equal wordings and equal bodies only: no fingerprints are made */
    COPIES_OFF    /* every article is a story and a wording of its own */
};

/* How the texts' words are stored (docs/format/forward.md). */
enum store_mode {
    STORE_SMALL,
    STORE_FAST
};

struct config {
    const char *index; /* -x */
    const char *
        *inputs; /* operands, and lines of --files-from; "-" is standard input */
    size_t n_inputs;
    uint64_t memory_bytes;
    uint64_t threads;
    uint64_t record_bytes_max; /* a longer record is rejected; default 64 MiB */
    uint64_t
        segment_tokens; /* hidden option: at most so many addresses a segment (stories are whole) */
    int store;  /* enum store_mode */
    int copies; /* enum copies_mode */
    /* What makes copies of two texts; the options that set parts of it. */
    struct compare_limits limits;
    const char *near, *contained; /* fractions as they were given; NULL: the default */
    uint64_t edition_days;
    struct opt_list limit_names; /* hidden: NAME=VALUE of any limit */
    const char *trace_pairs;     /* hidden: a file for every pair compared, or NULL */
    const char *rejects;         /* file, or NULL */
    const char *files_from; /* a file with one input a line; "-" is standard input */
    /* Globs. One without a slash is tried on each name below the operand, one with a slash on
     * the path below it; an excluded folder is not entered. Operands that are files are not
     * asked. */
    struct opt_list include, exclude;
    struct opt_list maps; /* title=headline */
    int html;             /* enum html_mode */
    int progress;         /* enum progress_kind */
    bool quiet;
    bool help; /* --help was given: nothing else was checked */
    /* Names of each field to look for, in order of preference; ends with NULL. --map puts its
     * names first. Owned by the config. */
    const char *names[FIELD_COUNT][CONFIG_NAMES_MAX];
    char **owned; /* strings that names and inputs point into */
    size_t n_owned, cap_owned;
    struct opt table[CONFIG_OPTIONS_MAX]; /* as config_options returns it */
};

/* Options and operands of `stemma-index build` (argv[0] is the command's name) to *c, whose
 * strings point into argv and the environment (STEMMA_INDEX stands in for -x). ERR_USAGE says
 * what is wrong (a memory below the floor names the floor); ERR_INPUT, ERR_NOT_FOUND or
 * ERR_IO: the --files-from file cannot be read. Release with config_release in every case. */
int config_parse(struct config *c, int argc, char **argv, struct err *err);
void config_release(struct config *c);
/* Defaults and the names of the fields, without options: for tests and other callers. */
void config_init(struct config *c);
/* The table, for help and the man page; its targets are in *c. Ends with a zeroed entry. */
const struct opt *config_options(struct config *c);
/* Adds a name as --map FIELD=NAME does ("title=headline"): it is looked for before those
 * that were there, and for no other field. ERR_USAGE when there is no such field or no room. */
int config_map(struct config *c, const char *map, struct err *err);
/* Sets a limit of copies as --limit NAME=VALUE does: COMPARE_LIMITS has the names, values are whole
 * numbers or fractions ("80%", "0.8"). ERR_USAGE. */
int config_limit(struct config *c, const char *limit, struct err *err);
