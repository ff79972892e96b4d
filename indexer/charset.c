#include "indexer/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uchardet.h>

#include "base/buf.h"
#include "base/offsetmap.h"
#include "text/utf8.h"

enum {
    GUESS_BYTES = 256 * 1024, /* shown to uchardet */
    GUESS_BEFORE = 1024,      /* of them before the first byte that is not ASCII */
    CHARACTER_BYTES_MAX =
        12,    /* of one character, an escape sequence before it included */
    MOSTLY = 4 /* good UTF-8 sequences for each bad one in a UTF-8 text */
};

struct charset {
    struct buf text;
    struct offsetmap map;
    char remark[96];
};

struct charset *charset_new(void)
{
    return calloc(1, sizeof(struct charset));
}

void charset_free(struct charset *c)
{
    if (!c)
        return;
    buf_release(&c->text);
    offsetmap_release(&c->map);
    free(c);
}

static void put(struct charset *c, uint32_t cp, size_t at, size_t len)
{
    uint8_t utf8[4];
    size_t n = utf8_encode(cp, utf8);
    buf_put(&c->text, utf8, n);
    offsetmap_put(&c->map, (uint32_t)n, at, (uint32_t)len);
}

static int give(struct charset *c, struct source_text *out, struct err *err)
{
    if (c->text.failed || c->map.failed)
        return err_set(err, ERR_NOMEM, "a text in another encoding");
    *out = (struct source_text){.text = buf_bytes(&c->text), .map = &c->map};
    return 0;
}

/* --- UTF-16 ---------------------------------------------------------------------------- */

static uint32_t unit_at(struct bytes raw, size_t at, bool big)
{
    uint8_t a = raw.data[at], b = raw.data[at + 1];
    return big ? (uint32_t)a << 8 | b : (uint32_t)b << 8 | a;
}

static void decode_utf16(struct charset *c, struct bytes raw, bool big)
{
    size_t at = 2;
    while (at + 1 < raw.len) {
        uint32_t cp = unit_at(raw, at, big);
        size_t len = 2;
        if (cp >= 0xD800 && cp < 0xDC00 && at + 3 < raw.len) {
            uint32_t low = unit_at(raw, at + 2, big);
            if (low >= 0xDC00 && low < 0xE000) {
                cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
                len = 4;
            }
        }
        put(c, cp, at, len); /* half a pair becomes U+FFFD */
        at += len;
    }
    if (at < raw.len)
        put(c, UTF8_REPLACEMENT, at, 1);
}

/* --- other encodings ------------------------------------------------------------------- */

/* True if the text is UTF-8 but for a few bytes: a file cut within a character, a foreign
 * word pasted in. */
static bool is_mostly_utf8(struct bytes text)
{
    const uint8_t *p = text.data, *end = p + text.len;
    uint64_t good = 0, bad = 0;
    while (p < end) {
        uint32_t cp;
        if (*p < 0x80) {
            p++;
            continue;
        }
        size_t n = utf8_decode(p, end, &cp);
        if (cp == UTF8_REPLACEMENT && (n < 3 || memcmp(p, "\xEF\xBF\xBD", 3) != 0))
            bad++;
        else
            good++;
        p += n;
    }
    return good >= MOSTLY * bad;
}

static void guess(struct bytes raw, char *name, size_t cap)
{
    uchardet_t u = uchardet_new();
    size_t from = utf8_ascii_prefix(raw);
    from = from > GUESS_BEFORE ? from - GUESS_BEFORE : 0;
    size_t n = raw.len - from < GUESS_BYTES ? raw.len - from : GUESS_BYTES;
    const char *found = "";
    if (u && uchardet_handle_data(u, (const char *)raw.data + from, n) == 0) {
        uchardet_data_end(u);
        found = uchardet_get_charset(u);
    }
    if (!*found || strcmp(found, "ASCII") == 0 || strcmp(found, "UTF-8") == 0)
        found = "WINDOWS-1252";
    (void)snprintf(name, cap, "%s", found);
    if (u)
        uchardet_delete(u);
}

