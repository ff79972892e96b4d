#include "query/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "text/fold.h"
#include "text/utf8.h"

enum {
    /* A word is tried with few steps first and with so many times more after that: what each try may
     * take is known, what it took is not. */
    STEPS_LEAST = 64,
    STEPS_GROWTH = 4
};

struct regex {
    pcre2_code *code;
    pcre2_match_context *context;
    pcre2_match_data *data;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for a regular expression");
}

/* 0 and the code, ERR_SYNTAX and the fault, or ERR_NOMEM. */
static int compile(struct bytes pattern, pcre2_code **out, struct regex_fault *fault,
                   struct err *err)
{
    const uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_ANCHORED |
                             PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    int code = 0;
    PCRE2_SIZE at = 0;
    *out = NULL;
    if (!context) {
        return no_memory(err);
    }
    pcre2_set_parens_nest_limit(context, REGEX_NEST_MAX);
    *out = pcre2_compile(pattern.data, pattern.len, options, &code, &at, context);
    pcre2_compile_context_free(context);
    if (*out) {
        return 0;
    }
    fault->at = at < pattern.len ? at : pattern.len;
    if (pcre2_get_error_message(code, (PCRE2_UCHAR *)fault->text, sizeof fault->text) <
        0) {
        snprintf(fault->text, sizeof fault->text, "it cannot be read");
    }
    return ERR_SYNTAX;
}

/* --- accents ------------------------------------------------------------------------------ */

