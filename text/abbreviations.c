#include "text/abbreviations.h"

#include <stddef.h>
#include <string.h>

#include "text/letters.h"
#include "text/utf8.h"

enum {
    TITLE = ABBREVIATIONS_TITLE,
    MAY_END = ABBREVIATIONS_MAY_END,
    OF_NUMBER = ABBREVIATIONS_OF_NUMBER
};

/* Sorted by bytes. */
// clang-format off
static const struct entry {
    char word[15];
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

const uint32_t abbreviations_seconds[64] = {
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

// clang-format off
static const struct entry starters[] = {
    {"A", 0}, {"After", 0}, {"Also", 0}, {"Although", 0}, {"An", 0}, {"Ancak", 0},
    {"And", 0}, {"As", 0}, {"At", 0}, {"Before", 0}, {"Bir", 0}, {"Bu", 0}, {"But", 0},
    {"Ce", 0}, {"Cette", 0}, {"Der", 0}, {"Die", 0}, {"During", 0}, {"Ein", 0},
    {"Eine", 0}, {"El", 0}, {"Elle", 0}, {"Er", 0}, {"Es", 0}, {"For", 0}, {"He", 0},
    {"Her", 0}, {"His", 0}, {"How", 0}, {"However", 0}, {"I", 0}, {"If", 0}, {"Il", 0},
    {"Im", 0}, {"In", 0}, {"It", 0}, {"Its", 0}, {"Las", 0}, {"Les", 0}, {"Los", 0},
    {"Mais", 0}, {"Many", 0}, {"Meanwhile", 0}, {"More", 0}, {"Most", 0}, {"On", 0},
    {"One", 0}, {"Others", 0}, {"Our", 0}, {"Pero", 0}, {"She", 0}, {"Sie", 0},
    {"Since", 0}, {"So", 0}, {"Some", 0}, {"That", 0}, {"The", 0}, {"Their", 0},
    {"Then", 0}, {"There", 0}, {"These", 0}, {"They", 0}, {"This", 0}, {"Those", 0},
    {"Though", 0}, {"To", 0}, {"Una", 0}, {"Under", 0}, {"Une", 0}, {"Until", 0},
    {"Ve", 0}, {"We", 0}, {"What", 0}, {"When", 0}, {"Where", 0}, {"Which", 0},
    {"While", 0}, {"Who", 0}, {"Why", 0}, {"With", 0}, {"Yet", 0}, {"You", 0}, {"В", 0},
    {"Для", 0}, {"Как", 0}, {"На", 0}, {"Но", 0}, {"Он", 0}, {"Она", 0}, {"Они", 0},
    {"По", 0}, {"При", 0}, {"Это", 0},
};

static const struct entry after_ordinals[] = {
    {"April", 0}, {"August", 0}, {"Dezember", 0}, {"Februar", 0}, {"Jahrhundert", 0},
    {"Jahrhunderts", 0}, {"Januar", 0}, {"Juli", 0}, {"Juni", 0}, {"Jänner", 0},
    {"Mai", 0}, {"März", 0}, {"November", 0}, {"Oktober", 0}, {"September", 0},
    {"Weltkrieg", 0}, {"Weltkriegs", 0},
};
// clang-format on

/* The first eight bytes, those behind its end zero, as a number whose order is that of the bytes. */
static uint64_t head_of(const char *word, size_t len)
{
    uint64_t head = 0;
    memcpy(&head, word, len < sizeof head ? len : sizeof head);
    return __builtin_bswap64(head);
}

/* The entry of a word, one of n, or NULL. */
static const struct entry *find_entry(struct bytes word, const struct entry *list,
                                      size_t n)
{
    if (word.len > sizeof list->word - 1)
        return NULL;
    uint64_t head = head_of((const char *)word.data, word.len);
    size_t low = 0;
    for (size_t left = n; left > 1;) { /* the last that is not greater, by its head */
        size_t half = left / 2;
        low += head_of(list[low + half].word, sizeof head) <= head ? half : 0;
        left -= half;
    }
    /* Long words may share their heads. */
    for (; low < n; low--) {
        if (head_of(list[low].word, sizeof head) != head)
            return NULL;
        if (bytes_equal(word, bytes_str(list[low].word)))
            return &list[low];
    }
    return NULL;
}

#define FIND(word, list) find_entry(word, list, sizeof(list) / sizeof(list)[0])

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
    if (word.len == 0 || !abbreviations_may_be(word))
        return ABBREVIATIONS_NONE;
    bool latin = word.data[0] < 0x80;
    bool short_head = !latin || word.len == 1 || word.data[1] == '.';
    if (short_head && is_initials(word))
        return ABBREVIATIONS_MAY_END;
    const struct entry *e = FIND(word, entries);
    return e ? (enum abbreviations_kind)e->kind : ABBREVIATIONS_NONE;
}

bool abbreviations_is_starter(struct bytes word)
{
    return FIND(word, starters) != NULL;
}

bool abbreviations_takes_ordinal(struct bytes word)
{
    return FIND(word, after_ordinals) != NULL;
}

static bool is_sorted(const struct entry *list, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (strcmp(list[i - 1].word, list[i].word) >= 0)
            return false;
    return true;
}

bool abbreviations_is_sorted(void)
{
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        if (!abbreviations_may_be(bytes_str(entries[i].word)))
            return false;
    }
    return is_sorted(entries, sizeof entries / sizeof entries[0]) &&
           is_sorted(starters, sizeof starters / sizeof starters[0]) &&
           is_sorted(after_ordinals, sizeof after_ordinals / sizeof after_ordinals[0]);
}