/* One character at `at`: how many bytes it has; 0 if none starts there. iconv is given one
 * byte more at a time, so that each character's place is known. */
static size_t decode_one(iconv_t cd, struct bytes raw, size_t at, char *out, size_t *n)
{
    size_t max =
        raw.len - at < CHARACTER_BYTES_MAX ? raw.len - at : CHARACTER_BYTES_MAX;
    char in[CHARACTER_BYTES_MAX];
    memcpy(in, raw.data + at, max);
    for (size_t len = 1; len <= max; len++) {
        char *from = in, *to = out;
        size_t left = len, room = 16;
        size_t rc = iconv(cd, &from, &left, &to, &room);
        *n = 16 - room;
        if (rc != (size_t)-1 && left == 0)
            return len;
        if (rc == (size_t)-1 && errno != EINVAL)
            return 0;
        if (from != in) /* an escape sequence was taken, a character is still to come */
            return (size_t)(from - in);
    }
    return 0;
}

/* Runs of ASCII are copied: in the encodings that uchardet tells by their high bytes a byte
 * below 0x80 at the start of a character is one. */
static void decode_iconv(struct charset *c, struct bytes raw, iconv_t cd)
{
    char out[16];
    for (size_t at = 0; at < raw.len;) {
        size_t run = 0, n = 0;
        while (at + run < raw.len && raw.data[at + run] < 0x80)
            run++;
        if (run > 0) {
            buf_put(&c->text, raw.data + at, run);
            offsetmap_put(&c->map, (uint32_t)run, at, (uint32_t)run);
            at += run;
            continue;
        }
        size_t len = decode_one(cd, raw, at, out, &n);
        if (len == 0) {
            put(c, UTF8_REPLACEMENT, at, 1);
            (void)iconv(cd, NULL, NULL, NULL, NULL);
            len = 1;
        } else if (n > 0) {
            buf_put(&c->text, out, n);
            offsetmap_put(&c->map, (uint32_t)n, at, (uint32_t)len);
        }
        at += len;
    }
}

static int decode_guessed(struct charset *c, struct bytes raw, struct source_text *out,
                          struct err *err)
{
    char name[48];
    guess(raw, name, sizeof name);
    iconv_t cd = iconv_open("UTF-8", name);
    if (cd == (iconv_t)-1) { // NOLINT(performance-no-int-to-ptr): POSIX has it so
        (void)snprintf(name, sizeof name, "WINDOWS-1252");
        cd = iconv_open("UTF-8", name);
    }
    if (cd == (iconv_t)-1) // NOLINT(performance-no-int-to-ptr)
        return err_set(err, ERR_INPUT, "no decoder for its encoding");
    decode_iconv(c, raw, cd);
    (void)iconv_close(cd);
    (void)snprintf(c->remark, sizeof c->remark, "not UTF-8: read as %s (a guess)",
                   name);
    return give(c, out, err);
}

int charset_decode(struct charset *c, struct bytes raw, struct source_text *out,
                   const char **remark, struct err *err)
{
    *remark = NULL;
    buf_reset(&c->text);
    offsetmap_reset(&c->map);
    if (bytes_starts(raw, bytes_str("\xFF\xFE")) ||
        bytes_starts(raw, bytes_str("\xFE\xFF"))) {
        decode_utf16(c, raw, raw.data[0] == 0xFE);
        return give(c, out, err);
    }
    if (memchr(raw.data, 0, raw.len))
        return err_set(err, ERR_INPUT, "no text: it holds NUL bytes");
    size_t bom = bytes_starts(raw, bytes_str("\xEF\xBB\xBF")) ? 3 : 0;
    struct bytes text = bytes_of(raw.data + bom, raw.len - bom);
    bool good = utf8_valid_prefix(text) == text.len;
    if (!good && bom == 0 && !is_mostly_utf8(text)) {
        int rc = decode_guessed(c, raw, out, err);
        if (rc == 0)
            *remark = c->remark;
        return rc;
    }
    if (!good)
        *remark = "ill-formed UTF-8: bad bytes replaced";
    *out = (struct source_text){.text = text, .offset = bom};
    return 0;
}
