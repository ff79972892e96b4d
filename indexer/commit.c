#include "indexer/commit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "text/analyser.h"
#include "formats/inputlist.h"
#include "formats/snapshot.h"

#define INPUTS_TEMP "inputs-new" SNAPSHOT_TEMP

/* --- the folder -------------------------------------------------------------------------- */

struct folder {
    uint64_t greatest; /* generation of the MANIFEST files */
    bool current;
    char foreign[256]; /* a name no build makes; empty: none */
    VEC(char *) litter;
};

static bool begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

static bool ends(const char *name, const char *with)
{
    size_t n = strlen(name), k = strlen(with);
    return n >= k && strcmp(name + n - k, with) == 0;
}

static int look_at(struct folder *f, const char *name, struct err *err)
{
    if (strcmp(name, SNAPSHOT_CURRENT) == 0) {
        f->current = true;
    } else if (begins(name, "MANIFEST-")) {
        uint64_t n = strtoull(name + strlen("MANIFEST-"), NULL, 10);
        f->greatest = n > f->greatest ? n : f->greatest;
    } else if ((begins(name, "seg-new-") || begins(name, "stories-new") ||
                begins(name, "inputs-new") || name[0] == '.') &&
               ends(name, SNAPSHOT_TEMP)) {
        char *copy = strdup(name);
        if (!copy || !vec_push(&f->litter, copy)) {
            free(copy);
            return err_set(err, ERR_NOMEM, "out of memory");
        }
    } else if (strcmp(name, SNAPSHOT_LOCK) != 0 && strcmp(name, ".") != 0 &&
               strcmp(name, "..") != 0 &&
               !((begins(name, "seg-") || begins(name, "stories-") ||
                  begins(name, "inputs-")) &&
                 ends(name, ".stm"))) {
        snprintf(f->foreign, sizeof f->foreign, "%s", name);
    }
    return 0;
}

static void release_folder(struct folder *f)
{
    for (size_t i = 0; i < f->litter.len; i++)
        free(f->litter.items[i]);
    vec_release(&f->litter);
}

static int read_folder(int dirfd, const char *dirname, struct folder *f,
                       struct err *err)
{
    *f = (struct folder){0};
    int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        int rc = err_sys(err, ERR_IO, errno, "'%s': cannot list the folder", dirname);
        if (fd >= 0)
            (void)close(fd);
        return rc;
    }
    const struct dirent *entry;
    int rc = 0;
    /* The stream is this function's own. NOLINTNEXTLINE(concurrency-mt-unsafe) */
    while (rc == 0 && (entry = readdir(dir)) != NULL)
        rc = look_at(f, entry->d_name, err);
    (void)closedir(dir);
    if (rc != 0)
        release_folder(f);
    return rc;
}

int commit_open(struct build *b, const char *index, int *lock, struct err *err)
{
    struct folder f;
    int fd = file_open_dir(index, true, err);
    if (fd < 0)
        return fd;
    b->dirfd = fd;
    b->dirname = index;
    int rc = read_folder(fd, index, &f, err);
    if (rc != 0)
        return rc;
    if (!f.current && f.foreign[0])
        rc = err_set(
            err, ERR_USAGE,
            "'%s' is no index and not empty ('%s' is in it): name another folder",
            index, f.foreign);
    int held = rc == 0 ? file_lock(fd, index, SNAPSHOT_LOCK, err) : rc;
    if (held < 0) {
        release_folder(&f);
        return held;
    }
    *lock = held;
    for (size_t i = 0; rc == 0 && i < f.litter.len; i++)
        rc = file_remove(fd, f.litter.items[i], err);
    release_folder(&f);
    return rc;
}

/* --- the list of inputs ------------------------------------------------------------------- */

int commit_inputs(const struct build *b, struct written_file *out, struct err *err)
{
    struct inputlist_writer *w;
    int rc = inputlist_writer_create(&w, b->dirfd, b->dirname, INPUTS_TEMP, err);
    if (rc != 0)
        return rc;
    for (uint32_t i = 0; i < inputs_count(b->inputs); i++) {
        const struct input_file *f = inputs_file(b->inputs, i);
        const struct build_input *n = &b->per_input.items[i];
        inputlist_writer_put(w, &(struct inputlist_row){bytes_str(f->path), f->size,
                                                        f->mtime_ns, n->records,
                                                        n->rejects, n->warnings,
                                                        (uint8_t)f->reader});
    }
    rc = inputlist_writer_finish(w, &out->file.header_hash, &out->file.len, err);
    snprintf(out->temp, sizeof out->temp, "%s", INPUTS_TEMP);
    return rc;
}

