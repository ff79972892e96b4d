#include "tests/support/probe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/reconstruct.h"
#include "formats/snapshot.h"
#include "query/diff.h"
#include "query/dups_pair.h"
#include "query/dups_rows.h"
#include "query/dups_side.h"
#include "query/engine.h"
#include "query/rows.h"
#include "query/snippet.h"
#include "query/syntax.h"

enum {
    ROWS_WANTED = 4,
    HITS_WANTED = 3,
    TINY_WINDOW = 64,
    STORIES_WANTED = 400, /* whose members and links are asked for, in a segment */
    PAIRS_WANTED = 4
};

static const char *const queries[] = {
    "common",
    "w1",
    "w1 OR w2 OR w3",
    "\"w1 w2\"",
    "\"w3 w4* w5\"",
    "w1*",
    "w* NEAR/3 w2",
    "common PRE/2 w2*",
    "w1 AND w2 AND NOT w3",
    "\"w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w12\"",
    "NOT common",
    "w0s",
    "w1w2",
    "\"w1w2 w3\"",
    "港口",
    "\"港口 w1\"",
    "(\"w1 w2\" OR w5*) NEAR/10 (w3 OR w4)",
    "nowhere",
    "w1 is:original",
    "w* AND (is:copy OR is:excerpt)",
    "copies:>0",
    "like:h0 NOT story:h2",
};

enum {
    N_QUERIES = sizeof queries / sizeof queries[0]
};

bool probe_init(struct probe *p)
{
    *p = (struct probe){.analyser = analyser_new()};
    return p->analyser != NULL;
}

void probe_release(struct probe *p)
{
    analyser_free(p->analyser);
    vec_foreach(struct probe_answer, a, &p->answers)
        buf_release(&a->text);
    vec_release(&p->answers);
}

/* The next answer to fill; its buffer is kept from run to run. */
static struct probe_answer *next_answer(struct probe *p, const char *question)
{
    if (p->n == p->answers.len && !vec_push(&p->answers, (struct probe_answer){0}))
        abort();
    struct probe_answer *a = &p->answers.items[p->n++];
    a->question = question;
    a->rc = 0;
    buf_reset(&a->text);
    err_clear(&a->err);
    return a;
}

/* --- queries ------------------------------------------------------------------------------- */

struct asked {
    struct probe *p;
    struct probe_answer *a;
    const struct snapshot *snapshot;
};

static int put_match(void *arg, const struct story_match *m, struct err *err)
{
    struct asked *q = arg;
    struct buf *out = &q->a->text;
    (void)err;
    buf_printf(out, "%u:%u %" PRIu64 " %" PRIu64 " %u %.9f", m->segment, m->story,
               m->hits, m->hits_all, m->articles, m->score);
    for (size_t i = 0; i < m->n_wordings; i++) {
        const struct wording_match *w = &m->wordings[i];
        buf_printf(out, " [%u", w->wording);
        for (size_t k = 0; k < w->n_spans; k++)
            buf_printf(out, " %u+%u", w->spans[k].first, w->spans[k].len);
        buf_put_str(out, "]");
        q->p->steps += w->n_spans;
    }
    buf_put_str(out, "\n");
    q->p->steps++;
    return 0;
}

/* What search prints of a match. */
static int put_row(void *arg, const struct story_match *m, struct err *err)
{
    struct asked *q = arg;
    struct row row = {0};
    struct output o;
    struct snippet s;
    struct shown shown = {0};
    struct shown_choice choice;
    int rc = shown_choose(&shown, q->snapshot, m, &choice, err);
    if (rc == 0)
        rc = row_load(&row, q->snapshot, m, &choice, HITS_WANTED, err);
    output_init(&o, -1, false);
    if (rc == 0)
        rc = row_title(&row, &q->a->text, err);
    for (size_t h = 0; rc == 0 && h < row.hits.len; h++) {
        rc = snippet_around(&row, h, 0, &s, err);
        if (rc == 0)
            snippet_print(&row, &s, &o);
        output_printf(&o, " %" PRIu64 "-%" PRIu64 "\n", row.hits.items[h].from,
                      row.hits.items[h].to);
    }
    if (rc == 0)
        rc = snippet_of_body(&row, &s, err);
    if (rc == 0)
        snippet_print(&row, &s, &o);
    buf_put_bytes(&q->a->text, buf_bytes(&o.buf));
    q->p->steps += row.tokens.n_tokens;
    buf_release(&o.buf);
    row_release(&row);
    return rc < 0 ? rc : 0;
}

static void put_totals(struct buf *out, const struct engine_totals *t)
{
    buf_printf(out, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", t->hits,
               t->stories, t->hits_all, t->articles);
}

