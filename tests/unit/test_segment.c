/* A segment as a whole: every flipped bit is found, and what its sections say of each other. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/reconstruct.h"
#include "formats/segment.h"
#include "tests/support/handmade.h"
#include "tests/unit/formats_fixture.h"

struct world {
    struct tempdir dir;
    struct handmade h;
    char name[64];
    struct hash128 hash;
    uint64_t len;
    uint64_t counts[SEGMENT_TEXT_BYTES + 1];
    /* of write_by_hand: a pair of words and where it is said to stand */
    term_id first, second;
    address places[2];
    size_t n_places;
};

static void make(struct world *w, size_t stories)
{
    struct err err = {0};
    uint64_t state = 4242;
    cr_assert(tempdir_make(&w->dir));
    handmade_init(&w->h, handmade_ascii(), (struct handmade_align){.extra = 3});
    for (size_t i = 0; i < stories; i++)
        handmade_random_story(&w->h, &state);
    vec_foreach(struct handmade_story, s, &w->h.stories)
        handmade_align_story(&w->h, s);
    struct handmade_file f = {0};
    cr_assert_eq(
        handmade_write_segment(&w->h, 0, stories, w->dir.fd, w->dir.path, &f, &err), 0,
        "%s", err.msg);
    memcpy(w->name, f.file.name, sizeof w->name);
    memcpy(w->counts, f.counts, sizeof w->counts);
    w->hash = f.file.header_hash;
    w->len = f.file.len;
}

static void release(struct world *w)
{
    handmade_release(&w->h);
    tempdir_remove(&w->dir);
}

Test(segment, counts)
{
    struct world w = {0};
    struct segment s;
    struct err err = {0};
    make(&w, 20);
    cr_assert_eq(segment_open(&s, w.dir.fd, w.dir.path, w.name, &w.hash, w.len, &err),
                 0, "%s", err.msg);
    cr_assert_eq(memcmp(s.counts, w.counts, sizeof w.counts), 0);
    cr_assert_eq(s.counts[SEGMENT_STORIES], 20);
    cr_assert_gt(s.wordings.n_complex, 5);
    cr_assert_eq(segment_verify(&s, &err), 0, "%s", err.msg);
    segment_close(&s);
    segment_close(&s); /* a closed one is zeroed */
    release(&w);
}

Test(segment, an_empty_one)
{
    struct world w = {0};
    struct segment s;
    struct err err = {0};
    make(&w, 0);
    cr_assert_eq(segment_open(&s, w.dir.fd, w.dir.path, w.name, NULL, 0, &err), 0, "%s",
                 err.msg);
    cr_assert_eq(segment_verify(&s, &err), 0, "%s", err.msg);
    segment_close(&s);
    release(&w);
}

Test(segment, another_file_under_its_name)
{
    struct world w = {0};
    struct segment s;
    struct hash128 other = {1, 2};
    make(&w, 2);
    cr_assert_eq(segment_open(&s, w.dir.fd, w.dir.path, w.name, &other, w.len, NULL),
                 ERR_CORRUPT);
    cr_assert_eq(
        segment_open(&s, w.dir.fd, w.dir.path, w.name, &w.hash, w.len + 1, NULL),
        ERR_CORRUPT);
    cr_assert_eq(segment_open(&s, w.dir.fd, w.dir.path, "not-there", NULL, 0, NULL),
                 ERR_NOT_FOUND);
    release(&w);
}

/* Reads everything a query might; every answer is right or an error. */
static void use(const struct world *w, const struct segment *s)
{
    struct buf text = {0};
    struct provenance_cache *c = provenance_cache_new();
    vec_foreach(struct handmade_article, a, &w->h.articles) {
        struct provenance_row row;
        struct offsetmap map = {0};
        buf_reset(&text);
        if (reconstruct_article(s, a->article_id, &text, NULL) == 0)
            cr_assert(bytes_equal(buf_bytes(&text), a->text));
        if (provenance_get(&s->provenance, c, a->article_id, &row, NULL) == 0) {
            cr_assert(bytes_equal(row.id, a->row.id));
            cr_assert_eq(row.offset, a->row.offset);
        }
        if (articles_map(&s->articles, a->article_id, &map, NULL) == 0)
            cr_assert_eq(map.out_len, a->text.len);
        offsetmap_release(&map);
    }
    provenance_cache_free(c);
    buf_release(&text);
}

