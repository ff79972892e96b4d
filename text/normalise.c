#include "text/normalise.h"

#include "text/letters.h"
#include "text/markup.h"
#include "text/utf8.h"
#include "text/wraps.h"

/* A Markdown link whose label has been entered. */
struct open_label {
    size_t close; /* offset of its "](" */
    size_t end;   /* offset behind its ")" */
};

struct normaliser {
    struct bytes in; /* well-formed */
    const struct source_text *source;
    struct offsetmap_cursor cursor;
    size_t run; /* in.data[run, ...) is not yet copied out */
    struct buf *out;
    size_t out_start;
    struct offsetmap *map;
    struct text_repairs *repairs;
    uint64_t *places; /* of the survey, or the odd ones */
    bool wrapped, single_line;
    struct open_label labels[MARKUP_DEPTH_MAX + 1];
    size_t n_labels;
};

/* What stands between two stretches of text. */
struct gap {
    size_t from, to;
    unsigned blank_lines_max; /* most line ends in a row, 2 for a paragraph separator */
    unsigned lines;           /* line ends in all */
    unsigned links;           /* <url> */
    bool blanks;              /* blanks or controls among it */
    bool spaced_after;        /* white space behind the last link */
    bool label_opens;         /* a Markdown label or an anchor begins */
    bool soft_hyphen;         /* begins with one, behind a word */
};

/* --- output -------------------------------------------------------------------------- */

static void map_copied(struct normaliser *n, size_t from, size_t len)
{
    const struct source_text *s = n->source;
    if (s->map)
        offsetmap_copy(n->map, s->map, &n->cursor, from, len);
    else
        offsetmap_put(n->map, (uint32_t)len, s->offset + from, (uint32_t)len);
}

/* Text that was put in stands behind what was copied last. */
static void map_put_in(struct normaliser *n, uint32_t len)
{
    uint64_t pos = n->source->offset;
    if (n->map->segments.len > 0) {
        const struct offset_segment *last =
            &n->map->segments.items[n->map->segments.len - 1];
        pos = last->in_pos + last->in_len;
    }
    offsetmap_put(n->map, len, pos, 0);
}

/* Copies the stretch that waits, up to `to`. */
static void copy_run(struct normaliser *n, size_t to)
{
    if (to > n->run) {
        buf_put(n->out, n->in.data + n->run, to - n->run);
        map_copied(n, n->run, to - n->run);
    }
    n->run = to;
}

static void replace_gap(struct normaliser *n, const struct gap *g, const char *with)
{
    size_t len = strlen(with), was = g->to - g->from;
    if (len == was && memcmp(with, n->in.data + g->from, len) == 0)
        return;
    copy_run(n, g->from);
    buf_put(n->out, with, len);
    size_t copied = len < was ? len : was;
    if (copied > 0)
        map_copied(n, g->from, copied);
    if (len > copied)
        map_put_in(n, (uint32_t)(len - copied));
    n->run = g->to;
}

/* --- gaps ---------------------------------------------------------------------------- */

/* U+00A0, U+2000..200B, U+202F, U+205F, U+3000: as blanks at the ends of lines only. */
static bool is_wide_blank(const uint8_t *p)
{
    if (p[0] == 0xE3)
        return p[1] == 0x80 && p[2] == 0x80;
    if (p[0] != 0xE2)
        return false;
    return p[1] == 0x80 ? p[2] <= 0x8B || p[2] == 0xAF : p[1] == 0x81 && p[2] == 0x9F;
}

static size_t blank_before(struct bytes text, size_t from, size_t at)
{
    const uint8_t *p = text.data + at;
    if (at > from && p[-1] == ' ')
        return 1;
    if (at - from >= 2 && p[-2] == 0xC2 && p[-1] == 0xA0)
        return 2;
    return at - from >= 3 && is_wide_blank(p - 3) ? 3 : 0;
}

