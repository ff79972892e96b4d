/* PROV: every row decodes, and the order of IDs is one. */
#include <stdlib.h>

#include "formats/provenance.h"

/* The IDs of all articles, kept so that their order can be looked at in another order. */
struct ids {
    struct buf text;
    uint64_t *ends; /* owned */
};

static struct bytes id_at(const struct ids *ids, article_id i)
{
    uint64_t from = i ? ids->ends[i - 1] : 0;
    return bytes_of(ids->text.data + from, ids->ends[i] - from);
}

/* Counts the columns in which the row has a string. */
static void count(const struct provenance_row *r, uint32_t n[PROVENANCE_COLUMNS])
{
    n[PROVENANCE_INPUT] += r->input.len > 0;
    n[PROVENANCE_MEMBER] += r->member.len > 0;
    n[PROVENANCE_OUTLET] += r->outlet.len > 0;
    n[PROVENANCE_AUTHOR] += r->author.len > 0;
    n[PROVENANCE_SECTION] += r->section.len > 0;
    n[PROVENANCE_LANGUAGE] += r->language.len > 0;
    n[PROVENANCE_TAGS] += r->tags.len > 0;
    n[PROVENANCE_ID] += r->id.len > 0;
    n[PROVENANCE_URL] += r->url.len > 0;
    n[PROVENANCE_TITLE] += r->title.len > 0;
}

static int verify_counts(const struct provenance *p,
                         const uint32_t n[PROVENANCE_COLUMNS], struct err *err)
{
    for (size_t c = 0; c < PROVENANCE_COLUMNS; c++) {
        if (n[c] != p->n_filled[c])
            return section_corrupt(&p->section, p->blocks.offset, err,
                                   "provenance: column %zu has %u strings, not %u", c,
                                   (unsigned)n[c], (unsigned)p->n_filled[c]);
    }
    return 0;
}

static int verify_rows(const struct provenance *p, struct ids *ids, struct err *err)
{
    struct provenance_cache *cache = provenance_cache_new();
    uint32_t n[PROVENANCE_COLUMNS] = {0};
    int rc = cache ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    for (article_id i = 0; rc == 0 && i < p->n_articles; i++) {
        struct provenance_row row;
        rc = provenance_get(p, cache, i, &row, err);
        if (rc == 0) {
            buf_put_bytes(&ids->text, row.id);
            ids->ends[i] = ids->text.len;
            count(&row, n);
        }
    }
    provenance_cache_free(cache);
    return rc ? rc : verify_counts(p, n, err);
}

static int verify_order(const struct provenance *p, const struct ids *ids,
                        struct err *err)
{
    article_id last = 0, id;
    int rc = 0;
    for (uint32_t rank = 0; rc == 0 && rank < p->n_articles; rank++) {
        rc = provenance_by_id(p, rank, &id, err);
        if (rc != 0)
            break;
        /* Strictly ascending and as many as there are: every article once. */
        if (rank > 0 && bytes_compare(id_at(ids, last), id_at(ids, id)) >= 0)
            rc = section_corrupt(&p->section, p->by_id.offset + 4 * (uint64_t)rank, err,
                                 "provenance: IDs are not in order at rank %u", rank);
        last = id;
    }
    return rc;
}

int provenance_verify(const struct provenance *p, struct err *err)
{
    struct ids ids = {0};
    int rc = marks_verify(&p->block_ends, err);
    if (rc == 0)
        rc = marks_verify(&p->day_ends, err);
    if (rc == 0)
        rc = marks_verify(&p->word_ends, err);
    if (rc != 0)
        return rc;
    ids.ends = malloc(((size_t)p->n_articles + 1) * sizeof *ids.ends);
    if (!ids.ends)
        return err_set(err, ERR_NOMEM, "out of memory");
    rc = verify_rows(p, &ids, err);
    if (rc == 0)
        rc = buf_check(&ids.text, err);
    if (rc == 0)
        rc = verify_order(p, &ids, err);
    free(ids.ends);
    buf_release(&ids.text);
    return rc;
}
