#include "query/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

enum {
    FLUSH_BYTES = 64 * 1024,
    PAGER_NOT_FOUND = 127 /* status of a shell whose command there is not */
};

void output_init(struct output *o, int fd, bool color)
{
    *o = (struct output){.fd = fd, .color = color};
}

static void write_out(struct output *o)
{
    size_t done = 0;
    if (o->pager.command && !o->pager.tried && o->buf.len > 0) {
        int fd = pager_start(&o->pager);
        o->fd = fd >= 0 ? fd : o->fd;
    }
    uint64_t begun = o->deadline ? deadline_now(o->deadline) : 0;
    while (done < o->buf.len && o->failed_errno == 0) {
        ssize_t n = write(o->fd, o->buf.data + done, o->buf.len - done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            o->failed_errno = errno;
    }
    o->written |= done > 0;
    o->buf.len = 0;
    if (o->deadline)
        deadline_excuse(o->deadline, begun);
}

static int failure(const struct output *o, struct err *err)
{
    if (o->buf.failed)
        return err_set(err, ERR_NOMEM, "out of memory while printing the answer");
    if (o->failed_errno)
        return err_sys(err, ERR_OUTPUT, o->failed_errno,
                       "the answer could not be written to standard output");
    return 0;
}

static void note_row(struct output *o)
{
    struct output_row *w = &o->whole;
    w->len = o->buf.len;
    w->depth = o->depth;
    w->row_depth = o->row_depth;
    memcpy(w->has_element, o->has_element, sizeof w->has_element);
    memcpy(w->bracket, o->bracket, sizeof w->bracket);
}

void output_take_back(struct output *o)
{
    const struct output_row *w = &o->whole;
    if (!o->buf.failed)
        return;
    o->buf.failed = false;
    o->buf.len = w->len;
    o->depth = w->depth;
    o->row_depth = w->row_depth;
    o->muted = false;
    memcpy(o->has_element, w->has_element, sizeof w->has_element);
    memcpy(o->bracket, w->bracket, sizeof w->bracket);
}

int output_flush_large(struct output *o, struct err *err)
{
    if (o->muted) /* of the value that is put now nothing is wanted */
        o->buf.len = o->muted_from;
    if (o->buf.len >= FLUSH_BYTES && !o->buf.failed)
        write_out(o);
    o->muted_from = o->buf.len;
    if (!o->buf.failed)
        note_row(o);
    int rc = failure(o, err);
    bool whole = o->depth == 0 && o->bracket[1] && !o->lines; /* JSON that was closed */
    return rc || whole ? rc : deadline_check(o->deadline, err);
}

bool output_was_left(const struct output *o)
{
    return o->pager.command && o->failed_errno == EPIPE;
}

int output_finish(struct output *o, struct err *err)
{
    if (!o->buf.failed)
        write_out(o);
    int rc = output_was_left(o) ? 0 : failure(o, err);
    buf_release(&o->buf);
    if (pager_end(&o->pager) == PAGER_NOT_FOUND)
        rc = err_set(err, ERR_OUTPUT, "the pager '%s' could not be run; --pager never",
                     o->pager.command);
    return rc;
}

void output_put(struct output *o, const char *s)
{
    buf_put_str(&o->buf, s);
}

void output_printf(struct output *o, const char *fmt, ...)
{
    char line[512];
    va_list args;
    va_start(args, fmt);
    // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized)
    int n = vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    if (n > 0)
        buf_put(&o->buf, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

void output_text(struct output *o, struct bytes text)
{
    log_sanitise(&o->buf, text, false);
}

void output_lines(struct output *o, struct bytes text)
{
    log_sanitise(&o->buf, text, true);
}

/* Bytes of the blank at text[at]: a blank, tab or line end; U+2028 and U+2029 if unicode. */
static size_t blank_at(struct bytes text, size_t at, bool unicode)
{
    const uint8_t *p = text.data + at;
    if (*p == ' ' || (*p >= '\t' && *p <= '\r'))
        return 1;
    bool separator = unicode && text.len - at >= 3 && p[0] == 0xE2 && p[1] == 0x80 &&
                     (p[2] == 0xA8 || p[2] == 0xA9);
    return separator ? 3 : 0;
}

static void put_line(struct output *o, struct bytes text, bool unicode)
{
    size_t done = 0, at = 0;
    while (at < text.len) {
        size_t blank = blank_at(text, at, unicode);
        if (blank == 0) {
            at++;
            continue;
        }
        log_sanitise(&o->buf, bytes_of(text.data + done, at - done), false);
        buf_put_u8(&o->buf, ' ');
        while (at < text.len && (blank = blank_at(text, at, unicode)) > 0)
            at += blank;
        done = at;
    }
    log_sanitise(&o->buf, bytes_of(text.data + done, text.len - done), false);
}

void output_line(struct output *o, struct bytes text)
{
    put_line(o, text, false);
}

void output_field(struct output *o, struct bytes text)
{
    put_line(o, text, true);
}

static bool needs_quotes(const uint8_t *field, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (field[i] == '"' || field[i] == ',')
            return true;
    return len > 0 && (field[0] == ' ' || field[len - 1] == ' ');
}

void output_csv(struct output *o, struct bytes text)
{
    size_t from = o->buf.len;
    output_field(o, text);
    if (o->buf.failed || !needs_quotes(o->buf.data + from, o->buf.len - from))
        return;
    size_t len = o->buf.len - from, quotes = 0;
    for (size_t i = 0; i < len; i++)
        quotes += o->buf.data[from + i] == '"';
    if (!buf_extend(&o->buf, quotes + 2))
        return;
    /* From the end on, so that nothing is overwritten before it is moved. */
    uint8_t *field = o->buf.data + from, *to = o->buf.data + o->buf.len;
    *--to = '"';
    for (size_t i = len; i > 0; i--) {
        *--to = field[i - 1];
        if (*to == '"')
            *--to = '"';
    }
    *--to = '"';
}

void output_style(struct output *o, const char *style)
{
    if (o->color)
        output_printf(o, "\033[%sm", style ? style : "0");
}