static bool is_plain(uint8_t c)
{
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

/* One character that is not ASCII, as it is in folded words; what folds to punctuation stays, which
 * may mean something in a pattern. */
static void put_folded(struct bytes typed, bool in_class, struct buf *out)
{
    uint8_t folded[64];
    size_t n = fold_text(typed, folded, sizeof folded), chars = 0;
    for (size_t i = 0; i < n; i++) {
        chars += (folded[i] & 0xc0) != 0x80;
        if (n > sizeof folded || !is_plain(folded[i])) {
            buf_put_bytes(out, typed);
            return;
        }
    }
    if (chars > 1 && !in_class) {
        buf_put_str(out, "(?:");
    }
    buf_put(out, folded, n);
    if (chars > 1 && !in_class) {
        buf_put_u8(out, ')');
    }
}

static void fold_pattern(struct bytes typed, struct buf *out)
{
    const uint8_t *p = typed.data, *end = typed.data + typed.len;
    bool in_class = false;
    while (p < end) {
        uint32_t cp;
        size_t len = *p == '\\' && p + 1 < end ? 1 + utf8_decode(p + 1, end, &cp)
                                               : utf8_decode(p, end, &cp);
        if (*p < 0x80) {
            in_class = *p == '[' || (in_class && *p != ']');
            buf_put(out, p, len);
        } else {
            put_folded(bytes_of(p, len), in_class, out);
        }
        p += len;
    }
}

int regex_read(struct bytes typed, struct arena *arena, struct bytes *folded,
               struct regex_fault *fault, struct err *err)
{
    pcre2_code *code = NULL;
    struct buf text = {0};
    *fault = (struct regex_fault){0};
    if (typed.len > REGEX_BYTES_MAX) {
        fault->at = REGEX_BYTES_MAX;
        snprintf(fault->text, sizeof fault->text, "it is longer than %d bytes",
                 REGEX_BYTES_MAX);
        return ERR_SYNTAX;
    }
    int rc = compile(typed, &code, fault, err);
    pcre2_code_free(code);
    if (rc) {
        return rc;
    }
    fold_pattern(typed, &text);
    *folded = arena_copy(arena, buf_bytes(&text));
    if (text.failed || !folded->data) {
        rc = no_memory(err);
    } else {
        rc = compile(*folded, &code, fault, err);
        pcre2_code_free(code);
    }
    if (rc == ERR_SYNTAX) { /* a range of letters with accents, say */
        fault->at = 0;
        snprintf(fault->text, sizeof fault->text,
                 "without accents, as words are compared, it cannot be read");
    }
    buf_release(&text);
    return rc;
}

/* --- matching ------------------------------------------------------------------------------- */

int regex_new(struct bytes folded, struct regex **out, struct err *err)
{
    struct regex_fault fault;
    struct regex *r = calloc(1, sizeof *r);
    *out = NULL;
    if (!r) {
        return no_memory(err);
    }
    int rc = compile(folded, &r->code, &fault, err);
    if (rc == ERR_SYNTAX) {
        rc = err_set(err, ERR_SYNTAX, "query: regular expression: %s", fault.text);
    }
    if (rc == 0) {
        r->context = pcre2_match_context_create(NULL);
        r->data = pcre2_match_data_create(1, NULL);
        rc = r->context && r->data ? 0 : no_memory(err);
    }
    if (rc) {
        regex_free(r);
        return rc;
    }
    pcre2_set_heap_limit(r->context, REGEX_HEAP_KIB_MAX);
    pcre2_set_depth_limit(r->context, REGEX_WORD_STEPS_MAX);
    *out = r;
    return 0;
}

void regex_free(struct regex *r)
{
    if (r) {
        pcre2_match_data_free(r->data);
        pcre2_match_context_free(r->context);
        pcre2_code_free(r->code);
    }
    free(r);
}

int regex_too_much(struct err *err)
{
    return err_set(err, ERR_LIMIT,
                   "query: the regular expressions take more than %d steps; begin them "
                   "with letters, or write them without repetitions inside repetitions",
                   REGEX_STEPS_MAX);
}

int regex_matches(struct regex *r, struct bytes word, uint64_t *steps, bool *out,
                  struct err *err)
{
    *out = false;
    for (uint32_t most = STEPS_LEAST; most <= REGEX_WORD_STEPS_MAX;
         most *= STEPS_GROWTH) {
        pcre2_set_match_limit(r->context, most);
        int n = pcre2_match(r->code, word.data, word.len, 0, 0, r->data, r->context);
        if (n == PCRE2_ERROR_MATCHLIMIT) {
            *steps += most;
            if (*steps > REGEX_STEPS_MAX) {
                return regex_too_much(err);
            }
            continue;
        }
        if (n == PCRE2_ERROR_DEPTHLIMIT || n == PCRE2_ERROR_HEAPLIMIT) {
            break;
        }
        if (n == PCRE2_ERROR_NOMEMORY) {
            return no_memory(err);
        }
        *out = n >= 0; /* ill-formed UTF-8, in a damaged index, matches nothing */
        return 0;
    }
    return err_set(err, ERR_LIMIT,
                   "query: the regular expression takes more than %d steps on the "
                   "word '%.*s'; write it without repetitions inside repetitions",
                   REGEX_WORD_STEPS_MAX, (int)word.len, (const char *)word.data);
}

/* --- its beginning ---------------------------------------------------------------------------- */

static bool holds(struct bytes p, const char *text)
{
    size_t n = strlen(text);
    for (size_t i = 0; i + n <= p.len; i++) {
        if (memcmp(p.data + i, text, n) == 0) {
            return true;
        }
    }
    return false;
}

/* May there be a | outside of all parentheses? Where parentheses may be none (in classes, quotations,
 * comments) it is taken for granted, which costs only time. */
static bool has_choice(struct bytes p)
{
    int depth = 0;
    if (!holds(p, "|")) {
        return false;
    }
    if (holds(p, "[") || holds(p, "(?#") || holds(p, "(?C") || holds(p, "(*") ||
        holds(p, "\\Q")) {
        return true;
    }
    for (size_t i = 0; i < p.len; i++) {
        if (p.data[i] == '\\') {
            i++; /* what is escaped is no sign */
            continue;
        }
        if (p.data[i] == '|' && depth <= 0) {
            return true;
        }
        depth += p.data[i] == '(';
        depth -= p.data[i] == ')';
    }
    return false;
}

struct bytes regex_beginning(struct bytes folded, struct arena *arena)
{
    struct bytes none = bytes_of(folded.data, 0);
    uint8_t *text = has_choice(folded) ? NULL : arena_alloc(arena, folded.len + 1);
    size_t n = 0, last = 0, i = folded.len > 0 && folded.data[0] == '^';
    if (!text) {
        return none;
    }
    for (; i < folded.len; i++) {
        uint8_t c = folded.data[i];
        c = (uint8_t)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        if (!is_plain(c)) {
            break;
        }
        if ((c & 0xc0) != 0x80) {
            last = n;
        }
        text[n++] = c;
    }
    if (i < folded.len && strchr("*?{", folded.data[i])) {
        n = last; /* the last character may not be there */
    }
    return bytes_of(text, n);
}