/* One query in the ways the commands run it. */
static int ask(struct asked *q, struct plan *plan, int way, struct err *err)
{
    struct engine_totals totals = {0};
    struct engine_options options = {.arg = q};
    struct ranked_story top[ROWS_WANTED];
    size_t n = 0;
    int rc;
    if (way < 2) { /* numbers alone, with everything */
        options.story = way ? put_match : NULL;
        options.want_spans = options.want_score = way == 1;
        rc = engine_run(plan, &options, &totals, err);
        put_totals(&q->a->text, &totals);
        options = (struct engine_options){.no_hits = true};
        rc = rc ? rc : engine_run(plan, &options, &totals, err);
    } else {
        rc = engine_top(plan, ROWS_WANTED, top, &n, &totals, err);
        options.want_spans = true;
        options.story = put_row;
        if (rc == 0)
            rc = engine_stories(plan, top, n, &options, err);
    }
    put_totals(&q->a->text, &totals);
    return rc;
}

static void run_query(struct probe *p, const struct snapshot *s, const char *query,
                      int way)
{
    struct arena arena = {0};
    struct syntax_result parsed = {0};
    struct plan *plan = NULL;
    struct probe_answer *a = next_answer(p, query);
    struct asked q = {p, a, s};
    a->rc = syntax_parse(bytes_str(query), true, p->analyser, &arena, &parsed, &a->err);
    if (a->rc == 0)
        a->rc = plan_make_window(s, parsed.tree, way == 1 ? TINY_WINDOW : 0, &arena,
                                 &plan, &a->err);
    if (a->rc == 0)
        a->rc = ask(&q, plan, way, &a->err);
    plan_release(plan);
    arena_release(&arena);
}

/* --- articles ------------------------------------------------------------------------------ */

static void put_field(struct buf *out, struct bytes field)
{
    buf_put_bytes(out, field);
    buf_put_u8(out, '\n');
}

static void ask_provenance(struct probe *p, const struct segment *s,
                           struct provenance_cache *cache, article_id id)
{
    struct probe_answer *a = next_answer(p, "provenance of an article");
    struct provenance_row r;
    a->rc = provenance_get(&s->provenance, cache, id, &r, &a->err);
    if (a->rc != 0)
        return;
    put_field(&a->text, r.id);
    put_field(&a->text, r.input);
    put_field(&a->text, r.url);
    put_field(&a->text, r.outlet);
    put_field(&a->text, r.author);
    put_field(&a->text, r.title);
    put_field(&a->text, r.date_text);
    buf_printf(&a->text, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIx64 "%" PRIx64,
               r.record, r.offset, r.len, r.digest.high, r.digest.low);
    buf_printf(&a->text, " %d %u %u %u %u\n", r.day, r.second, r.date_from, r.reader,
               r.reader_version);
}

static void ask_story(struct probe *p, const struct snapshot *snapshot, size_t segment,
                      article_id id)
{
    const struct segment *s = &snapshot->segments[segment];
    struct probe_answer *a = next_answer(p, "story of an article");
    struct article_view view;
    struct story_record record;
    struct evidence member;
    patch_vec patches = {0};
    story_id story;
    a->rc = articles_get(&s->articles, id, &view, &patches, &a->err);
    if (a->rc == 0)
        a->rc = wordings_story_of_wording(&s->wordings, view.wording, &story, &a->err);
    if (a->rc == 0)
        a->rc =
            stories_get(snapshot->stories, (uint32_t)segment, story, &record, &a->err);
    if (a->rc == 0)
        a->rc =
            stories_member(snapshot->stories, (uint32_t)segment, id, &member, &a->err);
    if (a->rc == 0)
        buf_printf(&a->text, "%u %u %u %u %u %u %u %u", view.wording, view.title_tokens,
                   story, record.original, record.fullest, record.n_articles,
                   member.relation, member.score);
    vec_release(&patches);
}

static void ask_article(struct probe *p, const struct snapshot *snapshot,
                        size_t segment, struct provenance_cache *cache, article_id id)
{
    const struct segment *s = &snapshot->segments[segment];
    struct offsetmap map = {0};
    struct probe_answer *a = next_answer(p, "text of an article");
    a->rc = reconstruct_article(s, id, &a->text, &a->err);
    p->steps += a->text.len;
    ask_provenance(p, s, cache, id);
    a = next_answer(p, "map of an article");
    a->rc = articles_map(&s->articles, id, &map, &a->err);
    if (a->rc == 0)
        vec_foreach(struct offset_segment, m, &map.segments)
            buf_printf(&a->text, "%u %u %" PRIu64 "\n", m->out_len, m->in_len,
                       m->in_pos);
    p->steps += map.segments.len;
    offsetmap_release(&map);
    ask_story(p, snapshot, segment, id);
    struct bytes id_text = buf_bytes(&p->answers.items[p->n - 3].text);
    a = next_answer(p, "an article by its ID");
    uint32_t rank, n;
    const uint8_t *end = id_text.len ? memchr(id_text.data, '\n', id_text.len) : NULL;
    if (end)
        a->rc = provenance_find_id(&s->provenance, cache,
                                   bytes_of(id_text.data, (size_t)(end - id_text.data)),
                                   &rank, &n, &a->err);
    if (end && a->rc == 0)
        buf_printf(&a->text, "%u %u", rank, n);
}

