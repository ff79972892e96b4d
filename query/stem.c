#include "query/stem.h"

#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>

struct stem {
    struct sb_stemmer *snowball;
};

enum {
    CODE_BYTES_MAX = 32 /* of a language's name */
};

const char *const *stem_languages(void)
{
    return (const char *const *)sb_stemmer_list();
}

/* Codes of ISO 639. */
static const struct {
    char code[3];
    const char *name;
} codes[] = {
    {"ar", "arabic"},     {"ca", "catalan"},  {"da", "danish"},     {"de", "german"},
    {"el", "greek"},      {"en", "english"},  {"es", "spanish"},    {"eu", "basque"},
    {"fi", "finnish"},    {"fr", "french"},   {"ga", "irish"},      {"hi", "hindi"},
    {"hu", "hungarian"},  {"hy", "armenian"}, {"id", "indonesian"}, {"it", "italian"},
    {"lt", "lithuanian"}, {"ne", "nepali"},   {"nl", "dutch"},      {"no", "norwegian"},
    {"pt", "portuguese"}, {"ro", "romanian"}, {"ru", "russian"},    {"sr", "serbian"},
    {"sv", "swedish"},    {"ta", "tamil"},    {"tr", "turkish"},    {"yi", "yiddish"},
};

const char *stem_language(struct bytes name)
{
    char lower[CODE_BYTES_MAX];
    const char *wanted = lower;
    if (name.len == 0 || name.len >= sizeof lower) {
        return NULL;
    }
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i];
        lower[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    lower[name.len] = 0;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (strcmp(lower, codes[i].code) == 0) {
            wanted = codes[i].name;
        }
    }
    for (const char *const *l = stem_languages(); *l; l++) {
        if (strcmp(*l, wanted) == 0) {
            return *l;
        }
    }
    return NULL;
}

int stem_new(const char *language, struct stem **out, struct err *err)
{
    struct stem *s = malloc(sizeof *s);
    *out = s;
    if (s) {
        s->snowball = sb_stemmer_new(language, "UTF_8");
    }
    if (s && s->snowball) {
        return 0;
    }
    free(s);
    *out = NULL;
    return err_set(err, ERR_NOMEM, "query: no memory for the stems of %s", language);
}

void stem_free(struct stem *s)
{
    if (s) {
        sb_stemmer_delete(s->snowball);
    }
    free(s);
}

int stem_word(struct stem *s, struct bytes word, struct bytes *out, struct err *err)
{
    const sb_symbol *stem = sb_stemmer_stem(s->snowball, word.data, (int)word.len);
    if (!stem) {
        return err_set(err, ERR_NOMEM, "query: no memory for stems");
    }
    size_t len = (size_t)sb_stemmer_length(s->snowball);
    *out = bytes_of(stem, len < STEM_BYTES_MAX ? len : STEM_BYTES_MAX);
    return 0;
}

/* How many of a stem's last bytes its words may not have. The rules of these languages cut endings off,
 * and those of English put in their place what shares all but its last two letters with them ("bility"
 * to "ble", "dying" to "die"). Others write letters anew, take syllables off the front, or turn one
 * script into another. */
static const struct {
    const char *language;
    size_t changed;
} known[] = {
    {"danish", 0},    {"english", 2}, {"german", 0},
    {"norwegian", 0}, {"porter", 2},  {"swedish", 0},
};

struct bytes stem_beginning(const char *language, struct bytes stem)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].language, language) != 0) {
            continue;
        }
        size_t n = stem.len > known[i].changed ? stem.len - known[i].changed : 0;
        if (n == 0) { /* the first letter stays */
            n = stem.len > 0 && stem.data[0] < 0x80;
        }
        while (n < stem.len && n > 0 && (stem.data[n] & 0xc0) == 0x80) {
            n--;
        }
        return bytes_of(stem.data, n);
    }
    return bytes_of(stem.data, 0);
}