static void flip(uint8_t *data, size_t bit)
{
    data[bit / 8] ^= (uint8_t)(1 << bit % 8);
}

Test(segment, every_flipped_bit_is_found, .timeout = 240)
{
    struct world w = {0};
    size_t len;
    uint64_t state = 1;
    make(&w, 6);
    uint8_t *data = tempdir_read(&w.dir, w.name, &len);
    cr_assert(data);
    cr_assert_eq(len, w.len);
    for (int i = 0; i < 1500; i++) {
        struct segment s;
        size_t bit = (size_t)(fixture_random(&state) % (len * 8));
        flip(data, bit);
        cr_assert(tempdir_write(&w.dir, "damaged", data, len));
        int rc =
            segment_open(&s, w.dir.fd, w.dir.path, "damaged", &w.hash, w.len, NULL);
        if (rc == 0) {
            use(&w, &s);
            rc = segment_verify(&s, NULL);
            segment_close(&s);
        }
        cr_assert(rc == ERR_CORRUPT || rc == ERR_VERSION, "bit %zu: %d", bit, rc);
        flip(data, bit);
    }
    free(data);
    release(&w);
}

Test(segment, cut_short)
{
    struct world w = {0};
    size_t len;
    make(&w, 3);
    uint8_t *data = tempdir_read(&w.dir, w.name, &len);
    for (size_t cut = 0; cut < len; cut += 1 + len / 97) {
        struct segment s;
        cr_assert(tempdir_write(&w.dir, "cut", data, cut));
        cr_assert_eq(segment_open(&s, w.dir.fd, w.dir.path, "cut", NULL, 0, NULL),
                     ERR_CORRUPT, "%zu bytes", cut);
    }
    free(data);
    release(&w);
}

/* A writer that lies is found by verify, though all checksums are right. */
static void lie_tokens(struct world *w, uint64_t *counts)
{
    (void)w;
    counts[SEGMENT_ARTICLE_TOKENS]++;
}

static void lie_homes(struct world *w, uint64_t *counts)
{
    (void)w;
    counts[SEGMENT_HOMES]--;
}

static void lie_stories(struct world *w, uint64_t *counts)
{
    (void)w;
    counts[SEGMENT_STORIES]++;
}

/* A segment of one story "a b a", by hand; list: the addresses of a, then that of b; last: what
 * the stream has as its third surface. */
