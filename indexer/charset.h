/* A file's bytes as UTF-8 with the way back: by its BOM, else as UTF-8 if that is what it is,
 * else in the encoding uchardet guesses (Windows-1252 if it has no guess), decoded by iconv. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "text/analyser.h"

struct charset; /* scratch of one thread */

struct charset *charset_new(void);    /* NULL when out of memory */
void charset_free(struct charset *c); /* accepts NULL */

/* Decodes raw; *out points into raw or into the scratch, until the next call. *remark is NULL,
 * or words about a guess or a replacement (in the scratch too). ERR_INPUT: no text (it holds
 * NUL bytes); ERR_NOMEM. */
int charset_decode(struct charset *c, struct bytes raw, struct source_text *out,
                   const char **remark, struct err *err);
