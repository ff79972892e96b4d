/* Filters of the query language: name:value. A filter says which articles, or which stories,
 * may match; it has no hits and does not change a score (docs/QUERY.md, "Filters").
 *
 * FILTER_FIELDS is the one table of fields: name, what kind of value it takes, the sentence
 * for messages and help, and whether the articles of one story may differ. A further field
 * is a line there and, if its kind of value is a new one, its reading in filter.c and its
 * meaning in query/evaluate_filter.c or query/filter_judge.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "query/when.h"

struct ast;

/* What a value is, and what it is held against. */
enum filter_takes {
    FILTER_TAKES_WORDS, /* words of a name: a word, a phrase, wildcards */
    FILTER_TAKES_PLACE, /* a stretch of an address or a path, wildcards */
    FILTER_TAKES_NAME,  /* the whole of an ID, wildcards */
    FILTER_TAKES_LANG,  /* a BCP 47 tag or its beginning */
    FILTER_TAKES_DATE,  /* query/when.h */
    FILTER_TAKES_RANGE, /* a number or a range of numbers */
    FILTER_TAKES_IS,    /* enum filter_is */
    FILTER_TAKES_ID,    /* the ID of one article, or its beginning */
    FILTER_TAKES_QUERY  /* what stands behind it, which is looked for in a part of the
                           article: no filter, it has hits */
};

#define FILTER_FIELDS(X)                                                               \
    X(FILTER_SOURCE, "source", FILTER_TAKES_WORDS,                                     \
      "words of an outlet's name, =\"the whole name\", none or *", true)               \
    X(FILTER_AUTHOR, "author", FILTER_TAKES_WORDS,                                     \
      "words of an author's name, =\"the whole name\", none or *", true)               \
    X(FILTER_TITLE, "title", FILTER_TAKES_QUERY,                                       \
      "a word, a phrase or a group in parentheses, directly behind the colon", true)   \
    X(FILTER_BODY, "body", FILTER_TAKES_QUERY,                                         \
      "a word, a phrase or a group in parentheses, directly behind the colon", true)   \
    X(FILTER_SECTION, "section", FILTER_TAKES_WORDS,                                   \
      "words of a section's name, =\"the whole name\", none or *", true)               \
    X(FILTER_URL, "url", FILTER_TAKES_PLACE,                                           \
      "a part of the address, as bbc.co.uk or *.org/news, none or *", true)            \
    X(FILTER_PATH, "path", FILTER_TAKES_PLACE,                                         \
      "a part of the input's path, as 2016 or exports/*.jsonl", true)                  \
    X(FILTER_LANG, "lang", FILTER_TAKES_LANG, "a language, as en or en-GB, none or *", \
      true)                                                                            \
    X(FILTER_TAG, "tag", FILTER_TAKES_WORDS,                                           \
      "words of a tag, =\"the whole tag\", none or *", true)                           \
    X(FILTER_WORDS, "words", FILTER_TAKES_RANGE,                                       \
      "a number of words of the body as 300, >300, <=300 or 100..300", true)           \
    X(FILTER_DATE, "date", FILTER_TAKES_DATE,                                          \
      "a day, month, year or range, as 2016-12-05, 2016-12..2018, ..2018, "            \
      "\"last month\", \"last 7 days\" or 2weeks.., or none",                          \
      true)                                                                            \
    X(FILTER_ID, "id", FILTER_TAKES_NAME, "an article's ID; * stands for any bytes",   \
      true)                                                                            \
    X(FILTER_STORY, "story", FILTER_TAKES_ID,                                          \
      "the ID of an article of the story, or its beginning", false)                    \
    X(FILTER_COPIES, "copies", FILTER_TAKES_RANGE,                                     \
      "a number of other articles as 3, >3, <=3 or 2..5", false)                       \
    X(FILTER_IS, "is", FILTER_TAKES_IS, "original, copy or excerpt", true)             \
    X(FILTER_LIKE, "like", FILTER_TAKES_ID,                                            \
      "the ID of the article to be like, or its beginning", false)

enum filter_kind {
#define FILTER_ENUM(kind, name, takes, sentence, by_article) kind,
    FILTER_FIELDS(FILTER_ENUM)
#undef FILTER_ENUM
    FILTER_KINDS
};

enum filter_is {
    FILTER_ORIGINAL,
    FILTER_COPY,
    FILTER_EXCERPT
};

/* How WORDS, PLACE, NAME, LANG and DATE are compared. */
enum filter_test {
    FILTER_TEST_HAS,   /* the value is in it, as its kind has it */
    FILTER_TEST_WHOLE, /* ="...": it is the value, byte for byte */
    FILTER_TEST_NONE,  /* none: the article has none */
    FILTER_TEST_ANY    /* *: it has one */
};

struct filter {
    enum filter_kind kind;
    enum filter_is is;     /* IS */
    enum filter_test test; /* WORDS to DATE */
    uint32_t least, most;  /* RANGE: both included; nothing can be if least > most */
    struct when from, to;  /* DATE, FILTER_TEST_HAS: first day of from to last of to */
    struct bytes value;    /* as typed, without quotation marks and = */
    const struct ast *words; /* WORDS, FILTER_TEST_HAS: an item or a phrase; set by the
                                parser */
};

struct filter_field {
    const char *name;     /* what stands before the colon */
    const char *sentence; /* what it takes, for messages and help */
    enum filter_takes takes;
    enum filter_kind kind;
    bool by_article; /* articles of one story may differ */
};

/* All fields, in the order of FILTER_FIELDS: for help and completion. */
const struct filter_field *filter_fields(size_t *n);
/* The field that a chunk of a query begins with ("name:"), or NULL. */
const struct filter_field *filter_field_at(struct bytes chunk);
const struct filter_field *filter_field_of(enum filter_kind kind);

/* Does a chunk begin like a field of which there is none: letters a to z, a colon and something
 * other than // behind it? An address, a time of day and a word before a blank do not. *name
 * is the letters, *nearest a field whose name is like them, or NULL. */
bool filter_unknown_at(struct bytes chunk, struct bytes *name,
                       const struct filter_field **nearest);

/* What can be wrong with a value, beside that it is none for its field. */
enum {
    FILTER_WRONG_MAX = 160
};
/* Reads a value, whose bytes must stay as long as the filter; whole: an = stood before it,
 * quoted: quotation marks did, in which none and * are names like others. False if it is none for this field; then `wrong` says why, or is empty
 * where the field's sentence says enough. */
bool filter_read(const struct filter_field *field, struct bytes value, bool whole,
                 bool quoted, struct filter *out, char wrong[FILTER_WRONG_MAX]);

/* Dates that are told from today become days. */
void filter_resolve(struct filter *f, int32_t today);
/* The days [*first, *last] of a DATE with FILTER_TEST_HAS; none if first > last. False if it was told from
 * today and is not resolved. */
bool filter_days(const struct filter *f, int32_t *first, int32_t *last);

/* Appends "is original", "copies 4..", "story cw-1001"; control bytes as \xNN. */
void filter_print(const struct filter *f, struct buf *out);
