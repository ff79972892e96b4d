/* One generation, open: CURRENT resolved, manifest, story graph and segments mapped. What both
 * programs and the tools read; and how a generation is published, verified and cleaned up
 * (docs/format/manifest.md). */
#pragma once

#include "formats/manifest.h"
#include "formats/segment.h"
#include "formats/stories.h"

/* Names in an index folder. Anything a build has not finished ends in SNAPSHOT_TEMP. */
#define SNAPSHOT_CURRENT "CURRENT"
#define SNAPSHOT_LOCK    "lock"
#define SNAPSHOT_TEMP    ".tmp"

struct snapshot {
    char *path; /* the index folder; owned */
    int dirfd;
    bool open; /* dirfd is ours */
    struct manifest manifest;
    struct segment *segments; /* owned array, manifest.segments.len */
    size_t n_segments;
    struct stories *stories; /* NULL after snapshot_open_core */
};
/* Opens the current generation; a file that vanished meanwhile (another build cleaned up) makes it read CURRENT again.
 * ERR_NOT_FOUND: no index there (the words say how to make one); ERR_CORRUPT; ERR_VERSION. */
int snapshot_open(struct snapshot *s, const char *path, struct err *err);
/* The same, but only what counting words and phrases takes: segment_open_core's sections, no story graph. */
int snapshot_open_core(struct snapshot *s, const char *path, struct err *err);
void snapshot_close(struct snapshot *s); /* accepts a zeroed struct */
/* Every byte of every file of the current and the kept generation; *n_files and *bytes say how much was checked. Files that
 * belong to no generation are told through unknown: what a killed build left (temporaries, files no manifest
 * names) and anything else that lies there. They are no error: nothing of the index is in them. */
struct snapshot_report {
    uint64_t n_files, bytes;
    struct buf unknown; /* one name a line; owned by the caller */
};
int snapshot_verify(const char *path, struct snapshot_report *report, struct err *err);

/* Reads CURRENT and the manifest it names, without opening their files: what a build needs to know of the
 * generation before. ERR_NOT_FOUND when there is no CURRENT. dirname for messages. */
int snapshot_manifest(int dirfd, const char *dirname, struct manifest *out,
                      struct err *err);

/* Publishing (used by indexer/commit.c and tests): writes MANIFEST-<gen> and CURRENT durably; the files it names must be durable. */
int snapshot_publish(int dirfd, const char *dirname, const struct manifest *m,
                     struct err *err);
/* Removes files of generations older than the last two, and temporaries; call with the lock held, after a publish.
 * Files whose names no build makes are left alone. */
int snapshot_clean(int dirfd, const char *dirname, struct err *err);
