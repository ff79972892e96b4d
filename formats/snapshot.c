#include "formats/snapshot.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

enum {
    CURRENT_BYTES_MAX = 4096,
    TRIES = 8 /* as many builds may finish while a snapshot is being opened */
};

/* A small file, whole; one that is larger than it can be is damaged. */
static int read_small(int dirfd, const char *dirname, const char *name, size_t max,
                      struct buf *out, struct err *err)
{
    struct err own = {0};
    int rc = file_read_all(dirfd, name, max, out, &own);
    if (rc == ERR_LIMIT)
        return err_set(err, ERR_CORRUPT, "'%s/%s': has more than %zu bytes", dirname,
                       name, max);
    return rc == 0 ? 0 : err_set(err, rc, "%s: %s", dirname, own.msg);
}

static int read_current(int dirfd, const char *dirname, struct current *out,
                        struct err *err)
{
    struct buf data = {0}, path = {0};
    buf_printf(&path, "%s/%s", dirname, SNAPSHOT_CURRENT);
    int rc = buf_check(&path, err);
    if (rc == 0)
        rc =
            read_small(dirfd, dirname, SNAPSHOT_CURRENT, CURRENT_BYTES_MAX, &data, err);
    if (rc == 0)
        rc = current_decode(buf_bytes(&data), (const char *)path.data, out, err);
    buf_release(&data);
    buf_release(&path);
    return rc;
}

static int read_manifest(int dirfd, const char *dirname, const struct current *current,
                         struct manifest *out, struct err *err)
{
    struct buf data = {0}, path = {0};
    buf_printf(&path, "%s/%s", dirname, current->name);
    int rc = buf_check(&path, err);
    if (rc == 0)
        rc = read_small(dirfd, dirname, current->name, MANIFEST_BYTES_MAX, &data, err);
    if (rc != 0)
        goto out;
    struct hash128 hash = hash_digest(data.data, data.len);
    if (data.len != current->len || hash.low != current->hash.low ||
        hash.high != current->hash.high)
        rc = err_set(err, ERR_CORRUPT, "'%s': is not the file that %s names", path.data,
                     SNAPSHOT_CURRENT);
    else
        rc = manifest_decode(buf_bytes(&data), (const char *)path.data, out, err);
out:
    buf_release(&data);
    buf_release(&path);
    return rc;
}

static int no_index(const char *dirname, struct err *err)
{
    err_clear(err);
    return err_set(
        err, ERR_NOT_FOUND,
        "'%s': no index there; make one with: stemma-index build -x %s INPUT...",
        dirname, dirname);
}

int snapshot_manifest(int dirfd, const char *dirname, struct manifest *out,
                      struct err *err)
{
    struct current current;
    int rc = read_current(dirfd, dirname, &current, err);
    if (rc == 0)
        rc = read_manifest(dirfd, dirname, &current, out, err);
    return rc;
}

/* The story graph must be of the segments that are open. */
static int open_stories(struct snapshot *s, struct err *err)
{
    const struct manifest *m = &s->manifest;
    int rc = stories_open(&s->stories, s->dirfd, s->path, m->stories_file.name,
                          &m->stories_file.header_hash, m->stories_file.len, err);
    if (rc == 0 && stories_n_segments(s->stories) != m->segments.len)
        rc = err_set(err, ERR_CORRUPT,
                     "'%s/%s': speaks of %u segments where there are %zu", s->path,
                     m->stories_file.name, stories_n_segments(s->stories),
                     m->segments.len);
    for (uint32_t i = 0; rc == 0 && i < m->segments.len; i++) {
        uint32_t stories, articles;
        rc = stories_counts(s->stories, i, &stories, &articles, err);
        if (rc == 0 && (stories != s->segments[i].counts[SEGMENT_STORIES] ||
                        articles != s->segments[i].counts[SEGMENT_ARTICLES]))
            rc = err_set(err, ERR_CORRUPT, "'%s/%s': does not fit segment '%s'",
                         s->path, m->stories_file.name, m->segments.items[i].name);
    }
    return rc;
}

