#include "query/dups_side.h"

#include <inttypes.h>
#include <stdio.h>

/* Between the two sides. */
static const char between[] = " | ";
enum {
    BETWEEN = sizeof between - 1,
    LEVEL_LINES = 2 /* by which the sides differ before they are brought level again */
};

void dups_side_begin(struct dups_side *s, struct output *o, const struct dups_text *a,
                     const struct dups_text *b, uint32_t width)
{
    *s = (struct dups_side){.output = o, .text = {a, b}};
    s->column[0].width = s->column[1].width = (width - BETWEEN) / 2;
    s->column[0].style = "31"; /* red: gone; green: new */
    s->column[1].style = "32";
}

void dups_side_end(struct dups_side *s)
{
    column_release(&s->column[0]);
    column_release(&s->column[1]);
}

static void put_blanks(struct output *o, uint64_t n)
{
    while (n-- > 0)
        output_put(o, " ");
}

/* Prints what both columns hold, line beside line, and empties them. */
static int flush(struct dups_side *s, struct err *err)
{
    struct output *o = s->output;
    int rc = column_end(&s->column[0], err);
    if (rc == 0)
        rc = column_end(&s->column[1], err);
    size_t left = s->column[0].lines.len, right = s->column[1].lines.len;
    for (size_t i = 0; rc == 0 && (i < left || i < right); i++) {
        uint32_t width = column_print(&s->column[0], i, o);
        put_blanks(o, s->column[0].width - width);
        output_put(o, i < right ? between : " |");
        (void)column_print(&s->column[1], i, o);
        output_put(o, "\n");
        rc = output_flush_large(o, err);
    }
    column_reset(&s->column[0]);
    column_reset(&s->column[1]);
    return rc;
}

int dups_side_row(struct dups_side *s, struct bytes left, struct bytes right,
                  struct err *err)
{
    column_put(&s->column[0], left, false);
    column_put(&s->column[1], right, false);
    return flush(s, err);
}

void dups_side_rule(struct dups_side *s)
{
    for (uint32_t i = 0; i < 2 * s->column[0].width + BETWEEN; i++)
        output_put(s->output, i == s->column[0].width + 1 ? "+" : "-");
    output_put(s->output, "\n");
}

/* --- words --------------------------------------------------------------------------- */

static bool is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* What stands between two words: what hangs on them is kept beside them, lines may end at blanks, and do where a
 * paragraph ends. */
static void put_separator(struct column *c, struct bytes sep, bool marked)
{
    size_t from = 0, line_ends = 0;
    for (size_t i = 0; i < sep.len; i++) {
        if (!is_blank(sep.data[i]))
            continue;
        column_put(c, bytes_of(sep.data + from, i - from), marked);
        line_ends += sep.data[i] == '\n';
        if (line_ends == 2)
            column_break(c);
        else
            column_blank(c);
        from = i + 1;
    }
    column_put(c, bytes_of(sep.data + from, sep.len - from), marked);
}

/* The part of a separator behind its last blank, which opens the next word. */
static struct bytes opening(struct bytes sep)
{
    size_t from = sep.len;
    while (from > 0 && !is_blank(sep.data[from - 1]))
        from--;
    return bytes_of(sep.data + from, sep.len - from);
}

/* The part before the first blank, which closes the word before. */
static struct bytes closing(struct bytes sep)
{
    size_t to = 0;
    while (to < sep.len && !is_blank(sep.data[to]))
        to++;
    return bytes_of(sep.data, to);
}

static struct bytes separator_before(const struct dups_text *t, uint32_t i)
{
    uint32_t from = i > 0 ? t->ends.items[i - 1] : 0;
    return bytes_of(t->text.data + from, t->starts.items[i] - from);
}

/* Words [from, to) of a side; fresh: nothing stands before them in the column. */
static void put_words(struct dups_side *s, int side, uint32_t from, uint32_t to,
                      bool marked, bool fresh)
{
    static const char *const marks[2][2] = {{"[-", "-]"}, {"{+", "+}"}};
    const struct dups_text *t = s->text[side];
    struct column *c = &s->column[side];
    bool spelled = marked && !s->output->color;
    for (uint32_t i = from; i < to; i++) {
        struct bytes sep = separator_before(t, i);
        if (i == from && fresh)
            column_put(c, opening(sep), false);
        else
            put_separator(c, sep, marked && i > from);
        if (spelled && i == from)
            column_put(c, bytes_str(marks[side][0]), true);
        column_put(c,
                   bytes_of(t->text.data + t->starts.items[i],
                            t->ends.items[i] - t->starts.items[i]),
                   marked);
        if (spelled && i + 1 == to)
            column_put(c, bytes_str(marks[side][1]), true);
    }
}

