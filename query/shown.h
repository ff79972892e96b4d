/* What stands for a story in an answer: --copies says how its articles are listed, --keep which one
 * represents them (docs/QUERY.md, "Copies in an answer"). */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/opt.h"
#include "base/vec.h"
#include "text/analyser.h"
#include "formats/snapshot.h"
#include "query/ast.h"
#include "query/engine.h"

enum shown_copies {
    SHOWN_COLLAPSE,  /* a row a story */
    SHOWN_GROUP,     /* a row a story, with the articles that match */
    SHOWN_ALL,       /* a row an article that matches */
    SHOWN_ORIGINALS, /* only originals are asked */
};
#define SHOWN_COPIES "collapse|group|all|originals"

enum shown_keep {
    SHOWN_EARLIEST, /* the original; else the copy with most hits */
    SHOWN_LONGEST,
    SHOWN_SOURCE /* of the first outlet of a list; else as EARLIEST */
};

struct shown_outlet {
    struct bytes name; /* folded; in the arena */
};

/* Zeroed is collapse and earliest. */
struct shown {
    int copies;       /* enum shown_copies */
    const char *rule; /* --keep as given; NULL: earliest */
    /* after shown_begin */
    enum shown_keep keep;
    VEC(struct shown_outlet) outlets; /* owned */
    struct arena arena;
    struct analyser *analyser; /* borrowed */
    struct arena scratch;
    struct buf folded;
    struct provenance_cache *cache; /* owned */
};

#define SHOWN_OPTION_COPIES(s)                                                         \
    {                                                                                  \
        .name = "copies", .type = OPT_CHOICE, .target = &(s)->copies, .value = "MODE", \
        .choices = SHOWN_COPIES,                                                       \
        .help = "collapse (the default): a row a story; group: with its "              \
                "matching articles under it; all: a row an article; originals: "       \
                "only originals that match themselves."                                \
    }
#define SHOWN_OPTION_KEEP(s)                                                       \
    {                                                                              \
        .name = "keep", .type = OPT_STRING, .target = &(s)->rule, .value = "RULE", \
        .help = "The matching article that stands for a story: earliest (the "     \
                "default; the original, else the copy with most hits), longest, "  \
                "or source:OUTLET,OUTLET (the first outlet that has one)."         \
    }

const char *shown_copies_name(int copies); /* "collapse" */

/* Reads --keep. analyser folds outlets and must stay. ERR_USAGE, ERR_NOMEM. */
int shown_begin(struct shown *s, struct analyser *analyser, struct err *err);
void shown_release(struct shown *s);

/* The tree to ask instead: with --copies originals, only originals match. ERR_NOMEM. */
int shown_tree(const struct shown *s, struct ast *tree, struct arena *arena,
               struct ast **out, struct err *err);

/* The article that stands for a match that has its spans: of a wording, and which. */
struct shown_choice {
    const struct wording_match *wording;
    article_id article;
};
int shown_choose(struct shown *s, const struct snapshot *snapshot,
                 const struct story_match *match, struct shown_choice *out,
                 struct err *err);
/* An article of a match, if it is one. */
bool shown_find(const struct story_match *match, article_id article,
                struct shown_choice *out);
