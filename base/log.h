/* Levels and one sink on stderr; used by main.c files only. Control, escape and
 * bidi-override characters of what is printed are made harmless. */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

enum log_level {
    LOG_ERROR,
    LOG_WARNING,
    LOG_INFO,
    LOG_DEBUG
};

void log_set_level(enum log_level level);
/* "program: words\n"; errors and warnings carry their level's name. */
void log_print(enum log_level level, const char *fmt, ...) ERR_PRINTF(2, 3);
void log_set_program(const char *name);

/* Appends text with what a terminal could obey replaced: C0 except \n and \t (kept if
 * keep_lines, else a blank), DEL, C1, bidi embeddings, overrides and isolates, and invalid
 * UTF-8 become U+FFFD. */
void log_sanitise(struct buf *out, struct bytes text, bool keep_lines);
