#include "text/markup.h"

#include <stdint.h>

#include "text/letters.h"
#include "text/utf8.h"

enum {
    JOINT_LETTERS_MAX = 64,
    TAG_MAX = 4096 /* bytes of an <a ...> tag */
};

static bool starts_at(struct bytes text, size_t at, const char *word)
{
    size_t len = strlen(word);
    return text.len - at >= len && memcmp(text.data + at, word, len) == 0;
}

/* As starts_at, with the capitals A-Z of the text taken for small letters. */
static bool starts_at_nocase(struct bytes text, size_t at, const char *word)
{
    size_t len = strlen(word);
    if (text.len - at < len)
        return false;
    for (size_t i = 0; i < len; i++) {
        uint8_t c = text.data[at + i];
        if (c >= 'A' && c <= 'Z')
            c = (uint8_t)(c | 0x20);
        if (c != (uint8_t)word[i])
            return false;
    }
    return true;
}

static bool is_url(struct bytes text, size_t at)
{
    static const char *const heads[] = {"http://", "https://", "ftp://",
                                        "mailto:", "www."};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (starts_at_nocase(text, at, heads[i]))
            return true;
    return false;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t markup_url(struct bytes text, size_t at)
{
    if (text.len - at < 6 || text.data[at] != '<' || !is_url(text, at + 1))
        return 0;
    size_t stop = least(text.len, at + MARKUP_URL_MAX);
    for (size_t i = at + 1; i < stop; i++) {
        uint8_t c = text.data[i];
        if (c == '>')
            return i + 1 - at;
        if (c <= ' ' || c == '<' || c == 0x7F)
            return 0;
    }
    return 0;
}

size_t markup_anchor(struct bytes text, size_t at)
{
    if (starts_at_nocase(text, at, "</a>"))
        return 4;
    if (!starts_at_nocase(text, at, "<a") || text.len - at < 4)
        return 0;
    uint8_t c = text.data[at + 2];
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
        return 0;
    size_t stop = least(text.len, at + TAG_MAX);
    uint8_t quote = 0;
    bool value = false; /* "<a b" of a formula is no tag: a tag has name=value */
    for (size_t i = at + 3; i < stop; i++) {
        c = text.data[i];
        if (quote) {
            if (c == quote)
                quote = 0;
        } else if (c == '>') {
            return value ? i + 1 - at : 0;
        } else if (c == '<') {
            return 0;
        } else if (c == '=') {
            value = true;
        } else if (value && (c == '"' || c == '\'')) {
            quote = c;
        }
    }
    return 0;
}

/* The offset of the ] that closes the [ at text[at]; 0 if there is none near. */
static size_t label_end(struct bytes text, size_t at)
{
    size_t stop = least(text.len, at + MARKUP_LABEL_MAX);
    int depth = 0;
    for (size_t i = at; i < stop; i++) {
        uint8_t c = text.data[i];
        if (c == '[' && ++depth > MARKUP_DEPTH_MAX)
            return 0;
        if (c == ']' && --depth == 0)
            return i;
        if (c == '\n' && i + 1 < stop && text.data[i + 1] == '\n')
            return 0;
    }
    return 0;
}

/* The offset behind the " "title")" or ")" at text[i]; 0 if it is neither. */
static size_t target_close(struct bytes text, size_t i, size_t stop)
{
    if (i < stop && text.data[i] == ')')
        return i + 1;
    if (i + 2 >= stop || text.data[i] != ' ' || text.data[i + 1] != '"')
        return 0;
    for (i += 2; i + 1 < stop && text.data[i] != '\n'; i++)
        if (text.data[i] == '"' && text.data[i + 1] == ')')
            return i + 2;
    return 0;
}

bool markup_markdown(struct bytes text, size_t at, size_t *close, size_t *end)
{
    if (text.data[at] != '[')
        return false;
    size_t label = label_end(text, at);
    if (label == 0 || text.len - label < 4 || text.data[label + 1] != '(')
        return false;
    size_t i = label + 2;
    if (!is_url(text, i) && text.data[i] != '/' && text.data[i] != '#')
        return false;
    size_t stop = least(text.len, label + MARKUP_URL_MAX);
    for (int depth = 0; i < stop; i++) {
        uint8_t c = text.data[i];
        if (c <= ' ' || c == '<' || (c == ')' && depth == 0))
            break;
        depth += (c == '(') - (c == ')');
    }
    size_t behind = target_close(text, i, stop);
    if (behind == 0)
        return false;
    *close = label;
    *end = behind;
    return true;
}

size_t markup_joint(struct bytes text, size_t from, size_t to)
{
    size_t at = to, joint = 0;
    size_t head = 0; /* letters before the joint */
    for (int letters = 0; at > from && letters < JOINT_LETTERS_MAX; letters++) {
        uint32_t cp;
        size_t len = utf8_decode_back(text.data + from, text.data + at, &cp);
        enum letters_class class = letters_of(cp);
        if (class == LETTERS_UPPER) {
            joint = at - len;
            head = 0;
        } else if (class == LETTERS_LOWER) {
            head++;
        } else {
            /* A word that goes on to the left with a digit or a letter without case. */
            if (class != LETTERS_NONE)
                return 0;
            break;
        }
        at -= len;
    }
    if (joint == 0 || head < 2)
        return 0;
    return to - joint == 2 && starts_at(text, joint, "OS") ? 0 : joint;
}

bool markup_glued(struct bytes text, size_t from, size_t at, size_t label)
{
    uint32_t cp;
    if (label >= text.len)
        return false;
    utf8_decode(text.data + label, text.data + text.len, &cp);
    if (letters_of(cp) != LETTERS_UPPER)
        return false;
    int letters = 0;
    while (at > from && letters < JOINT_LETTERS_MAX) {
        at -= utf8_decode_back(text.data + from, text.data + at, &cp);
        enum letters_class class = letters_of(cp);
        if (class == LETTERS_NONE)
            break;
        if (class != LETTERS_LOWER)
            return false;
        letters++;
    }
    return letters >= 2;
}

static bool is_opening(uint32_t cp)
{
    switch (cp) {
    case '(':
    case '[':
    case '{':
    case '<':
    case '#':
    case '@':
    case '$':
    case 0x00AB: /* left guillemet */
    case 0x2018:
    case 0x201C:
    case 0x201E:
    case 0x20AC:
    case 0x00A3: return true;
    default: return false;
    }
}

static bool is_closing(uint32_t cp)
{
    switch (cp) {
    case '.':
    case ',':
    case ';':
    case ':':
    case '!':
    case '?':
    case ')':
    case ']':
    case '}':
    case 0x00BB: /* right guillemet */
    case 0x2019:
    case 0x201D:
    case 0x2026:
    case 0x060C: /* Arabic comma, semicolon, question mark, full stop */
    case 0x061B:
    case 0x061F:
    case 0x06D4:
    case 0x3001: /* ideographic comma and full stop */
    case 0x3002:
    case 0xFF0C: return true;
    default: return false;
    }
}

bool markup_closes(struct bytes text, size_t at, bool spaced)
{
    uint32_t cp, next = 0;
    const uint8_t *end = text.data + text.len;
    size_t len = utf8_decode(text.data + at, end, &cp);
    if (at + len < text.len)
        utf8_decode(text.data + at + len, end, &next);
    bool word_follows = letters_of(next) != LETTERS_NONE;
    if (!spaced)
        return letters_of(cp) == LETTERS_NONE && !is_opening(cp);
    /* ".5" and ".com" are words, not the end of the one before. */
    return is_closing(cp) && !(word_follows && (cp == '.' || cp == ','));
}
