/* MANIFEST-<gen> and CURRENT (docs/format/manifest.md): small binary files with their own
 * checksums. A manifest names every file of a generation; CURRENT names the manifest. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/vec.h"

enum {
    MANIFEST_NAME_MAX = 64,
    MANIFEST_BYTES_MAX = 1 << 24
};

struct manifest_file {
    char name[MANIFEST_NAME_MAX]; /* "seg-<16 hex>.stm"; ends with a zero byte */
    uint64_t len;
    struct hash128 header_hash;
};
struct manifest {
    uint64_t generation; /* from 1 */
    uint32_t analyser_version;
    uint32_t seam;
    uint64_t stories, wordings, articles, tokens, homes, article_tokens,
        text_bytes; /* totals over segments */
    struct manifest_file stories_file;
    struct manifest_file inputs_file; /* len 0: none */
    VEC(struct manifest_file) segments;
};
void manifest_release(struct manifest *m);
/* Appends the whole file; ERR_NOMEM. Names must be as manifest_name_ok says. */
int manifest_encode(const struct manifest *m, struct buf *out, struct err *err);
/* bytes are checked: magic, version, checksum, bounds, names without slashes. path for messages. ERR_CORRUPT,
 * ERR_VERSION. out is the caller's to release. */
int manifest_decode(struct bytes data, const char *path, struct manifest *out,
                    struct err *err);
/* A plain file name of at most 63 printable ASCII characters: no slash, no leading dot. */
bool manifest_name_ok(const char *name);

/* CURRENT: names the manifest with its length and hash. */
struct current {
    char name[MANIFEST_NAME_MAX];
    uint64_t len;
    struct hash128 hash; /* hash_digest of the whole manifest file */
};
int current_encode(const struct current *c, struct buf *out, struct err *err);
int current_decode(struct bytes data, const char *path, struct current *out,
                   struct err *err);
