#include "indexer/record.h"

#include <stdio.h>
#include <string.h>

#include "text/language.h"
#include "text/utf8.h"
#include "indexer/dates.h"
#include "indexer/metadata.h"

void record_text_reset(struct record_text *t)
{
    buf_reset(&t->text);
    offsetmap_reset(&t->map);
}

void record_text_release(struct record_text *t)
{
    buf_release(&t->text);
    offsetmap_release(&t->map);
}

/* --- fields of one line ---------------------------------------------------------------- */

/* U+0085, U+2028 and U+2029 end lines as well. */
static bool is_space(uint32_t cp)
{
    return cp <= 0x20 || (cp >= 0x7F && cp <= 0xA0) || cp == 0x2028 || cp == 0x2029;
}

/* Whether one of eight bytes is a control, DEL or not ASCII: less than a blank borrows into the highest bit, DEL and one
 * more is that bit. What it carries into the next byte is only there if it is so already. */
static bool has_odd_byte(uint64_t bytes)
{
    const uint64_t each = 0x0101010101010101;
    return ((bytes | (bytes + each) | (bytes - ' ' * each)) & 0x80 * each) != 0;
}

static bool is_trimmed_ascii_line(struct bytes text)
{
    uint64_t bytes;
    size_t i = 0;
    if (text.len == 0)
        return true;
    if (text.data[0] == ' ' || text.data[text.len - 1] == ' ')
        return false;
    for (; text.len - i >= sizeof bytes; i += sizeof bytes) {
        memcpy(&bytes, text.data + i, sizeof bytes);
        if (has_odd_byte(bytes))
            return false;
    }
    memset(&bytes, ' ', sizeof bytes);
    memcpy(&bytes, text.data + i, text.len - i);
    return !has_odd_byte(bytes);
}

struct bytes record_clean(struct arena *arena, struct bytes text)
{
    if (is_trimmed_ascii_line(text))
        return text;
    /* A byte becomes U+FFFD (three bytes) at worst. */
    uint8_t *out = text.len < SIZE_MAX / 4 ? arena_alloc(arena, text.len * 3) : NULL;
    if (!out)
        return bytes_of(NULL, 0);
    const uint8_t *p = text.data, *end = p + text.len;
    size_t n = 0;
    bool blank = false;
    while (p < end) {
        uint32_t cp;
        p += utf8_decode(p, end, &cp);
        if (is_space(cp)) {
            blank = true;
            continue;
        }
        if (blank && n > 0)
            out[n++] = ' ';
        blank = false;
        n += utf8_encode(cp, out + n);
    }
    return bytes_of(out, n);
}

bool record_is_blank(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] > ' ')
            return false;
    }
    return true;
}

struct bytes record_host(struct arena *arena, struct bytes url)
{
    if (url.len == 0)
        return url;
    const uint8_t *p = url.data, *end = p + url.len;
    size_t i = 0;
    while (i + 2 < url.len && memcmp(p + i, "://", 3) != 0 && p[i] != '/')
        i++;
    if (i + 2 < url.len && p[i] == ':')
        p += i + 3;
    else if (bytes_starts(url, bytes_str("//")))
        p += 2;
    else if (!bytes_starts(url, bytes_str("www.")))
        return bytes_of(NULL, 0);
    const uint8_t *stop = p;
    for (; stop < end && *stop != '/' && *stop != '?' && *stop != '#'; stop++) {
        if (*stop == '@')
            p = stop + 1;
    }
    for (const uint8_t *port = p; port < stop; port++) {
        if (*port == ':')
            stop = port;
    }
    struct bytes host = bytes_of(p, (size_t)(stop - p));
    uint8_t *lower = host.len ? arena_alloc(arena, host.len) : NULL;
    if (!lower)
        return bytes_of(NULL, 0);
    for (size_t k = 0; k < host.len; k++)
        lower[k] = host.data[k] >= 'A' && host.data[k] <= 'Z' ? host.data[k] | 0x20
                                                              : host.data[k];
    host.data = lower;
    if (bytes_starts(host, bytes_str("www."))) {
        host.data += 4;
        host.len -= 4;
    }
    return host;
}

/* --- records --------------------------------------------------------------------------- */

/* Languages as tags, so that they can be counted; what is none stays as it is. */
static void complete_language(struct reader *reader, struct record *r)
{
    char tag[LANGUAGE_TAG_MAX];
    size_t len;
    if (r->language.len > 0 && language_tag(r->language, tag, &len))
        r->language = arena_copy(&reader->arena, bytes_of(tag, len));
}

void record_complete(struct reader *reader, struct record *r, bool by_path)
{
    complete_language(reader, r);
    if (r->outlet.len == 0)
        r->outlet = record_host(&reader->arena, r->url);
    if (r->day != DAY_NONE)
        return;
    r->second = UINT32_MAX;
    r->date_from = DATE_NONE;
    if (by_path && dates_from_path(bytes_str(reader->piece->file->path), &r->day))
        r->date_from = DATE_PATH;
    else if (dates_from_url(r->url, &r->day))
        r->date_from = DATE_URL;
}

/* What PROV will not hold of the record's fields. */
static int warn_of_limits(struct reader *reader, const struct record *r,
                          struct err *err)
{
    char words[100];
    if (r->tags_lost > 0) {
        snprintf(words, sizeof words,
                 "tags: %u left out or cut (%d of %d bytes are kept)", r->tags_lost,
                 TAGS_ITEMS_MAX, TAGS_ITEM_BYTES_MAX);
        return record_warn(reader, r->number, r->offset, r->raw.len, words, err);
    }
    if (r->section.len > METADATA_NAME_MAX || r->language.len > METADATA_NAME_MAX) {
        snprintf(words, sizeof words, "%s: cut to %d bytes",
                 r->section.len > METADATA_NAME_MAX ? "section" : "lang",
                 METADATA_NAME_MAX);
        return record_warn(reader, r->number, r->offset, r->raw.len, words, err);
    }
    return 0;
}

int record_emit(struct reader *reader, const struct record *r, struct err *err)
{
    if (record_is_blank(r->body.text) && record_is_blank(r->title.text))
        return record_reject(reader, r->number, r->offset, r->raw.len,
                             "empty: neither text nor title", err);
    int rc = warn_of_limits(reader, r, err);
    return rc ? rc : reader->events->record(reader->events->arg, r, err);
}

int record_reject(struct reader *reader, uint64_t number, uint64_t offset, uint64_t len,
                  const char *reason, struct err *err)
{
    return reader->events->reject(reader->events->arg, number, offset, len, reason,
                                  err);
}

int record_warn(struct reader *reader, uint64_t number, uint64_t offset, uint64_t len,
                const char *reason, struct err *err)
{
    if (!reader->events->warn)
        return 0;
    return reader->events->warn(reader->events->arg, number, offset, len, reason, err);
}
