#include "indexer/runs.h"

#include <stdlib.h>

void runs_init(struct runs *r, struct budget *budget, uint64_t held_max, int dirfd,
               const char *dirname)
{
    *r = (struct runs){
        .budget = budget, .held_max = held_max, .dirfd = dirfd, .dirname = dirname};
}

void runs_release(struct runs *r)
{
    vec_foreach(struct run, run, &r->list)
        run_release(run);
    vec_release(&r->list);
    vec_release(&r->offsets);
    if (r->open)
        file_writer_close(&r->file);
    if (r->budget)
        budget_give(r->budget, r->held_bytes);
    *r = (struct runs){0};
}

void runs_drop(struct runs *r, size_t i)
{
    const struct buf *bytes = &r->list.items[i].bytes;
    budget_drop(bytes->data, bytes->len);
}

static int spill(struct runs *r, struct run *run, uint64_t *offset, struct err *err)
{
    if (!r->open) {
        int rc = file_writer_temp(&r->file, r->dirfd, r->dirname, err);
        if (rc != 0)
            return rc;
        r->open = true;
    }
    *offset = file_writer_tell(&r->file);
    file_writer_put(&r->file, run->bytes.data, run->bytes.len);
    r->spilled_bytes += run->bytes.len;
    buf_release(&run->bytes);
    return 0;
}

int runs_add(struct runs *r, struct run *run, struct err *err)
{
    uint64_t offset = UINT64_MAX;
    uint64_t directory = (run->ends.cap + run->words.cap) * sizeof *run->ends.items;
    budget_force(r->budget, directory);
    r->held_bytes += directory;
    size_t len = run->bytes.len;
    if (r->held_bytes + len <= r->held_max && budget_take(r->budget, len)) {
        /* The buffer was sized for the worst case. */
        uint8_t *data = realloc(run->bytes.data, len ? len : 1);
        if (data) {
            run->bytes.data = data;
            run->bytes.cap = len ? len : 1;
        }
        r->held_bytes += len;
    } else {
        int rc = spill(r, run, &offset, err);
        if (rc != 0)
            return rc;
    }
    if (!vec_push(&r->list, *run) || !vec_push(&r->offsets, offset))
        return err_set(err, ERR_NOMEM, "postings: out of memory");
    *run = (struct run){0};
    return 0;
}

int runs_flush(struct runs *r, struct err *err)
{
    return r->open ? file_writer_flush(&r->file, err) : 0;
}

static size_t begin_of(const struct run *run, uint32_t partition)
{
    return partition ? run->ends.items[partition - 1] : 0;
}

size_t runs_bytes(const struct runs *r, size_t i, uint32_t first, uint32_t end)
{
    const struct run *run = &r->list.items[i];
    return begin_of(run, end) - begin_of(run, first);
}

uint64_t runs_bytes_all(const struct runs *r, uint32_t first, uint32_t end)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < r->list.len; i++)
        sum += runs_bytes(r, i, first, end);
    return sum;
}

size_t runs_bytes_most(const struct runs *r, uint32_t first, uint32_t end)
{
    size_t most = 0;
    for (size_t i = 0; i < r->list.len; i++) {
        size_t len = runs_bytes(r, i, first, end);
        most = len > most ? len : most;
    }
    return most;
}

uint64_t runs_partition_bytes(const struct runs *r, uint32_t partition)
{
    return runs_bytes_all(r, partition, partition + 1);
}

bool runs_is_spilled(const struct runs *r, size_t i)
{
    return r->offsets.items[i] != UINT64_MAX;
}

int runs_slice(const struct runs *r, size_t i, uint32_t partition, uint8_t *at,
               struct bytes *out, struct err *err)
{
    return runs_slices(r, i, partition, partition + 1, at, out, err);
}

int runs_slices(const struct runs *r, size_t i, uint32_t first, uint32_t end,
                uint8_t *at, struct bytes *out, struct err *err)
{
    const struct run *run = &r->list.items[i];
    size_t begin = begin_of(run, first), len = runs_bytes(r, i, first, end);
    if (!runs_is_spilled(r, i)) {
        *out = bytes_of(run->bytes.data + begin, len);
        return 0;
    }
    *out = bytes_of(at, len);
    return len ? file_pread(r->file.fd, at, len, r->offsets.items[i] + begin,
                            r->file.path, err)
               : 0;
}
