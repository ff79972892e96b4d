#include "text/abbreviations.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "text/letters.h"
#include "text/utf8.h"

enum {
    TITLE = ABBREVIATIONS_TITLE,
    MAY_END = ABBREVIATIONS_MAY_END,
    OF_NUMBER = ABBREVIATIONS_OF_NUMBER,
    LATIN_MAX = 6 /* bytes of the longest entry that begins with an ASCII letter */
};

/* Sorted by bytes. */
// clang-format off
static const struct entry {
    char word[12];
    uint8_t kind;
} entries[] = {
    {"Abg", TITLE}, {"Adm", TITLE}, {"Apr", OF_NUMBER}, {"Art", OF_NUMBER},
    {"Aug", OF_NUMBER}, {"Av", TITLE}, {"Ave", MAY_END}, {"Bd", TITLE},
    {"Bhd", MAY_END}, {"Bl", OF_NUMBER}, {"Blvd", MAY_END}, {"Brig", TITLE},
    {"Bros", MAY_END}, {"Calif", MAY_END}, {"Capt", TITLE}, {"Ch", OF_NUMBER},
    {"Cmdr", TITLE}, {"Co", MAY_END}, {"Col", TITLE}, {"Colo", MAY_END},
    {"Conn", MAY_END}, {"Corp", MAY_END}, {"Cpl", TITLE}, {"Dec", OF_NUMBER},
    {"Dept", MAY_END}, {"Dipl", TITLE}, {"Dist", MAY_END}, {"Doç", TITLE},
    {"Dr", TITLE}, {"Dra", TITLE}, {"Drs", TITLE}, {"Eq", OF_NUMBER},
    {"Esq", MAY_END}, {"Exc", TITLE}, {"Feb", OF_NUMBER}, {"Fig", OF_NUMBER},
    {"Figs", OF_NUMBER}, {"Fla", MAY_END}, {"Fr", TITLE}, {"Frl", TITLE},
    {"Ft", MAY_END}, {"Gen", TITLE}, {"Gov", TITLE}, {"Hon", TITLE}, {"Hr", TITLE},
    {"Hrn", TITLE}, {"Hwy", MAY_END}, {"Ill", MAY_END}, {"Inc", MAY_END},
    {"Ind", MAY_END}, {"Ing", TITLE}, {"Jan", OF_NUMBER}, {"Jr", MAY_END},
    {"Jul", OF_NUMBER}, {"Jun", OF_NUMBER}, {"Kan", MAY_END}, {"Kap", OF_NUMBER},
    {"Ky", MAY_END}, {"La", MAY_END}, {"Lic", TITLE}, {"Lt", TITLE}, {"Ltd", MAY_END},
    {"MM", TITLE}, {"Maj", TITLE}, {"Mar", OF_NUMBER}, {"Mass", MAY_END},
    {"Md", MAY_END}, {"Messrs", TITLE}, {"Mgr", TITLE}, {"Mich", MAY_END},
    {"Minn", MAY_END}, {"Miss", MAY_END}, {"Mlle", TITLE}, {"Mlles", TITLE},
    {"Mme", TITLE}, {"Mmes", TITLE}, {"Mo", MAY_END}, {"Mont", MAY_END},
    {"Mr", TITLE}, {"Mrs", TITLE}, {"Ms", TITLE}, {"Msgr", TITLE}, {"Mt", TITLE},
    {"Mtro", TITLE}, {"Neb", MAY_END}, {"Nev", MAY_END}, {"No", OF_NUMBER},
    {"Nos", OF_NUMBER}, {"Nov", OF_NUMBER}, {"Nr", OF_NUMBER}, {"Núm", OF_NUMBER},
    {"Oct", OF_NUMBER}, {"Okla", MAY_END}, {"Op", TITLE}, {"Ore", MAY_END},
    {"Pa", MAY_END}, {"Pfc", TITLE}, {"PhD", MAY_END}, {"Pres", TITLE},
    {"Prof", TITLE}, {"Pty", MAY_END}, {"Pvt", TITLE}, {"Rd", MAY_END},
    {"Rep", TITLE}, {"Reps", TITLE}, {"Rev", TITLE},  {"Sec", TITLE},
    {"Sen", TITLE}, {"Sens", TITLE}, {"Sep", OF_NUMBER}, {"Sept", OF_NUMBER},
    {"Sgt", TITLE}, {"Sn", TITLE}, {"Spc", TITLE}, {"Sr", TITLE}, {"Sra", TITLE},
    {"Sres", TITLE}, {"Srta", TITLE}, {"St", TITLE}, {"Ste", TITLE}, {"Sts", TITLE},
    {"Supt", TITLE}, {"Tel", OF_NUMBER}, {"Tenn", MAY_END}, {"Tex", MAY_END},
    {"Univ", MAY_END}, {"Uz", TITLE}, {"Va", MAY_END}, {"Vol", OF_NUMBER},
    {"Vt", MAY_END}, {"Wash", MAY_END}, {"Wis", MAY_END}, {"Wyo", MAY_END},
    {"Yrd", TITLE}, {"Ziff", OF_NUMBER}, {"aka", TITLE}, {"al", MAY_END},
    {"approx", MAY_END}, {"art", OF_NUMBER}, {"bzgl", TITLE}, {"bzw", TITLE},
    {"ca", TITLE}, {"cf", TITLE}, {"ch", OF_NUMBER}, {"cit", TITLE}, {"dgl", MAY_END},
     {"etc", MAY_END}, {"evtl", TITLE}, {"excl", MAY_END},
    {"fig", OF_NUMBER}, {"gest", MAY_END}, {"ggf", TITLE}, {"incl", MAY_END},
    {"inkl", TITLE}, {"lt", TITLE}, {"mio", MAY_END}, {"mrd", MAY_END},
    {"no", OF_NUMBER}, {"nos", OF_NUMBER}, {"nr", OF_NUMBER}, {"núm", OF_NUMBER},
    {"op", TITLE},  {"pag", OF_NUMBER}, {"pp", OF_NUMBER},
    {"pág", OF_NUMBER}, {"resp", TITLE}, {"sog", TITLE}, {"tel", OF_NUMBER},
    {"u.a", MAY_END}, {"usw", TITLE},  {"vb", MAY_END}, {"vgl", TITLE},
    {"viz", TITLE}, {"vol", OF_NUMBER}, {"vs", TITLE}, {"zzgl", TITLE},
    {"акад", TITLE},  {"гл", OF_NUMBER}, {"гр", TITLE},
    {"им", TITLE}, {"млн", MAY_END}, {"млрд", MAY_END}, {"обл", TITLE}, {"пл", TITLE},
    {"пос", TITLE}, {"проф", TITLE}, {"ред", TITLE}, {"рис", OF_NUMBER},
    {"руб", MAY_END},  {"св", TITLE}, {"см", TITLE}, {"ср", TITLE},
    {"ст", OF_NUMBER}, {"стр", TITLE}, {"трлн", MAY_END}, {"тыс", MAY_END},
    {"ул", TITLE}, {"№", OF_NUMBER},
};

