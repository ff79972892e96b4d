/* A segment's writers, opened and finished together. */
#include <string.h>

#include "formats/segment.h"

static struct section_writer *section(struct segment_writer *w, enum section_id id)
{
    return container_open_section(w->container, id, 1, false);
}

/* The forward store is the biggest and written in order: it goes straight to the file. So do the addresses,
 * if it ends before they begin, and the pairs behind them. */
static struct section_writer *stream(struct segment_writer *w, enum forward_store store)
{
    return container_open_section(w->container, SECTION_FWD, (uint16_t)store, true);
}

int segment_writer_open(struct segment_writer *w, int dirfd, const char *dirname,
                        const char *name, uint32_t n_terms, enum forward_store store,
                        struct err *err)
{
    memset(w, 0, sizeof *w);
    int rc =
        container_create(&w->container, CONTAINER_SEGMENT, dirfd, dirname, name, err);
    if (rc != 0)
        return rc;
    w->pos = section(w, SECTION_POS);
    w->doc =
        container_open_section(w->container, SECTION_DOC, STORYLISTS_VERSION, false);
    bigrams_writer_init(&w->bigrams, section(w, SECTION_BIGRAM));
    w->terms = terms_writer_new(section(w, SECTION_TERMS));
    w->forward = forward_writer_new(stream(w, store));
    w->surfaces = surfaces_writer_new(section(w, SECTION_SURF), n_terms);
    w->sentences = marks_writer_new();
    w->paragraphs = marks_writer_new();
    w->sentence_section = section(w, SECTION_SENT);
    w->paragraph_section = section(w, SECTION_PARA);
    w->wordings = wordings_writer_new(section(w, SECTION_WORDING));
    struct section_writer *article = section(w, SECTION_ARTICLE);
    w->articles = articles_writer_new(article, section(w, SECTION_MAP));
    w->provenance = provenance_writer_new(section(w, SECTION_PROV));
    rc = container_check(w->container, err);
    if (rc == 0 && (!w->terms || !w->forward || !w->surfaces || !w->sentences ||
                    !w->paragraphs || !w->wordings || !w->articles || !w->provenance))
        rc = err_set(err, ERR_NOMEM, "out of memory");
    if (rc != 0) {
        segment_writer_abort(w);
        return rc;
    }
    marks_writer_spill(w->sentences, dirfd, dirname);
    marks_writer_spill(w->paragraphs, dirfd, dirname);
    return 0;
}

void segment_writer_abort(struct segment_writer *w)
{
    bigrams_writer_release(&w->bigrams);
    terms_writer_free(w->terms);
    forward_writer_free(w->forward);
    surfaces_writer_free(w->surfaces);
    marks_writer_free(w->sentences);
    marks_writer_free(w->paragraphs);
    wordings_writer_free(w->wordings);
    articles_writer_free(w->articles);
    provenance_writer_free(w->provenance);
    container_abort(w->container);
    memset(w, 0, sizeof *w);
}

static int end_marks(struct marks_writer **m, struct section_writer *s,
                     uint64_t n_tokens, struct err *err)
{
    if (!*m)
        return 0;
    int rc = marks_writer_put_to(*m, n_tokens, s, err);
    section_finish(s, n_tokens);
    marks_writer_free(*m);
    *m = NULL;
    return rc;
}

/* Each finish frees its writer, so the pointer is dropped with it. */
#define FINISH(w, part, ...)                        \
    do {                                            \
        if (rc == 0) {                              \
            rc = part##_writer_finish(__VA_ARGS__); \
            (w)->part = NULL;                       \
        }                                           \
    } while (0)

int segment_writer_end_stream(struct segment_writer *w, struct budget *budget,
                              struct err *err)
{
    int rc = 0;
    FINISH(w, forward, w->forward, err);
    if (rc == 0)
        container_put_in_place(w->container, w->pos);
    container_hold(w->container, budget);
    return rc;
}

int segment_writer_end_postings(struct segment_writer *w, uint64_t n_terms, bool alone,
                                struct err *err)
{
    int rc = 0;
    section_finish(w->pos, n_terms);
    w->pos = NULL;
    section_finish(w->doc, n_terms);
    w->doc = NULL;
    FINISH(w, terms, w->terms, err);
    bool others =
        !alone || w->surfaces || w->sentences || w->paragraphs || w->provenance;
    if (rc == 0 && !others)
        container_put_last(w->container, w->bigrams.section);
    return rc;
}

int segment_writer_end(struct segment_writer *w, enum segment_part part,
                       uint64_t n_tokens, struct err *err)
{
    int rc = 0;
    if (part == SEGMENT_PART_SENTENCES)
        return end_marks(&w->sentences, w->sentence_section, n_tokens, err);
    if (part == SEGMENT_PART_PARAGRAPHS)
        return end_marks(&w->paragraphs, w->paragraph_section, n_tokens, err);
    if (w->surfaces)
        FINISH(w, surfaces, w->surfaces, err);
    return rc;
}

int segment_writer_end_articles(struct segment_writer *w, const article_id *by_id,
                                struct err *err)
{
    int rc = 0;
    if (!w->provenance)
        return 0;
    FINISH(w, wordings, w->wordings, err);
    FINISH(w, articles, w->articles, err);
    FINISH(w, provenance, w->provenance, by_id, err);
    return rc;
}

int segment_writer_end_all(struct segment_writer *w, const article_id *by_id,
                           const uint64_t *counts, struct err *err)
{
    int rc = 0;
    if (w->pos)
        section_finish(w->pos, counts[SEGMENT_TERMS]);
    if (w->doc)
        section_finish(w->doc, counts[SEGMENT_TERMS]);
    bigrams_writer_finish(&w->bigrams);
    if (w->terms)
        FINISH(w, terms, w->terms, err);
    if (w->forward)
        FINISH(w, forward, w->forward, err);
    for (int part = SEGMENT_PART_SURFACES; rc == 0 && part <= SEGMENT_PART_PARAGRAPHS;
         part++)
        rc =
            segment_writer_end(w, (enum segment_part)part, counts[SEGMENT_TOKENS], err);
    return rc == 0 ? segment_writer_end_articles(w, by_id, err) : rc;
}

int segment_writer_finish(struct segment_writer *w, const uint64_t *counts,
                          uint32_t analyser_version, struct hash128 *hash,
                          uint64_t *len, struct err *err)
{
    uint64_t header[CONTAINER_COUNTS] = {0};
    memcpy(header, counts, (SEGMENT_TEXT_BYTES + 1) * sizeof *header);
    int rc = container_finish(w->container, analyser_version, header, hash, len, err);
    w->container = NULL;
    segment_writer_abort(w);
    return rc;
}
