/* What the readers of all formats share: a worker's scratch memory, and the cleaning and
 * completing of a record's fields. For the reader_*.c files. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/offsetmap.h"
#include "indexer/config.h"
#include "indexer/fields.h"
#include "indexer/reader.h"
#include "indexer/tags.h"

struct markdown;
struct charset;

/* Decoded text of a field with its way back. */
struct record_text {
    struct buf text;
    struct offsetmap map;
};

/* struct reader of reader.h. */
struct reader {
    const struct config *config;
    struct fields fields;
    struct arena arena; /* reset for each record */
    struct record_text title, body;
    struct record_text plain_title, plain_body; /* of those that are HTML */
    struct tags tags;                           /* of the record */
    struct buf why;                             /* the words of a reject */
    struct charset *charset;                    /* made at first use */
    struct markdown *markdown;                  /* likewise */
    const struct reader_events *events;
    const struct input_piece *piece;
};

void record_text_reset(struct record_text *t);
void record_text_release(struct record_text *t);

/* A field that is a line: well-formed UTF-8, runs of blanks, line ends and control characters
 * to one blank, trimmed. The text itself when nothing is to do, else a copy in the arena; out
 * of memory: empty. */
struct bytes record_clean(struct arena *arena, struct bytes text);
/* The host of a URL without "www.", lower case, in the arena or the text; empty if none. */
struct bytes record_host(struct arena *arena, struct bytes url);
/* True if text is empty or holds blanks only. */
bool record_is_blank(struct bytes text);

/* Sets what follows from other fields: the outlet from the URL, a language tag, and a day from the path (if
 * `by_path`) or the URL when r has none. */
void record_complete(struct reader *reader, struct record *r, bool by_path);
/* Hands a record over, after a last check that it has text: a reject otherwise. Before it comes a
 * warning if its section, language or tags are over their limits. */
int record_emit(struct reader *reader, const struct record *r, struct err *err);
int record_reject(struct reader *reader, uint64_t number, uint64_t offset, uint64_t len,
                  const char *reason, struct err *err);
int record_warn(struct reader *reader, uint64_t number, uint64_t offset, uint64_t len,
                const char *reason, struct err *err);
