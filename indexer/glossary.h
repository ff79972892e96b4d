/* What a worker of the scan knows of words: surfaces, separators and joined terms with the vocabulary's numbers of them, which
 * stay from batch to batch. Who looks a word up here touches what is his alone, and takes no lock; words that are not known
 * are put to the vocabulary some hundred at a time, or when a batch ends, and what the other workers have put since is taken over
 * on that occasion. Until then they have numbers of the glossary's own. Occurrences are counted here, and told to the vocabulary
 * before the glossary is emptied and when the scan is done.
 *
 * A glossary is used by one batch at a time. */
#pragma once

#include "base/buf.h"
#include "base/prefetch.h"
#include "base/vec.h"
#include "text/analyser.h"
#include "indexer/intern.h"
#include "indexer/surface_table.h"
#include "indexer/vocabulary.h"

enum {
    GLOSSARY_SEP_BYTES = 7, /* of a separator that has a place in `recent` */
    GLOSSARY_SEP_BITS = 10,
    GLOSSARY_NEW = 256,   /* surfaces that may be met before glossary_settle */
    GLOSSARY_JOINED = 256 /* joined terms that are put together */
};

/* In a number of a surface: it was met since glossary_settle, the other bits say as which. In one of a joined term: it was met
 * since glossary_settle_joined, the others are the glossary's number. */
#define GLOSSARY_UNSETTLED (UINT32_C(1) << 31)

/* A surface that the glossary did not know, and where its slot was made. */
struct glossary_new {
    struct surface_key key; /* as it lies there */
    size_t at;
};

/* A separator. */
struct glossary_sep {
    uint64_t key;    /* see glossary_sep_key; 0: none, or a longer one */
    uint32_t number; /* that tokens are told by, the vocabulary's */
    uint32_t count;  /* since it was put here, for those that ask for it to add to */
};

struct glossary {
    struct vocabulary *vocabulary;
    struct surface_table
        surfaces; /* in slots, the vocabulary's numbers or some with GLOSSARY_UNSETTLED */
    struct intern seps, joined; /* seps are tagged by break, joined terms by span */
    VEC(uint32_t) sep_numbers, joined_numbers; /* the vocabulary's */
    VEC(uint32_t) sep_counts; /* without those that are in `recent` and `rare` */
    /* By a hash of its key the short separator that was asked for last. Of some thirty that stand before nearly all tokens
     * each so has a place; who is not there is looked for in `seps`. */
    struct glossary_sep recent[1 << GLOSSARY_SEP_BITS];
    struct glossary_sep rare; /* the last that has no place there */
    uint32_t recent_own[1 << GLOSSARY_SEP_BITS], rare_own; /* the glossary's numbers */
    uint64_t tokens; /* since it was empty, for those that fill it to add to */
    struct glossary_new fresh[GLOSSARY_NEW]; /* since glossary_settle */
    struct vocabulary_surface fresh_surfaces[GLOSSARY_NEW];
    struct buf fresh_bytes; /* of these, one behind the other */
    size_t n_fresh;
    uint32_t seen; /* number of the next surface that it has not taken over */
    struct vocabulary_news news;
    uint32_t fresh_joined[GLOSSARY_JOINED]; /* the glossary's numbers */
    size_t n_fresh_joined;
    struct err
        err; /* since it failed: memory is short, or the vocabulary took no more */
};

void glossary_init(struct glossary *g, struct vocabulary *v);
void glossary_release(struct glossary *g);
size_t glossary_memory(const struct glossary *g); /* bytes held */

/* Before a batch: empties the glossary if it holds more than bytes_max; then, or if they may not hold what comes, its counts
 * are told. The separator " " without a break has number 0 in every glossary and in the vocabulary. ERR_NOMEM, ERR_LIMIT. */
int glossary_begin(struct glossary *g, size_t bytes_max, struct err *err);
/* Adds what was counted since then, or since the glossary was empty, to the vocabulary's counts, once. */
void glossary_tell(struct glossary *g);
/* Has something failed? All that was asked for since then means nothing. */
static inline bool glossary_failed(const struct glossary *g)
{
    return g->err.code != 0;
}
/* What it was, in err; 0: nothing. */
int glossary_status(const struct glossary *g, struct err *err);

/* The slot of a surface; one that is new has a number with GLOSSARY_UNSETTLED until glossary_settle; is_term: it is its own
 * term. FOLD_SHORT bytes may be read behind its first one. NULL: it failed. */
struct surface_slot *glossary_surface(struct glossary *g, struct surface_key key,
                                      struct bytes surface, bool is_term);
/* Have some surfaces no number of the vocabulary's? */
static inline bool glossary_unsettled(const struct glossary *g)
{
    return g->n_fresh > 0;
}
/* Gives all surfaces the vocabulary's numbers. False: it failed. */
bool glossary_settle(struct glossary *g);
/* After it, until the next surface is asked for: the number that one with GLOSSARY_UNSETTLED stood for. */
static inline uint32_t glossary_settled(const struct glossary *g, uint32_t number)
{
    return number & GLOSSARY_UNSETTLED
               ? g->fresh_surfaces[number & ~GLOSSARY_UNSETTLED].number
               : number;
}

/* The key of a separator of at most GLOSSARY_SEP_BYTES bytes at p, where eight may be read, and its place in `recent`. */
static inline uint64_t glossary_sep_key(const uint8_t *p, size_t len, uint8_t brk)
{
    uint64_t bytes = load_u64(p) & ((UINT64_C(1) << 8 * len) - 1);
    return bytes | (uint64_t)(4 * len + brk + 1) << 56;
}
static inline struct glossary_sep *glossary_sep_place(struct glossary *g, uint64_t key)
{
    return &g->recent[key * UINT64_C(0x9E3779B97F4A7C15) >> (64 - GLOSSARY_SEP_BITS)];
}
/* One that `recent` has not: put to `seps` and, if it is short, to its place there. As glossary_sep. */
struct glossary_sep *glossary_sep_put(struct glossary *g, struct bytes sep,
                                      uint8_t brk);
/* A separator, behind which INTERN_INLINE bytes may be read; it is not counted. Borrowed until the next call. */
static inline struct glossary_sep *glossary_sep(struct glossary *g, struct bytes sep,
                                                uint8_t brk)
{
    if (sep.len <= GLOSSARY_SEP_BYTES) {
        uint64_t key = glossary_sep_key(sep.data, sep.len, brk);
        struct glossary_sep *s = glossary_sep_place(g, key);
        if (s->key == key)
            return s;
    }
    return glossary_sep_put(g, sep, brk);
}

/* The glossary's number of a joined term. */
uint32_t glossary_joined(struct glossary *g, const struct intern_key *key);
/* Gives all joined terms the vocabulary's numbers. False: it failed. */
bool glossary_settle_joined(struct glossary *g);
/* Asks for what glossary_joined_number of it reads. */
static inline void glossary_joined_prefetch(const struct glossary *g, uint32_t own)
{
    prefetch_read(&g->joined_numbers.items[own]);
}
/* The vocabulary's number of one, or with GLOSSARY_UNSETTLED the glossary's, if it has none yet. */
static inline uint32_t glossary_joined_number(const struct glossary *g, uint32_t own)
{
    return g->joined_numbers.items[own];
}