/* Opens the files that the manifest names. */
static int open_files(struct snapshot *s, bool whole, struct err *err)
{
    const struct manifest *m = &s->manifest;
    if (m->seam != SEAM)
        return err_set(err, ERR_VERSION,
                       "'%s': pieces share %u tokens, this program expects %d", s->path,
                       m->seam, SEAM);
    s->segments = calloc(m->segments.len ? m->segments.len : 1, sizeof *s->segments);
    if (!s->segments)
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < m->segments.len; i++) {
        const struct manifest_file *f = &m->segments.items[i];
        rc = (whole ? segment_open : segment_open_core)(
            &s->segments[i], s->dirfd, s->path, f->name, &f->header_hash, f->len, err);
        s->n_segments += rc == 0;
    }
    return rc == 0 && whole ? open_stories(s, err) : rc;
}

/* Closes all but the folder. */
static void close_files(struct snapshot *s)
{
    for (size_t i = 0; i < s->n_segments; i++)
        segment_close(&s->segments[i]);
    free(s->segments);
    stories_close(s->stories);
    manifest_release(&s->manifest);
    s->segments = NULL;
    s->n_segments = 0;
    s->stories = NULL;
}

static int open_generation(struct snapshot *s, bool whole, struct err *err)
{
    struct current last = {0}, current;
    int rc = 0;
    for (int try = 0; try < TRIES; try++) {
        memset(&current, 0, sizeof current);
        rc = read_current(s->dirfd, s->path, &current, err);
        if (rc != 0)
            return rc == ERR_NOT_FOUND ? no_index(s->path, err) : rc;
        if (strcmp(current.name, last.name) == 0 && current.hash.low == last.hash.low &&
            current.hash.high == last.hash.high)
            break;
        err_clear(err);
        rc = read_manifest(s->dirfd, s->path, &current, &s->manifest, err);
        if (rc == 0)
            rc = open_files(s, whole, err);
        if (rc != ERR_NOT_FOUND)
            return rc;
        close_files(s);
        last = current;
    }
    /* CURRENT still names a file that is not there: nobody else took it away. */
    struct err lost = *err;
    err_clear(err);
    return err_set(err, ERR_CORRUPT, "a file of the index is missing: %s", lost.msg);
}

static int open_index(struct snapshot *s, const char *path, bool whole, struct err *err)
{
    struct err own = {0};
    memset(s, 0, sizeof *s);
    int fd = file_open_dir(path, false, &own);
    if (fd == ERR_NOT_FOUND)
        return no_index(path, err);
    if (fd < 0)
        return err_set(err, fd, "%s", own.msg);
    s->dirfd = fd;
    s->open = true;
    s->path = strdup(path);
    int rc = s->path ? 0 : err_set(&own, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = open_generation(s, whole, &own);
    if (rc != 0) {
        snapshot_close(s);
        return err_set(err, rc, "%s", own.msg);
    }
    return 0;
}

int snapshot_open(struct snapshot *s, const char *path, struct err *err)
{
    return open_index(s, path, true, err);
}

int snapshot_open_core(struct snapshot *s, const char *path, struct err *err)
{
    return open_index(s, path, false, err);
}

void snapshot_close(struct snapshot *s)
{
    close_files(s);
    if (s->open)
        (void)close(s->dirfd);
    free(s->path);
    memset(s, 0, sizeof *s);
}

int snapshot_publish(int dirfd, const char *dirname, const struct manifest *m,
                     struct err *err)
{
    struct buf data = {0};
    struct current current = {0};
    snprintf(current.name, sizeof current.name, "MANIFEST-%" PRIu64, m->generation);
    int rc = manifest_encode(m, &data, err);
    if (rc != 0)
        goto out;
    current.len = data.len;
    current.hash = hash_digest(data.data, data.len);
    rc = file_publish(dirfd, dirname, current.name, buf_bytes(&data), err);
    if (rc != 0)
        goto out;
    buf_reset(&data);
    rc = current_encode(&current, &data, err);
    if (rc == 0)
        rc = file_publish(dirfd, dirname, SNAPSHOT_CURRENT, buf_bytes(&data), err);
out:
    buf_release(&data);
    return rc;
}
