/* dups diff: two articles side by side, or the hunks in which they differ. */
#include <inttypes.h>

#include "query/calendar.h"
#include "query/diff.h"
#include "query/dups.h"
#include "query/dups_print.h"
#include "query/dups_side.h"
#include "query/dups_text.h"
#include "query/pick.h"
#include "query/rows.h"
#include "query/table.h"
#include "query/terminal.h"

struct difference {
    struct session *session;
    uint64_t width; /* 0: the terminal's */
    struct dups_words words;
    struct compare *compare;
    struct dups_text text[2];
    struct row row[2];
    diff_hunks hunks;
    struct dups_side side;
};

static uint32_t equal_words(const struct difference *d)
{
    uint32_t n = 0;
    vec_foreach(const struct diff_hunk, h, &d->hunks)
        n += h->equal ? h->to[0] - h->from[0] : 0;
    return n;
}

/* --- data ---------------------------------------------------------------------------- */

static const char *kind_of(const struct diff_hunk *h)
{
    if (h->equal)
        return "equal";
    if (h->from[0] == h->to[0])
        return "inserted";
    return h->from[1] == h->to[1] ? "deleted" : "replaced";
}

/* The words of a hunk that is not equal. */
static struct bytes hunk_text(const struct difference *d, const struct diff_hunk *h,
                              int side)
{
    if (h->equal || h->from[side] == h->to[side])
        return bytes_of(NULL, 0);
    return dups_text_span(&d->text[side], h->from[side], h->to[side]);
}

enum field {
    KIND,
    A_FROM,
    A_TO,
    B_FROM,
    B_TO,
    A_TEXT,
    B_TEXT,
    N_COLUMNS
};

static const struct table_column columns[N_COLUMNS] = {
    [KIND] = {.name = "kind"},
    [A_FROM] = {.name = "a_from", .kind = TABLE_UINT},
    [A_TO] = {.name = "a_to", .kind = TABLE_UINT},
    [B_FROM] = {.name = "b_from", .kind = TABLE_UINT},
    [B_TO] = {.name = "b_to", .kind = TABLE_UINT},
    [A_TEXT] = {.name = "a_text", .flags = TABLE_NULLABLE | TABLE_WIDE},
    [B_TEXT] = {.name = "b_text", .flags = TABLE_NULLABLE | TABLE_WIDE},
};

static const struct table_schema schema = {"stemma.dups-hunk/1", "stemma.dups-diff/1",
                                           columns, N_COLUMNS};

static int put_hunk(struct difference *d, struct table *t, const struct diff_hunk *h,
                    struct err *err)
{
    table_text(t, KIND, bytes_str(kind_of(h)));
    table_uint(t, A_FROM, h->from[0]);
    table_uint(t, A_TO, h->to[0]);
    table_uint(t, B_FROM, h->from[1]);
    table_uint(t, B_TO, h->to[1]);
    table_opt(t, A_TEXT, hunk_text(d, h, 0));
    table_opt(t, B_TEXT, hunk_text(d, h, 1));
    return table_row(t, err);
}

static int put_table(struct difference *d, struct err *err)
{
    struct table t = {.results = "hunks"};
    struct output *o;
    int rc = table_begin(&t, d->session, &schema, err);
    if (rc == 0 && (o = table_list(&t)) != NULL) {
        output_json_str(o, "a", d->row[0].prov.id);
        output_json_str(o, "b", d->row[1].prov.id);
        output_json_uint(o, "tokens_a", d->text[0].n);
        output_json_uint(o, "tokens_b", d->text[1].n);
        output_json_uint(o, "equal", equal_words(d));
    }
    for (size_t i = 0; rc == 0 && i < d->hunks.len; i++)
        rc = put_hunk(d, &t, &d->hunks.items[i], err);
    if (rc == 0)
        rc = table_end(&t, err);
    table_release(&t);
    return rc;
}

/* --- text ---------------------------------------------------------------------------- */

/* ID, date and outlet of a side. */
static void put_name(const struct row *r, struct buf *out)
{
    char date[CALENDAR_TEXT_MAX];
    calendar_format(r->prov.day, UINT32_MAX, date);
    buf_put_bytes(out, r->prov.id);
    buf_put_str(out, date[0] ? "  " : "");
    buf_put_str(out, date);
    buf_put_str(out, r->prov.outlet.len ? "  " : "");
    buf_put_bytes(out, r->prov.outlet);
}