static int write_by_hand(struct world *w, const address *list, surface_id last,
                         uint32_t stories, uint32_t title_tokens,
                         void (*tell)(struct world *w, uint64_t *counts))
{
    struct segment_writer sw;
    struct err err = {0};
    uint8_t block[FORWARD_BLOCK_BYTES_MAX];
    const surface_id surfaces[] = {0, 1, last};
    const sep_id seps[] = {1, 0, 0};
    const article_id by_id = 0;
    struct offsetmap map = {0};
    struct forward_coding coding;
    uint64_t counts[] = {3, 3, 1, 1, 1, 2, 2, 2, 3, 5};
    forward_coding_init(&coding, FORWARD_SMALL, 2);
    cr_assert_eq(segment_writer_open(&sw, w->dir.fd, w->dir.path, "by-hand", 2,
                                     FORWARD_SMALL, &err),
                 0);
    surfaces_writer_put(sw.surfaces, bytes_str("a"), 0);
    surfaces_writer_put(sw.surfaces, bytes_str("b"), 1);
    surfaces_writer_put_sep(sw.surfaces, 0, bytes_str(" "));
    surfaces_writer_put_sep(sw.surfaces, 2, bytes_str(""));
    forward_writer_put(sw.forward, block,
                       forward_encode_block(&coding, surfaces, seps, 3, block), 3);
    marks_writer_put(sw.sentences, 0);
    marks_writer_put(sw.paragraphs, 0);
    wordings_writer_story(sw.wordings, 3, NULL, 0);
    wordings_writer_wording(sw.wordings, 3, NULL, 0, NULL, 0);
    offsetmap_put(&map, 5, 0, 5);
    struct article_record r = {
        .title_tokens = title_tokens, .first_sep = 1, .map = &map};
    articles_writer_put(sw.articles, &r);
    provenance_writer_put(sw.provenance,
                          &(struct provenance_row){.id = bytes_str("x"), .day = 1});
    struct term_entry a = {.key = "a",
                           .key_len = 1,
                           .stories = stories,
                           .occurrences = 2,
                           .n_inline = 2,
                           .inline_list = {list[0], list[1]}};
    struct term_entry b = {.key = "b",
                           .key_len = 1,
                           .stories = 1,
                           .occurrences = 1,
                           .n_inline = 1,
                           .inline_list = {list[2]}};
    terms_writer_put(sw.terms, &a);
    terms_writer_put(sw.terms, &b);
    if (w->n_places > 0) {
        struct buf pairs = {0};
        cr_assert(addresses_encode(w->places, w->n_places, &pairs));
        bigrams_writer_put(&sw.bigrams, w->first, w->second, (uint32_t)w->n_places,
                           buf_bytes(&pairs));
        buf_release(&pairs);
    }
    if (tell)
        tell(w, counts);
    /* A part may be ended before the rest, and is left as it is then. */
    int rc = segment_writer_end(&sw, SEGMENT_PART_SENTENCES, 3, &err);
    if (rc == 0)
        rc = segment_writer_end(&sw, SEGMENT_PART_SURFACES, 0, &err);
    if (rc == 0)
        rc = segment_writer_end(&sw, SEGMENT_PART_SENTENCES, 3, &err);
    for (int i = 0; rc == 0 && i < 2; i++)
        rc = segment_writer_end_articles(&sw, &by_id, &err);
    if (rc == 0)
        rc = segment_writer_end_all(&sw, &by_id, counts, &err);
    if (rc == 0)
        rc = segment_writer_finish(&sw, counts, 1, &w->hash, &w->len, &err);
    offsetmap_release(&map);
    cr_assert_eq(rc, 0, "%s", err.msg);
    struct segment s;
    rc = segment_open(&s, w->dir.fd, w->dir.path, "by-hand", &w->hash, w->len, &err);
    if (rc == 0)
        rc = segment_verify(&s, &err);
    segment_close(&s);
    cr_assert_eq(unlinkat(w->dir.fd, "by-hand", 0), 0);
    return rc;
}

Test(segment, lies_are_found)
{
    static const address right[] = {0, 2, 1}, swapped[] = {0, 1, 2}, far[] = {0, 3, 1};
    struct world w = {0};
    cr_assert(tempdir_make(&w.dir));
    cr_assert_eq(write_by_hand(&w, right, 0, 1, 3, NULL), 0);
    cr_assert_eq(write_by_hand(&w, swapped, 0, 1, 3, NULL), ERR_CORRUPT);
    cr_assert_eq(write_by_hand(&w, far, 0, 1, 3, NULL), ERR_CORRUPT);
    cr_assert_eq(write_by_hand(&w, right, 1, 1, 3, NULL), ERR_CORRUPT);
    /* said to stand elsewhere, where it has no home */
    cr_assert_eq(write_by_hand(&w, right, (surface_id)FORWARD_ELSEWHERE, 1, 3, NULL),
                 ERR_CORRUPT);
    cr_assert_eq(write_by_hand(&w, right, 0, 2, 3, NULL), ERR_CORRUPT);
    cr_assert_eq(write_by_hand(&w, right, 0, 1, 4, NULL), ERR_CORRUPT);
    cr_assert_eq(write_by_hand(&w, right, 0, 1, 3, lie_tokens), ERR_CORRUPT);
    cr_assert_eq(write_by_hand(&w, right, 0, 1, 3, lie_homes), ERR_CORRUPT);
    cr_assert_eq(write_by_hand(&w, right, 0, 1, 3, lie_stories), ERR_CORRUPT);
    tempdir_remove(&w.dir);
}

/* A list of a pair must have all its places in the stream, and no other. */
static int write_pair(struct world *w, term_id first, term_id second, address place,
                      size_t n)
{
    static const address right[] = {0, 2, 1};
    w->first = first;
    w->second = second;
    w->places[0] = place;
    w->places[1] = place + 1;
    w->n_places = n;
    return write_by_hand(w, right, 0, 1, 3, NULL);
}

