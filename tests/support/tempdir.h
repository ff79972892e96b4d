/* A temporary folder for a test, under $TMPDIR (or /tmp). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct tempdir {
    char path[512];
    int fd; /* of the folder, for the calls with "at" */
};

/* Makes and opens the folder; false when that is impossible. */
bool tempdir_make(struct tempdir *t);
/* Removes it with all that is in it and closes fd; accepts a zeroed struct. */
void tempdir_remove(struct tempdir *t);
/* "FOLDER/name" in out; false when it is too long. */
bool tempdir_path(const struct tempdir *t, const char *name, char *out, size_t cap);
/* Writes a file below the folder (its parent must be there); false on failure. */
bool tempdir_write(const struct tempdir *t, const char *name, const void *data,
                   size_t len);
/* Reads a whole file below the folder into memory to be freed, ended with a zero byte that
 * is not counted; NULL on failure. */
void *tempdir_read(const struct tempdir *t, const char *name, size_t *len_out);
/* Number of entries in the folder itself, hidden ones too; -1 on failure. */
int tempdir_count(const struct tempdir *t);
