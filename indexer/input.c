#include "indexer/input.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "indexer/cutter.h"
#include "indexer/stream.h"
#include "indexer/walk.h"

struct inputs {
    struct walk_files files;
    uint64_t bytes;
    _Atomic uint64_t bytes_read;
    atomic_bool stop;
    size_t next; /* file to be opened */
    struct stream stream;
    struct cutter cutter;
};

void input_block_free(struct input_block *b)
{
    if (!b)
        return;
    free(b->data);
    free(b->pieces);
    free(b);
}

int inputs_open(struct inputs **out, const struct config *c, struct budget *budget,
                void (*tell)(void *arg, const struct reject *r), void *arg,
                struct err *err)
{
    struct inputs *in = calloc(1, sizeof *in);
    if (!in)
        return err_set(err, ERR_NOMEM, "the list of inputs");
    atomic_init(&in->bytes_read, 0);
    atomic_init(&in->stop, false);
    in->stream.budget = budget;
    in->stream.bytes_read = &in->bytes_read;
    in->stream.stop = &in->stop;
    in->stream.window_max = c->memory_bytes / 2;
    in->cutter.stream = &in->stream;
    in->cutter.config = c;
    in->cutter.tell = tell;
    in->cutter.arg = arg;
    int rc = walk_inputs(c, &in->files, tell, arg, err);
    if (rc != 0) {
        inputs_close(in);
        return rc;
    }
    for (size_t i = 0; i < in->files.v.len; i++)
        in->bytes += in->files.v.items[i].size;
    *out = in;
    return 0;
}

void inputs_close(struct inputs *in)
{
    if (!in)
        return;
    cutter_release(&in->cutter);
    stream_release(&in->stream);
    walk_release(&in->files);
    free(in);
}

void inputs_stop(struct inputs *in)
{
    atomic_store(&in->stop, true);
}

static bool is_stdin(const struct input_file *f)
{
    return f->listed && strcmp(f->path, "-") == 0;
}

/* Opens the next file; one that fails is told and passed over, and the cutter stays without
 * a file. */
static int open_next(struct inputs *in, struct err *err)
{
    struct input_file *f = &in->files.v.items[in->next++];
    struct err e = {0};
    int fd = STDIN_FILENO;
    if (is_stdin(f))
        f->size = 0;
    else
        fd = file_open_read(AT_FDCWD, f->path, NULL, &e);
    int rc = fd < 0 ? fd : stream_open(&in->stream, fd, f->path, &e);
    if (rc == 0)
        return cutter_open(&in->cutter, f, err);
    if (rc == ERR_NOMEM || rc == ERR_INTERRUPTED)
        return err_set(err, rc, "%s", e.msg);
    if (in->cutter.tell) {
        struct reject r = {.path = f->path, .reason = e.msg};
        in->cutter.tell(in->cutter.arg, &r);
    }
    return 0;
}

static bool is_full(const struct cutter_block *b)
{
    return b->data.len >= CONFIG_BATCH_BYTES || b->pieces.v.len >= CUTTER_PIECES_MAX;
}

/* Pieces until the block is full, or the next file would not fit into it. */
static int gather(struct inputs *in, struct cutter_block *b, struct err *err)
{
    int rc = 0;
    while (rc == 0 && !is_full(b)) {
        if (atomic_load(&in->stop))
            return err_set(err, ERR_INTERRUPTED, "reading was stopped");
        if (in->cutter.file) {
            rc = cutter_fill(&in->cutter, b, err);
            if (rc != 0 || in->cutter.file)
                return rc; /* what is left of this input does not fit */
            continue;
        }
        if (in->next == in->files.v.len)
            break;
        uint64_t size = in->files.v.items[in->next].size;
        if (b->data.len > 0 && b->data.len + size > CONFIG_BATCH_BYTES)
            break;
        rc = open_next(in, err);
    }
    return rc;
}

/* Pads a block, and cuts its memory where much of it is not used. Not elsewhere: blocks ask for the same size, and what
 * one gives back is then just what the next one needs. Cut to their lines, each would leave a hole that is too small. */
static int make_block(struct cutter_block *b, struct input_block **out, struct err *err)
{
    struct input_block *block = calloc(1, sizeof *block);
    size_t used = b->data.len + CUTTER_PAD_BYTES, cap = b->data.cap;
    uint8_t *data = b->data.data;
    if (cap < used || cap - used > cap / 8) {
        cap = used;
        data = block ? realloc(b->data.data, cap) : NULL;
    }
    if (!block || !data) {
        free(block);
        return err_set(err, ERR_NOMEM, "a block of records");
    }
    memset(data + b->data.len, 0, CUTTER_PAD_BYTES);
    *block = (struct input_block){data, b->data.len, cap, b->pieces.v.items,
                                  b->pieces.v.len};
    *b = (struct cutter_block){0};
    *out = block;
    return 0;
}

int inputs_next(struct inputs *in, struct input_block **out, struct err *err)
{
    struct cutter_block b = {0};
    int rc = gather(in, &b, err);
    if (rc == 0)
        rc = b.pieces.v.len == 0 ? ITER_END : make_block(&b, out, err);
    cutter_block_release(&b);
    return rc;
}

bool inputs_seldom_wait(const struct inputs *in)
{
    size_t n = in->files.v.len;
    if (n == 0 || in->bytes / n < CUTTER_LARGE_BYTES)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct input_file *f = &in->files.v.items[i];
        if (is_stdin(f) || walk_is_packed(f->path))
            return false;
    }
    return true;
}

uint32_t inputs_count(const struct inputs *in)
{
    return (uint32_t)in->files.v.len;
}

uint64_t inputs_bytes(const struct inputs *in)
{
    return in->bytes;
}

uint64_t inputs_bytes_read(const struct inputs *in)
{
    return atomic_load(&in->bytes_read);
}

const struct input_file *inputs_file(const struct inputs *in, uint32_t number)
{
    return number < in->files.v.len ? &in->files.v.items[number] : NULL;
}
