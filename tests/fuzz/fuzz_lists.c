/* Any bytes as each structure that is read from disk, without a checksum before it: decoders must stay inside
 * their bytes and what a verify accepts must be what it says. The first byte chooses the structure, the next two
 * are a count. */
#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "formats/addresses.h"
#include "formats/bigrams.h"
#include "formats/columns.h"
#include "formats/forward.h"
#include "formats/frame.h"
#include "formats/inputlist.h"
#include "formats/manifest.h"
#include "formats/map.h"
#include "formats/marks.h"
#include "formats/pfor.h"
#include "formats/provenance.h"
#include "formats/storylists.h"
#include "formats/surfaces.h"
#include "formats/terms.h"
#include "formats/wordings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    LIST_MAX = 1 << 16,
    RAW_MAX = 1 << 20
};

static void check(bool right)
{
    if (!right)
        abort();
}

static void check_code(int rc, const struct err *err)
{
    check(rc == 0 || rc == ITER_END || (rc < 0 && rc == err->code && rc != ERR_NOMEM));
}

static void try_pfor(const uint8_t *data, size_t len, uint32_t count)
{
    uint32_t values[PFOR_BLOCK], gaps[PFOR_BLOCK];
    size_t n = count % PFOR_BLOCK + 1;
    uint32_t base = count & 0x8000 ? UINT32_MAX : count;
    size_t used = pfor_decode(data, len, n, values);
    check(used <= len);
    size_t again = pfor_decode_gaps(data, len, n, base, gaps);
    check(again == used || again == 0);
    for (size_t i = 1; again && i < n; i++)
        check(gaps[i] > gaps[i - 1]);
    check(!again || base == UINT32_MAX || gaps[0] > base);
}

static void try_addresses(const struct section *s, uint32_t count)
{
    static address list[LIST_MAX];
    static uint64_t bits[LIST_MAX / 64];
    struct address_cursor c = {0};
    struct err err = {0};
    size_t n = 0;
    address a = 0;
    struct list_ref ref = {0, s->len};
    bool good = addresses_verify(s, ref, count, UINT64_C(1) << 32, &err) == 0;
    err_clear(&err);
    int rc = addresses_open(&c, s, ref, count, &err);
    if (rc == 0)
        rc = addresses_fill(&c, 0, UINT32_MAX, list, LIST_MAX, &n, &err);
    check_code(rc, &err);
    if (good)
        check(rc == 0 && (n == count || (n + 1 == count)));
    for (size_t i = 1; good && i < n; i++)
        check(list[i] > list[i - 1]);
    for (uint32_t i = 0; i < 50 && rc == 0; i++) { /* forwards, then anywhere */
        rc = addresses_seek(&c, i < 25 ? i * 977 : a / 2 + i * 77777, &a, &err);
        check_code(rc, &err);
        rc = rc == ITER_END ? 0 : rc;
    }
    if (rc == 0)
        rc = addresses_intersect(&c, list, n, 1, list, &n, &err);
    if (rc == 0) {
        memset(bits, 0, sizeof bits);
        rc = addresses_fill_bits(&c, a, a < UINT32_MAX - LIST_MAX ? a + LIST_MAX : a,
                                 bits, &err);
    }
    check_code(rc, &err);
}

static void try_bigrams(const struct section *s)
{
    static address list[LIST_MAX];
    struct bigrams b;
    struct bigram pair;
    struct address_cursor c;
    struct err err = {0};
    size_t n = 0;
    int rc = bigrams_open(&b, s, &err);
    check_code(rc, &err);
    if (rc != 0)
        return;
    bool good = bigrams_verify(&b, UINT32_MAX, UINT64_C(1) << 32, &err) == 0;
    err_clear(&err);
    for (uint32_t i = 0; i < b.n && i < 200 && rc == 0; i++) {
        rc = bigrams_get(&b, i, &pair, &err);
        if (rc == 0)
            rc = addresses_open(&c, s, pair.list, pair.count, &err);
        if (rc == 0)
            rc = addresses_fill(&c, i, i + LIST_MAX - 1, list, LIST_MAX, &n, &err);
        check_code(rc, &err);
        check(!good || rc == 0);
        if (good)
            check(bigrams_find(&b, pair.first, pair.second, &pair, &err) == 0);
    }
}

static void try_stories(const struct section *s, uint32_t count)
{
    struct story_cursor c = {0};
    const story_id *stories = NULL;
    struct err err = {0};
    struct list_ref ref = {0, s->len};
    story_id story = 0, lo = 0;
    size_t seen = 0;
    uint32_t n = 0;
    bool good = storylists_verify(s, ref, count, UINT64_C(1) << 32, &err) == 0;
    err_clear(&err);
    int rc = storylists_open(&c, s, ref, count, &err);
    while (rc == 0 && seen <= count) {
        rc = storylists_seek(&c, lo, &story, &err);
        if (rc == 0)
            check(story >= lo && storylists_block(&c, lo, &stories, &n, &err) == 0 &&
                  n >= 1 && n <= STORYLISTS_BLOCK && stories[n - 1] >= story);
        seen += rc == 0;
        lo = story + 1;
        if (rc == 0 && lo == 0)
            break;
    }
    check_code(rc, &err);
    if (good)
        check(rc >= 0 && seen == count);
}

