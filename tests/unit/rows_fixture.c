#include "tests/unit/rows_fixture.h"

#include <criterion/criterion.h>
#include <inttypes.h>

#include "text/analyser.h"
#include "query/engine.h"
#include "query/syntax.h"

static size_t fold(struct bytes surface, uint8_t *out)
{
    return analyser_fold(surface, out);
}

static size_t alias(struct bytes term, uint8_t *out)
{
    return analyser_alias(term, out);
}

static size_t joins(const struct bytes *terms, const uint8_t *breaks, size_t n,
                    size_t i, uint8_t *spans)
{
    return analyser_joins(terms, breaks, n, i, spans);
}

void rows_fixture_begin(struct rows_fixture *f)
{
    *f = (struct rows_fixture){0};
    cr_assert(tempdir_make(&f->dir));
    cr_assert(tempdir_path(&f->dir, "index", f->index, sizeof f->index));
    cr_assert(tempdir_path(&f->dir, "input.txt", f->input, sizeof f->input));
    handmade_init(&f->h, (struct handmade_text){fold, alias, joins},
                  (struct handmade_align){0});
}

void rows_fixture_story(struct rows_fixture *f)
{
    handmade_story(&f->h);
}

void rows_fixture_article(struct rows_fixture *f, const char *id, const char *title,
                          const char *body, const char *outlet, int32_t day)
{
    struct buf text = {0};
    handmade_tokens tokens = {0}, title_tokens = {0};
    struct bytes tail;
    if (*title)
        buf_printf(&text, "%s\n\n", title);
    buf_put_str(&text, body);
    cr_assert(!text.failed);
    handmade_split(bytes_str(title), &title_tokens, &tail);
    handmade_split(buf_bytes(&text), &tokens, &tail);
    struct provenance_row row = {
        .id = bytes_str(id),
        .input = bytes_str(f->input),
        .record = f->h.articles.len + 1,
        .offset = f->records.len,
        .len = text.len,
        .digest = hash_digest(text.data, text.len),
        .outlet = bytes_str(outlet),
        .title = bytes_str(title),
        .day = day,
        .second = UINT32_MAX,
        .date_from = DATE_FIELD,
        .reader = READER_TEXT,
        .reader_version = 1,
    };
    handmade_article(&f->h, tokens.items, tokens.len, tail, (uint32_t)title_tokens.len,
                     &row);
    buf_put_bytes(&f->records, buf_bytes(&text));
    buf_put_u8(&f->records, '\n');
    vec_release(&tokens);
    vec_release(&title_tokens);
    buf_release(&text);
}

void rows_fixture_publish(struct rows_fixture *f, size_t n_segments)
{
    cr_assert(!f->records.failed);
    cr_assert(tempdir_write(&f->dir, "input.txt", f->records.data, f->records.len));
    cr_assert_eq(handmade_write(&f->h, f->index, n_segments, 1, &f->err), 0, "%s",
                 f->err.msg);
    cr_assert_eq(snapshot_open(&f->s, f->index, &f->err), 0, "%s", f->err.msg);
}

void rows_fixture_end(struct rows_fixture *f)
{
    snapshot_close(&f->s);
    buf_release(&f->records);
    handmade_release(&f->h);
    tempdir_remove(&f->dir);
}

struct search {
    struct rows_fixture *f;
    struct row row;
    uint64_t hits_max, rank, of;
    rows_fixture_visit *visit;
    void *arg;
};

static int on_story(void *arg, const struct story_match *match, struct err *err)
{
    struct search *s = arg;
    struct shown shown = {0};
    struct shown_choice choice;
    int rc = shown_choose(&shown, &s->f->s, match, &choice, err);
    if (rc == 0)
        rc = row_load(&s->row, &s->f->s, match, &choice, s->hits_max, err);
    if (rc == 0)
        s->visit(s->arg, &s->row, ++s->rank, s->of);
    return rc;
}

uint64_t rows_fixture_search(struct rows_fixture *f, const char *query,
                             uint64_t hits_max, rows_fixture_visit *visit, void *arg)
{
    struct arena arena = {0};
    struct analyser *analyser = analyser_new();
    struct syntax_result parsed = {0};
    struct plan *plan = NULL;
    struct ranked_story top[64];
    struct engine_totals totals = {0};
    size_t n = 0;
    cr_assert(analyser);
    cr_assert_eq(
        syntax_parse(bytes_str(query), true, analyser, &arena, &parsed, &f->err), 0,
        "%s", f->err.msg);
    cr_assert_eq(plan_make(&f->s, parsed.tree, &arena, &plan, &f->err), 0, "%s",
                 f->err.msg);
    cr_assert_eq(engine_top(plan, sizeof top / sizeof *top, top, &n, &totals, &f->err),
                 0, "%s", f->err.msg);
    struct search s = {
        .f = f, .hits_max = hits_max, .of = totals.stories, .visit = visit, .arg = arg};
    struct engine_options options = {
        .want_spans = true, .want_score = true, .story = on_story, .arg = &s};
    cr_assert_eq(engine_stories(plan, top, n, &options, &f->err), 0, "%s", f->err.msg);
    cr_assert_eq(s.rank, n);
    row_release(&s.row);
    plan_release(plan);
    analyser_free(analyser);
    arena_release(&arena);
    return totals.stories;
}
