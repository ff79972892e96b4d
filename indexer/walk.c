#include "indexer/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

struct walk_key {
    dev_t device;
    ino_t inode;
    uint32_t number;
};

struct walk_keys {
    VEC(struct walk_key) v;
};

struct walker {
    const struct config *config;
    struct walk_files *files;
    struct walk_keys keys; /* of each file; standard input has none */
    void (*tell)(void *arg, const struct reject *r);
    void *arg;
};

struct names {
    VEC(char *) v;
};

static void say(const struct walker *w, const char *path, const char *reason,
                bool warning)
{
    struct reject r = {.path = path, .reason = reason, .warning = warning};
    if (w->tell)
        w->tell(w->arg, &r);
}

/* --- suffixes -------------------------------------------------------------------------- */

static const struct {
    const char *suffix;
    enum reader_kind reader;
} suffixes[] = {
    {"jsonl", READER_JSONL}, {"ndjson", READER_JSONL},      {"json", READER_JSONL},
    {"md", READER_MARKDOWN}, {"markdown", READER_MARKDOWN}, {"mkd", READER_MARKDOWN},
    {"txt", READER_TEXT},    {"text", READER_TEXT},
};

/* The suffix of name[0, len), without its dot; NULL if it has none. What follows the last dot
 * is a suffix when it starts with a letter and has no blank: "No. 5" and "2023.10" have none. */
static const char *suffix_of(const char *name, size_t len)
{
    size_t dot = len;
    while (dot > 0 && name[dot - 1] != '.' && name[dot - 1] != '/')
        dot--;
    if (dot < 2 || name[dot - 1] != '.' || name[dot - 2] == '/' || dot == len)
        return NULL;
    if ((name[dot] | 0x20) < 'a' || (name[dot] | 0x20) > 'z')
        return NULL;
    return memchr(name + dot, ' ', len - dot) ? NULL : name + dot;
}

static bool is_suffix(const char *s, size_t len, const char *known)
{
    return strlen(known) == len && strncasecmp(s, known, len) == 0;
}

static bool is_packed(const char *suffix)
{
    return suffix && (is_suffix(suffix, strlen(suffix), "gz") ||
                      is_suffix(suffix, strlen(suffix), "zst"));
}

bool walk_is_packed(const char *name)
{
    return is_packed(suffix_of(name, strlen(name)));
}

int walk_reader(const char *name, bool *none)
{
    size_t len = strlen(name);
    const char *s = suffix_of(name, len);
    if (is_packed(s)) {
        len = (size_t)(s - 1 - name);
        s = suffix_of(name, len);
    }
    if (none)
        *none = s == NULL;
    if (!s)
        return READER_TEXT;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        if (is_suffix(s, len - (size_t)(s - name), suffixes[i].suffix))
            return (int)suffixes[i].reader;
    }
    return 0;
}

/* --- files ----------------------------------------------------------------------------- */

uint64_t walk_mtime_ns(const struct stat *st)
{
    return (uint64_t)st->st_mtim.tv_sec * UINT64_C(1000000000) +
           (uint64_t)st->st_mtim.tv_nsec;
}

static int add_file(struct walker *w, const char *path, const struct stat *st,
                    int reader, bool listed, struct err *err)
{
    if (w->files->v.len >= UINT32_MAX - 1)
        return err_set(err, ERR_LIMIT, "more than 2^32 inputs");
    struct input_file f = {.reader = (enum reader_kind)reader, .listed = listed};
    f.number = (uint32_t)w->files->v.len;
    if (st) {
        struct walk_key key = {st->st_dev, st->st_ino, f.number};
        f.size = (uint64_t)st->st_size;
        f.mtime_ns = walk_mtime_ns(st);
        if (!vec_push(&w->keys.v, key))
            return err_set(err, ERR_NOMEM, "the list of inputs");
    }
    f.path = strdup(path);
    if (!f.path || !vec_push(&w->files->v, f)) {
        free(f.path);
        return err_set(err, ERR_NOMEM, "the list of inputs");
    }
    return 0;
}

