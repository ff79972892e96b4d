/* The file that holds sections (docs/format/container.md).
 *
 *   header 4 KiB | section | section | ... | checksum arrays | section table
 *
 * Layout has no freedom: every offset follows from the lengths before it, and is checked.
 * header: magic "STEMMA\r\n\x1a", file kind, version, endian mark, feature bits (compatible,
 * read-only, incompatible), counts, analyser version, SEAM, file length, offset, length and XXH3 of the section
 * table, XXH3 of the header itself. Sections are 4 KiB-aligned (64 bytes if smaller than 4 KiB);
 * padding is zero and checked by verify. Every block of a section (1 << block_shift bytes) has an
 * XXH3-64; readers check a block the first time it is touched. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/budget.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/hash.h"

#define CONTAINER_SECTIONS(X)             \
    X(SECTION_TERMS, 1, "TERMS", 12)      \
    X(SECTION_POS, 2, "POS", 14)          \
    X(SECTION_DOC, 3, "DOC", 14)          \
    X(SECTION_FWD, 4, "FWD", 12)          \
    X(SECTION_SURF, 5, "SURF", 12)        \
    X(SECTION_SENT, 6, "SENT", 14)        \
    X(SECTION_PARA, 7, "PARA", 14)        \
    X(SECTION_WORDING, 8, "WORDING", 12)  \
    X(SECTION_ARTICLE, 9, "ARTICLE", 12)  \
    X(SECTION_MAP, 10, "MAP", 12)         \
    X(SECTION_PROV, 11, "PROV", 12)       \
    X(SECTION_BIGRAM, 12, "BIGRAM", 14)   \
    X(SECTION_STORIES, 32, "STORIES", 12) \
    X(SECTION_INPUTS, 33, "INPUTS", 12)

enum section_id {
#define CONTAINER_ENUM(name, value, text, shift) name = (value),
    CONTAINER_SECTIONS(CONTAINER_ENUM)
#undef CONTAINER_ENUM
};

enum container_kind {
    CONTAINER_SEGMENT = 1,
    CONTAINER_STORIES = 2,
    CONTAINER_INPUTS = 3
};

const char *container_section_name(
    uint32_t id); /* "TERMS", or "?" for an unknown one */

/* Counts kept in the header; what each means is fixed for the kind of file. */
enum {
    CONTAINER_COUNTS = 12
};

/* --- writing ------------------------------------------------------------------------- */

struct container_writer;
struct section_writer;

/* Starts the file `name` (created, must not exist) in folder dirfd. */
int container_create(struct container_writer **out, enum container_kind kind, int dirfd,
                     const char *dirname, const char *name, struct err *err);
/* Opens a section. in_place: its bytes go straight into the file; at most one such section is open
 * at a time. Otherwise they go to an unlinked temporary file and are copied by
 * container_finish: sections lie in the file in the order of their ids, whatever the
 * order of opening (those in place are the exception: they lie first, one after another). */
/* Never NULL: a failure sticks in the section. The writer lives until container_finish or _abort. */
struct section_writer *container_open_section(struct container_writer *c,
                                              enum section_id id, uint16_t version,
                                              bool in_place);
/* From now on a section that gets its first byte, not in place, stays in memory as file_writer_held says; NULL: no more. */
void container_hold(struct container_writer *c, struct budget *budget);
/* Makes a section that has no bytes yet one in place; those that are must be finished. */
void container_put_in_place(struct container_writer *c, struct section_writer *s);
/* The same of the one that lies last in the file, by its id: all others are finished, nobody works at them, and those that are not in the
 * file are laid out there now. */
void container_put_last(struct container_writer *c, struct section_writer *s);
/* Puts bytes; failures stick in the section and are told by container_check and container_finish. Different
 * sections may be written by different threads at once; an in-place one too. */
void section_put(struct section_writer *s, const void *data, size_t len);
uint64_t section_tell(const struct section_writer *s); /* bytes put so far */
/* Zero bytes up to a multiple of align (power of two, relative to the section's start). */
void section_align(struct section_writer *s, size_t align);
/* Declares the section complete, with `count` elements. */
void section_finish(struct section_writer *s, uint64_t count);
/* Makes a failure of the section's encoder the section's own, to be told by container_finish. */
void section_fail(struct section_writer *s, const struct err *why);
/* First failure of one section so far, or 0. */
int section_writer_check(const struct section_writer *s, struct err *err);
/* First failure so far, or 0. */
int container_check(const struct container_writer *c, struct err *err);
/* Writes padding, checksums, table, header; fsyncs; closes. *header_hash is the hash the
 * manifest names. On failure the file is removed. Frees c in every case. */
