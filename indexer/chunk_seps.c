#include "indexer/chunk_seps.h"

#include "base/cpu.h"

/* Which are kept, nobody could foretell: each is written, and the next over it if it is not. */
void chunk_seps_put_scalar(const uint32_t *known, const struct chunk_seps_of *in,
                           struct chunk_seps *out)
{
    const struct token_block *b = in->block;
    struct chunk_seps to = *out; /* what is written to the lists does not change it */
    for (uint32_t k = in->from; k < in->to; k++) {
        uint32_t what = known[b->seps[k]], sep = what >> CHUNK_SEPS_SHIFT;
        uint32_t place = in->open + b->places[k];
        uint32_t marks = k >= in->marked ? what : 0;
        to.places[to.n] = (uint8_t)(place % FORWARD_BLOCK);
        to.seps[to.n] = sep;
        to.n += sep != 0;
        to.n_inside += sep != 0 && place < FORWARD_BLOCK;
        to.sentences[to.n_sentences] = in->at + b->places[k];
        to.n_sentences += (marks & CHUNK_SEPS_SENTENCE) != 0;
        to.paragraphs[to.n_paragraphs] = in->at + b->places[k];
        to.n_paragraphs += (marks & CHUNK_SEPS_PARAGRAPH) != 0;
    }
    *out = to;
}

void chunk_seps_put(const uint32_t *known, const struct chunk_seps_of *in,
                    struct chunk_seps *out)
{
#ifdef STEMMA_AVX512
    if (cpu_has_avx512()) {
        chunk_seps_put_avx512(known, in, out);
        return;
    }
#endif
    chunk_seps_put_scalar(known, in, out);
}