static size_t blank_at(struct bytes text, size_t at)
{
    const uint8_t *p = text.data + at;
    size_t left = text.len - at;
    if (*p == ' ')
        return 1;
    if (left >= 2 && p[0] == 0xC2 && p[1] == 0xA0)
        return 2;
    return left >= 3 && is_wide_blank(p) ? 3 : 0;
}

/* The line end at `at`: its length, and in *lines how many it counts for; 0 if none. */
static size_t line_end_at(struct bytes text, size_t at, unsigned *lines)
{
    const uint8_t *p = text.data + at;
    size_t left = text.len - at;
    *lines = 1;
    switch (p[0]) {
    case '\n': return 1;
    case '\r': return left > 1 && p[1] == '\n' ? 2 : 1;
    case '\v':
    case '\f': *lines = 2; return 1;
    case 0xC2: return left > 1 && p[1] == 0x85 ? 2 : 0;
    case 0xE2:
        if (left < 3 || p[1] != 0x80 || (p[2] != 0xA8 && p[2] != 0xA9))
            return 0;
        *lines = p[2] == 0xA9 ? 2 : 1;
        return 3;
    default: return 0;
    }
}

static size_t soft_hyphen_at(struct bytes text, size_t at)
{
    const uint8_t *p = text.data + at;
    return text.len - at >= 2 && p[0] == 0xC2 && p[1] == 0xAD ? 2 : 0;
}

static size_t byte_order_mark_at(struct bytes text, size_t at)
{
    const uint8_t *p = text.data + at;
    return text.len - at >= 3 && p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF ? 3 : 0;
}

/* A label whose "](" was part of something else does not end. */
static void drop_passed_labels(struct normaliser *n, size_t at)
{
    while (n->n_labels > 0 && n->labels[n->n_labels - 1].close < at)
        n->n_labels--;
}

/* The markup at `at` that goes with what is around it: its length, 0 if none. */
static size_t take_markup(struct normaliser *n, size_t at, struct gap *g)
{
    drop_passed_labels(n, at);
    uint8_t c = n->in.data[at];
    size_t len;
    if (c == '<' && (len = markup_url(n->in, at)) > 0) {
        g->links++;
        g->spaced_after = false;
        n->repairs->links_removed++;
        return len;
    }
    if (c == '<' && (len = markup_anchor(n->in, at)) > 0) {
        bool opens = len > 4;
        g->label_opens |= opens;
        n->repairs->links_removed += opens;
        return len;
    }
    size_t image = c == '!' && n->in.len - at > 1 && n->in.data[at + 1] == '[';
    struct open_label label;
    if ((c == '[' || image) && n->n_labels <= MARKUP_DEPTH_MAX &&
        markup_markdown(n->in, at + image, &label.close, &label.end)) {
        n->labels[n->n_labels++] = label;
        g->label_opens = true;
        n->repairs->links_removed++;
        return 1 + image;
    }
    if (c == ']' && n->n_labels > 0 && n->labels[n->n_labels - 1].close == at)
        return n->labels[--n->n_labels].end - at;
    return 0;
}

static size_t take_white(struct normaliser *n, size_t at, struct gap *g,
                         unsigned *in_a_row)
{
    unsigned lines;
    size_t len = line_end_at(n->in, at, &lines);
    if (len > 0) {
        *in_a_row += lines;
        g->lines += lines;
        if (*in_a_row > g->blank_lines_max)
            g->blank_lines_max = *in_a_row;
        g->spaced_after = true;
        return len;
    }
    len = blank_at(n->in, at);
    if (len == 0 && (n->in.data[at] < ' ' || n->in.data[at] == 0x7F))
        len = 1;
    if (len > 0) {
        g->blanks = g->spaced_after = true;
        return len;
    }
    len = soft_hyphen_at(n->in, at);
    return len > 0 ? len : byte_order_mark_at(n->in, at);
}

