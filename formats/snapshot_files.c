/* The files of an index folder: which belong to a generation, verifying those, removing others. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "formats/snapshot.h"

/* Names, each owned, in byte order once sorted. */
struct names {
    VEC(char *) list;
};

static void release_names(struct names *n)
{
    for (size_t i = 0; i < n->list.len; i++)
        free(n->list.items[i]);
    vec_release(&n->list);
}

static int add_name(struct names *n, const char *name, struct err *err)
{
    char *copy = strdup(name);
    if (copy && vec_push(&n->list, copy))
        return 0;
    free(copy);
    return err_set(err, ERR_NOMEM, "out of memory");
}

static bool has_name(const struct names *n, const char *name)
{
    for (size_t i = 0; i < n->list.len; i++) {
        if (strcmp(n->list.items[i], name) == 0)
            return true;
    }
    return false;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_folder(int dirfd, const char *dirname, struct names *out,
                       struct err *err)
{
    int rc = 0;
    int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        rc = err_sys(err, ERR_IO, errno, "'%s': cannot list the folder", dirname);
        if (fd >= 0)
            (void)close(fd);
        return rc;
    }
    for (;;) {
        errno = 0;
        /* The stream is this function's own. NOLINTNEXTLINE(concurrency-mt-unsafe) */
        const struct dirent *entry = readdir(dir);
        if (!entry) {
            if (errno != 0)
                rc = err_sys(err, ERR_IO, errno, "'%s': cannot list the folder",
                             dirname);
            break;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        rc = add_name(out, entry->d_name, err);
        if (rc != 0)
            break;
    }
    (void)closedir(dir);
    if (rc == 0 && out->list.len > 0)
        qsort(out->list.items, out->list.len, sizeof *out->list.items, by_bytes);
    return rc;
}

/* The generation of "MANIFEST-<n>", 0 if the name is not of that form. */
static uint64_t generation_of(const char *name)
{
    static const char prefix[] = "MANIFEST-";
    char again[MANIFEST_NAME_MAX];
    if (strncmp(name, prefix, sizeof prefix - 1) != 0)
        return 0;
    uint64_t n = strtoull(name + sizeof prefix - 1, NULL, 10);
    snprintf(again, sizeof again, "MANIFEST-%" PRIu64, n);
    return strcmp(again, name) == 0 ? n : 0;
}

/* The generation kept beside the current one: the greatest before it; 0 if there is none. */
static uint64_t kept_generation(const struct names *all, uint64_t current)
{
    uint64_t kept = 0;
    for (size_t i = 0; i < all->list.len; i++) {
        uint64_t n = generation_of(all->list.items[i]);
        if (n < current && n > kept)
            kept = n;
    }
    return kept;
}

static int read_kept(int dirfd, const char *dirname, uint64_t generation,
                     struct manifest *out, uint64_t *len, struct err *err)
{
    char name[MANIFEST_NAME_MAX];
    struct buf data = {0};
    snprintf(name, sizeof name, "MANIFEST-%" PRIu64, generation);
    int rc = file_read_all(dirfd, name, MANIFEST_BYTES_MAX, &data, err);
    if (rc == 0)
        rc = manifest_decode(buf_bytes(&data), name, out, err);
    if (rc == 0 && out->generation != generation)
        rc = err_set(err, ERR_CORRUPT, "'%s': is of generation %" PRIu64, name,
                     out->generation);
    if (rc != 0 && err->code != 0)
        err_wrap(err, "%s", dirname);
    *len = data.len;
    buf_release(&data);
    return rc;
}

static int add_files(struct names *n, const struct manifest *m, struct err *err)
{
    char name[MANIFEST_NAME_MAX];
    snprintf(name, sizeof name, "MANIFEST-%" PRIu64, m->generation);
    int rc = add_name(n, name, err);
    if (rc == 0)
        rc = add_name(n, m->stories_file.name, err);
    if (rc == 0 && m->inputs_file.len > 0)
        rc = add_name(n, m->inputs_file.name, err);
    for (size_t i = 0; rc == 0 && i < m->segments.len; i++)
        rc = add_name(n, m->segments.items[i].name, err);
    return rc;
}

/* --- verify ------------------------------------------------------------------------------ */

struct check {
    int dirfd;
    const char *path;
    struct names done;
    struct snapshot_report *report;
};

/* False if the file was looked at already (the generations share it). */
static bool begin_file(struct check *c, const struct manifest_file *f, int *rc,
                       struct err *err)
{
    if (has_name(&c->done, f->name))
        return false;
    *rc = add_name(&c->done, f->name, err);
    c->report->n_files++;
    c->report->bytes += f->len;
    return *rc == 0;
}

static int verify_segment(struct check *c, const struct manifest_file *f,
                          uint64_t totals[SEGMENT_TEXT_BYTES + 1], struct err *err)
{
    struct segment s;
    int rc = segment_open(&s, c->dirfd, c->path, f->name, &f->header_hash, f->len, err);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i <= SEGMENT_TEXT_BYTES; i++)
        totals[i] += s.counts[i];
    if (begin_file(c, f, &rc, err))
        rc = segment_verify(&s, err);
    segment_close(&s);
    return rc;
}