/* --- copies --------------------------------------------------------------------------------- */

static int put_copy(void *arg, const struct dups_row *row, struct err *err)
{
    struct buf *out = arg;
    const struct evidence *e = &row->evidence;
    buf_put_bytes(out, row->prov.id);
    buf_printf(out, " %u:%u ", row->segment, row->story);
    buf_put_bytes(out, row->base_id);
    buf_printf(out, " %u %u %u %u %u %u\n", row->articles, e->relation, e->score,
               e->covered_member, e->member_to, e->run);
    return buf_check(out, err);
}

static void ask_members(struct probe *p, const struct snapshot *snapshot,
                        uint32_t segment)
{
    struct dups_rows rows = {.snapshot = snapshot};
    uint32_t n = 0, n_articles = 0;
    struct probe_answer *a = next_answer(p, "stories of a segment");
    a->rc = stories_counts(snapshot->stories, segment, &n, &n_articles, &a->err);
    for (story_id i = 0; a->rc == 0 && i < n && i < STORIES_WANTED; i++) {
        a->rc = dups_rows_story(&rows, segment, i, put_copy, &a->text, &a->err);
        if (a->rc == 0)
            a->rc = dups_rows_links(&rows, segment, i, put_copy, &a->text, &a->err);
    }
    p->steps += a->text.len;
    dups_rows_release(&rows);
}

static void ask_summary(struct probe *p, const struct snapshot *snapshot)
{
    struct dups_rows rows = {.snapshot = snapshot};
    struct stories_summary sum = {0};
    uint32_t mode = 0, limits[STORIES_LIMITS_MAX];
    size_t n = 0;
    struct probe_answer *a = next_answer(p, "links, counts and limits");
    a->rc = dups_rows_all_links(&rows, put_copy, &a->text, &a->err);
    if (a->rc == 0)
        a->rc = stories_summary(snapshot->stories, &sum, &a->err);
    if (a->rc == 0)
        a->rc = stories_limits(snapshot->stories, &mode, limits, STORIES_LIMITS_MAX, &n,
                               &a->err);
    if (a->rc == 0)
        buf_printf(&a->text, "%" PRIu64 " %" PRIu64 " %u %zu", sum.with_copies,
                   sum.largest, mode, n);
    dups_rows_release(&rows);
}

/* Two articles compared, and side by side. */
static int compare_pair(struct dups_pair_tools *t, struct show_place x,
                        struct show_place y, struct buf *out, struct err *err)
{
    struct dups_pair pair = {0};
    diff_hunks hunks = {0};
    struct output o;
    struct dups_side side;
    int rc = dups_pair_compare(&pair, t, x, y, true, err);
    if (rc == 0)
        rc = diff_make((struct diff_words){pair.text[0].terms.items, pair.text[0].n},
                       (struct diff_words){pair.text[1].terms.items, pair.text[1].n},
                       NULL, 0, &hunks, err);
    output_init(&o, -1, false);
    dups_side_begin(&side, &o, &pair.text[0], &pair.text[1], 60);
    if (rc == 0)
        rc = dups_side_hunks(&side, &hunks, err);
    if (rc == 0) {
        const struct compare_evidence *e = &pair.evidence;
        buf_printf(out, "%u %u %u %u %u %u\n", e->relation, e->rule, e->score, e->run,
                   e->rare, pair.shared);
        buf_put_bytes(out, buf_bytes(&o.buf));
    }
    buf_release(&o.buf);
    dups_side_end(&side);
    vec_release(&hunks);
    dups_pair_release(&pair);
    return rc;
}

/* The first article beside some of each segment. */
static void ask_pairs(struct probe *p, const struct snapshot *snapshot,
                      uint32_t segment)
{
    struct dups_pair_tools t;
    struct probe_answer *a = next_answer(p, "pairs");
    uint32_t n = snapshot->segments[segment].articles.n_articles;
    a->rc = dups_pair_begin(&t, snapshot, &a->err);
    for (article_id i = 1; a->rc == 0 && i < n && i <= PAIRS_WANTED; i++) {
        struct show_place first = {0, 0}, other = {segment, i};
        a->rc = compare_pair(&t, first, other, &a->text, &a->err);
    }
    p->steps += a->text.len;
    dups_pair_end(&t);
}

