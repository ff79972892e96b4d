/* How the strings of PROV are compressed: each column of each block is a frame of its own, made
 * with a dictionary of its column where one pays (docs/format/provenance.md). For
 * provenance_writer.c. */
#pragma once

#include "formats/frame.h"
#include "formats/provenance_layout.h"

enum {
    PACK_HELD_BLOCKS = 32,   /* blocks that dictionaries are made from */
    PACK_DICTIONARY_MIN = 8, /* blocks below which none is made */
    PACK_TRIED = 8,          /* of the held blocks, to see whether a dictionary pays */
    PACK_DICTIONARY_BYTES = 16384,
    PACK_CATCH_UP = 4 /* held blocks that are written with each that comes */
};

struct provenance_pack {
    struct frame_coder coder;
    struct frame_dict *dict[PROV_STRINGS]; /* owned; NULL: none */
    struct buf dictionary[PROV_STRINGS];   /* owned; its bytes */
    size_t n_decided; /* columns whose dictionaries are made, or are not wanted */
    struct buf held;  /* owned; blocks that wait for them, or to be written */
    size_t n_held;
    size_t n_samples; /* the first of them, for dictionaries; 0: not known yet */
    size_t held_from; /* where the first of them begins */
    struct buf out;   /* owned; a finished block */
    struct marks_writer *ends; /* not owned; where blocks end */
    uint64_t len;              /* bytes of finished blocks */
    int rc;                    /* first failure */
};

void provenance_pack_release(struct provenance_pack *p);
/* A block before its strings are compressed. */
struct pack_block {
    struct bytes numbers;               /* and digests */
    struct bytes codes[PROV_SPARSE];    /* len 0: the column is not in the block */
    struct bytes strings[PROV_STRINGS]; /* len 0: all are empty */
};
void provenance_pack_block(struct provenance_pack *p, struct section_writer *s,
                           const struct pack_block *block);
/* Writes what is still held; 0 or the first failure. */
int provenance_pack_finish(struct provenance_pack *p, struct section_writer *s,
                           struct err *err);
/* Appends PROV_DICTIONARIES: length u32 and bytes of each column's dictionary. */
void provenance_pack_dictionaries(const struct provenance_pack *p, struct buf *out);
