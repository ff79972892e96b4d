#include "tests/unit/query_fixture.h"

#include <criterion/criterion.h>

static const struct handmade_text rules = {analyser_fold, analyser_alias,
                                           analyser_joins};

void query_fixture_begin(struct query_fixture *f)
{
    memset(f, 0, sizeof *f);
    f->analyser = analyser_new();
    cr_assert(f->analyser && tempdir_make(&f->dir));
    handmade_init(&f->made, rules,
                  (struct handmade_align){.extra = 2, .whole_percent = 90});
}

void query_fixture_publish(struct query_fixture *f, size_t n_segments)
{
    cr_assert_eq(handmade_write(&f->made, f->dir.path, n_segments, 1, &f->err), 0, "%s",
                 f->err.msg);
    cr_assert_eq(snapshot_open(&f->snapshot, f->dir.path, &f->err), 0, "%s",
                 f->err.msg);
}

void query_fixture_end(struct query_fixture *f)
{
    snapshot_close(&f->snapshot);
    handmade_release(&f->made);
    tempdir_remove(&f->dir);
    analyser_free(f->analyser);
    arena_release(&f->arena);
    buf_release(&f->text);
}

struct plan *query_fixture_plan(struct query_fixture *f, const char *query)
{
    struct syntax_result parsed;
    struct plan *plan;
    cr_assert_eq(
        syntax_parse(bytes_str(query), true, f->analyser, &f->arena, &parsed, &f->err),
        0, "%s", f->err.msg);
    cr_assert_eq(plan_make_window(&f->snapshot, parsed.tree, f->window, &f->arena,
                                  &plan, &f->err),
                 0, "%s", f->err.msg);
    return plan;
}

const char *query_fixture_count(struct query_fixture *f, const char *query)
{
    struct plan *plan = query_fixture_plan(f, query);
    struct engine_options options = {0};
    struct engine_totals t;
    cr_assert_eq(engine_run(plan, &options, &t, &f->err), 0, "%s", f->err.msg);
    buf_reset(&f->text);
    buf_printf(&f->text, "%llu %llu %llu %llu", (unsigned long long)t.hits,
               (unsigned long long)t.stories, (unsigned long long)t.hits_all,
               (unsigned long long)t.articles);
    buf_put_u8(&f->text, 0);
    plan_release(plan);
    return (const char *)f->text.data;
}

static int put_story(void *arg, const struct story_match *m, struct err *err)
{
    struct buf *out = arg;
    (void)err;
    buf_printf(out, "%s%u:%u %llu/%llu/%u", out->len ? "; " : "", m->segment, m->story,
               (unsigned long long)m->hits, (unsigned long long)m->hits_all,
               m->articles);
    for (size_t i = 0; i < m->n_wordings; i++) {
        const struct wording_match *w = &m->wordings[i];
        buf_printf(out, " [%u", w->wording);
        for (size_t k = 0; k < w->n_spans; k++)
            buf_printf(out, " %u+%u", w->spans[k].first, w->spans[k].len);
        buf_put_u8(out, ']');
    }
    return 0;
}

const char *query_fixture_stories(struct query_fixture *f, const char *query)
{
    struct plan *plan = query_fixture_plan(f, query);
    buf_reset(&f->text);
    struct engine_options options = {
        .want_spans = true, .story = put_story, .arg = &f->text};
    cr_assert_eq(engine_run(plan, &options, NULL, &f->err), 0, "%s", f->err.msg);
    buf_put_u8(&f->text, 0);
    plan_release(plan);
    return (const char *)f->text.data;
}
