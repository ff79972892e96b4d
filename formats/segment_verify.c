/* A segment, as a whole: each structure by its own check, then what they say of each other. */
#include <stdlib.h>
#include <string.h>

#include "formats/reconstruct.h"
#include "formats/segment.h"
#include "formats/segment_pairs.h"

enum {
    CHUNK = 4096,      /* tokens of the stream at a time */
    LIST_CHUNK = 65536 /* addresses of a list at a time */
};

/* What is gathered for the whole segment. */
struct facts {
    address *starts;      /* of the stories, and the end; owned */
    address *list;        /* LIST_CHUNK addresses; owned */
    uint32_t *term_of;    /* by surface; owned */
    uint8_t *break_of;    /* by separator; owned */
    uint64_t occurrences; /* hash of all (term, address) of plain words in the lists */
    uint64_t plain;       /* how many */
    struct segment_pairs pairs;
};

static void release_facts(struct facts *f)
{
    free(f->starts);
    free(f->list);
    segment_pairs_release(&f->pairs);
    free(f->term_of);
    free(f->break_of);
}

/* A number for (term, address) such that the sum over all of them tells two sets apart. */
static uint64_t mix(uint64_t term, uint64_t a)
{
    uint64_t x = term << 32 | a;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static int gather(const struct segment *s, struct facts *f, struct err *err)
{
    uint32_t n_stories = s->wordings.n_stories;
    int rc = 0;
    f->starts = calloc((size_t)n_stories + 1, sizeof *f->starts);
    f->term_of = calloc((size_t)s->surfaces.n_surfaces + 1, sizeof *f->term_of);
    f->break_of = calloc((size_t)s->surfaces.n_seps + 1, sizeof *f->break_of);
    f->list = malloc(LIST_CHUNK * sizeof *f->list);
    if (!f->starts || !f->list || !f->term_of || !f->break_of)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (story_id i = 0; rc == 0 && i < n_stories; i++) {
        uint64_t start;
        rc = marks_select(&s->wordings.starts, i, &start, err);
        f->starts[i] = (address)start;
    }
    f->starts[n_stories] = (address)s->wordings.n_addresses;
    for (surface_id i = 0; rc == 0 && i < s->surfaces.n_surfaces; i++) {
        rc = surfaces_term(&s->surfaces, i, &f->term_of[i], err);
        if (rc == 0 && f->term_of[i] >= s->terms.n_terms)
            rc = section_corrupt(&s->surfaces.section, 0, err,
                                 "surfaces: surface %u has no term", i);
    }
    for (sep_id i = 0; rc == 0 && i < s->surfaces.n_seps; i++) {
        struct bytes sep;
        rc = surfaces_sep(&s->surfaces, i, &f->break_of[i], &sep, err);
    }
    return rc;
}

/* --- lists ------------------------------------------------------------------------------- */

static int bad_term(const struct segment *s, const struct term_entry *e,
                    const char *what, struct err *err)
{
    return section_corrupt(&s->terms.section, 0, err, "terms: term %u: %s", e->id,
                           what);
}

/* The story that holds address a, which lies at or behind the start of `story`: nearby ones
 * first, since lists ascend. */
static story_id story_after(const struct facts *f, story_id story, story_id n_stories,
                            address a)
{
    story_id step = 1;
    while (step < n_stories - story && f->starts[story + step] <= a) {
        story += step;
        step *= 2;
    }
    story_id end = step < n_stories - story ? story + step : n_stories;
    while (end - story > 1) {
        story_id mid = story + (end - story) / 2;
        if (f->starts[mid] <= a)
            story = mid;
        else
            end = mid;
    }
    return story;
}

/* What is counted over one list. */
struct tally {
    uint64_t n, stories;
    uint64_t sum;   /* over the stories */
    story_id story; /* of the last address */
};

/* Takes k addresses of the list that lie in f->list. */
static int take_addresses(const struct segment *s, const struct term_entry *e,
                          struct facts *f, size_t k, struct tally *t, struct err *err)
{
    for (size_t i = 0; i < k; i++) {
        address a = f->list[i];
        if (a >= s->wordings.n_addresses)
            return bad_term(s, e, "an address lies outside the stream", err);
        story_id story = t->story;
        if (a >= f->starts[story + 1])
            story = story_after(f, story, s->wordings.n_stories, a);
        bool other = t->n + i == 0 || story != t->story;
        t->stories += other;
        t->sum += other ? mix(e->id, story) : 0;
        t->story = story;
        if (e->span == 0)
            f->occurrences += mix(e->id, a);
        else if (e->span > s->wordings.n_addresses - a)
            return bad_term(s, e, "a joined entry reaches over the end", err);
    }
    t->n += k;
    return 0;
}

/* Counts the stories of a list, and adds a plain word's addresses to the sum. */
static int count_list(const struct segment *s, const struct term_entry *e,
                      struct facts *f, struct tally *t, struct err *err)
{
    static const address none = (address)ADDRESS_NONE;
    struct address_cursor cursor;
    address at = 0;
    /* A list that fits is taken at once, whatever its range. */
    address range = e->occurrences <= LIST_CHUNK ? none : LIST_CHUNK;
    int rc = segment_addresses(s, e, &cursor, err);
    while (rc == 0) {
        size_t k = 0;
        rc = addresses_seek(&cursor, at, &at, err);
        if (rc != 0)
            break;
        address hi = at < none - range ? at + range : none;
        rc = addresses_fill(&cursor, at, hi, f->list, LIST_CHUNK, &k, err);
        if (rc == 0)
            rc = take_addresses(s, e, f, k, t, err);
        at = hi;
    }
    return rc == ITER_END ? 0 : rc;
}

/* The list has the stories of the addresses, and no other: as many, with the same sum. */
static int verify_stories(const struct segment *s, const struct term_entry *e,
                          const struct tally *t, struct err *err)
{
    struct story_cursor c;
    const story_id *stories = NULL;
    uint64_t sum = 0;
    uint32_t n = 0;
    int rc = storylists_verify(&s->doc, e->doc, e->stories, s->wordings.n_stories, err);
    if (rc == 0)
        rc = storylists_open(&c, &s->doc, e->doc, e->stories, err);
    for (story_id at = 0; rc == 0; at = stories[n - 1] + 1) {
        rc = storylists_block(&c, at, &stories, &n, err);
        if (rc != 0)
            break;
        for (size_t i = 0; i < n; i++)
            sum += mix(e->id, stories[i]);
    }
    if (rc < 0)
        return rc;
    return sum == t->sum ? 0 : bad_term(s, e, "its story list has others", err);
}

static int verify_term(const struct segment *s, const struct term_entry *e,
                       struct facts *f, struct err *err)
{
    struct tally t = {0};
    int rc = 0;
    if (e->n_inline == 0) {
        if (e->occurrences > s->wordings.n_addresses)
            return bad_term(s, e, "more occurrences than tokens", err);
        rc = addresses_verify(&s->pos, e->pos, (uint32_t)e->occurrences,
                              s->wordings.n_addresses, err);
    }
    if (rc == 0)
        rc = count_list(s, e, f, &t, err);
    if (rc != 0)
        return rc;
    if (t.n != e->occurrences || t.n == 0)
        return bad_term(s, e, "its occurrences are miscounted", err);
    if (t.stories != e->stories)
        return bad_term(s, e, "its stories are miscounted", err);
    if ((e->doc.len > 0) != (t.stories >= STORYLISTS_MIN))
        return bad_term(s, e, "its story list is missing or not wanted", err);
    if (e->doc.len > 0)
        rc = verify_stories(s, e, &t, err);
    if (e->span == 0)
        f->plain += t.n;
    return rc;
}

static int verify_lists(const struct segment *s, struct facts *f, struct err *err)
{
    struct terms_iter it;
    const struct term_entry *e;
    int rc = terms_seek(&s->terms, bytes_of("", 0), &it, err);
    while (rc == 0) {
        rc = terms_next(&it, &e, err);
        if (rc == 0)
            rc = verify_term(s, e, f, err);
    }
    return rc == ITER_END ? 0 : rc;
}

/* --- the stream --------------------------------------------------------------------------- */

/* Counts marks that should be there, and checks each of them. */
struct mark_check {
    const struct marks *marks;
    uint64_t seen;
};

static int expect_mark(struct mark_check *c, address a, struct err *err)
{
    uint64_t value;
    int rc = 0;
    if (c->seen >= marks_count(c->marks))
        return section_corrupt(&c->marks->section, 0, err,
                               "marks: none for the token at %u", a);
    rc = marks_select(c->marks, c->seen, &value, err);
    if (rc == 0 && value != a)
        rc = section_corrupt(&c->marks->section, 0, err,
                             "marks: %llu where the stream has %u",
                             (unsigned long long)value, a);
    c->seen++;
    return rc;
}

/* Break values of formats/surfaces.h: 0 none, 1 sentence, 2 paragraph, 3 glued. */
static int check_break(const struct facts *f, story_id *story, address a, uint8_t brk,
                       struct mark_check marks[2], struct err *err)
{
    int rc = 0;
    while (a >= f->starts[*story + 1])
        ++*story;
    bool paragraph = brk == 2 || a == f->starts[*story];
    if (paragraph || brk == 1)
        rc = expect_mark(&marks[0], a, err);
    if (rc == 0 && paragraph)
        rc = expect_mark(&marks[1], a, err);
    return rc;
}

/* Takes k words of the stream from `at` on: those that stand here, which the lists have. */
static int take_words(const struct segment *s, const struct facts *f, address at,
                      size_t k, uint64_t *n, uint64_t *sum, struct err *err)
{
    surface_id surfaces[CHUNK];
    int rc = forward_read(&s->forward, at, k, surfaces, NULL, err);
    for (size_t i = 0; rc == 0 && i < k; i++) {
        if (surfaces[i] != (surface_id)FORWARD_ELSEWHERE) {
            *sum += mix(f->term_of[surfaces[i]], at + i);
            ++*n;
        }
    }
    return rc;
}

/* The stream has the words of the lists, each at its home, and the breaks of the marks. */
static int verify_stream(const struct segment *s, struct facts *f, struct err *err)
{
    struct mark_check marks[2] = {{&s->sentences, 0}, {&s->paragraphs, 0}};
    uint64_t n = s->forward.n_tokens, words = 0, sum = 0;
    story_id story = 0;
    int rc = marks_verify(&s->sentences, err);
    if (rc == 0)
        rc = marks_verify(&s->paragraphs, err);
    for (uint64_t at = 0; rc == 0 && at < n; at += CHUNK) {
        surface_id surfaces[CHUNK];
        sep_id seps[CHUNK];
        size_t k = n - at < CHUNK ? (size_t)(n - at) : CHUNK;
        rc = reconstruct_stream(s, (address)at, k, surfaces, seps, err);
        for (size_t i = 0; rc == 0 && i < k; i++) {
            segment_pairs_take(&f->pairs, (address)(at + i), f->term_of[surfaces[i]]);
            rc = check_break(f, &story, (address)(at + i), f->break_of[seps[i]], marks,
                             err);
        }
        if (rc == 0)
            rc = take_words(s, f, (address)at, k, &words, &sum, err);
    }
    if (rc != 0)
        return rc;
    if (f->plain != words || words != s->counts[SEGMENT_HOMES] || f->occurrences != sum)
        return section_corrupt(&s->pos, 0, err,
                               "addresses: the lists are not those of the stream");
    for (size_t i = 0; i < 2; i++) {
        if (marks[i].seen != marks_count(marks[i].marks))
            return section_corrupt(&marks[i].marks->section, 0, err,
                                   "marks: more than the stream has");
    }
    return 0;
}

/* --- articles ----------------------------------------------------------------------------- */

static int bad_article(const struct segment *s, article_id id, const char *what,
                       struct err *err)
{
    return section_corrupt(&s->articles.section, 0, err, "articles: article %u: %s", id,
                           what);
}

static int verify_article(const struct segment *s, article_id id, patch_vec *patches,
                          uint64_t *tokens, struct err *err)
{
    struct article_view view;
    uint32_t len;
    int rc = articles_get(&s->articles, id, &view, patches, err);
    if (rc == 0)
        rc = wordings_length(&s->wordings, view.wording, &len, err);
    if (rc != 0)
        return rc;
    if (view.title_tokens > len)
        return bad_article(s, id, "its title is longer than itself", err);
    if (view.first_sep >= s->surfaces.n_seps || view.tail >= s->surfaces.n_seps)
        return bad_article(s, id, "a separator that is not", err);
    vec_foreach(struct patch, p, patches) {
        uint32_t limit = p->kind == PATCH_SEP       ? s->surfaces.n_seps
                         : p->kind == PATCH_SURFACE ? s->surfaces.n_surfaces
                                                    : UINT32_MAX;
        if (p->value >= limit || (uint64_t)p->at + p->len > len)
            return bad_article(s, id, "a patch that cannot be", err);
    }
    *tokens += len;
    return 0;
}

static int verify_articles(const struct segment *s, struct err *err)
{
    patch_vec patches = {0};
    uint64_t tokens = 0, homes = 0;
    int rc = articles_verify(&s->articles, s->wordings.n_wordings, err);
    for (article_id id = 0; rc == 0 && id < s->articles.n_articles; id++)
        rc = verify_article(s, id, &patches, &tokens, err);
    for (story_id id = 0; rc == 0 && id < s->wordings.n_stories; id++) {
        struct story_view view;
        rc = wordings_story(&s->wordings, id, &view, err);
        homes += view.homes;
    }
    if (rc == 0 && (tokens != s->counts[SEGMENT_ARTICLE_TOKENS] ||
                    homes != s->counts[SEGMENT_HOMES]))
        rc = err_set(err, ERR_CORRUPT,
                     "'%s': %llu tokens in articles and %llu homes, not as its header "
                     "says",
                     container_path(s->container), (unsigned long long)tokens,
                     (unsigned long long)homes);
    vec_release(&patches);
    return rc;
}

int segment_verify(struct segment *s, struct err *err)
{
    struct facts f = {0};
    int rc = container_verify(s->container, err);
    if (rc == 0)
        rc = terms_verify(&s->terms, err);
    if (rc == 0)
        rc = surfaces_verify(&s->surfaces, err);
    if (rc == 0)
        rc = forward_verify(&s->forward, err);
    if (rc == 0)
        rc = wordings_verify(&s->wordings, err);
    if (rc == 0)
        rc = verify_articles(s, err);
    if (rc == 0)
        rc = provenance_verify(&s->provenance, err);
    if (rc == 0)
        rc = gather(s, &f, err);
    if (rc == 0)
        rc = verify_lists(s, &f, err);
    if (rc == 0)
        rc = segment_pairs_begin(&f.pairs, s, f.starts, f.term_of, err);
    if (rc == 0)
        rc = verify_stream(s, &f, err);
    if (rc == 0)
        rc = segment_pairs_end(&f.pairs, err);
    release_facts(&f);
    return rc;
}