/* What closes the last word shown. */
static void put_closing(struct dups_side *s, int side, uint32_t to)
{
    const struct dups_text *t = s->text[side];
    uint32_t from = t->ends.items[to - 1];
    uint32_t end = to < t->n ? t->starts.items[to] : (uint32_t)t->text.len;
    column_put(&s->column[side], closing(bytes_of(t->text.data + from, end - from)),
               false);
}

/* --- hunks --------------------------------------------------------------------------- */

/* Places up to which each side has been put since the last flush; fresh: nothing has. */
struct put_state {
    uint32_t to[2];
    bool fresh[2];
};

static void put_part(struct dups_side *s, struct put_state *b, int side, uint32_t from,
                     uint32_t to, bool marked)
{
    if (from == to)
        return;
    put_words(s, side, from, to, marked, b->fresh[side]);
    b->to[side] = to;
    b->fresh[side] = false;
}

static int end_block(struct dups_side *s, struct put_state *b, struct err *err)
{
    for (int i = 0; i < 2; i++) {
        if (!b->fresh[i])
            put_closing(s, i, b->to[i]);
        b->fresh[i] = true;
    }
    return flush(s, err);
}

static void put_fold(struct dups_side *s, uint32_t n)
{
    char words[64];
    int len = snprintf(words, sizeof words, "... %" PRIu32 " words alike ...", n);
    uint64_t width = 2 * (uint64_t)s->column[0].width + BETWEEN;
    put_blanks(s->output, width > (uint64_t)len ? (width - (uint64_t)len) / 2 : 0);
    output_style(s->output, "2");
    output_put(s->output, words);
    output_style(s->output, NULL);
    output_put(s->output, "\n");
}

/* What is alike goes on side by side where one side has had much more to say. */
static void level(struct dups_side *s, struct put_state *b)
{
    size_t lines[2] = {column_lines(&s->column[0]), column_lines(&s->column[1])};
    size_t most = 0;
    if (lines[0] < lines[1] + LEVEL_LINES && lines[1] < lines[0] + LEVEL_LINES)
        return;
    for (int i = 0; i < 2; i++) {
        if (!b->fresh[i])
            put_closing(s, i, b->to[i]);
        b->fresh[i] = true;
        column_break(&s->column[i]);
        lines[i] = column_lines(&s->column[i]);
        most = lines[i] > most ? lines[i] : most;
    }
    for (int i = 0; i < 2; i++)
        column_skip_to(&s->column[i], most - 1);
}

/* An equal hunk: `before` words of context follow what came before, `after` lead to what comes. */
static int put_equal(struct dups_side *s, struct put_state *b,
                     const struct diff_hunk *h, uint32_t before, uint32_t after,
                     struct err *err)
{
    uint32_t n = h->to[0] - h->from[0];
    bool fold = n >= before + after + DUPS_SIDE_FOLD;
    uint32_t head = fold ? before : n;
    int rc = 0;
    level(s, b);
    for (int i = 0; i < 2; i++)
        put_part(s, b, i, h->from[i], h->from[i] + head, false);
    if (!fold)
        return 0;
    rc = end_block(s, b, err);
    put_fold(s, n - before - after);
    for (int i = 0; i < 2; i++)
        put_part(s, b, i, h->to[i] - after, h->to[i], false);
    return rc;
}

int dups_side_hunks(struct dups_side *s, const diff_hunks *hunks, struct err *err)
{
    struct put_state b = {.fresh = {true, true}};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < hunks->len; i++) {
        const struct diff_hunk *h = &hunks->items[i];
        if (h->equal) {
            rc = put_equal(s, &b, h, i > 0 ? DUPS_SIDE_CONTEXT : 0,
                           i + 1 < hunks->len ? DUPS_SIDE_CONTEXT : 0, err);
            continue;
        }
        for (int side = 0; side < 2; side++)
            put_part(s, &b, side, h->from[side], h->to[side], true);
    }
    return rc ? rc : end_block(s, &b, err);
}
