#include "formats/segment.h"

#include <string.h>

/* What a structure says of its own size. */
struct size {
    enum segment_count count;
    uint64_t found;
    const char *what;
};

/* It must be what the header says. */
static int check_counts(const struct segment *s, const struct size *sizes, size_t n,
                        struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (s->counts[sizes[i].count] != sizes[i].found)
            return err_set(err, ERR_CORRUPT, "'%s': has %llu %s, %llu are due",
                           container_path(s->container),
                           (unsigned long long)sizes[i].found, sizes[i].what,
                           (unsigned long long)s->counts[sizes[i].count]);
    }
    return 0;
}

static int check_core(const struct segment *s, struct err *err)
{
    const struct size sizes[] = {
        {SEGMENT_TOKENS, s->wordings.n_addresses, "tokens in WORDING"},
        {SEGMENT_STORIES, s->wordings.n_stories, "stories"},
        {SEGMENT_WORDINGS, s->wordings.n_wordings, "wordings"},
        {SEGMENT_WORDINGS, s->articles.n_wordings, "wordings in ARTICLE"},
        {SEGMENT_ARTICLES, s->articles.n_articles, "articles"},
        {SEGMENT_TERMS, s->terms.n_terms, "terms"},
    };
    return check_counts(s, sizes, sizeof sizes / sizeof *sizes, err);
}

static int check_rest(const struct segment *s, struct err *err)
{
    const struct size sizes[] = {
        {SEGMENT_TOKENS, s->forward.n_tokens, "tokens in FWD"},
        {SEGMENT_ARTICLES, s->provenance.n_articles, "articles in PROV"},
        {SEGMENT_TERMS, s->surfaces.n_terms, "terms in SURF"},
        {SEGMENT_SURFACES, s->surfaces.n_surfaces, "surfaces"},
        {SEGMENT_SEPS, s->surfaces.n_seps, "separators"},
    };
    return check_counts(s, sizes, sizeof sizes / sizeof *sizes, err);
}

/* A section, in a version that this program reads: FWD's says how it is coded, DOC had frequencies in its first. */
static int get_section(const struct segment *s, enum section_id id, struct section *out,
                       struct err *err)
{
    unsigned oldest = id == SECTION_DOC ? STORYLISTS_VERSION : 1;
    unsigned newest = id == SECTION_FWD ? FORWARD_SMALL : oldest;
    int rc = container_section(s->container, id, out, err);
    if (rc != 0 || (out->version >= oldest && out->version <= newest))
        return rc;
    return err_set(
        err, ERR_VERSION, "'%s' %s: is of version %u, this program reads %u%s",
        container_path(s->container), container_section_name(id), out->version, newest,
        out->version < oldest ? ": build the index again" : "");
}

/* Pairs are optional: all is found without them. */
static int open_bigrams(struct segment *s, struct err *err)
{
    size_t n = container_n_sections(s->container);
    for (size_t i = 0; i < n; i++) {
        struct section section;
        int rc = container_nth_section(s->container, i, &section, err);
        if (rc != 0)
            return rc;
        if (section.id != SECTION_BIGRAM)
            continue;
        rc = get_section(s, SECTION_BIGRAM, &section, err);
        return rc == 0 ? bigrams_open(&s->bigrams, &section, err) : rc;
    }
    return 0;
}

static int open_marks(struct segment *s, enum section_id id, struct marks *out,
                      struct err *err)
{
    struct section section;
    int rc = get_section(s, id, &section, err);
    if (rc == 0)
        rc = marks_open(out, &section, 0, section.len, err);
    return rc;
}

/* Which words stand where, and in which stories, wordings and articles. */
static int open_core(struct segment *s, struct err *err)
{
    struct section a;
    int rc = get_section(s, SECTION_TERMS, &a, err);
    if (rc == 0)
        rc = terms_open(&s->terms, &a, err);
    if (rc == 0)
        rc = get_section(s, SECTION_POS, &s->pos, err);
    if (rc == 0)
        rc = get_section(s, SECTION_DOC, &s->doc, err);
    if (rc == 0)
        rc = open_bigrams(s, err);
    if (rc == 0)
        rc = get_section(s, SECTION_WORDING, &a, err);
    if (rc == 0)
        rc = wordings_open(&s->wordings, &a, err);
    if (rc == 0)
        rc = get_section(s, SECTION_ARTICLE, &a, err);
    if (rc == 0)
        rc = articles_open(&s->articles, &a, err);
    return rc == 0 ? check_core(s, err) : rc;
}

/* The texts, and what is told of articles. */
static int open_rest(struct segment *s, struct err *err)
{
    struct section a;
    int rc = get_section(s, SECTION_MAP, &a, err);
    if (rc == 0)
        rc = articles_open_maps(&s->articles, &a, err);
    if (rc == 0)
        rc = get_section(s, SECTION_SURF, &a, err);
    if (rc == 0)
        rc = surfaces_open(&s->surfaces, &a, err);
    if (rc == 0)
        rc = get_section(s, SECTION_FWD, &a, err);
    if (rc == 0)
        rc = forward_open(&s->forward, &a, s->surfaces.n_surfaces, s->surfaces.n_seps,
                          err);
    if (rc == 0)
        rc = open_marks(s, SECTION_SENT, &s->sentences, err);
    if (rc == 0)
        rc = open_marks(s, SECTION_PARA, &s->paragraphs, err);
    if (rc == 0)
        rc = get_section(s, SECTION_PROV, &a, err);
    if (rc == 0)
        rc = provenance_open(&s->provenance, &a, err);
    return rc == 0 ? check_rest(s, err) : rc;
}

int segment_open_core(struct segment *s, int dirfd, const char *dirname,
                      const char *name, const struct hash128 *hash, uint64_t len,
                      struct err *err)
{
    memset(s, 0, sizeof *s);
    int rc = container_open(&s->container, dirfd, dirname, name, CONTAINER_SEGMENT,
                            hash, len, err);
    if (rc != 0)
        return rc;
    s->counts = container_counts(s->container);
    rc = open_core(s, err);
    if (rc != 0)
        segment_close(s);
    return rc;
}

int segment_open(struct segment *s, int dirfd, const char *dirname, const char *name,
                 const struct hash128 *hash, uint64_t len, struct err *err)
{
    int rc = segment_open_core(s, dirfd, dirname, name, hash, len, err);
    if (rc != 0)
        return rc;
    rc = open_rest(s, err);
    if (rc != 0)
        segment_close(s);
    return rc;
}

void segment_close(struct segment *s)
{
    container_close(s->container);
    memset(s, 0, sizeof *s);
}

int segment_addresses(const struct segment *s, const struct term_entry *e,
                      struct address_cursor *out, struct err *err)
{
    if (e->n_inline == 0) {
        if (e->occurrences > UINT32_MAX)
            return section_corrupt(&s->pos, e->pos.offset, err,
                                   "addresses: a list of %llu",
                                   (unsigned long long)e->occurrences);
        return addresses_open(out, &s->pos, e->pos, (uint32_t)e->occurrences, err);
    }
    for (uint32_t i = 0; i < e->n_inline; i++) {
        if (e->inline_list[i] >= s->counts[SEGMENT_TOKENS])
            return section_corrupt(&s->terms.section, 0, err,
                                   "terms: an address of term %u lies outside", e->id);
    }
    addresses_open_inline(out, e->inline_list, e->n_inline);
    return 0;
}
