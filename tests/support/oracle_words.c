#include "tests/support/oracle_words.h"

#include <stdlib.h>
#include <string.h>

#include "query/stem.h"

#define NEED(x)      \
    do {             \
        if (!(x))    \
            abort(); \
    } while (0)

/* Places in the term, a bit for each: where what was read so far can end. */
typedef uint64_t places;

static places match_choice(struct bytes pattern, struct bytes term, places from);

/* The end of the group, class or character that begins at p[at]. */
static size_t atom_end(struct bytes p, size_t at)
{
    size_t depth = 0, end = at;
    if (p.data[at] == '[')
        return (size_t)((const uint8_t *)memchr(p.data + at, ']', p.len - at) -
                        p.data) +
               1;
    if (p.data[at] != '(') {
        for (end = at + 1; end < p.len && (p.data[end] & 0xc0) == 0x80;)
            end++;
        return end;
    }
    do {
        depth += p.data[end] == '(';
        depth -= p.data[end] == ')';
        end++;
    } while (depth > 0);
    return end;
}

/* One atom, once. */
static places match_atom(struct bytes atom, struct bytes term, places from)
{
    places to = 0;
    if (atom.data[0] == '(')
        return match_choice(bytes_of(atom.data + 1, atom.len - 2), term, from);
    for (size_t i = 0; i < term.len; i++) {
        if (!(from >> i & 1))
            continue;
        size_t len = 1;
        while (i + len < term.len && (term.data[i + len] & 0xc0) == 0x80)
            len++;
        bool same = atom.data[0] == '.' ||
                    (atom.len == len && memcmp(atom.data, term.data + i, len) == 0);
        if (atom.data[0] == '[')
            same = memchr(atom.data + 1, term.data[i], atom.len - 2) != NULL;
        if (same)
            to |= UINT64_C(1) << (i + len);
    }
    return to;
}

static places match_row(struct bytes p, struct bytes term, places from)
{
    for (size_t at = 0; at < p.len;) {
        size_t end = atom_end(p, at);
        struct bytes atom = bytes_of(p.data + at, end - at);
        uint8_t times = end < p.len ? p.data[end] : 0;
        bool many = times == '*' || times == '+', none = times == '*' || times == '?';
        places once = match_atom(atom, term, from), all = once | (none ? from : 0);
        for (places last = 0; many && all != last;) {
            last = all;
            all |= match_atom(atom, term, all);
        }
        from = all;
        at = end + (many || none);
    }
    return from;
}

static places match_choice(struct bytes p, struct bytes term, places from)
{
    places to = 0;
    size_t begin = 0;
    int depth = 0;
    for (size_t i = 0; i <= p.len; i++) {
        if (i == p.len || (p.data[i] == '|' && depth == 0)) {
            to |= match_row(bytes_of(p.data + begin, i - begin), term, from);
            begin = i + 1;
        } else {
            depth += p.data[i] == '(';
            depth -= p.data[i] == ')';
        }
    }
    return to;
}

bool oracle_words_regex(struct bytes pattern, struct bytes term)
{
    uint8_t lower[2000];
    NEED(term.len < 64 && pattern.len <= sizeof lower);
    for (size_t i = 0; i < pattern.len; i++) {
        uint8_t c = pattern.data[i];
        lower[i] = (uint8_t)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    return match_choice(bytes_of(lower, pattern.len), term, 1) >> term.len & 1;
}

/* Appends text with straight apostrophes, single blanks, and the one letter of random archives that has an accent
 * decomposed. */
static void put_plain(struct bytes text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        bool space = text.data[i] == ' ' || text.data[i] == '\n';
        if (i + 2 < text.len && memcmp(text.data + i, "\u2019", 3) == 0) {
            buf_put_u8(out, '\'');
            i += 2;
        } else if (i + 1 < text.len && memcmp(text.data + i, "\u0107", 2) == 0) {
            buf_put_str(out, "c\u0301");
            i++;
        } else if (!space) {
            buf_put_u8(out, text.data[i]);
        } else if (out->len == 0 || out->data[out->len - 1] != ' ') {
            buf_put_u8(out, ' ');
        }
    }
}

bool oracle_words_exact(const struct handmade_article *a, const struct ast *exact,
                        uint32_t from, uint32_t to)
{
    struct buf before = {0}, inner = {0}, behind = {0};
    struct bytes t = exact->term, lead = bytes_of(t.data, exact->lead);
    struct bytes core = bytes_of(t.data + lead.len, t.len - lead.len - exact->trail);
    struct bytes trail = bytes_of(core.data + core.len, exact->trail);
    put_plain(a->tokens[from].sep, &before);
    for (uint32_t i = from; i < to; i++) {
        if (i > from)
            put_plain(a->tokens[i].sep, &inner);
        put_plain(a->tokens[i].surface, &inner);
    }
    put_plain(to < a->n_tokens ? a->tokens[to].sep : a->tail, &behind);
    bool same = bytes_equal(buf_bytes(&inner), core) &&
                bytes_starts(buf_bytes(&behind), trail) && before.len >= lead.len;
    if (same && lead.len)
        same = memcmp(before.data + before.len - lead.len, lead.data, lead.len) == 0;
    buf_release(&before);
    buf_release(&inner);
    buf_release(&behind);
    return same;
}

bool oracle_words_stem(const char *language, struct bytes a, struct bytes b)
{
    uint8_t kept[STEM_BYTES_MAX];
    struct stem *stem;
    struct bytes x, y;
    NEED(stem_new(language, &stem, NULL) == 0 && stem_word(stem, a, &x, NULL) == 0);
    memcpy(kept, x.data, x.len);
    NEED(stem_word(stem, b, &y, NULL) == 0);
    bool same = bytes_equal(bytes_of(kept, x.len), y);
    stem_free(stem);
    return same;
}
