/* What the tables of associations share: collocates, cooc, keyness and ngrams have the same measures, counts and options. The columns go by the
 * numbers that each command gives them: MI, MI3, T, DICE, P, ARTICLES, STORIES, SOURCES, OBSERVED_ALL, MODE. */
#pragma once

#include "query/shown.h"
#include "query/table.h"

#define MEASURED_COLUMN(at, text, places, more) \
    [at] = {.name = (text), .kind = TABLE_REAL, .digits = (places), .flags = (more)}
/* Those that text shows only where they order the rows. */
#define MEASURED_COLUMNS_FURTHER                           \
    MEASURED_COLUMN(MI, "MI", 3, TABLE_TEXT_HIDDEN),       \
        MEASURED_COLUMN(MI3, "MI3", 3, TABLE_TEXT_HIDDEN), \
        MEASURED_COLUMN(T, "t", 3, TABLE_TEXT_HIDDEN),     \
        MEASURED_COLUMN(DICE, "Dice", 6, TABLE_TEXT_HIDDEN)
#define MEASURED_COLUMN_P MEASURED_COLUMN(P, "p", 6, TABLE_TEXT_HIDDEN | TABLE_FIGURES)
/* Who has it, and how it was counted: the last ones. */
#define MEASURED_COLUMNS_LAST                              \
    [ARTICLES] = {.name = "articles", .kind = TABLE_UINT}, \
    [STORIES] = {.name = "stories", .kind = TABLE_UINT},   \
    [SOURCES] = {.name = "sources", .kind = TABLE_UINT},   \
    [OBSERVED_ALL] = {.name = "O_all",                     \
                      .kind = TABLE_UINT,                  \
                      .flags = TABLE_TEXT_HIDDEN},         \
    [MODE] = {.name = "mode", .flags = TABLE_TEXT_HIDDEN}

enum {
    MEASURED_LIMIT = 50 /* rows, unless --limit says else */
};

/* 0 term, 1 surface. */
#define MEASURED_OPTION_BY(to)                                                      \
    {                                                                               \
        .name = "by", .type = OPT_CHOICE, .target = (to), .value = "FORM",          \
        .choices = "term|surface",                                                  \
        .help =                                                                     \
            "term (the default): case and accents are one; surface: words as they " \
            "are written."                                                          \
    }
/* 0 measure, 1 count, 2 word. */
#define MEASURED_OPTION_SORT(to)                                                       \
    {                                                                                  \
        .name = "sort", .type = OPT_CHOICE, .target = (to), .value = "ORDER",          \
        .choices = "measure|count|word",                                               \
        .help = "measure (the default); count: what is observed most first; word: by " \
                "bytes."                                                               \
    }
#define MEASURED_OPTION_LIMIT(to)                                         \
    {                                                                     \
        .name = "limit", .letter = 'n', .type = OPT_UINT, .target = (to), \
        .value = "N", .help = "Show N rows (default 50; 0: all)."         \
    }
#define MEASURED_OPTION_OFFSET(to)                                        \
    {                                                                     \
        .name = "offset", .type = OPT_UINT, .target = (to), .value = "N", \
        .help = "Pass over the first N rows."                             \
    }
#define MEASURED_OPTION_COPIES(s)                                                      \
    {                                                                                  \
        .name = "copies", .type = OPT_CHOICE, .target = &(s)->copies, .value = "MODE", \
        .choices = SHOWN_COPIES,                                                       \
        .help =                                                                        \
            "collapse (the default; group is the same): a passage counts once, "       \
            "however many articles carry it; all: every article counts; originals: "   \
            "only originals are asked."                                                \
    }