static int put_head(struct difference *d, struct err *err)
{
    struct buf left = {0}, right = {0};
    put_name(&d->row[0], &left);
    put_name(&d->row[1], &right);
    int rc = buf_check(&left, err);
    if (rc == 0)
        rc = buf_check(&right, err);
    if (rc == 0)
        rc = dups_side_row(&d->side, buf_bytes(&left), buf_bytes(&right), err);
    buf_release(&left);
    buf_release(&right);
    if (rc == 0)
        dups_side_rule(&d->side);
    return rc;
}

static int put_text(struct difference *d, struct err *err)
{
    struct output *o = &d->session->output;
    uint32_t width = (uint32_t)(d->width ? d->width : terminal_width(o->fd));
    dups_side_begin(&d->side, o, &d->text[0], &d->text[1], width);
    int rc = put_head(d, err);
    if (rc == 0)
        rc = dups_side_hunks(&d->side, &d->hunks, err);
    if (rc != 0)
        return rc;
    dups_side_rule(&d->side);
    dups_print_count(o, equal_words(d), "word", "words");
    output_printf(o, " alike of %" PRIu32 " and %" PRIu32 "\n", d->text[0].n,
                  d->text[1].n);
    return 0;
}

/* ------------------------------------------------------------------------------------- */

/* The whole wordings, titles too, along the runs that comparing finds. */
static int make_hunks(struct difference *d, struct err *err)
{
    struct compare_text a = dups_text_whole(&d->text[0]);
    struct compare_text b = dups_text_whole(&d->text[1]);
    struct compare_limits limits;
    struct compare_evidence evidence;
    d->compare = compare_new();
    if (!d->compare)
        return err_set(err, ERR_NOMEM, "out of memory");
    compare_limits_init(&limits);
    compare_thorough(d->compare, true);
    int rc = compare_match(d->compare, &limits, &a, &b, &evidence, err);
    if (rc != 0)
        return rc;
    size_t n = 0;
    const struct compare_run *runs = compare_runs(d->compare, &n);
    return diff_make((struct diff_words){a.terms, a.n},
                     (struct diff_words){b.terms, b.n}, runs, n, &d->hunks, err);
}

static int difference(struct difference *d, char **ids, struct err *err)
{
    const struct snapshot *snapshot = &d->session->snapshot;
    int rc = session_open(d->session, err);
    d->words.snapshot = snapshot;
    d->words.deadline = &d->session->deadline;
    for (int i = 0; rc == 0 && i < 2; i++) {
        struct show_place place;
        rc = pick_article(d->session, bytes_str(ids[i]), &place, err);
        if (rc == 0)
            rc = row_load_article(&d->row[i], snapshot, place.segment, place.article,
                                  err);
        if (rc == 0)
            rc = dups_text_load(&d->text[i], &d->words, place, true, err);
    }
    if (rc == 0)
        rc = make_hunks(d, err);
    if (rc == 0)
        rc = deadline_check(&d->session->deadline, err);
    if (rc != 0)
        return rc;
    bool table = session_is_json(d->session) || table_is_asked(d->session);
    return table ? put_table(d, err) : put_text(d, err);
}

int dups_diff_run(struct session *session, int argc, char **argv, struct err *err)
{
    struct difference d = {.session = session};
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        {.name = "width",
         .type = OPT_UINT,
         .target = &d.width,
         .value = "N",
         .min = TERMINAL_WIDTH_MIN,
         .max = TERMINAL_WIDTH_MAX,
         .help = "Columns of both sides together (default: the terminal's, else 80)."},
        {0},
    };
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (dups_helped(session, "diff", options))
        return 0;
    if (n != 2)
        return err_set(err, ERR_USAGE, "dups diff takes two articles' IDs");
    rc = difference(&d, argv + 1, err);
    for (int i = 0; i < 2; i++) {
        dups_text_release(&d.text[i]);
        row_release(&d.row[i]);
    }
    if (d.words.snapshot)
        dups_words_release(&d.words);
    compare_free(d.compare);
    vec_release(&d.hunks);
    dups_side_end(&d.side);
    return rc;
}