/* For each first letter of theirs the second bytes: bit b & 31 for byte b. */
static const uint32_t seconds[64] = {
    ['A' & 63] = 0x00650014, ['B' & 63] = 0x00041110, ['C' & 63] = 0x0001A102,
    ['D' & 63] = 0x00048220, ['E' & 63] = 0x010A0000, ['F' & 63] = 0x00141220,
    ['G' & 63] = 0x00008020, ['H' & 63] = 0x00848000, ['I' & 63] = 0x00005000,
    ['J' & 63] = 0x00240002, ['K' & 63] = 0x02000002, ['L' & 63] = 0x00100202,
    ['M' & 63] = 0x001CB2B2, ['N' & 63] = 0x00048028, ['O' & 63] = 0x00050808,
    ['P' & 63] = 0x00540142, ['R' & 63] = 0x00000030, ['S' & 63] = 0x003540A0,
    ['T' & 63] = 0x00000020, ['U' & 63] = 0x04004000, ['V' & 63] = 0x00108002,
    ['W' & 63] = 0x02000202, ['Y' & 63] = 0x00040000, ['Z' & 63] = 0x00000200,
    ['a' & 63] = 0x00051800, ['b' & 63] = 0x04000000, ['c' & 63] = 0x00000342,
    ['d' & 63] = 0x00000080, ['e' & 63] = 0x01500000, ['f' & 63] = 0x00000200,
    ['g' & 63] = 0x000000A0, ['i' & 63] = 0x00004000, ['l' & 63] = 0x00100000,
    ['m' & 63] = 0x00040200, ['n' & 63] = 0x00048008, ['o' & 63] = 0x00010000,
    ['p' & 63] = 0x0001000A, ['r' & 63] = 0x00000020, ['s' & 63] = 0x00008000,
    ['t' & 63] = 0x00000020, ['u' & 63] = 0x00084000, ['v' & 63] = 0x00088284,
    ['z' & 63] = 0x04000000,
};
// clang-format on

