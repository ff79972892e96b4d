/* What the commands share: their common options, the open index, the analyser, the output. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "base/opt.h"
#include "text/analyser.h"
#include "formats/snapshot.h"
#include "query/ast.h"
#include "query/deadline.h"
#include "query/engine.h"
#include "query/output.h"

/* Tells people something beside the answer (main.c prints it on standard error). The text may have
 * several lines and is not yet safe for a terminal. */
typedef void session_tell_fn(enum log_level level, const char *text);

/* Is shown the table of a command ("count", "dups list"). */
typedef void session_see_fn(void *arg, const char *command, const char *operands,
                            const char *summary, const struct opt *table);

enum {
    SESSION_MEMORY = 512 << 20 /* bytes, unless --memory says else */
};

/* What the words of queries stand for. */
struct session_words {
    const char *stem_lang;     /* --stem-lang */
    const char *file;          /* --synonyms */
    struct synonyms *synonyms; /* what that is, for all threads; NULL: none */
    const char *language;      /* which that is; NULL: none */
    struct expansions
        *expansions; /* of the open index, for all threads; NULL: none are kept */
};

struct session {
    /* options; each command's table names those it takes */
    const char *index;
    int format; /* enum output_format */
    bool json;
    int color;          /* enum terminal_color */
    const char *fields; /* --fields; NULL: those of the command */
    bool null;          /* rows end with NUL */
    int pager;          /* enum pager_mode */
    int hyperlink;      /* enum terminal_color */
    bool strict;
    uint64_t window;     /* addresses of a plan's windows; 0: the plan chooses */
    uint64_t timeout_ms; /* 0: none */
    uint64_t
        timeout_steps; /* hidden, for tests: the clock gains a millisecond each time it is asked */
    _Atomic uint64_t steps;
    uint64_t memory; /* bytes it may hold beside the index's files; 0: any */
    bool help, man;
    session_see_fn
        *see; /* a command shows its table and does nothing else; for completion */
    void *see_arg;
    /* SESSION_FORMAT(OUTPUT_...) of each a command has beside those of every command; set before session_parse */
    unsigned formats;
    /* state */
    struct snapshot snapshot;
    bool opened;
    bool hinted;              /* a hint about the language was given: once is enough */
    bool literal;             /* the last query was read as a literal phrase */
    bool capped;              /* memory is: what is refused is so by --memory */
    struct deadline deadline; /* set by session_parse; of plans and of printing */
    unsigned n_suggested;     /* words that session_suggest told of */
    struct analyser *analyser;
    struct arena arena;
    struct output output;
    session_tell_fn *tell;
    struct session_words words;
};

#define SESSION_FORMAT(format) (1U << (format))

/* The options every command takes; a command's table starts with them. */
#define SESSION_OPTIONS(s)                                                            \
    {.name = "index",                                                                 \
     .letter = 'x',                                                                   \
     .type = OPT_STRING,                                                              \
     .target = &(s)->index,                                                           \
     .value = "INDEX",                                                                \
     .help = "The index to ask (default: STEMMA_INDEX of the environment)."},         \
        {.name = "format",                                                            \
         .letter = 'f',                                                               \
         .type = OPT_CHOICE,                                                          \
         .target = &(s)->format,                                                      \
         .value = "FORMAT",                                                           \
         .choices = "text|tsv|json|jsonl|csv|vimgrep|svg|vega|dot|graphml",           \
         .help = "How to print. Some commands have more than the first five: "        \
                 "vimgrep, a line for each hit; svg and vega, a picture; dot and "    \
                 "graphml, a network."},                                              \
        {.name = "json",                                                              \
         .type = OPT_FLAG,                                                            \
         .target = &(s)->json,                                                        \
         .help = "As --format json."},                                                \
        {.name = "fields",                                                            \
         .type = OPT_STRING,                                                          \
         .target = &(s)->fields,                                                      \
         .value = "A,B",                                                              \
         .help = "Print these columns, or keys in JSON, only."},                      \
        {.name = "null",                                                              \
         .letter = '0',                                                               \
         .type = OPT_FLAG,                                                            \
         .target = &(s)->null,                                                        \
         .help = "End rows with a NUL byte, without a line of names (tsv, csv; "      \
                 "text becomes tsv)."},                                               \
        {.name = "color",                                                             \
         .type = OPT_CHOICE,                                                          \
         .target = &(s)->color,                                                       \
         .value = "WHEN",                                                             \
         .choices = "auto|always|never",                                              \
         .help = "Colour in text; auto: on a terminal, unless NO_COLOR is set."},     \
        {.name = "timeout",                                                           \
         .type = OPT_DURATION,                                                        \
         .target = &(s)->timeout_ms,                                                  \
         .value = "TIME",                                                             \
         .help =                                                                      \
             "Stop after so long (2s, 500ms, 1m) with what there is, status 4 (0: "   \
             "never, the default)."},                                                 \
        {.name = "memory",                                                            \
         .type = OPT_SIZE,                                                            \
         .target = &(s)->memory,                                                      \
         .value = "SIZE",                                                             \
         .help = "Stop, status 4, rather than hold more memory (default 512M; 0: no " \
                 "bound)."},                                                          \
        {.name = "hyperlink",                                                         \
         .type = OPT_CHOICE,                                                          \
         .target = &(s)->hyperlink,                                                   \
         .value = "WHEN",                                                             \
         .choices = "auto|always|never",                                              \
         .help = "Links from text to the files of inputs; auto: on a terminal "       \
                 "that can."},                                                        \
        {.name = "pager",                                                             \
         .type = OPT_CHOICE,                                                          \
         .target = &(s)->pager,                                                       \
         .value = "WHEN",                                                             \
         .choices = "auto|always|never",                                              \
         .help = "On a terminal, print through STEMMA_PAGER, PAGER or less; auto: "   \
                 "only text."},                                                       \
        {.name = "help",                                                              \
         .letter = 'h',                                                               \
         .type = OPT_FLAG,                                                            \
         .target = &(s)->help,                                                        \
         .help = "Show the command's options."},                                      \
        {.name = "timeout-steps", .type = OPT_UINT, .target = &(s)->timeout_steps},   \
    {                                                                                 \
        .name = "man", .type = OPT_FLAG, .target = &(s)->man                          \
    }

