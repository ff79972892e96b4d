#include "text/language.h"

#include <string.h>

#include "text/language_codes.h"

struct code {
    char two[3], three[4], other[4];
    const char *names;
};

static const struct code codes[] = {
#define LANGUAGE_CODE(two, three, other, names) {two, three, other, names},
    LANGUAGE_CODES(LANGUAGE_CODE)
#undef LANGUAGE_CODE
};

/* Codes that were given up, and what they are now (IANA's registry, "Preferred-Value"). */
static const char *const withdrawn[][2] = {
    {"iw", "he"}, {"in", "id"}, {"ji", "yi"}, {"jw", "jv"}, {"mo", "ro"}};

static char lower(uint8_t c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool equals(struct bytes text, const char *name, size_t len)
{
    if (text.len != len)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (lower(text.data[i]) != name[i])
            return false;
    }
    return true;
}

/* The text is one of the names between commas. */
static bool is_name(struct bytes text, const char *names)
{
    for (;;) {
        size_t len = strcspn(names, ",");
        if (equals(text, names, len))
            return true;
        if (names[len] == '\0')
            return false;
        names += len + 1;
    }
}

static const char *code_of_name(struct bytes text)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (is_name(text, codes[i].names))
            return codes[i].two;
    }
    return NULL;
}

/* The first subtag, in lower case, as the code that stands for it now. */
static const char *code_of(const char *subtag)
{
    size_t len = strlen(subtag);
    for (size_t i = 0; len == 3 && i < sizeof codes / sizeof *codes; i++) {
        if (strcmp(codes[i].three, subtag) == 0 || strcmp(codes[i].other, subtag) == 0)
            return codes[i].two;
    }
    for (size_t i = 0; len == 2 && i < sizeof withdrawn / sizeof *withdrawn; i++) {
        if (strcmp(withdrawn[i][0], subtag) == 0)
            return withdrawn[i][1];
    }
    return subtag;
}

/* A further subtag in the case that is usual for it (RFC 5646, 2.1.1): regions in capitals, scripts with one; after a
 * singleton all is small. */
static void put_subtag(char *out, const char *subtag, size_t len, bool small)
{
    bool letters = true;
    for (size_t i = 0; i < len; i++)
        letters &= is_letter(subtag[i]);
    for (size_t i = 0; i < len; i++) {
        bool capital = letters && !small && (len == 2 || (len == 4 && i == 0));
        out[i] = subtag[i];
        if (capital)
            out[i] = (char)(subtag[i] - 'a' + 'A');
    }
}

/* Reads the next subtag, 1 to 8 letters or digits, in lower case; its length, 0: there is none. */
static size_t take(struct bytes text, size_t *at, char subtag[9])
{
    size_t n = 0;
    for (; *at < text.len && n < 9; (*at)++) {
        char c = lower(text.data[*at]);
        if (!is_letter(c) && (c < '0' || c > '9'))
            break;
        if (n < 8)
            subtag[n] = c;
        n++;
    }
    if (n > 8)
        return 0;
    subtag[n] = '\0';
    return n;
}

static bool is_primary(const char *subtag, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!is_letter(subtag[i]))
            return false;
    }
    return len == 2 || len == 3;
}

/* What stands behind a tag and is none of it: the encoding of a locale, further languages. */
static bool is_end(struct bytes text, size_t at)
{
    return at == text.len || (text.data[at] != 0 && strchr(".@,;", text.data[at]));
}

bool language_tag(struct bytes text, char out[LANGUAGE_TAG_MAX], size_t *len)
{
    static const char *const none[] = {"und", "unknown", "none", "null", "n/a"};
    char subtag[9];
    size_t at = 0, n;
    bool small = false;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        if (equals(text, none[i], strlen(none[i]))) {
            *len = 0;
            return true;
        }
    }
    const char *name = code_of_name(text);
    if (name) {
        *len = strlen(name);
        memcpy(out, name, *len);
        return true;
    }
    n = take(text, &at, subtag);
    if (!is_primary(subtag, n))
        return false;
    const char *code = code_of(subtag);
    n = strlen(code);
    memcpy(out, code, n);
    while (!is_end(text, at)) {
        if ((text.data[at] != '-' && text.data[at] != '_') || ++at == text.len)
            return false;
        size_t more = take(text, &at, subtag);
        if (more == 0 || n + 1 + more > LANGUAGE_TAG_MAX)
            return false;
        out[n++] = '-';
        put_subtag(out + n, subtag, more, small);
        n += more;
        small |= more == 1;
    }
    *len = n;
    return true;
}
