#define _XOPEN_SOURCE 700 /* nftw */

#include "tests/support/tempdir.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool tempdir_make(struct tempdir *t)
{
    *t = (struct tempdir){.fd = -1};
    const char *root = getenv("TMPDIR"); // NOLINT(concurrency-mt-unsafe)
    if (!root || !*root)
        root = "/tmp";
    int n = snprintf(t->path, sizeof t->path, "%s/stemma-test-XXXXXX", root);
    if (n < 0 || (size_t)n >= sizeof t->path || !mkdtemp(t->path)) {
        t->path[0] = '\0';
        return false;
    }
    t->fd = open(t->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (t->fd < 0) {
        tempdir_remove(t);
        return false;
    }
    return true;
}

static int remove_entry(const char *path, const struct stat *st, int kind,
                        struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    (void)remove(path);
    return 0;
}

void tempdir_remove(struct tempdir *t)
{
    if (t->path[0]) {
        (void)nftw(t->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
        if (t->fd >= 0)
            (void)close(t->fd);
    }
    *t = (struct tempdir){.fd = -1};
}

bool tempdir_path(const struct tempdir *t, const char *name, char *out, size_t cap)
{
    int n = snprintf(out, cap, "%s/%s", t->path, name);
    return n >= 0 && (size_t)n < cap;
}

bool tempdir_write(const struct tempdir *t, const char *name, const void *data,
                   size_t len)
{
    char path[1024];
    FILE *f = tempdir_path(t, name, path, sizeof path) ? fopen(path, "wb") : NULL;
    if (!f)
        return false;
    bool good = len == 0 || fwrite(data, 1, len, f) == len;
    return fclose(f) == 0 && good;
}

void *tempdir_read(const struct tempdir *t, const char *name, size_t *len_out)
{
    char path[1024];
    struct stat st;
    FILE *f = tempdir_path(t, name, path, sizeof path) ? fopen(path, "rb") : NULL;
    if (!f)
        return NULL;
    char *data = NULL;
    if (fstat(fileno(f), &st) == 0)
        data = malloc((size_t)st.st_size + 1);
    if (data && fread(data, 1, (size_t)st.st_size, f) == (size_t)st.st_size) {
        data[st.st_size] = '\0';
        *len_out = (size_t)st.st_size;
    } else {
        free(data);
        data = NULL;
    }
    (void)fclose(f);
    return data;
}

int tempdir_count(const struct tempdir *t)
{
    DIR *d = opendir(t->path);
    if (!d)
        return -1;
    int n = 0;
    const struct dirent *e;
    while ((e = readdir(d)) != NULL) { // NOLINT(concurrency-mt-unsafe)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            n++;
    }
    (void)closedir(d);
    return n;
}
