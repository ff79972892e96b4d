#include "indexer/rejects.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "text/utf8.h"

int rejects_open(struct rejects *r, const char *path, struct err *err)
{
    *r = (struct rejects){0};
    if (pthread_mutex_init(&r->lock, NULL) != 0)
        return err_set(err, ERR_NOMEM, "cannot make a lock");
    r->ready = true;
    if (!path)
        return 0;
    /* Never through a link, and never over something that is no file. */
    struct err own = {0};
    int fd = file_open_read(AT_FDCWD, path, NULL, &own);
    if (fd >= 0) {
        (void)close(fd);
        int rc = file_remove(AT_FDCWD, path, err);
        if (rc != 0)
            return rc;
    } else if (fd != ERR_NOT_FOUND) {
        return err_set(err, fd, "--rejects: %s", own.msg);
    }
    int rc = file_writer_create(&r->file, AT_FDCWD, path, err);
    r->open = rc == 0;
    return rc;
}

void rejects_json_string(struct buf *out, struct bytes text)
{
    const uint8_t *p = text.data, *end = text.data + text.len;
    buf_put_u8(out, '"');
    while (p < end) {
        uint32_t cp;
        size_t len = utf8_decode(p, end, &cp);
        if (cp == '"' || cp == '\\')
            buf_printf(out, "\\%c", (char)cp);
        else if (cp == '\n')
            buf_put_str(out, "\\n");
        else if (cp < 0x20 || cp == 0x7f)
            buf_printf(out, "\\u%04x", (unsigned)cp);
        else if (cp == 0xfffd)
            buf_put_str(out, "\xef\xbf\xbd");
        else
            buf_put(out, p, len);
        p += len;
    }
    buf_put_u8(out, '"');
}

static void json_line(struct buf *out, const struct reject *w)
{
    buf_put_str(out, "{\"file\":");
    rejects_json_string(out, bytes_str(w->path));
    if (w->record > 0)
        buf_printf(out, ",\"record\":%" PRIu64, w->record);
    buf_printf(out, ",\"offset\":%" PRIu64, w->offset);
    if (w->length > 0)
        buf_printf(out, ",\"length\":%" PRIu64, w->length);
    buf_put_str(out, ",\"reason\":");
    rejects_json_string(out, bytes_str(w->reason));
    buf_put_str(out, w->warning ? ",\"warning\":true}\n" : "}\n");
}

static void word_line(struct buf *out, const struct reject *w)
{
    buf_printf(out, "%s: ", w->path);
    if (w->record > 0)
        buf_printf(out, "record %" PRIu64 ", ", w->record);
    buf_printf(out, "byte %" PRIu64 ": %s\n", w->offset, w->reason);
}

void rejects_put(struct rejects *r, const struct reject *what)
{
    struct buf line = {0};
    (void)pthread_mutex_lock(&r->lock);
    uint64_t *count = what->warning ? &r->n_warnings : &r->n_rejects;
    if ((*count)++ < REJECTS_TOLD)
        word_line(&r->told, what);
    if (r->open) {
        json_line(&line, what);
        if (buf_check(&line, &r->err) == 0)
            file_writer_put(&r->file, line.data, line.len);
    }
    (void)pthread_mutex_unlock(&r->lock);
    buf_release(&line);
}

int rejects_finish(struct rejects *r, struct err *err)
{
    if (r->err.code)
        return err_set(err, r->err.code, "--rejects: %s", r->err.msg);
    if (!r->open)
        return 0;
    int rc = file_writer_flush(&r->file, err);
    return rc == 0 ? 0 : err_wrap(err, "--rejects");
}

void rejects_close(struct rejects *r)
{
    if (r->open)
        file_writer_close(&r->file);
    buf_release(&r->told);
    if (r->ready)
        (void)pthread_mutex_destroy(&r->lock);
    *r = (struct rejects){0};
}