static void tell_no_reader(const struct walker *w, const char *path)
{
    struct buf words = {0};
    const char *s = suffix_of(path, strlen(path));
    if (s && (is_suffix(s, strlen(s), "gz") || is_suffix(s, strlen(s), "zst")))
        s = suffix_of(path, (size_t)(s - 1 - path));
    buf_printf(&words, "no reader for .%s", s ? s : "");
    buf_put_u8(&words, 0);
    say(w, path, words.failed ? "no reader" : (const char *)words.data, false);
    buf_release(&words);
}

/* --- folders --------------------------------------------------------------------------- */

static bool globs_match(const struct opt_list *globs, const char *below)
{
    const char *slash = strrchr(below, '/');
    const char *name = slash ? slash + 1 : below;
    for (size_t i = 0; i < globs->len; i++) {
        const char *glob = globs->items[i];
        if (fnmatch(glob, strchr(glob, '/') ? below : name, 0) == 0)
            return true;
    }
    return false;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void names_release(struct names *names)
{
    for (size_t i = 0; i < names->v.len; i++)
        free(names->v.items[i]);
    vec_release(&names->v);
}

/* The names of a folder that are not hidden, in byte order. A folder that fails is told. */
static int read_names(const struct walker *w, const char *path, bool follow,
                      struct names *names, struct err *err)
{
    int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
    int fd = open(path, flags);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    int rc = 0;
    if (!dir) {
        say(w, path, "the folder cannot be read", false);
        if (fd >= 0)
            (void)close(fd);
        return 0;
    }
    for (;;) {
        errno = 0;
        const struct dirent *e = readdir(dir); // NOLINT(concurrency-mt-unsafe)
        if (!e) {
            if (errno != 0)
                say(w, path, "the folder cannot be read to its end", false);
            break;
        }
        if (e->d_name[0] == '.')
            continue;
        char *name = strdup(e->d_name);
        if (!name || !vec_push(&names->v, name)) {
            free(name);
            rc = err_set(err, ERR_NOMEM, "the folder '%s'", path);
            break;
        }
    }
    (void)closedir(dir);
    if (rc == 0 && names->v.len > 1)
        qsort(names->v.items, names->v.len, sizeof(char *), compare_names);
    return rc;
}

static int walk_folder(struct walker *w, struct buf *path, size_t operand_len,
                       unsigned depth, struct err *err);

/* One entry of a folder; path is its whole path, ended with a zero byte. */
static int walk_entry(struct walker *w, struct buf *path, size_t operand_len,
                      unsigned depth, struct err *err)
{
    const char *name = (const char *)path->data;
    const char *below = name + operand_len;
    struct stat st;
    if (globs_match(&w->config->exclude, below))
        return 0;
    if (lstat(name, &st) != 0) {
        say(w, name, "cannot be looked at", false);
        return 0;
    }
    if (S_ISDIR(st.st_mode))
        return walk_folder(w, path, operand_len, depth + 1, err);
    if (w->config->include.len > 0 && !globs_match(&w->config->include, below))
        return 0;
    if (!S_ISREG(st.st_mode)) {
        say(w, name, S_ISLNK(st.st_mode) ? "a symbolic link" : "not a regular file",
            false);
        return 0;
    }
    int reader = walk_reader(name, NULL);
    if (reader == 0) {
        tell_no_reader(w, name);
        return 0;
    }
    return add_file(w, name, &st, reader, false, err);
}

/* path is the folder's; it is put back as it was, with the zero byte behind its end. */
static int walk_folder(struct walker *w, struct buf *path, size_t operand_len,
                       unsigned depth, struct err *err)
{
    struct names names = {0};
    size_t len = path->len;
    int rc = 0;
    if (depth > WALK_DEPTH_MAX) {
        say(w, (const char *)path->data, "over 256 folders deep", false);
        return 0;
    }
    rc = read_names(w, (const char *)path->data, depth == 0, &names, err);
    for (size_t i = 0; i < names.v.len && rc == 0; i++) {
        path->len = len - 1; /* over the zero byte */
        if (path->data[len - 2] != '/')
            buf_put_u8(path, '/');
        buf_put_str(path, names.v.items[i]);
        buf_put_u8(path, 0);
        rc = buf_check(path, err);
        if (rc == 0)
            rc = walk_entry(w, path, operand_len, depth, err);
    }
    names_release(&names);
    if (!path->failed) {
        path->len = len;
        path->data[len - 1] = 0;
    }
    return rc;
}

/* --- operands -------------------------------------------------------------------------- */

static int walk_operand(struct walker *w, const char *operand, struct err *err)
{
    struct stat st;
    if (strcmp(operand, "-") == 0)
        return add_file(w, operand, NULL, 0, true, err);
    if (lstat(operand, &st) != 0)
        return err_sys(err,
                       errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO,
                       errno, "input '%s'", operand);
    if (S_ISREG(st.st_mode)) {
        bool none;
        int reader = walk_reader(operand, &none);
        return add_file(w, operand, &st, none ? 0 : reader, true, err);
    }
    /* A folder may be named by a link to it; what is below it may not. */
    if (S_ISLNK(st.st_mode) && (stat(operand, &st) != 0 || !S_ISDIR(st.st_mode)))
        return err_set(err, ERR_INPUT,
                       "input '%s': is a symbolic link; name the file itself", operand);
    if (!S_ISDIR(st.st_mode))
        return err_set(err, ERR_INPUT, "input '%s': neither a file nor a folder",
                       operand);
    struct buf path = {0};
    buf_put_str(&path, operand);
    size_t below = path.len + (operand[path.len - 1] != '/');
    buf_put_u8(&path, 0);
    int rc = buf_check(&path, err);
    if (rc == 0)
        rc = walk_folder(w, &path, below, 0, err);
    buf_release(&path);
    return rc;
}

/* --- files given twice ----------------------------------------------------------------- */

static int compare_keys(const void *a, const void *b)
{
    const struct walk_key *x = a, *y = b;
    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    if (x->inode != y->inode)
        return x->inode < y->inode ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Keeps the first of those with one device and inode. */
static void drop_repeats(struct walker *w)
{
    struct walk_key *k = w->keys.v.items;
    size_t n = w->keys.v.len, kept = 0;
    if (n > 1)
        qsort(k, n, sizeof *k, compare_keys);
    struct input_file *files = w->files->v.items;
    for (size_t i = 1, first = 0; i < n; i++) {
        if (k[i].device != k[first].device || k[i].inode != k[first].inode) {
            first = i;
            continue;
        }
        struct input_file *f = &files[k[i].number];
        say(w, f->path, "the same file as one before it, read once", true);
        free(f->path);
        f->path = NULL;
    }
    for (size_t i = 0; i < w->files->v.len; i++) {
        if (!files[i].path)
            continue;
        files[kept] = files[i];
        files[kept].number = (uint32_t)kept;
        kept++;
    }
    w->files->v.len = kept;
}

int walk_inputs(const struct config *c, struct walk_files *files,
                void (*tell)(void *arg, const struct reject *r), void *arg,
                struct err *err)
{
    struct walker w = {.config = c, .files = files, .tell = tell, .arg = arg};
    int rc = 0;
    for (size_t i = 0; i < c->n_inputs && rc == 0; i++)
        rc = walk_operand(&w, c->inputs[i], err);
    if (rc == 0)
        drop_repeats(&w);
    vec_release(&w.keys.v);
    return rc;
}

void walk_release(struct walk_files *files)
{
    vec_foreach(struct input_file, f, &files->v)
        free(f->path);
    vec_release(&files->v);
}
