/* Markdown (CommonMark with GitHub's tables and strikethrough, by md4c) to text, with the way
 * back to its source.
 *
 * Paragraphs, headings, list items, table cells and code blocks are parted by a blank line;
 * lines of a paragraph are joined by a blank. Of a link the text stays and the target goes;
 * images and tags of raw HTML go; <https://...> is left as it stands, for the normaliser
 * takes such links out of every text by one rule. Tags of Liquid and Hugo, {{...}} and
 * {%...%}, and kramdown's attributes, {:...}, go before anything else is looked at. */
#pragma once

#include "base/err.h"
#include "text/analyser.h"
#include "indexer/record.h"

struct markdown; /* scratch of one thread */

struct markdown *markdown_new(void);    /* NULL when out of memory */
void markdown_free(struct markdown *m); /* accepts NULL */

/* Appends the text of in->text from byte `from` on to out->text, and to out->map its way back
 * to where `in` leads. ERR_NOMEM; ERR_LIMIT (over 1 GiB) and ERR_INPUT
 * (md4c fails on it) are about this text only. */
int markdown_text(struct markdown *m, const struct source_text *in, size_t from,
                  struct record_text *out, struct err *err);
