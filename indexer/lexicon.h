/* The archive's tables of surfaces, separators and terms: bytes with a tag (a separator's
 * break, a term's span) to provisional numbers, in the order of first sight. Provisional
 * numbers never reach a file; indexer/ranks.h replaces them.
 *
 * Written by one thread at a time (indexer/vocabulary.h has the lock), read by many
 * afterwards. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/vec.h"

enum {
    LEXICON_GROUP = 32 /* look-ups whose cache misses overlap */
};

struct lexicon {
    const char *what; /* "surfaces", for messages */
    /* Owned; hash << 32 | number + 1, 0: empty. None as long as entries are only appended. */
    uint64_t *slots;
    size_t n_slots;
    VEC(uint32_t) ends; /* where entry i's record (tag, bytes) ends in `bytes` */
    VEC(uint64_t)
    counts; /* of each entry, for the caller to add to; empty if not counted */
    bool counted;
    size_t n_expected; /* entries for which there is room at the beginning */
    struct buf bytes;
};

/* What is asked for. The hash is the caller's: the same for the same bytes and tag, and of a kind that no text can be made
 * to fill one chain with. */
struct lexicon_key {
    struct bytes bytes; /* borrowed */
    uint32_t hash;
    uint8_t tag;
};

void lexicon_init(struct lexicon *l, const char *what, bool counted);
void lexicon_release(struct lexicon *l);
/* Before the first entry: room for n of them is made at once, not by and by. More may come; and if there is no memory for it,
 * it is made by and by. */
void lexicon_make_room(struct lexicon *l, size_t n);
/* The number of an entry, the next one if it is new. ERR_NOMEM, ERR_LIMIT. */
int lexicon_put(struct lexicon *l, const struct lexicon_key *key, uint32_t *out,
                struct err *err);
/* Appends what is known not to be there yet to a lexicon without slots, which can be asked for nothing so. As lexicon_put. */
int lexicon_append(struct lexicon *l, struct bytes bytes, uint8_t tag, uint32_t *out,
                   struct err *err);
/* Gives a lexicon its slots, for what was appended; `hash` makes the hashes that it will be asked by. ERR_NOMEM. */
int lexicon_index(struct lexicon *l,
                  uint32_t (*hash)(const void *arg, struct bytes bytes, uint8_t tag),
                  const void *arg, struct err *err);
/* Asks for what look-ups of n keys (LEXICON_GROUP at most) will read, in rounds, so that the cache misses of each overlap:
 * slots, where entries end, their bytes. */
void lexicon_expect(const struct lexicon *l, const struct lexicon_key *keys, size_t n);
/* Gives back the slots: no more entries. */
void lexicon_close(struct lexicon *l);
/* Bytes held now, and at most while it grows to take `more` further entries. */
uint64_t lexicon_memory(const struct lexicon *l);
uint64_t lexicon_memory_growing(const struct lexicon *l, size_t more);

static inline uint32_t lexicon_count(const struct lexicon *l)
{
    return (uint32_t)l->ends.len;
}

static inline uint32_t lexicon_at(const struct lexicon *l, uint32_t number)
{
    return number ? l->ends.items[number - 1] : 0;
}

/* Borrowed until the next entry is put. */
static inline struct bytes lexicon_bytes(const struct lexicon *l, uint32_t number)
{
    uint32_t at = lexicon_at(l, number) + 1;
    return bytes_of(l->bytes.data + at, l->ends.items[number] - at);
}

static inline uint8_t lexicon_tag(const struct lexicon *l, uint32_t number)
{
    return l->bytes.data[lexicon_at(l, number)];
}
