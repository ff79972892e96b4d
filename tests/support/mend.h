/* An index held in memory, to be damaged and put back: as it is (every checksum then tells), or
 * with all checksums mended, as an attacker would do it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/vec.h"

struct mend_file {
    char name[64];
    struct buf data;
};

struct mend_index {
    VEC(struct mend_file) files; /* in the order of their names, CURRENT first */
};

/* One section of a container, as its table tells. */
struct mend_section {
    uint32_t id;
    uint64_t offset, len; /* in the file */
    uint64_t checksums;   /* of its blocks: offset in the file */
    uint64_t parts;       /* of the checksums: offset in the file */
    unsigned shift;       /* log2 of a block */
};

/* Reads all regular files of a folder; false when that is impossible. */
bool mend_load(struct mend_index *index, const char *path);
void mend_release(struct mend_index *index); /* accepts a zeroed struct */
/* Writes one file, or all of them, over what is there. */
bool mend_save_file(const struct mend_file *file, const char *path);
bool mend_save(const struct mend_index *index, const char *path);
struct mend_file *mend_find(struct mend_index *index, const char *name);

/* True if the file is a container (segment, story graph) by its name. */
bool mend_is_container(const struct mend_file *file);
/* The sections that the table names and that lie inside the file, at most cap; returns how many. */
size_t mend_sections(const struct mend_file *file, struct mend_section *out,
                     size_t cap);

/* Makes the checksums of a container right: of blocks, of their arrays, of the table, of the header. What
 * lies outside of the file is left alone. */
void mend_container(struct mend_file *file);
/* Makes the whole index agree: containers, then lengths and hashes in the manifests, then CURRENT. */
void mend_all(struct mend_index *index);
