#include "indexer/titles.h"

int titles_read(const struct build *b, const uint8_t *kinds,
                struct spool_reader *tokens, const struct article *a, struct title *out,
                struct err *err)
{
    uint32_t surfaces[HEADLINES_WORDS];
    uint32_t n = a->title_tokens < HEADLINES_WORDS ? a->title_tokens : HEADLINES_WORDS;
    out->n = 0;
    spool_seek(tokens, a);
    int rc = spool_tokens(tokens, n, surfaces, NULL, err);
    if (rc != 0)
        return rc;
    for (uint32_t i = 0; i < n; i++) {
        out->terms[i] = b->vocabulary.surface_terms.items[surfaces[i]];
        out->kinds[i] = kinds[out->terms[i]];
    }
    out->n = n;
    return 0;
}
