#include "tests/support/reread.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/support/check.h"

struct reread {
    struct reader *reader;
    struct analyser *analyser;
    struct provenance_cache *cache;
    /* one article */
    struct reread_article article;
    reread_fn fn;
    void *arg;
    size_t seen;
};

struct reread *reread_new(const struct config *c)
{
    struct reread *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->reader = reader_new(c);
    r->analyser = analyser_new();
    r->cache = provenance_cache_new();
    if (r->reader && r->analyser && r->cache)
        return r;
    reread_free(r);
    return NULL;
}

void reread_free(struct reread *r)
{
    if (!r)
        return;
    reader_free(r->reader);
    analyser_free(r->analyser);
    provenance_cache_free(r->cache);
    free(r);
}

static int on_record(void *arg, const struct record *record, struct err *err)
{
    struct reread *r = arg;
    struct analysed t;
    int rc = analyser_article(r->analyser, &record->title, &record->body, &t, err);
    if (rc != 0)
        return rc;
    r->article.record = record;
    r->article.text = &t;
    r->fn(r->arg, &r->article);
    r->seen++;
    return 0;
}

static int on_reject(void *arg, uint64_t number, uint64_t offset, uint64_t len,
                     const char *reason, struct err *err)
{
    (void)arg;
    (void)number;
    (void)offset;
    (void)len;
    return err_set(err, ERR_INPUT, "%s", reason);
}

static int read_record(struct reread *r, char *path, uint8_t *data, struct err *err)
{
    const struct provenance_row *row = r->article.row;
    uint64_t numbers;
    int fd = file_open_read(AT_FDCWD, path, NULL, err);
    if (fd < 0)
        return fd;
    int rc = file_pread(fd, data, (size_t)row->len, row->offset, path, err);
    (void)close(fd);
    if (rc != 0)
        return rc;
    struct hash128 digest = hash_digest(data, (size_t)row->len);
    CHECK(digest.low == row->digest.low && digest.high == row->digest.high);
    struct input_file file = {.path = path, .reader = (enum reader_kind)row->reader};
    struct input_piece piece = {.file = &file, .len = (uint32_t)row->len};
    struct input_block block = {data, (size_t)row->len, (size_t)row->len + 64, &piece,
                                1};
    struct reader_events events = {on_record, on_reject, r, NULL};
    return reader_piece(r->reader, &block, &piece, &events, &numbers, err);
}

int reread(struct reread *r, const struct segment *s, article_id id, reread_fn fn,
           void *arg, struct err *err)
{
    struct provenance_row row;
    int rc = provenance_get(&s->provenance, r->cache, id, &row, err);
    if (rc != 0)
        return rc;
    uint8_t *data = calloc(1, (size_t)row.len + 64);
    char *path = calloc(1, row.input.len + 1);
    CHECK(data && path);
    memcpy(path, row.input.data, row.input.len);
    r->article = (struct reread_article){.id = id, .row = &row};
    r->fn = fn;
    r->arg = arg;
    r->seen = 0;
    rc = read_record(r, path, data, err);
    CHECK(rc != 0 || r->seen == 1);
    free(data);
    free(path);
    return rc;
}