int container_finish(struct container_writer *c, uint32_t analyser_version,
                     const uint64_t counts[CONTAINER_COUNTS],
                     struct hash128 *header_hash, uint64_t *file_len, struct err *err);
/* Gives up: closes and removes the file. Accepts NULL. */
void container_abort(struct container_writer *c);

/* --- reading ------------------------------------------------------------------------- */

struct container;

/* A section of a mapped container. data lives until container_close. */
struct section {
    const uint8_t *data;
    uint64_t len;
    uint64_t count;
    uint32_t id;
    uint16_t version;
    uint8_t block_shift;
    struct container *container; /* for checks and messages */
    const uint8_t
        *checksums;       /* u64 per block; NULL: bytes in memory, taken as checked */
    const uint8_t *parts; /* u64 per CONTAINER_PART bytes of checksums */
    _Atomic uint64_t *checked; /* bitmap of blocks found good */
    _Atomic uint64_t *checked_parts;
};

/* Bytes of a checksum array that one hash in the section table covers. */
enum {
    CONTAINER_PART = 4096
};

/* Maps and checks header and table; no other byte is touched. Errors:
 * ERR_NOT_FOUND, ERR_CORRUPT (file and offset in the words), ERR_VERSION. expected: the
 * header hash and file length the manifest names, or NULL. */
int container_open(struct container **out, int dirfd, const char *dirname,
                   const char *name, enum container_kind kind,
                   const struct hash128 *expected_hash, uint64_t expected_len,
                   struct err *err);
void container_close(struct container *c); /* accepts NULL */
const char *container_path(const struct container *c);
const uint64_t *container_counts(const struct container *c);
uint32_t container_analyser_version(const struct container *c);
/* The section, or ERR_CORRUPT when the file lacks it. *out is a view; copy freely. */
int container_section(struct container *c, enum section_id id, struct section *out,
                      struct err *err);
size_t container_n_sections(const struct container *c);
int container_nth_section(struct container *c, size_t i, struct section *out,
                          struct err *err);

/* A section over bytes in memory, without checksums: for tests and fuzzing. CONTAINER_OVERREAD bytes after
 * them must be readable. */
struct section section_memory(const void *data, uint64_t len, uint32_t id,
                              uint64_t count);

/* Makes section bytes [offset, offset+len) safe to read: bounds, then checksums of blocks not
 * yet touched. Thread-safe. ERR_CORRUPT names file, section and file offset. */
int section_check(const struct section *s, uint64_t offset, uint64_t len,
                  struct err *err);
/* Bytes of a section that section_check found good. Zeroed is none. */
struct sound {
    uint64_t from, to;
};
/* As section_check, for many reads near each other: `near` is what the last one made safe. */
int section_check_more(const struct section *s, struct sound *near, uint64_t offset,
                       uint64_t len, struct err *err);
static inline int section_check_near(const struct section *s, struct sound *near,
                                     uint64_t offset, uint64_t len, struct err *err)
{
    if (offset >= near->from && offset <= near->to && len <= near->to - offset)
        return 0;
    return section_check_more(s, near, offset, len, err);
}
/* Whether bytes that lie in one block of checksums are known to be good. */
static inline bool section_is_sound(const struct section *s, uint64_t offset,
                                    uint64_t len)
{
    if (len == 0 || offset > s->len || len > s->len - offset)
        return false;
    if (!s->checksums)
        return true;
    uint64_t block = offset >> s->block_shift;
    return block == (offset + len - 1) >> s->block_shift &&
           (atomic_load_explicit(&s->checked[block / 64], memory_order_relaxed) >>
                (block % 64) &
            1);
}
/* As section_check and gives the pointer. Most reads are small and of blocks that were read before: they cost no call. */
static inline int section_get(const struct section *s, uint64_t offset, uint64_t len,
                              const uint8_t **out, struct err *err)
{
    int rc = section_is_sound(s, offset, len) ? 0 : section_check(s, offset, len, err);
    if (rc == 0)
        *out = s->data + offset;
    return rc;
}
/* Asks the kernel to read the range soon. */
void section_willneed(const struct section *s, uint64_t offset, uint64_t len);
/* "seg-… POS at 12345" as an ERR_CORRUPT with more words. */
int section_corrupt(const struct section *s, uint64_t offset, struct err *err,
                    const char *fmt, ...) ERR_PRINTF(4, 5);
/* Checks every block of every section, the padding, and that nothing follows. */
int container_verify(struct container *c, struct err *err);

/* Decoders may read this many bytes beyond a range they were given inside a section: every
 * section is followed by at least that many bytes of file. */
enum {
    CONTAINER_OVERREAD = 64
};