/* The story graph of a generation has as many stories and articles as its segments, whose numbers are bounded
 * by their bytes: its own are not, and verifying it takes a step for each. */
static int compare_counts(const struct check *c, const struct stories *stories,
                          const struct manifest *m, struct err *err)
{
    uint64_t n_stories = 0, n_articles = 0;
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < stories_n_segments(stories); i++) {
        uint32_t s = 0, a = 0;
        rc = stories_counts(stories, i, &s, &a, err);
        n_stories += s;
        n_articles += a;
    }
    if (rc == 0 && (stories_n_segments(stories) != m->segments.len ||
                    n_stories != m->stories || n_articles != m->articles))
        rc = err_set(err, ERR_CORRUPT, "'%s/%s': does not fit the segments", c->path,
                     m->stories_file.name);
    return rc;
}

static int verify_stories(struct check *c, const struct manifest *m, struct err *err)
{
    const struct manifest_file *f = &m->stories_file;
    struct stories *stories = NULL;
    int rc = 0;
    if (!begin_file(c, f, &rc, err))
        return rc;
    rc = stories_open(&stories, c->dirfd, c->path, f->name, &f->header_hash, f->len,
                      err);
    if (rc == 0)
        rc = compare_counts(c, stories, m, err);
    if (rc == 0)
        rc = stories_verify(stories, err);
    stories_close(stories);
    return rc;
}

static int verify_inputs(struct check *c, const struct manifest *m, struct err *err)
{
    const struct manifest_file *f = &m->inputs_file;
    struct container *inputs = NULL;
    int rc = 0;
    if (f->len == 0 || !begin_file(c, f, &rc, err))
        return rc;
    rc = container_open(&inputs, c->dirfd, c->path, f->name, CONTAINER_INPUTS,
                        &f->header_hash, f->len, err);
    if (rc == 0)
        rc = container_verify(inputs, err);
    container_close(inputs);
    return rc;
}

static int verify_generation(struct check *c, const struct manifest *m, struct err *err)
{
    uint64_t totals[SEGMENT_TEXT_BYTES + 1] = {0};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < m->segments.len; i++)
        rc = verify_segment(c, &m->segments.items[i], totals, err);
    if (rc == 0 &&
        (m->stories != totals[SEGMENT_STORIES] ||
         m->wordings != totals[SEGMENT_WORDINGS] ||
         m->articles != totals[SEGMENT_ARTICLES] ||
         m->tokens != totals[SEGMENT_TOKENS] || m->homes != totals[SEGMENT_HOMES] ||
         m->article_tokens != totals[SEGMENT_ARTICLE_TOKENS] ||
         m->text_bytes != totals[SEGMENT_TEXT_BYTES]))
        rc = err_set(err, ERR_CORRUPT,
                     "'%s': the totals of generation %" PRIu64
                     " are not those of its segments",
                     c->path, m->generation);
    if (rc == 0)
        rc = verify_stories(c, m, err);
    if (rc == 0)
        rc = verify_inputs(c, m, err);
    return rc;
}