/* --- publishing -------------------------------------------------------------------------- */

static void name_generation(struct manifest *m, uint64_t generation)
{
    m->generation = generation;
    snprintf(m->inputs_file.name, sizeof m->inputs_file.name, "inputs-%" PRIu64 ".stm",
             generation);
}

/* True if the manifest, under the old one's number, would be the same bytes. */
static bool says_the_same(struct manifest *m, const struct manifest *old)
{
    struct buf ours = {0}, theirs = {0};
    name_generation(m, old->generation);
    bool same = manifest_encode(m, &ours, NULL) == 0 &&
                manifest_encode(old, &theirs, NULL) == 0 &&
                bytes_equal(buf_bytes(&ours), buf_bytes(&theirs));
    buf_release(&ours);
    buf_release(&theirs);
    return same;
}

/* Numbers the manifest: after the current one, or after the greatest there is if CURRENT is
 * damaged. Where nothing has changed the current generation is published once more, under
 * its own number: its files are made whole if they were damaged, and the one kept before it
 * stays the last that was different. */
static int number(const struct build *b, struct manifest *m, struct err *err)
{
    struct manifest old = {0};
    struct err ignored = {0};
    struct folder f;
    int rc = snapshot_manifest(b->dirfd, b->dirname, &old, &ignored);
    if (rc == 0) {
        if (!says_the_same(m, &old))
            name_generation(m, old.generation + 1);
    } else if (rc != ERR_NOT_FOUND) {
        rc = read_folder(b->dirfd, b->dirname, &f, err);
        if (rc != 0)
            return rc;
        name_generation(m, f.greatest + 1);
        release_folder(&f);
    } else {
        name_generation(m, 1);
    }
    manifest_release(&old);
    return 0;
}

static int give_name(const struct build *b, const struct written_file *f,
                     uint64_t *index_bytes, struct err *err)
{
    *index_bytes += f->file.len;
    return file_rename_durable(b->dirfd, b->dirname, f->temp, f->file.name, err);
}

static int fill_manifest(struct manifest *m, const struct written *w, struct err *err)
{
    *m = (struct manifest){
        .analyser_version = ANALYSER_VERSION,
        .seam = SEAM,
        .stories = w->n_stories,
        .wordings = w->n_wordings,
        .articles = w->n_articles,
        .tokens = w->tokens,
        .homes = w->homes,
        .article_tokens = w->article_tokens,
        .text_bytes = w->text_bytes,
        .stories_file = w->stories.file,
        .inputs_file = w->inputs.file,
    };
    for (size_t i = 0; i < w->segments.len; i++) {
        if (!vec_push(&m->segments, w->segments.items[i].file))
            return err_set(err, ERR_NOMEM, "out of memory");
    }
    return 0;
}

int commit_run(struct build *b, struct written *w, uint64_t *index_bytes,
               struct err *err)
{
    struct manifest m = {0};
    *index_bytes = 0;
    report_begin(&b->report, REPORT_COMMIT, 0);
    int rc = fill_manifest(&m, w, err);
    if (rc == 0)
        rc = number(b, &m, err);
    w->inputs.file = m.inputs_file;
    /* The last moment at which a signal leaves the old generation as it was. */
    if (rc == 0 && pool_stopping(b->pool) != 0)
        rc = err_set(err, pool_stopping(b->pool), "stopped by a signal");
    for (size_t i = 0; rc == 0 && i < w->segments.len; i++)
        rc = give_name(b, &w->segments.items[i], index_bytes, err);
    if (rc == 0)
        rc = give_name(b, &w->stories, index_bytes, err);
    if (rc == 0)
        rc = give_name(b, &w->inputs, index_bytes, err);
    if (rc == 0)
        rc = snapshot_publish(b->dirfd, b->dirname, &m, err);
    if (rc == 0)
        rc = snapshot_clean(b->dirfd, b->dirname, err);
    manifest_release(&m);
    return rc;
}