/* A walk must say what rank and select say. */
static void walk_marks(const struct marks *m, uint32_t step, bool good)
{
    struct marks_walk walk;
    struct err err = {0};
    uint64_t a = 0, index = 0, value = 0, next = 0, rank = 0;
    marks_walk_begin(&walk, m);
    for (int i = 0; i < 500 && a < m->universe; i++, a += 1 + (uint64_t)step % 5000) {
        int rc = marks_walk_to(&walk, a, &index, &value, &next, &err);
        check_code(rc, &err);
        if (rc < 0) {
            check(!good);
            return;
        }
        if (rc == 0)
            check(index < m->n && (!good || (value <= a && next > a)));
        if (good && marks_rank(m, a, &rank, &err) == 0)
            check(rc == 0 ? rank == index + 1 : rank == 0);
        step = step * 5 + 1;
    }
}

static void try_marks(const struct section *s, uint32_t count)
{
    static address list[LIST_MAX];
    struct marks m;
    struct err err = {0};
    uint64_t v = 0, last = 0, rank;
    size_t n = 0;
    int rc = marks_open(&m, s, 0, s->len, &err);
    check_code(rc, &err);
    if (rc != 0)
        return;
    bool good = marks_verify(&m, &err) == 0;
    err_clear(&err);
    for (uint64_t i = 0; i < marks_count(&m) && i < 5000 && rc == 0; i++) {
        rc = marks_select(&m, i, &v, &err);
        if (good)
            check(rc == 0 && v >= last);
        if (rc == 0)
            rc = marks_rank(&m, v, &rank, &err);
        if (good)
            check(rc == 0 && rank > i);
        last = v;
    }
    check_code(rc, &err);
    err_clear(&err);
    walk_marks(&m, count, good);
    rc = marks_fill(&m, count, UINT64_MAX, list, LIST_MAX, &n, &err);
    check_code(rc, &err);
    if (good)
        check(rc == 0);
}

static void try_coded(const struct section *s)
{
    struct forward f;
    struct err err = {0};
    surface_id surfaces[300];
    sep_id seps[300];
    int rc = forward_open(&f, s, 1000, 20, &err);
    if (rc == 0)
        rc = forward_verify(&f, &err);
    check_code(rc, &err);
    err_clear(&err);
    size_t n = s->count < 300 ? (size_t)s->count : 300;
    if (rc == 0)
        check(forward_read(&f, 0, n, surfaces, seps, &err) == 0);
    for (size_t i = 0; rc == 0 && i < n; i++)
        check((surfaces[i] < 1000 || surfaces[i] == (surface_id)FORWARD_ELSEWHERE) &&
              seps[i] < 20);
}

static void try_forward(const struct section *s)
{
    struct section as = *s;
    for (uint16_t store = FORWARD_FAST; store <= FORWARD_SMALL; store++) {
        as.version = store;
        try_coded(&as);
    }
}

static void try_terms(const struct section *s)
{
    struct terms t;
    struct terms_iter it;
    struct term_entry entry;
    const struct term_entry *e;
    struct err err = {0};
    uint64_t n = 0;
    int rc = terms_open(&t, s, &err);
    check_code(rc, &err);
    if (rc != 0)
        return;
    bool good = terms_verify(&t, &err) == 0;
    err_clear(&err);
    check_code(terms_find(&t, bytes_str("w1"), 0, &entry, &err), &err);
    err_clear(&err);
    check_code(terms_get(&t, t.n_terms / 2, &entry, &err), &err);
    err_clear(&err);
    rc = terms_seek(&t, bytes_str(good ? "" : "c"), &it, &err);
    while (rc == 0 && (rc = terms_next(&it, &e, &err)) == 0)
        check(++n <= s->len);
    check_code(rc, &err);
    if (good)
        check(rc == ITER_END && n == t.n_terms);
}

static void try_surfaces(const struct section *s)
{
    struct surfaces u;
    struct err err = {0};
    struct bytes b;
    uint8_t brk;
    surface_id list[16];
    size_t n;
    term_id term;
    int rc = surfaces_open(&u, s, &err);
    check_code(rc, &err);
    if (rc != 0)
        return;
    check_code(surfaces_verify(&u, &err), &err);
    for (uint32_t id = 0; id < 40; id++) {
        struct err own = {0};
        check_code(surfaces_get(&u, id * 7, &b, &own), &own);
        err_clear(&own);
        check_code(surfaces_term(&u, id, &term, &own), &own);
        err_clear(&own);
        check_code(surfaces_sep(&u, id, &brk, &b, &own), &own);
        err_clear(&own);
        check_code(surfaces_of_term(&u, id, list, 16, &n, &own), &own);
    }
}

