/* How the stream of a story is spelled: the root wording's tokens as its first article has
 * them, then those of each residue block as the first article of the wording that brought
 * it has them, read from the spool. What a story's copies share is read once. In the seams of a
 * block that have their homes elsewhere it is spelled as it is there.
 *
 * Addresses here count from the story's start. */
#pragma once

#include "base/err.h"
#include "indexer/build.h"
#include "indexer/link.h"

/* Neighbouring tokens of the stream, with provisional numbers: those from `from` to before `to` of a block. */
struct spell_tokens {
    uint32_t at; /* address of the first */
    uint32_t from, to;
    const struct token_block *block;
    bool begins;   /* the first is an article's first: a paragraph begins there */
    bool repeated; /* they are in a block's seam: the same as at their homes */
};

/* Takes what is read. Each function may be NULL: that is not wanted. */
struct spell_sink {
    /* A block's surfaces, some time before its tokens are told, all or some of them, or none: what is known of them may be
     * asked for meanwhile. */
    void (*expect)(void *arg, const struct token_block *block);
    /* Tokens, gapless and ascending. */
    int (*tokens)(void *arg, const struct spell_tokens *t, struct err *err);
    /* A joined entry that begins at `at`. The root's are all told; of a block's those that end
     * inside it, its seams included: in them begin the spans that lie on a joint. */
    int (*join)(void *arg, uint32_t at, uint32_t term, struct err *err);
    void *arg;
};

/* Readers and scratch of one thread. A zeroed struct is ready; with a budget, the stream that it holds
 * is charged to it. */
struct spell {
    struct budget *budget; /* or NULL */
    struct spool_reader reader;
    struct spool_joins joins;
    VEC(uint32_t) surfaces, seps; /* of the article whose blocks are put */
    /* The stream of a story from its start on, as far as it was needed: that of a story with blocks, or
     * what spell_stream was asked for. */
    VEC(uint32_t) stream, stream_seps;
    uint32_t held; /* the story whose stream it is, plus 1; 0: none */
    uint64_t charged;
    /* of the root's first article, after spell_story from address 0: separator numbers */
    uint32_t first_sep, tail;
};
void spell_release(struct spell *s);

/* Addresses [from, to) of a story, an index of the link's stories. */
struct spell_part {
    uint32_t story, from, to;
};

/* Tells the sink what lies there. Of a story with
 * blocks what lies before is read too, but not again if it is held. */
int spell_story(struct spell *s, const struct build *b, const struct link *l,
                const struct spell_part *part, const struct spell_sink *sink,
                struct err *err);
/* Makes s->stream and s->stream_seps all of a story's stream. */
int spell_stream(struct spell *s, const struct build *b, const struct link *l,
                 uint32_t story, struct err *err);
