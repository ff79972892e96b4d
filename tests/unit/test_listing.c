/* The order of search's rows and their pages, against rows sorted one by one. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "query/listing.h"
#include "query/syntax.h"
#include "tests/unit/rows_fixture.h"

enum {
    STORIES = 40,
    MOST = 200 /* rows */
};

static struct rows_fixture f;
static struct analyser *analyser;
static struct arena arena;
static uint64_t random_state = 7;

static uint32_t pick(uint32_t n)
{
    random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(random_state >> 33) % n;
}

static void add(int number, const char *body)
{
    static const char *const outlets[] = {"", "Wire", "gazette", "Gazette",
                                          "\u00c9cho"};
    char id[20];
    snprintf(id, sizeof id, "a-%03d", number);
    int32_t day = pick(5) == 0 ? DAY_NONE : (int32_t)pick(12) - 5;
    rows_fixture_article(&f, id, "", body, outlets[pick(5)], day);
}

static void begin(void)
{
    int number = 0;
    analyser = analyser_new();
    cr_assert(analyser);
    rows_fixture_begin(&f);
    for (int i = 0; i < STORIES; i++) {
        struct buf body = {0};
        buf_printf(&body, "Story %d.", i);
        for (uint32_t k = pick(4); k > 0; k--)
            buf_put_str(&body, " A port.");
        for (uint32_t k = pick(30); k > 0; k--)
            buf_put_str(&body, " Words.");
        buf_put_u8(&body, 0);
        rows_fixture_story(&f);
        for (uint32_t k = 1 + pick(4); k > 0; k--)
            add(number++, (const char *)body.data);
        buf_release(&body);
    }
    rows_fixture_publish(&f, 2);
}

static void end(void)
{
    rows_fixture_end(&f);
    arena_release(&arena);
    analyser_free(analyser);
}

TestSuite(listing, .init = begin, .fini = end);

static struct plan *plan_of(const char *query)
{
    struct syntax_result parsed = {0};
    struct plan *plan = NULL;
    int rc = syntax_parse(bytes_str(query), true, analyser, &arena, &parsed, &f.err);
    if (rc == 0)
        rc = plan_make(&f.s, parsed.tree, &arena, &plan, &f.err);
    cr_assert_eq(rc, 0, "%s", f.err.msg);
    return plan;
}

/* --- what it should be ------------------------------------------------------------------ */

struct want {
    struct listing_item item;
    int32_t day;
    char outlet[20];
};

struct wants {
    struct want rows[MOST];
    size_t n;
    bool articles;
};

static int collect(void *arg, const struct story_match *match, struct err *err)
{
    struct wants *w = arg;
    struct provenance_cache *cache = provenance_cache_new();
    bool first = true;
    for (size_t i = 0; i < match->n_wordings; i++) {
        for (uint32_t k = 0; k < match->wordings[i].n_articles; k++) {
            article_id article = engine_article(&match->wordings[i], k);
            struct provenance_row p;
            cr_assert_eq(provenance_get(&f.s.segments[match->segment].provenance, cache,
                                        article, &p, err),
                         0);
            if (w->articles || first) { /* the original is the first */
                cr_assert_lt(w->n, MOST);
                struct want *row = &w->rows[w->n++];
                *row = (struct want){{.segment = match->segment,
                                      .story = match->story,
                                      .article = article},
                                     p.day,
                                     ""};
                if (p.outlet.len)
                    memcpy(row->outlet, p.outlet.data, p.outlet.len);
            }
            first = false;
        }
    }
    provenance_cache_free(cache);
    return 0;
}

static bool comes_before(const struct want *a, const struct want *b, int sort)
{
    if (sort == LISTING_SOURCE) {
        bool none_a = !a->outlet[0], none_b = !b->outlet[0];
        if (none_a != none_b)
            return none_b;
        int c = strcmp(a->outlet, b->outlet);
        if (c)
            return c < 0;
    } else {
        bool none_a = a->day == DAY_NONE, none_b = b->day == DAY_NONE;
        if (none_a != none_b)
            return none_b;
        if (a->day != b->day)
            return sort == LISTING_DATE ? a->day < b->day : a->day > b->day;
    }
    return false; /* they stand in canonical order */
}

