/* Rows: which article is shown for a story, and that each hit's bytes are the words in the input. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/rows_fixture.h"

static const char port_body[] = "The cranes stopped at six in the morning. By seven, "
                                "the road to the terminal at Port "
                                "Hallam was full of lorries.\n\nThe night shift is "
                                "gone. Dock workers say so! A second "
                                "night shift, \"quite unlike it\", came later. The "
                                "co-operation of al-Assad's U.S. port "
                                "is over.";

/* A long story, a copy with other words in front and behind, and two small ones. */
static void make_archive(struct rows_fixture *f, size_t n_segments)
{
    static const char *const words[] = {"tug", "barge", "flour", "ice", "quay", "lamp"};
    struct buf body = {0}, longer = {0};
    uint64_t state = 3;
    for (int i = 0; i < 300; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
        buf_printf(&body, "%s%s", words[(state >> 40) % 6],
                   i % 17 == 16 ? ".\n\n"
                   : i % 9 == 8 ? ". "
                                : " ");
    }
    buf_printf(&longer, "An editor adds a zeppelin. %.*s Then a postscript.",
               (int)body.len, (const char *)body.data);
    buf_put_u8(&body, 0);
    buf_put_u8(&longer, 0);
    rows_fixture_begin(f);
    rows_fixture_story(f);
    rows_fixture_article(f, "port", "Port Hallam stands still?", port_body, "Gazette",
                         19423);
    rows_fixture_article(f, "port-loud", "PORT HALLAM stands still?", port_body,
                         "Journal", 19424);
    rows_fixture_story(f);
    rows_fixture_article(f, "tugs", "", (const char *)body.data, "Gazette", DAY_NONE);
    rows_fixture_article(f, "tugs-long", "", (const char *)longer.data, "Wire", 19000);
    rows_fixture_story(f);
    rows_fixture_article(f, "last", "Only a title", "", "", 1);
    rows_fixture_story(f);
    rows_fixture_article(f, "short", "Notes", "Ice", "Wire", 2);
    rows_fixture_publish(f, n_segments);
    buf_release(&body);
    buf_release(&longer);
}

struct seen {
    struct rows_fixture *f;
    const char *ids[8]; /* of the articles expected, any order; NULL ends */
    size_t n;
    size_t hits;
};

static void check_row(void *arg, const struct row *row, uint64_t rank, uint64_t of)
{
    struct seen *seen = arg;
    cr_assert_leq(rank, of);
    bool known = false;
    for (size_t i = 0; seen->ids[i]; i++)
        known |= bytes_equal(row->prov.id, bytes_str(seen->ids[i]));
    cr_assert(known, "article %.*s", (int)row->prov.id.len,
              (const char *)row->prov.id.data);
    seen->n++;
    seen->hits += row->hits.len;
    const struct buf *records = &seen->f->records;
    for (size_t h = 0; h < row->hits.len; h++) {
        const struct row_hit *hit = &row->hits.items[h];
        cr_assert_lt(hit->from, hit->to);
        cr_assert_leq(hit->to, records->len);
        struct bytes in_input =
            bytes_of(records->data + hit->from, (size_t)(hit->to - hit->from));
        struct bytes in_text =
            bytes_of(row->text.data + hit->text_from, hit->text_to - hit->text_from);
        cr_assert(bytes_equal(in_input, in_text), "'%.*s' and '%.*s'",
                  (int)in_input.len, (const char *)in_input.data, (int)in_text.len,
                  (const char *)in_text.data);
    }
}

static void expect(struct rows_fixture *f, const char *query, uint64_t hits_max,
                   size_t hits, const char *id_1, const char *id_2)
{
    struct seen seen = {.f = f, .ids = {id_1, id_2}};
    uint64_t of = rows_fixture_search(f, query, hits_max, check_row, &seen);
    cr_assert_eq(of, seen.n);
    cr_assert_eq(seen.n, (size_t)(id_1 != NULL) + (id_2 != NULL), "%s: %zu rows", query,
                 seen.n);
    cr_assert_eq(seen.hits, hits, "%s: %zu hits", query, seen.hits);
}