static const char *const starters[] = {
    "A",      "After",  "Also",      "Although", "An",    "Ancak",   "And",   "As",
    "At",     "Before", "Bir",       "Bu",       "But",   "Ce",      "Cette", "Der",
    "Die",    "During", "Ein",       "Eine",     "El",    "Elle",    "Er",    "Es",
    "For",    "He",     "Her",       "His",      "How",   "However", "I",     "If",
    "Il",     "Im",     "In",        "It",       "Its",   "Las",     "Les",   "Los",
    "Mais",   "Many",   "Meanwhile", "More",     "Most",  "On",      "One",   "Others",
    "Our",    "Pero",   "She",       "Sie",      "Since", "So",      "Some",  "That",
    "The",    "Their",  "Then",      "There",    "These", "They",    "This",  "Those",
    "Though", "To",     "Una",       "Under",    "Une",   "Until",   "Ve",    "We",
    "What",   "When",   "Where",     "Which",    "While", "Who",     "Why",   "With",
    "Yet",    "You",    "В",         "Для",      "Как",   "На",      "Но",    "Он",
    "Она",    "Они",    "По",        "При",      "Это"};

static const char *const after_ordinals[] = {
    "April",    "August",  "Dezember",  "Februar",   "Jahrhundert", "Jahrhunderts",
    "Januar",   "Juli",    "Juni",      "Jänner",    "Mai",         "März",
    "November", "Oktober", "September", "Weltkrieg", "Weltkriegs"};

/* The first eight bytes, those behind its end zero, as a number whose order is that of the bytes. */
static uint64_t head_of(const char *word, size_t len)
{
    uint64_t head = 0;
    memcpy(&head, word, len < sizeof head ? len : sizeof head);
    return __builtin_bswap64(head);
}

/* The entry of a word that it has room for, or NULL. */
static const struct entry *find_entry(struct bytes word)
{
    uint64_t head = head_of((const char *)word.data, word.len);
    size_t low = 0, n = sizeof entries / sizeof entries[0];
    while (n > 1) { /* the last entry that is not greater, by its head */
        size_t half = n / 2;
        low += head_of(entries[low + half].word, sizeof head) <= head ? half : 0;
        n -= half;
    }
    /* Long words may share their heads. */
    for (; low < sizeof entries / sizeof entries[0]; low--) {
        const struct entry *e = &entries[low];
        if (head_of(e->word, sizeof head) != head)
            return NULL;
        if (bytes_equal(word, bytes_str(e->word)))
            return e;
    }
    return NULL;
}

/* False of most latin words: they are no entry. In one condition, since neither half can be foretold. */
static bool may_be_entry(struct bytes word)
{
    bool second = seconds[word.data[0] & 63] >> (word.data[word.len > 1] & 31) & 1;
    return (word.len > 1) & (word.len <= LATIN_MAX) & second;
}

static int compare_word(const void *key, const void *item)
{
    const struct bytes *word = key;
    return bytes_compare(*word, bytes_str(*(const char *const *)item));
}

#define LISTED(word, list)                                                   \
    (bsearch(&(word), list, sizeof(list) / sizeof(list)[0], sizeof(list)[0], \
             compare_word) != NULL)

/* "U.S", "a.m", "z.B", "J": letters alone, parted by full stops. */
static bool is_initials(struct bytes word)
{
    const uint8_t *p = word.data, *end = p + word.len;
    while (p < end) {
        uint32_t cp;
        p += utf8_decode(p, end, &cp);
        enum letters_class class = letters_of(cp);
        if (class == LETTERS_NONE || class == LETTERS_DIGIT)
            return false;
        if (p == end)
            return true;
        if (*p++ != '.')
            return false;
    }
    return false;
}

enum abbreviations_kind abbreviations_find(struct bytes word)
{
    bool latin = word.len > 0 && (word.data[0] & 0x80) == 0;
    bool short_head = !latin || word.len == 1 || word.data[1] == '.';
    if (short_head && is_initials(word))
        return ABBREVIATIONS_MAY_END;
    if (latin && !may_be_entry(word))
        return ABBREVIATIONS_NONE;
    if (word.len > sizeof entries[0].word - 1)
        return ABBREVIATIONS_NONE;
    const struct entry *e = find_entry(word);
    return e ? (enum abbreviations_kind)e->kind : ABBREVIATIONS_NONE;
}

bool abbreviations_is_starter(struct bytes word)
{
    return LISTED(word, starters);
}

bool abbreviations_takes_ordinal(struct bytes word)
{
    return LISTED(word, after_ordinals);
}

static bool is_sorted(const char *const *words, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (strcmp(words[i - 1], words[i]) >= 0)
            return false;
    return true;
}

bool abbreviations_is_sorted(void)
{
    for (size_t i = 1; i < sizeof entries / sizeof entries[0]; i++)
        if (strcmp(entries[i - 1].word, entries[i].word) >= 0)
            return false;
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        struct bytes word = bytes_str(entries[i].word);
        if (word.data[0] < 0x80 && !may_be_entry(word))
            return false;
    }
    return is_sorted(starters, sizeof starters / sizeof starters[0]) &&
           is_sorted(after_ordinals, sizeof after_ordinals / sizeof after_ordinals[0]);
}