static int report_unknown(const struct check *c, const struct names *all,
                          const struct names *known, struct err *err)
{
    for (size_t i = 0; i < all->list.len; i++) {
        const char *name = all->list.items[i];
        if (strcmp(name, SNAPSHOT_CURRENT) == 0 || strcmp(name, SNAPSHOT_LOCK) == 0 ||
            has_name(known, name))
            continue;
        buf_printf(&c->report->unknown, "%s\n", name);
    }
    return buf_check(&c->report->unknown, err);
}

int snapshot_verify(const char *path, struct snapshot_report *report, struct err *err)
{
    struct snapshot s;
    struct err own = {0};
    struct names all = {0}, known = {0};
    struct manifest kept = {0};
    report->n_files = report->bytes = 0;
    int rc = snapshot_open(&s, path, &own);
    if (rc != 0)
        return err_set(err, rc, "%s", own.msg);
    struct check c = {.dirfd = s.dirfd, .path = path, .report = report};
    rc = list_folder(s.dirfd, path, &all, &own);
    if (rc == 0)
        rc = add_files(&known, &s.manifest, &own);
    if (rc == 0)
        rc = verify_generation(&c, &s.manifest, &own);
    report->n_files +=
        2; /* CURRENT and the manifest, read when the snapshot was opened */
    uint64_t generation = kept_generation(&all, s.manifest.generation), len = 0;
    if (rc == 0 && generation > 0) {
        rc = read_kept(s.dirfd, path, generation, &kept, &len, &own);
        report->n_files++;
        report->bytes += len;
        if (rc == 0)
            rc = add_files(&known, &kept, &own);
        if (rc == 0)
            rc = verify_generation(&c, &kept, &own);
    }
    if (rc == 0)
        rc = report_unknown(&c, &all, &known, &own);
    release_names(&all);
    release_names(&known);
    release_names(&c.done);
    manifest_release(&kept);
    snapshot_close(&s);
    return rc == 0 ? 0 : err_set(err, rc, "%s", own.msg);
}

/* --- clean ------------------------------------------------------------------------------- */

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), k = strlen(end);
    return n >= k && strcmp(name + n - k, end) == 0;
}

/* "seg-", 16 hexadecimal digits, ".stm", and the like. */
static bool is_build_file(const char *name)
{
    static const char *const prefixes[] = {"seg-", "stories-", "inputs-"};
    if (generation_of(name) > 0 || ends_with(name, SNAPSHOT_TEMP))
        return true;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t n = strlen(prefixes[i]);
        if (strncmp(name, prefixes[i], n) == 0 &&
            strcmp(name + n + strspn(name + n, "0123456789abcdef"), ".stm") == 0)
            return true;
    }
    return false;
}

int snapshot_clean(int dirfd, const char *dirname, struct err *err)
{
    struct names all = {0}, known = {0};
    struct manifest current = {0}, kept = {0};
    struct err ignored = {0};
    uint64_t len;
    int rc = snapshot_manifest(dirfd, dirname, &current, err);
    if (rc == 0)
        rc = list_folder(dirfd, dirname, &all, err);
    if (rc == 0)
        rc = add_files(&known, &current, err);
    if (rc != 0)
        goto out;
    /* A kept generation that cannot be read keeps nothing. */
    uint64_t generation = kept_generation(&all, current.generation);
    if (generation > 0 &&
        read_kept(dirfd, dirname, generation, &kept, &len, &ignored) == 0)
        rc = add_files(&known, &kept, err);
    for (size_t i = 0; rc == 0 && i < all.list.len; i++) {
        const char *name = all.list.items[i];
        if (is_build_file(name) && !has_name(&known, name))
            rc = file_remove(dirfd, name, err);
    }
out:
    release_names(&all);
    release_names(&known);
    manifest_release(&current);
    manifest_release(&kept);
    return rc;
}