Test(rows, hits_are_the_bytes_of_the_input)
{
    for (size_t n_segments = 1; n_segments <= 3; n_segments++) {
        struct rows_fixture f;
        make_archive(&f, n_segments);
        expect(&f, "\"night shift\"", UINT64_MAX, 2, "port", NULL);
        expect(&f, "hallam", UINT64_MAX, 2, "port", NULL);
        expect(&f, "\"alassad us port\"", UINT64_MAX, 1, "port", NULL);
        expect(&f, "cooperation OR title", UINT64_MAX, 2, "port", "last");
        expect(&f, "cranes NEAR/60 later", UINT64_MAX, 1, "port", NULL);
        expect(&f, "only", UINT64_MAX, 1, "last", NULL);
        rows_fixture_end(&f);
    }
}

Test(rows, the_original_is_shown_if_it_matches)
{
    struct rows_fixture f;
    make_archive(&f, 1);
    expect(&f, "\"tug barge\" AND flour", 1, 1, "tugs", NULL);
    expect(&f, "zeppelin", UINT64_MAX, 1, "tugs-long", NULL);
    rows_fixture_end(&f);
}

static void check_story(void *arg, const struct row *row, uint64_t rank, uint64_t of)
{
    (void)rank, (void)of;
    *(size_t *)arg += 1;
    cr_assert(bytes_equal(buf_bytes(&row->story_id), bytes_str("tugs")));
    cr_assert_eq(row->story.n_articles, 2);
    cr_assert_eq(row->match.articles, 1);
}

Test(rows, a_copy_that_matches_names_its_story)
{
    struct rows_fixture f;
    size_t n = 0;
    make_archive(&f, 1);
    rows_fixture_search(&f, "postscript", 1, check_story, &n);
    cr_assert_eq(n, 1);
    rows_fixture_end(&f);
}

static void check_counts(void *arg, const struct row *row, uint64_t rank, uint64_t of)
{
    (void)arg, (void)rank, (void)of;
    cr_assert_eq(row->n_hits, 3);
    cr_assert_eq(row->hits.len, 2);
    cr_assert_eq(row->title_hits, 1);
    cr_assert(row_hit_in_title(row, 0));
    cr_assert_not(row_hit_in_title(row, 1));
}

Test(rows, only_so_many_hits_are_loaded)
{
    struct rows_fixture f;
    make_archive(&f, 1);
    rows_fixture_search(&f, "port", 2, check_counts, NULL);
    rows_fixture_end(&f);
}

static void check_without_hits(void *arg, const struct row *row, uint64_t rank,
                               uint64_t of)
{
    (void)rank, (void)of;
    *(size_t *)arg += 1;
    cr_assert_eq(row->n_hits, 0);
    cr_assert_eq(row->hits.len, 0);
    cr_assert_eq(row->match.hits, 0);
    cr_assert_gt(row->text.len, 0);
}

Test(rows, a_query_of_nots_has_text_and_no_hits)
{
    struct rows_fixture f;
    size_t n = 0;
    make_archive(&f, 2);
    rows_fixture_search(&f, "NOT hallam", UINT64_MAX, check_without_hits, &n);
    cr_assert_eq(n, 3);
    rows_fixture_end(&f);
}

static void check_title(void *arg, const struct row *row, uint64_t rank, uint64_t of)
{
    (void)rank, (void)of;
    struct buf title = {0};
    struct err err = {0};
    cr_assert_eq(row_title(row, &title, &err), 0);
    buf_put_u8(&title, 0);
    const char *want = *(const char **)arg;
    cr_assert_eq(strncmp((const char *)title.data, want, strlen(want)), 0, "'%s'",
                 (const char *)title.data);
    buf_release(&title);
}

Test(rows, titles)
{
    struct rows_fixture f;
    make_archive(&f, 1);
    const char *want = "Port Hallam stands still?";
    rows_fixture_search(&f, "cranes", 1, check_title, &want);
    want = "An editor adds a zeppelin. ";
    rows_fixture_search(&f, "zeppelin", 1, check_title, &want);
    want = "Only a title";
    rows_fixture_search(&f, "only", 1, check_title, &want);
    rows_fixture_end(&f);
}