Test(segment, lies_about_pairs_are_found)
{
    struct world w = {0};
    cr_assert(tempdir_make(&w.dir));
    cr_assert_eq(write_pair(&w, 0, 1, 0, 1), 0);
    cr_assert_eq(write_pair(&w, 1, 0, 1, 1), 0);
    cr_assert_eq(write_pair(&w, 0, 1, 1, 1), ERR_CORRUPT);
    cr_assert_eq(write_pair(&w, 1, 0, 0, 1), ERR_CORRUPT);
    cr_assert_eq(write_pair(&w, 0, 1, 0, 2), ERR_CORRUPT);
    cr_assert_eq(write_pair(&w, 0, 0, 0, 1), ERR_CORRUPT);
    cr_assert_eq(write_pair(&w, 1, 0, 2, 1), ERR_CORRUPT); /* reaches over the end */
    cr_assert_eq(write_pair(&w, 1, 2, 1, 1), ERR_CORRUPT); /* there is no such word */
    tempdir_remove(&w.dir);
}

/* The first term with a list, whose first story is another one where there is room; returns its bytes. */
static struct buf other_list(const struct segment *s, struct list_ref *ref)
{
    struct terms_iter it;
    const struct term_entry *e;
    struct story_cursor c;
    struct err err = {0};
    struct buf out = {0};
    story_id story, at = 0, before = 0;
    struct storylists_writer *w = storylists_writer_new();
    bool changed = false;
    cr_assert_eq(terms_seek(&s->terms, bytes_of("", 0), &it, &err), 0);
    do
        cr_assert_eq(terms_next(&it, &e, &err), 0);
    while (e->doc.len == 0 || e->stories == s->counts[SEGMENT_STORIES]);
    *ref = e->doc;
    cr_assert_eq(storylists_open(&c, &s->doc, e->doc, e->stories, &err), 0);
    for (; storylists_seek(&c, at, &story, &err) == 0; at = story + 1) {
        bool room = !changed && story > before;
        storylists_writer_put(w, room ? story - 1 : story);
        changed |= room;
        before = story + 1;
    }
    cr_assert(changed);
    storylists_writer_encode(w, &out);
    storylists_writer_free(w);
    return out;
}

Test(segment, a_list_of_other_stories_is_found)
{
    struct world w = {0};
    struct segment s;
    struct err err = {0};
    struct list_ref ref;
    make(&w, 500);
    cr_assert_eq(segment_open(&s, w.dir.fd, w.dir.path, w.name, &w.hash, w.len, &err),
                 0, "%s", err.msg);
    cr_assert_eq(segment_verify(&s, &err), 0, "%s", err.msg);
    struct buf list = other_list(&s, &ref);
    uint8_t *doc = malloc(s.doc.len + CONTAINER_OVERREAD);
    cr_assert(doc && list.len == ref.len);
    memcpy(doc, s.doc.data, s.doc.len + CONTAINER_OVERREAD);
    struct section sound = s.doc;
    s.doc = section_memory(doc, s.doc.len, SECTION_DOC, s.doc.count);
    cr_assert_eq(segment_verify(&s, &err), 0, "%s", err.msg);
    memcpy(doc + ref.offset, list.data, list.len);
    cr_assert_eq(segment_verify(&s, &err), ERR_CORRUPT);
    s.doc = sound;
    segment_close(&s);
    buf_release(&list);
    free(doc);
    release(&w);
}

Test(segment, an_aborted_file_is_removed)
{
    struct tempdir dir;
    struct segment_writer w;
    struct err err = {0};
    cr_assert(tempdir_make(&dir));
    cr_assert_eq(
        segment_writer_open(&w, dir.fd, dir.path, "segment", 3, FORWARD_FAST, &err), 0,
        "%s", err.msg);
    segment_writer_abort(&w);
    segment_writer_abort(&w);
    cr_assert_eq(tempdir_count(&dir), 0);
    cr_assert_lt(
        segment_writer_open(&w, dir.fd, dir.path, "x/y", 3, FORWARD_FAST, &err), 0);
    tempdir_remove(&dir);
}