static void try_wordings(const struct section *s)
{
    struct wordings w;
    struct err err = {0};
    piece_vec pieces = {0};
    block_vec blocks = {0};
    break_vec breaks = {0};
    int rc = wordings_open(&w, s, &err);
    if (rc == 0)
        rc = wordings_verify(&w, &err);
    check_code(rc, &err);
    for (uint32_t i = 0; rc == 0 && i < 40; i++) {
        struct err own = {0};
        check_code(wordings_pieces(&w, i, &pieces, &own), &own);
        err_clear(&own);
        check_code(wordings_breaks(&w, i, &breaks, &own), &own);
        err_clear(&own);
        check_code(wordings_blocks(&w, i, &blocks, &own), &own);
        (void)wordings_home(blocks.items, blocks.len, i * 5);
    }
    vec_release(&pieces);
    vec_release(&blocks);
    vec_release(&breaks);
}

/* ARTICLE and MAP: the count says where the one ends. */
static void try_articles(const uint8_t *data, size_t len, uint32_t count)
{
    struct articles a;
    struct err err = {0};
    struct offsetmap map = {0};
    size_t cut = count * 8 < len ? count * 8 : len;
    struct section article = section_memory(data, cut, SECTION_ARTICLE, 0);
    struct section maps = section_memory(data + cut, len - cut, SECTION_MAP, 0);
    int rc = articles_open(&a, &article, &err);
    if (rc == 0)
        rc = articles_open_maps(&a, &maps, &err);
    if (rc == 0)
        rc = articles_verify(&a, a.n_wordings, &err);
    check_code(rc, &err);
    if (rc == 0 && a.n_articles > 0)
        check(articles_map(&a, 0, &map, &err) == 0);
    offsetmap_release(&map);
}

static void try_provenance(const struct section *s)
{
    struct provenance p;
    struct err err = {0};
    int rc = provenance_open(&p, s, &err);
    if (rc == 0)
        rc = provenance_verify(&p, &err);
    check_code(rc, &err);
}

static void try_inputs(const struct section *s)
{
    struct inputlist l = {.section = *s, .left = s->count};
    struct inputlist_row row;
    struct err err = {0};
    uint64_t n = 0;
    int rc = 0;
    while ((rc = inputlist_next(&l, &row, &err)) == 0)
        check(++n <= s->count && row.path.len <= s->len);
    check_code(rc, &err);
}

static void try_small(const uint8_t *data, size_t len, uint32_t count)
{
    struct frame_coder coder = {0};
    struct err err = {0};
    struct buf raw = {0};
    struct offsetmap map = {0};
    struct manifest m = {0};
    struct current current;
    uint64_t values[COLUMNS_ROWS];
    struct bytes in = bytes_of(data, len);
    size_t used;
    check_code(frame_get(&coder, in, NULL, RAW_MAX, &raw, &used, &err), &err);
    check(raw.len <= RAW_MAX);
    (void)map_decode(in, &map);
    (void)columns_get_all(&in, count % COLUMNS_ROWS + 1, values);
    err_clear(&err);
    check_code(manifest_decode(bytes_of(data, len), "manifest", &m, &err), &err);
    manifest_release(&m);
    err_clear(&err);
    check_code(current_decode(bytes_of(data, len), "current", &current, &err), &err);
    offsetmap_release(&map);
    frame_coder_release(&coder);
    buf_release(&raw);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3)
        return 0;
    uint8_t which = data[0] % 13;
    uint32_t count = load_u16(data + 1);
    size_t len = size - 3;
    uint8_t *copy = calloc(1, len + CONTAINER_OVERREAD);
    check(copy != NULL);
    memcpy(copy, data + 3, len);
    struct section s = section_memory(copy, len, SECTION_POS, count);
    switch (which) {
    case 0: try_pfor(copy, len, count); break;
    case 1: try_addresses(&s, count); break;
    case 2: try_stories(&s, count); break;
    case 3: try_marks(&s, count); break;
    case 4: try_forward(&s); break;
    case 5: try_terms(&s); break;
    case 6: try_surfaces(&s); break;
    case 7: try_wordings(&s); break;
    case 8: try_articles(copy, len, count); break;
    case 9: try_provenance(&s); break;
    case 11: try_inputs(&s); break;
    case 12: try_bigrams(&s); break;
    default: try_small(copy, len, count); break;
    }
    free(copy);
    return 0;
}
