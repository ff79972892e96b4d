/* INPUTS: count rows, one after another:
 *
 *   path length varint, bytes | size varint | mtime_ns varint | records varint
 *   | rejects varint | warnings varint | reader u8
 */
#include "formats/inputlist.h"

#include <stdlib.h>

#include "base/buf.h"
#include "formats/coding.h"

struct inputlist_writer {
    struct container_writer *container;
    struct section_writer *section;
    struct buf row;
    uint64_t n;
};

int inputlist_writer_create(struct inputlist_writer **out, int dirfd,
                            const char *dirname, const char *name, struct err *err)
{
    struct inputlist_writer *w = calloc(1, sizeof *w);
    if (!w)
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc =
        container_create(&w->container, CONTAINER_INPUTS, dirfd, dirname, name, err);
    if (rc != 0) {
        free(w);
        return rc;
    }
    w->section = container_open_section(w->container, SECTION_INPUTS, 1, false);
    *out = w;
    return 0;
}

void inputlist_writer_put(struct inputlist_writer *w, const struct inputlist_row *row)
{
    struct err why = {0};
    buf_reset(&w->row);
    buf_put_varint(&w->row, row->path.len);
    buf_put_bytes(&w->row, row->path);
    buf_put_varint(&w->row, row->size);
    buf_put_varint(&w->row, row->mtime_ns);
    buf_put_varint(&w->row, row->records);
    buf_put_varint(&w->row, row->rejects);
    buf_put_varint(&w->row, row->warnings);
    buf_put_u8(&w->row, row->reader);
    if (buf_check(&w->row, &why) != 0)
        section_fail(w->section, &why);
    section_put(w->section, w->row.data, w->row.len);
    w->n++;
}

int inputlist_writer_finish(struct inputlist_writer *w, struct hash128 *hash,
                            uint64_t *len, struct err *err)
{
    const uint64_t counts[CONTAINER_COUNTS] = {w->n};
    section_finish(w->section, w->n);
    int rc = container_finish(w->container, 0, counts, hash, len, err);
    buf_release(&w->row);
    free(w);
    return rc;
}

void inputlist_writer_abort(struct inputlist_writer *w)
{
    if (!w)
        return;
    container_abort(w->container);
    buf_release(&w->row);
    free(w);
}

int inputlist_open(struct inputlist *l, int dirfd, const char *dirname,
                   const char *name, const struct hash128 *hash, uint64_t len,
                   struct err *err)
{
    *l = (struct inputlist){0};
    int rc = container_open(&l->container, dirfd, dirname, name, CONTAINER_INPUTS, hash,
                            len, err);
    if (rc == 0)
        rc = container_section(l->container, SECTION_INPUTS, &l->section, err);
    if (rc != 0) {
        inputlist_close(l);
        return rc;
    }
    l->left = l->section.count;
    return 0;
}

void inputlist_close(struct inputlist *l)
{
    container_close(l->container);
    *l = (struct inputlist){0};
}

int inputlist_next(struct inputlist *l, struct inputlist_row *out, struct err *err)
{
    const struct section *s = &l->section;
    if (l->left == 0)
        return l->at == s->len
                   ? ITER_END
                   : section_corrupt(s, l->at, err, "bytes after the last row");
    /* The section is small and read from end to end: all of it is checked at the first row. */
    int rc = section_check(s, 0, s->len, err);
    if (rc != 0)
        return rc;
    struct cursor c = cursor_of(s->data + l->at, s->len - l->at);
    struct inputlist_row row;
    row.path = cursor_bytes(&c, cursor_varint(&c));
    row.size = cursor_varint(&c);
    row.mtime_ns = cursor_varint(&c);
    row.records = cursor_varint(&c);
    row.rejects = cursor_varint(&c);
    row.warnings = cursor_varint(&c);
    row.reader = cursor_u8(&c);
    if (c.failed)
        return section_corrupt(s, l->at, err, "a row that is not whole");
    l->at = (uint64_t)(c.p - s->data);
    l->left--;
    *out = row;
    return 0;
}
