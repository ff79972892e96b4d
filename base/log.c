#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* The log level and the program's name: set by main.c before any thread is started. */
static atomic_int log_level = LOG_INFO;
static _Atomic(const char *) log_program = "stemma";

void log_set_level(enum log_level level)
{
    atomic_store(&log_level, (int)level);
}

void log_set_program(const char *name)
{
    atomic_store(&log_program, name);
}

/* Length of the UTF-8 character at p (Unicode 15, table 3-7), 0 if it is damaged; then
 * *skip bytes are its maximal part. */
static size_t decode(const uint8_t *p, size_t len, uint32_t *out, size_t *skip)
{
    uint8_t lead = p[0];
    size_t n = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    *skip = 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    uint32_t c = lead & (0xffU >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if (i >= len || p[i] < low || p[i] > high)
            return 0;
        c = c << 6 | (p[i] & 0x3fU);
        low = 0x80;
        high = 0xbf;
        *skip = i + 1;
    }
    *out = c;
    return n;
}

static bool is_bidi_control(uint32_t c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static const char replacement[] = "\xef\xbf\xbd";

void log_sanitise(struct buf *out, struct bytes text, bool keep_lines)
{
    size_t done = 0; /* text before it was appended */
    size_t i = 0;
    while (i < text.len) {
        uint8_t c = text.data[i];
        if (c >= 0x20 && c < 0x7f) {
            i++;
            continue;
        }
        const char *instead = replacement;
        size_t n = 1;
        if (c == '\n' || c == '\t') {
            instead = keep_lines ? NULL : " ";
        } else if (c >= 0x80) {
            uint32_t code = 0;
            size_t skip;
            n = decode(text.data + i, text.len - i, &code, &skip);
            if (n > 0 && code >= 0xa0 && !is_bidi_control(code))
                instead = NULL;
            if (n == 0)
                n = skip;
        }
        if (instead) {
            buf_put(out, text.data + done, i - done);
            buf_put_str(out, instead);
            done = i + n;
        }
        i += n;
    }
    buf_put(out, text.data + done, text.len - done);
}

static const char *const level_words[] = {
    [LOG_ERROR] = "error: ",
    [LOG_WARNING] = "warning: ",
    [LOG_INFO] = "",
    [LOG_DEBUG] = "",
};

static void vappend(struct buf *out, const char *fmt, va_list args) ERR_PRINTF(2, 0);

static void vappend(struct buf *out, const char *fmt, va_list args)
{
    char text[4096];
    int n = vsnprintf(text, sizeof text, fmt, args);
    if (n < 0)
        return;
    if ((size_t)n >= sizeof text)
        memcpy(text + sizeof text - 4, "...", 4);
    log_sanitise(out, bytes_str(text), false);
}

void log_print(enum log_level level, const char *fmt, ...)
{
    if ((int)level > atomic_load(&log_level))
        return;
    struct buf line = {0};
    log_sanitise(&line, bytes_str(atomic_load(&log_program)), false);
    buf_put_str(&line, ": ");
    buf_put_str(&line, level_words[level]);
    va_list args;
    va_start(args, fmt);
    vappend(&line, fmt, args);
    va_end(args);
    buf_put_u8(&line, '\n');
    /* One call, so that lines of several threads do not mix; a stderr that cannot be
     * written has nobody to be told. */
    if (line.failed)
        (void)fputs("stemma: error: out of memory\n", stderr);
    else
        (void)fwrite(line.data, 1, line.len, stderr);
    buf_release(&line);
}