/* The options of commands that take queries. */
#define SESSION_QUERY_OPTIONS(s)                                                      \
    {.name = "strict",                                                                \
     .type = OPT_FLAG,                                                                \
     .target = &(s)->strict,                                                          \
     .help = "A query that cannot be parsed is an error (status 2), not a literal "   \
             "phrase."},                                                              \
        {.name = "stem-lang",                                                         \
         .type = OPT_STRING,                                                          \
         .target = &(s)->words.stem_lang,                                             \
         .value = "LANGUAGE",                                                         \
         .help = "The language of stem(word): english (the default), german, fr..."}, \
        {.name = "synonyms",                                                          \
         .type = OPT_STRING,                                                          \
         .target = &(s)->words.file,                                                  \
         .value = "FILE",                                                             \
         .help = "Words that stand for others, a line each: usa, america or uk => "   \
                 "united kingdom."},                                                  \
    {                                                                                 \
        .name = "addresses", .type = OPT_UINT, .target = &(s)->window, .max = 1 << 18 \
    }

void session_init(struct session *s, session_tell_fn *tell);
/* Releases all but the output, which output_finish ends. */
void session_release(struct session *s);
/* Parses a command's options; *n operands are at argv[1..]. Sets up the output. */
int session_parse(struct session *s, const struct opt *table, int argc, char **argv,
                  int *n, struct err *err);
/* Holds --fields against the keys that the rows of a command have (paths with dots; NULL ends them). ERR_USAGE where it names
 * another. Tables do so by themselves. */
int session_keys(const struct session *s, const char *const *keys, struct err *err);
void session_say(struct session *s, enum log_level level, const char *fmt, ...)
    ERR_PRINTF(3, 4);
bool session_is_json(const struct session *s); /* json or jsonl */
/* A session for another thread, of the same options and over the same open index: what it parses with and into (arena,
 * analyser) is its own. It prints and tells nothing. It is released before `s` is. */
void session_branch(const struct session *s, struct session *out);
void session_branch_release(struct session *out);
/* Sets room for the stacks of n threads aside of --memory; before they are started. */
void session_threads(struct session *s, unsigned n);
/* Ends a command that failed with rc, for main.c: one that a limit stopped gets what is printed marked as a part of the
 * answer (output_stop) and ERR_STOPPED with words that say which limit; rc else. */
int session_stop(struct session *s, int rc, struct err *err);
/* Opens the index named by -x or STEMMA_INDEX. ERR_USAGE if there is neither. */
int session_open(struct session *s, struct err *err);
/* The same for queries that ast_is_plain, of which only numbers are wanted: a new process need not touch the rest. */
int session_open_core(struct session *s, struct err *err);
/* Parses one query; loud: what it was taken for, if not what it says, is told. The tree lives
 * until the arena is reset. Needs no open index. */
int session_query(struct session *s, struct bytes query, bool loud, struct ast **tree,
                  struct err *err);
/* Tells of words of the tree that the open index does not have, and what is like them; of SUGGEST_WORDS words in all, so that
 * many queries do not drown what matters. Nothing where nobody is told. */
void session_suggest(struct session *s, const struct ast *tree);
/* The plan of a parsed query over the open index, after session_suggest; free with plan_release. */
int session_plan(struct session *s, const struct ast *tree, struct plan **out,
                 struct err *err);
/* Operands joined by blanks into one query, in the arena: `stemma-query search tugs flour`. */
int session_join(struct session *s, int n, char **words, struct bytes *query,
                 struct err *err);
