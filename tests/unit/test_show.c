#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "query/show.h"
#include "tests/unit/rows_fixture.h"

static void begin(struct rows_fixture *f, size_t n_segments)
{
    rows_fixture_begin(f);
    rows_fixture_story(f);
    rows_fixture_article(f, "ab-1", "One", "Body of one.", "Gazette", 1);
    rows_fixture_article(f, "ab-2", "ONE", "Body of one.", "Journal", 2);
    rows_fixture_story(f);
    rows_fixture_article(f, "ab", "Two", "Body of two\nin two lines.", "", DAY_NONE);
    rows_fixture_story(f);
    rows_fixture_article(f, "three", "Three", "Body of three.", "", 3);
    rows_fixture_story(f);
    rows_fixture_article(f, "four", "Four", "Body of four.", "", 4);
    rows_fixture_publish(f, n_segments);
}

static void expect(struct rows_fixture *f, const char *id, uint64_t n, bool exact)
{
    struct show_found found;
    cr_assert_eq(show_find(&f->s, bytes_str(id), &found, &f->err), 0, "%s", f->err.msg);
    cr_assert_eq(found.n, n, "'%s': %" PRIu64, id, found.n);
    cr_assert_eq(found.exact, exact, "'%s'", id);
    cr_assert_eq(found.n_places, n < SHOW_CANDIDATES ? n : SHOW_CANDIDATES);
    struct provenance_cache *cache = provenance_cache_new();
    for (size_t i = 0; i < found.n_places; i++) {
        struct provenance_row row;
        const struct segment *s = &f->s.segments[found.places[i].segment];
        cr_assert_eq(provenance_get(&s->provenance, cache, found.places[i].article,
                                    &row, &f->err),
                     0);
        cr_assert(bytes_starts(row.id, bytes_str(id)));
        cr_assert(!exact || row.id.len == strlen(id));
    }
    provenance_cache_free(cache);
}

Test(show, finds_by_id_or_prefix)
{
    for (size_t n_segments = 1; n_segments <= 4; n_segments++) {
        struct rows_fixture f;
        begin(&f, n_segments);
        expect(&f, "ab", 1, true); /* though two begin with it */
        expect(&f, "ab-", 2, false);
        expect(&f, "ab-2", 1, true);
        expect(&f, "a", 3, false);
        expect(&f, "th", 1, false);
        expect(&f, "four", 1, true);
        expect(&f, "", 5, false);
        expect(&f, "zz", 0, false);
        expect(&f, "ab-22", 0, false);
        rows_fixture_end(&f);
    }
}

/* IDs are unique in a segment; the same record may have been indexed into two. */
Test(show, one_id_in_two_segments)
{
    struct rows_fixture f;
    rows_fixture_begin(&f);
    rows_fixture_story(&f);
    rows_fixture_article(&f, "same", "Three", "Body of three.", "", 3);
    rows_fixture_story(&f);
    rows_fixture_article(&f, "same", "Four", "Body of four.", "", 4);
    rows_fixture_publish(&f, 2);
    expect(&f, "sa", 2, false);
    expect(&f, "same", 2, true);
    rows_fixture_end(&f);
}

Test(show, many_candidates_are_counted)
{
    struct rows_fixture f;
    rows_fixture_begin(&f);
    for (int i = 0; i < 40; i++) {
        char id[16], body[32];
        snprintf(id, sizeof id, "x%02d", i);
        snprintf(body, sizeof body, "Body number %d.", i);
        rows_fixture_story(&f);
        rows_fixture_article(&f, id, "", body, "", DAY_NONE);
    }
    rows_fixture_publish(&f, 3);
    expect(&f, "x", 40, false);
    expect(&f, "x1", 10, false);
    rows_fixture_end(&f);
}

/* --- the record's bytes -------------------------------------------------------------------- */

static struct provenance_row row_of(struct rows_fixture *f, size_t i)
{
    return f->h.articles.items[i].row;
}

Test(show, source_is_the_record)
{
    struct rows_fixture f;
    begin(&f, 1);
    for (size_t i = 0; i < f.h.articles.len; i++) {
        struct buf got = {0};
        struct provenance_row row = row_of(&f, i);
        cr_assert_eq(show_source(&row, &got, &f.err), 0, "%s", f.err.msg);
        cr_assert(bytes_equal(buf_bytes(&got), f.h.articles.items[i].text));
        buf_release(&got);
    }
    rows_fixture_end(&f);
}

static void expect_no_source(struct rows_fixture *f, const struct provenance_row *row,
                             int code, const char *words)
{
    struct buf got = {0};
    err_clear(&f->err);
    buf_put_str(&got, "kept");
    cr_assert_eq(show_source(row, &got, &f->err), code, "%s", f->err.msg);
    cr_assert(strstr(f->err.msg, words), "'%s'", f->err.msg);
    cr_assert_eq(got.len, 4);
    buf_release(&got);
}

Test(show, source_that_changed_or_is_gone)
{
    struct rows_fixture f;
    begin(&f, 1);
    struct provenance_row row = row_of(&f, 2);
    f.records.data[row.offset] ^= 1;
    cr_assert(tempdir_write(&f.dir, "input.txt", f.records.data, f.records.len));
    expect_no_source(&f, &row, ERR_CORRUPT, "digest differs");
    cr_assert(tempdir_write(&f.dir, "input.txt", f.records.data, row.offset + 1));
    expect_no_source(&f, &row, ERR_CORRUPT, "too short");
    row.offset = UINT64_MAX;
    expect_no_source(&f, &row, ERR_CORRUPT, "too short");
    row.input = bytes_str("/nonexistent/input.txt");
    expect_no_source(&f, &row, ERR_NOT_FOUND, "/nonexistent/input.txt");
    rows_fixture_end(&f);
}

Test(show, source_of_what_cannot_be_read_again)
{
    struct rows_fixture f;
    begin(&f, 1);
    struct provenance_row row = row_of(&f, 1);
    row.input = bytes_str("wire.jsonl.zst");
    row.offset = 100;
    row.len = 20;
    expect_no_source(&f, &row, ERR_INPUT,
                     "zstd -dc --long=31 'wire.jsonl.zst' | tail -c +101 | head -c 20");
    row.input = bytes_str("wire.jsonl.gz");
    expect_no_source(&f, &row, ERR_INPUT, "gzip -dc");
    row.input = bytes_str("-");
    expect_no_source(&f, &row, ERR_INPUT, "standard input");
    rows_fixture_end(&f);
}