/* The gap around the place `at`; empty (from == to) after a false alarm. */
static struct gap find_gap(struct normaliser *n, size_t at)
{
    struct gap g = {.from = at, .to = at};
    size_t len;
    unsigned in_a_row = 0;
    g.soft_hyphen = soft_hyphen_at(n->in, at) > 0;
    while (g.to < n->in.len) {
        len = take_white(n, g.to, &g, &in_a_row);
        if (len == 0) {
            unsigned links = g.links;
            len = take_markup(n, g.to, &g);
            if (len == 0)
                break;
            if (g.links > links)
                in_a_row = 0;
        }
        g.to += len;
    }
    if (g.to == g.from)
        return g;
    if (n->in.data[at] == '[' && at > n->run && n->in.data[at - 1] == '!')
        g.from--; /* an image */
    while ((len = blank_before(n->in, n->run, g.from)) > 0) {
        g.from -= len;
        g.blanks = true;
        g.soft_hyphen = false;
    }
    return g;
}

/* --- what becomes of a gap ------------------------------------------------------------ */

static uint32_t char_before(const struct normaliser *n, size_t at)
{
    uint32_t cp = 0;
    if (at > n->run)
        utf8_decode_back(n->in.data + n->run, n->in.data + at, &cp);
    return cp;
}

static uint32_t char_at(const struct normaliser *n, size_t at)
{
    uint32_t cp = 0;
    if (at < n->in.len)
        utf8_decode(n->in.data + at, n->in.data + n->in.len, &cp);
    return cp;
}

/* What the character before `at` is; of a letter written with marks of its own (U+0301) what the letter is. */
static enum letters_class class_before(const struct normaliser *n, size_t at)
{
    const uint8_t *begin = n->in.data + n->run, *p = n->in.data + at;
    uint32_t cp = 0;
    do {
        if (p == begin)
            return LETTERS_NONE;
        p -= utf8_decode_back(begin, p, &cp);
    } while (letters_is_mark(cp));
    return letters_of(cp);
}

static enum letters_class class_at(const struct normaliser *n, size_t at)
{
    return letters_of(char_at(n, at));
}

/* Han, kana and their punctuation: written without blanks, so a line end is none either. */
static bool is_unspaced(uint32_t cp)
{
    return (cp >= 0x2E80 && cp < 0xA000) || (cp >= 0xF900 && cp < 0xFB00) ||
           (cp >= 0xFF00 && cp < 0xFFA0) || (cp >= 0x20000 && cp < 0x40000);
}

/* A word goes on over the line end: "politi-\ncal", or a soft hyphen at the end. */
static bool hyphenated(const struct normaliser *n, const struct gap *g)
{
    if (class_at(n, g->to) == LETTERS_NONE)
        return false;
    if (g->soft_hyphen)
        return class_before(n, g->from) != LETTERS_NONE;
    const uint8_t *p = n->in.data + g->from;
    size_t before = g->from - n->run, len = 0;
    if (before >= 1 && p[-1] == '-')
        len = 1;
    else if (before >= 3 && p[-3] == 0xE2 && p[-2] == 0x80 && p[-1] == 0x90)
        len = 3;
    return len > 0 && class_before(n, g->from - len) != LETTERS_NONE;
}

static const char *single_break(struct normaliser *n, const struct gap *g)
{
    if (!n->wrapped && !(g->soft_hyphen && hyphenated(n, g)))
        return "\n";
    if (hyphenated(n, g)) {
        n->repairs->hyphens_joined++;
        return "";
    }
    n->repairs->wraps_joined++;
    return is_unspaced(char_before(n, g->from)) && is_unspaced(char_at(n, g->to)) ? ""
                                                                                  : " ";
}

/* A gap without a line end, or in a title. */
static const char *blank_or_nothing(struct normaliser *n, const struct gap *g)
{
    if (g->blanks || g->lines > 0)
        return " ";
    if (g->links > 0)
        return class_before(n, g->from) && class_at(n, g->to) ? " " : "";
    if (g->label_opens && markup_glued(n->in, n->run, g->from, g->to)) {
        n->repairs->glued_split++;
        return " ";
    }
    return "";
}

