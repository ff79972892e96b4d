/* The analyser: one article's raw text to normalised text and tokens, and a query's words to
 * the same terms. The same code runs when an article is indexed and when a query is read,
 * and its version is stamped in every index. The rules are those of docs/TEXT.md. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/offsetmap.h"
#include "base/vec.h"

enum {
    ANALYSER_VERSION = 2,
    TOKEN_BYTES_MAX =
        240, /* a longer word is cut at a character boundary into several */
    TERM_BYTES_MAX = 255, /* a longer folding is cut at a character boundary */
    ANALYSED_SLACK = 128, /* bytes that may be read behind a normalised text; zeros */
    JOIN_SPAN_MAX = 5     /* tokens a joined entry may cover: at most SEAM + 1 */
};

/* How a token begins, relative to the token before it. Stored with the separator. */
enum token_break {
    BREAK_NONE = 0,
    BREAK_SENTENCE = 1,
    BREAK_PARAGRAPH = 2, /* also begins a sentence */
    BREAK_GLUED = 3 /* joined to the token before: hyphen, or adjacent Han/kana/Thai */
};

/* One word of a normalised text. The separator before it is what lies between the end of
 * the token before (or the text's start) and `start`. */
struct token {
    uint32_t start;  /* byte offset in the normalised text */
    uint8_t len;     /* bytes, 1..TOKEN_BYTES_MAX */
    uint8_t brk;     /* enum token_break; of token 0: BREAK_PARAGRAPH */
    uint8_t flags;   /* TOKEN_* */
    uint8_t spacing; /* TOKEN_AFTER_BLANK or 0 */
};

enum {
    TOKEN_ASCII = 1, /* every byte < 0x80 */
    TOKEN_LOWER =
        2, /* ASCII and equal to its term: only a-z and 0-9, nothing to fold */
    TOKEN_IDEOGRAPH = 4 /* a character of a Han, kana or Thai run */
};

enum {
    /* One blank, U+0020, is all that lies between the token and the one before it, of the same title or body. Its
     * brk is BREAK_NONE then. The uppermost bit of a token as a number (see words_odd, text/words.h). */
    TOKEN_AFTER_BLANK = 0x80
};

/* What was mended on the way; summed over a build for its report. */
struct text_repairs {
    uint64_t links_removed;  /* inline <url> and Markdown/HTML link targets taken out */
    uint64_t glued_split;    /* "andIran <url>" split at the lower-to-upper joint */
    uint64_t wraps_joined;   /* hard line ends turned into blanks */
    uint64_t hyphens_joined; /* "politi-\ncal" brought together */
    uint64_t bad_utf8;       /* ill-formed sequences replaced by U+FFFD */
    uint64_t words_cut;      /* words longer than TOKEN_BYTES_MAX */
};

/* Raw UTF-8 of a field with its way back to the record's bytes. `map` NULL: byte i of text is
 * byte `offset + i` of the record; with a map, offset is not used. Ill-formed UTF-8 is allowed
 * and replaced. */
struct source_text {
    struct bytes text;
    const struct offsetmap *map;
    uint64_t offset;
};

/* The result of analyser_article; valid until the next call on the same analyser. */
struct analysed {
    struct bytes
        text; /* normalised: title, "\n\n", body; well-formed UTF-8; ANALYSED_SLACK */
    const struct offsetmap *map; /* normalised text to bytes of the record */
    const struct token *tokens;
    size_t n_tokens;
    const uint32_t *odd; /* the numbers of those without TOKEN_AFTER_BLANK */
    size_t n_odd;
    size_t title_tokens; /* the first so many are the title's; 0 without a title */
    struct bytes
        tail; /* what follows the last token (the whole text if there is none) */
    struct text_repairs repairs;
};

struct analyser; /* scratch memory for one thread */

struct analyser *analyser_new(void); /* NULL when out of memory */
void analyser_free(struct analyser *a);
/* Bytes of scratch held, for the memory budget. */
size_t analyser_bytes(const struct analyser *a);

/* Normalises and tokenises one article. title may be empty (len 0). ERR_LIMIT when the
 * normalised text would reach 4 GiB, ERR_NOMEM. */
int analyser_article(struct analyser *a, const struct source_text *title,
                     const struct source_text *body, struct analysed *out,
                     struct err *err);

/* The separator before token i of `out` (for i == n_tokens: the tail). */
static inline struct bytes analysed_separator(const struct analysed *t, size_t i)
{
    size_t from = i == 0 ? 0 : (size_t)t->tokens[i - 1].start + t->tokens[i - 1].len;
    size_t to = i == t->n_tokens ? t->text.len : t->tokens[i].start;
    return bytes_of(t->text.data + from, to - from);
}

static inline struct bytes analysed_surface(const struct analysed *t, size_t i)
{
    return bytes_of(t->text.data + t->tokens[i].start, t->tokens[i].len);
}

/* --- terms --------------------------------------------------------------------------- */

/* Surface form to term, the index key: NFKC, full case folding, marks dropped, possessive
 * dropped (text/fold.h has the steps). Writes at most TERM_BYTES_MAX bytes to out, returns
 * how many (never 0). Pure: depends on the surface only. */
size_t analyser_fold(struct bytes surface, uint8_t out[TERM_BYTES_MAX]);

/* --- joined entries ------------------------------------------------------------------ */

/* An initialism's joined form: "u.s" -> "us" (span 1). Returns the length written to out, 0
 * if the term has none. */
size_t analyser_alias(struct bytes term, uint8_t out[TERM_BYTES_MAX]);

/* The joined entries that begin at token i of a wording: fills spans (numbers of tokens, each
 * 2..JOIN_SPAN_MAX, ascending) and returns how many (0..2). The joined key is the
 * concatenation of the terms i..i+span-1 (an entry whose key would pass TERM_BYTES_MAX does
 * not exist). terms[k] and breaks[k] are those of token k, n the number of tokens. Callers
 * may skip tokens whose successor is not BREAK_GLUED: the answer is then 0. */
size_t analyser_joins(const struct bytes *terms, const uint8_t *breaks, size_t n,
                      size_t i, uint8_t spans[2]);

/* --- queries ------------------------------------------------------------------------- */

/* One word of a query. */
struct query_token {
    struct bytes surface;
    struct bytes term;
    uint32_t start, len; /* bytes of the query text it came from */
    uint8_t flags;       /* TOKEN_IDEOGRAPH */
};

struct query_tokens {
    VEC(struct query_token) tokens;
};

/* Appends the words of a piece of query text (no operators in it) to out, by the rules for
 * documents, a title's white space included. Surfaces and terms are copied into `arena` and
 * live as long as it; the caller releases out->tokens. A wildcard character * or ? is a
 * separator here: the parser cuts at them first. ERR_NOMEM. */
int analyser_query(struct analyser *a, struct bytes text, struct arena *arena,
                   struct query_tokens *out, struct err *err);