/* Insertion keeps the order of equal rows. */
static void sort_wants(struct wants *w, int sort)
{
    for (size_t i = 1; i < w->n; i++) {
        struct want row = w->rows[i];
        size_t k = i;
        for (; k > 0 && comes_before(&row, &w->rows[k - 1], sort); k--)
            w->rows[k] = w->rows[k - 1];
        w->rows[k] = row;
    }
}

/* --- what it is -------------------------------------------------------------------------- */

static bool is_item(const struct listing_item *a, const struct listing_item *b,
                    bool articles)
{
    return a->segment == b->segment && a->story == b->story &&
           (!articles || a->article == b->article);
}

struct given {
    const struct listing *listing;
    size_t n;
};

static int count_given(void *arg, const struct story_match *match,
                       const struct listing_item *items, size_t n, struct err *err)
{
    struct given *g = arg;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(&items[i], &g->listing->items.items[g->n + i]);
        cr_assert_eq(items[i].segment, match->segment);
        cr_assert_eq(items[i].story, match->story);
    }
    g->n += n;
    return 0;
}

static void find(struct listing *l, const char *query)
{
    struct shown shown = {0};
    struct plan *plan = plan_of(query);
    cr_assert_eq(listing_find(l, plan, &f.s, &shown, &f.err), 0, "%s", f.err.msg);
    struct given given = {l, 0};
    cr_assert_eq(listing_give(l, plan, count_given, &given, &f.err), 0, "%s",
                 f.err.msg);
    cr_assert_eq(given.n, l->items.len);
    plan_release(plan);
}

static void check_page(const char *query, int sort, struct wants *w, uint64_t offset,
                       uint64_t limit)
{
    struct listing l = {
        .sort = sort, .offset = offset, .limit = limit, .articles = w->articles};
    find(&l, query);
    size_t from = offset < w->n ? (size_t)offset : w->n;
    size_t n = limit && limit < w->n - from ? (size_t)limit : w->n - from;
    cr_assert_eq(l.of, w->n);
    cr_assert_eq(l.items.len, n, "%zu rows, not %zu", l.items.len, n);
    for (size_t i = 0; i < n; i++)
        cr_assert(is_item(&l.items.items[i], &w->rows[from + i].item, w->articles),
                  "row %zu of %s by %s", i, query, listing_sort_name(sort));
    listing_release(&l);
}

static void check(const char *query, int sort, bool articles)
{
    struct wants w = {.articles = articles};
    struct engine_options options = {.want_spans = true, .story = collect, .arg = &w};
    struct plan *plan = plan_of(query);
    cr_assert_eq(engine_run(plan, &options, NULL, &f.err), 0, "%s", f.err.msg);
    plan_release(plan);
    cr_assert_gt(w.n, 5);
    sort_wants(&w, sort);
    for (uint64_t offset = 0; offset < w.n + 3; offset += 4)
        for (uint64_t limit = 0; limit < 14; limit += 3)
            check_page(query, sort, &w, offset, limit);
}

Test(listing, rows_by_date_and_source)
{
    static const char *const queries[] = {"port", "words", "NOT port"};
    for (size_t q = 0; q < sizeof queries / sizeof *queries; q++) {
        for (int sort = LISTING_DATE; sort <= LISTING_SOURCE; sort++) {
            check(queries[q], sort, false);
            check(queries[q], sort, true);
        }
    }
}

Test(listing, pages_of_the_best)
{
    struct listing whole = {.limit = 0};
    find(&whole, "port words");
    cr_assert_gt(whole.items.len, 15);
    for (size_t i = 1; i < whole.items.len; i++)
        cr_assert_leq(whole.items.items[i].score, whole.items.items[i - 1].score);
    for (uint64_t offset = 0; offset < whole.items.len + 2; offset++) {
        struct listing page = {.offset = offset, .limit = 5};
        find(&page, "port words");
        size_t from = offset < whole.items.len ? (size_t)offset : whole.items.len;
        size_t n = whole.items.len - from < 5 ? whole.items.len - from : 5;
        cr_assert_eq(page.items.len, n);
        cr_assert_eq(page.of, whole.items.len);
        for (size_t i = 0; i < n; i++)
            cr_assert(
                is_item(&page.items.items[i], &whole.items.items[from + i], false));
        listing_release(&page);
    }
    listing_release(&whole);
}