static const char *choose(struct normaliser *n, const struct gap *g)
{
    bool at_start = n->out->len == n->out_start && g->from == n->run;
    if (at_start || g->to == n->in.len)
        return "";
    if (g->links > 0 && g->blank_lines_max < 2 &&
        markup_closes(n->in, g->to, g->spaced_after))
        return "";
    if (n->single_line || g->lines == 0)
        return blank_or_nothing(n, g);
    return g->blank_lines_max >= 2 ? "\n\n" : single_break(n, g);
}

static void handle_gap(struct normaliser *n, const struct gap *g)
{
    const char *with = choose(n, g);
    size_t joint = g->links > 0 ? markup_joint(n->in, n->run, g->from) : 0;
    if (joint > n->run) {
        copy_run(n, joint);
        buf_put_u8(n->out, ' ');
        map_put_in(n, 1);
        n->repairs->glued_split++;
    }
    replace_gap(n, g, with);
}

/* --- the pass ------------------------------------------------------------------------ */

/* Whether one of the eight bytes at p is a blank with another one behind it (in nine bytes). */
static bool has_double_blank(const uint8_t *p)
{
    const uint64_t each = 0x0101010101010101;
    uint64_t bytes, next;
    memcpy(&bytes, p, sizeof bytes);
    memcpy(&next, p + 1, sizeof next);
    bytes = (bytes ^ ' ' * each) | (next ^ ' ' * each); /* 0 there */
    return ((bytes - each) & ~bytes & 0x80 * each) != 0;
}

/* In a title every blank that is not alone is a place to look at, too. */
static void mark_double_blanks(struct normaliser *n)
{
    const uint8_t *p = n->in.data;
    for (size_t i = 0; i + 1 < n->in.len; i++) {
        while (n->in.len - i > 8 && !has_double_blank(p + i))
            i += 8;
        if (i + 1 < n->in.len) {
            uint64_t both = p[i] == ' ' && p[i + 1] == ' ';
            n->places[i / 64] |= both << (i % 64);
        }
    }
}

/* The first place in [at, stop); stop if there is none. */
static size_t next_place(const struct normaliser *n, size_t at, size_t stop)
{
    size_t word = at / 64;
    uint64_t left = n->places[word] >> (at % 64) << (at % 64);
    while (left == 0) {
        if (++word * 64 >= stop)
            return stop;
        left = n->places[word];
    }
    at = word * 64 + (unsigned)__builtin_ctzll(left);
    return at < stop ? at : stop;
}

/* The most frequent gaps of all, a blank line or one line end with nothing but a plain
 * character on both sides: its length, 0 if it may be something else. */
static size_t plain_break(const struct normaliser *n, size_t at)
{
    const uint8_t *p = n->in.data;
    if (n->single_line || p[at] != '\n' || at == n->run)
        return 0;
    size_t len = n->in.len - at > 1 && p[at + 1] == '\n' ? 2 : 1;
    if (n->in.len - at <= len)
        return 0;
    uint8_t before = p[at - 1], next = p[at + len];
    bool markup = next == '<' || next == '[' || next == ']' || next == '!';
    if (before <= ' ' || next <= ' ' || next >= 0x7F || markup)
        return 0;
    if (n->wrapped && len == 1 && (before == '-' || before >= 0x80))
        return 0;
    return before < 0x80 || blank_before(n->in, n->run, at) == 0 ? len : 0;
}

/* A blank line and a line end of an unwrapped text stay as they are. */
static void handle_plain_break(struct normaliser *n, size_t at, size_t len)
{
    if (len != 1 || !n->wrapped)
        return;
    copy_run(n, at);
    buf_put_u8(n->out, ' ');
    map_copied(n, at, 1);
    n->run = at + 1;
    n->repairs->wraps_joined++;
}