static void ask_copies(struct probe *p, const struct snapshot *snapshot)
{
    ask_summary(p, snapshot);
    for (uint32_t i = 0; i < snapshot->n_segments; i++) {
        ask_members(p, snapshot, i);
        ask_pairs(p, snapshot, i);
    }
}

/* --- all ------------------------------------------------------------------------------------ */

void probe_run(struct probe *p, const char *path)
{
    struct snapshot s;
    p->n = 0;
    p->steps = 0;
    struct probe_answer *a = next_answer(p, "opening");
    a->rc = snapshot_open(&s, path, &a->err);
    if (a->rc != 0)
        return;
    for (size_t i = 0; i < N_QUERIES; i++)
        for (int way = 0; way < 3; way++)
            run_query(p, &s, queries[i], way);
    for (size_t k = 0; k < s.n_segments; k++) {
        struct provenance_cache *cache = provenance_cache_new();
        if (!cache)
            abort();
        for (article_id id = 0; id < s.segments[k].articles.n_articles; id++)
            ask_article(p, &s, k, cache, id);
        provenance_cache_free(cache);
    }
    ask_copies(p, &s);
    snapshot_close(&s);
}

const char *probe_compare(const struct probe *clean, const struct probe *p,
                          const char *path)
{
    if (p->n != clean->n && !(p->n == 1 && p->answers.items[0].rc < 0))
        return "another number of answers";
    for (size_t i = 0; i < p->n; i++) {
        const struct probe_answer *a = &p->answers.items[i],
                                  *right = &clean->answers.items[i];
        if (a->rc == 0) {
            if (!bytes_equal(buf_bytes(&a->text), buf_bytes(&right->text)))
                return a->question;
        } else if (a->rc > 0 || a->err.code != a->rc || a->err.msg[0] == '\0') {
            return "an error without words";
        } else if (a->rc == ERR_NOMEM || !strstr(a->err.msg, path)) {
            return a->err.msg;
        }
    }
    return NULL;
}

/* --- the index ------------------------------------------------------------------------------ */

static void add_stories(struct handmade *h, size_t n)
{
    static const char root[] = "W1 w2 w3 w4 w5. W6 w7 w8 w9 w10 w11 w12 w13 w14 w15 "
                               "w16 w17 w18 w19 w20 w21 w22 w23\n\nw24 w25 w1-w2 w3";
    uint64_t state = 20230611;
    char text[200];
    for (size_t i = 0; i < n; i++) {
        if (i % 49 == 7) {
            handmade_random_story(h, &state);
            continue;
        }
        handmade_story(h);
        if (i % 97 == 5) { /* a root, a truncation, one that adds, one in capitals */
            handmade_plain(h, "w1 w2", root);
            snprintf(text, sizeof text, "%.120s", root);
            handmade_plain(h, "", text);
            snprintf(text, sizeof text, "n1 n2 n3 %.150s", root);
            handmade_plain(h, "", text);
            handmade_plain(h, "W1 W2", root);
        } else if (i % 97 == 17) {
            handmade_plain(h, "", "港-口-w1 w2 u.s w3 W0.s common w1w2 w3");
        } else {
            snprintf(text, sizeof text, "common%s w%zu", i % 3 ? "" : ", common",
                     i % 9);
            handmade_plain(h, i % 5 ? "" : "w3", text);
        }
    }
}

/* The first article's story and the last one's, and that and the one in the middle. */
static void link_stories(struct handmade *h)
{
    size_t n = h->articles.len, ends[2][2] = {{0, n - 1}, {n - 1, n / 2}};
    for (size_t i = 0; i < 2; i++) {
        struct handmade_link link = {ends[i][0], ends[i][1], RELATION_EXCERPT};
        if (h->articles.items[link.article].story !=
                h->articles.items[link.other].story &&
            !vec_push(&h->links, link))
            abort();
    }
}

int probe_make_index(const char *path, size_t n_stories, struct err *err)
{
    struct handmade_text text = {analyser_fold, analyser_alias, analyser_joins};
    int rc = 0;
    for (uint64_t generation = 1; generation <= 2 && rc == 0; generation++) {
        struct handmade h;
        handmade_init(&h, text, (struct handmade_align){.extra = 4});
        add_stories(&h, n_stories);
        link_stories(&h);
        rc = handmade_write(&h, path, 2, generation, err);
        handmade_release(&h);
    }
    return rc;
}
