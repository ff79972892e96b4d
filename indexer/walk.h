/* The list of inputs: operands in the order given, folders with all that is below them, names
 * in byte order. */
#pragma once

#include <sys/stat.h>

#include "base/vec.h"
#include "indexer/input.h"

enum {
    WALK_DEPTH_MAX = 256 /* folders within each other */
};

struct walk_files {
    VEC(struct input_file) v;
};

/* Fills files (paths owned: walk_release). Hidden names are left out silently, links, special
 * files, unknown suffixes and folders that cannot be read are told, a file seen twice (device
 * and inode) is kept once and told as a warning. ERR_NOT_FOUND or ERR_INPUT: an operand is not
 * there, or is neither a file nor a folder. ERR_LIMIT: over 2^32 - 2 files. */
int walk_inputs(const struct config *c, struct walk_files *files,
                void (*tell)(void *arg, const struct reject *r), void *arg,
                struct err *err);
void walk_release(struct walk_files *files);

/* What a name's suffix says, .gz and .zst taken off: an enum reader_kind, 0 for a suffix
 * nobody reads. No suffix is text; *none (may be NULL) then says so. */
int walk_reader(const char *name, bool *none);
/* Whether it says that the file is compressed. */
bool walk_is_packed(const char *name);
uint64_t walk_mtime_ns(const struct stat *st);