static void run_pass(struct normaliser *n)
{
    size_t len;
    while ((len = blank_before(n->in, 0, n->in.len)) > 0)
        n->in.len -= len;
    if (n->single_line)
        mark_double_blanks(n);
    size_t at = 0;
    if (n->in.len > 0 && blank_at(n->in, 0) > 0) {
        struct gap g = find_gap(n, 0);
        handle_gap(n, &g);
        at = g.to;
    }
    while (at < n->in.len) {
        drop_passed_labels(n, at);
        size_t stop = n->n_labels > 0 ? n->labels[n->n_labels - 1].close : n->in.len;
        at = next_place(n, at, stop);
        if (at == n->in.len)
            break;
        size_t plain = plain_break(n, at);
        if (plain > 0) {
            handle_plain_break(n, at, plain);
            at += plain;
            continue;
        }
        struct gap g = find_gap(n, at);
        if (g.to == g.from) {
            at++;
            continue;
        }
        handle_gap(n, &g);
        at = g.to;
    }
    copy_run(n, n->in.len);
}

/* Ill-formed UTF-8 replaced, with the map to the record. */
static int replace_bad(const struct source_text *in, size_t valid, struct buf *text,
                       struct offsetmap *map, struct text_repairs *repairs,
                       struct err *err)
{
    struct normaliser n = {.in = in->text, .source = in, .out = text, .map = map};
    static const uint8_t replacement[] = {0xEF, 0xBF, 0xBD};
    size_t at = valid;
    while (at < in->text.len) {
        uint32_t cp;
        size_t len = utf8_decode(in->text.data + at, in->text.data + in->text.len, &cp);
        copy_run(&n, at);
        buf_put(text, replacement, sizeof replacement);
        map_copied(&n, at, len); /* a maximal subpart has one to three bytes */
        if (len < 3)
            map_put_in(&n, (uint32_t)(3 - len));
        repairs->bad_utf8++;
        at += len;
        n.run = at;
        at += utf8_valid_prefix(bytes_of(in->text.data + at, in->text.len - at));
    }
    copy_run(&n, in->text.len);
    return buf_check(text, err);
}

/* Surveys *source; if it is ill-formed it becomes what it is when mended, and that is surveyed. */
static int survey_source(struct source_text *source, struct survey *survey,
                         struct buf *mended, struct offsetmap *mended_map,
                         struct text_repairs *repairs, struct err *err)
{
    struct bytes text = source->text;
    if (text.len < UINT32_MAX && !survey_text(survey, text))
        return err_set(err, ERR_NOMEM, "out of memory");
    if (text.len < UINT32_MAX && !survey->facts.well_formed) {
        int code = replace_bad(source, utf8_valid_prefix(text), mended, mended_map,
                               repairs, err);
        if (code)
            return code;
        *source = (struct source_text){buf_bytes(mended), mended_map, 0};
        text = source->text;
        if (text.len < UINT32_MAX && !survey_text(survey, text))
            return err_set(err, ERR_NOMEM, "out of memory");
    }
    return text.len < UINT32_MAX
               ? 0
               : err_set(err, ERR_LIMIT, "text of %zu bytes: 4 GiB is the limit",
                         text.len);
}

int normalise_text(const struct source_text *in, bool single_line,
                   struct survey *survey, struct buf *text, struct offsetmap *map,
                   struct text_repairs *repairs, struct err *err)
{
    struct buf mended = {0};
    struct offsetmap mended_map = {.out_len = 0};
    struct source_text source = *in;
    if (in->text.len == 0)
        return 0;
    int code = survey_source(&source, survey, &mended, &mended_map, repairs, err);
    if (code)
        goto out;
    const struct survey_facts *facts = &survey->facts;
    /* wraps_decide looks for lines with another one close behind. */
    bool close_lines = facts->has_cr || facts->close_lines > 1;
    bool wrapped = !single_line && close_lines && wraps_decide(source.text);
    struct normaliser n = {
        .in = source.text,
        .source = &source,
        .out = text,
        .out_start = text->len,
        .map = map,
        .repairs = repairs,
        .places =
            wrapped || single_line ? survey_places(survey) : survey_odd_places(survey),
        .wrapped = wrapped,
        .single_line = single_line,
    };
    buf_reserve(text, source.text.len);
    run_pass(&n);
    code = buf_check(text, err);
    if (!code && map->failed)
        code = err_set(err, ERR_NOMEM, "out of memory");
out:
    buf_release(&mended);
    offsetmap_release(&mended_map);
    return code;
}
