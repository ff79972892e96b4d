#include "text/wraps.h"

#include <stddef.h>
#include <stdint.h>

#include "base/endian.h"

enum {
    PAIRS_MIN = 3,
    LENGTH_MAX = 4 * WRAPS_WIDTH_MAX, /* bytes of a line worth counting */
    WORD_MAX = 30, /* characters; a longer one (a link) leaves any width possible */
    UNSPACED_LEAD = 0xE3 /* first byte of the characters from U+3000 on */
};

struct tally {
    int32_t
        change[WRAPS_WIDTH_MAX + 2]; /* of the number of lines that fit width w, at w */
    size_t pairs;                    /* lines followed by another at once */
    size_t small;                    /* of these, the next begins with a-z */
    size_t long_bytes;               /* in lines longer than any width */
};

/* The next LF and CR, each looked for once: with a text of one kind only, looking for the other
 * one at every line would take time by the square. */
struct line_ends {
    struct bytes text;
    size_t lf, cr; /* the text's end: there is no more */
};

static size_t next_byte(struct bytes text, size_t from, int byte)
{
    const uint8_t *at =
        from < text.len ? memchr(text.data + from, byte, text.len - from) : NULL;
    return at ? (size_t)(at - text.data) : text.len;
}

static size_t find_break(struct line_ends *e, size_t from)
{
    if (e->lf < from)
        e->lf = next_byte(e->text, from, '\n');
    if (e->cr < from)
        e->cr = next_byte(e->text, from, '\r');
    return e->lf < e->cr ? e->lf : e->cr;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* Counts the bytes that are not 10xxxxxx, eight at a time. */
static size_t characters(const uint8_t *p, size_t len)
{
    const uint64_t ones = 0x0101010101010101;
    size_t i = 0, inner = 0;
    for (; len - i >= 8; i += 8) {
        uint64_t v = load_u64(p + i);
        uint64_t found = (v >> 7) & ~(v >> 6) & ones;
        inner += (size_t)((found * ones) >> 56);
    }
    for (; i < len; i++)
        inner += (p[i] & 0xC0) == 0x80;
    return len - inner;
}

/* One line [from, to) and the line after it, which begins at next. */
static void count_pair(struct tally *t, struct bytes text, size_t from, size_t to,
                       size_t next)
{
    size_t n = characters(text.data + from, to - from);
    if (n > WRAPS_WIDTH_MAX)
        return;
    size_t word = next;
    while (word < text.len && word - next < LENGTH_MAX && text.data[word] > ' ')
        if (text.data[word++] >= UNSPACED_LEAD)
            break; /* the line may end before every character */
    size_t word_len = characters(text.data + next, word - next);
    if (word_len > WORD_MAX)
        return;
    size_t sum = n + 1 + word_len;
    size_t last = sum > WRAPS_WIDTH_MAX + 1 ? WRAPS_WIDTH_MAX + 1 : sum;
    t->pairs++;
    t->small += text.data[next] >= 'a' && text.data[next] <= 'z';
    t->change[n]++;
    t->change[last]--;
}

static void count_line(struct tally *t, struct bytes text, size_t from, size_t to,
                       size_t next)
{
    while (next < text.len && is_blank(text.data[next]))
        next++;
    while (from < to && is_blank(text.data[from]))
        from++;
    while (to > from && is_blank(text.data[to - 1]))
        to--;
    if (from == to)
        return;
    /* One long word (a link) says nothing about the width. */
    if (to - from > WRAPS_WIDTH_MAX &&
        (to - from > LENGTH_MAX ||
         characters(text.data + from, to - from) > WRAPS_WIDTH_MAX) &&
        memchr(text.data + from, ' ', to - from))
        t->long_bytes += to - from;
    else if (next < text.len && text.data[next] != '\n' && text.data[next] != '\r' &&
             memchr(text.data + from, ' ', to - from))
        count_pair(t, text, from, to, next);
}

static bool judge(const struct tally *t, size_t text_bytes)
{
    if (t->pairs < 2 || t->long_bytes > text_bytes / 4)
        return false;
    size_t best = 0;
    int32_t fits = 0;
    for (size_t w = 0; w <= WRAPS_WIDTH_MAX; w++) {
        fits += t->change[w];
        if (w >= WRAPS_WIDTH_MIN && (size_t)fits > best)
            best = (size_t)fits;
    }
    if (t->pairs < PAIRS_MIN)
        return best == t->pairs && t->small == t->pairs;
    return best >= PAIRS_MIN && best * 10 >= t->pairs * 6;
}

bool wraps_decide(struct bytes text)
{
    if (text.len == 0)
        return false;
    struct line_ends ends = {
        .text = text, .lf = next_byte(text, 0, '\n'), .cr = next_byte(text, 0, '\r')};
    struct tally t = {.pairs = 0};
    size_t from = 0;
    while (from < text.len && t.long_bytes <= text.len / 4) {
        size_t to = find_break(&ends, from);
        size_t next = to + 1;
        if (next < text.len && text.data[to] == '\r' && text.data[next] == '\n')
            next++;
        count_line(&t, text, from, to, next < text.len ? next : text.len);
        from = next;
    }
    return judge(&t, text.len);
}
