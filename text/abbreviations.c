#include "text/abbreviations.h"

#include <stddef.h>
#include <stdlib.h>

#include "text/letters.h"
#include "text/utf8.h"

/* All lists are sorted by bytes. */
static const char *const titles[] = {
    "Abg",  "Adm",   "Av",   "Bd",   "Brig", "Capt", "Cmdr", "Col",  "Cpl",    "D",
    "Dipl", "Doç",   "Dr",   "Dra",  "Drs",  "Exc",  "Fr",   "Frl",  "Gen",    "Gov",
    "Hon",  "Hr",    "Hrn",  "Ing",  "Lic",  "Lt",   "MM",   "Maj",  "Messrs", "Mgr",
    "Mlle", "Mlles", "Mme",  "Mmes", "Mr",   "Mrs",  "Ms",   "Msgr", "Mt",     "Mtro",
    "Op",   "Pfc",   "Pres", "Prof", "Pvt",  "Rep",  "Reps", "Rev",  "Sec",    "Sen",
    "Sens", "Sgt",   "Sn",   "Spc",  "Sr",   "Sra",  "Sres", "Srta", "St",     "Ste",
    "Sts",  "Supt",  "Uz",   "Yrd",  "aka",  "bzgl", "bzw",  "ca",   "cf",     "cit",
    "evtl", "gen",   "ggf",  "inkl", "lt",   "op",   "resp", "sog",  "usw",    "v",
    "vgl",  "viz",   "vs",   "zzgl", "акад", "гр",   "им",   "обл",  "пл",     "пос",
    "проф", "ред",   "св",   "см",   "ср",   "стр",  "ул"};

static const char *const may_end[] = {
    "Ave",  "Bhd",  "Blvd", "Bros", "Calif", "Co",   "Colo", "Conn", "Corp",   "Dept",
    "Dist", "Esq",  "Fla",  "Ft",   "Hwy",   "Ill",  "Inc",  "Ind",  "Jr",     "Kan",
    "Ky",   "La",   "Ltd",  "Mass", "Md",    "Mich", "Minn", "Miss", "Mo",     "Mont",
    "Neb",  "Nev",  "Okla", "Ore",  "Pa",    "Ph.D", "PhD",  "Pty",  "Rd",     "Tenn",
    "Tex",  "Univ", "Va",   "Vt",   "Wash",  "Wis",  "Wyo",  "al",   "approx", "dgl",
    "est",  "etc",  "excl", "gest", "incl",  "mio",  "mrd",  "u.a",  "vb",     "млн",
    "млрд", "руб",  "трлн", "тыс"};

static const char *const of_number[] = {
    "Apr", "Art", "Aug", "Bl",   "Ch",  "Dec", "Eq",   "Feb", "Fig", "Figs",
    "Jan", "Jul", "Jun", "Kap",  "Mar", "No",  "Nos",  "Nov", "Nr",  "Núm",
    "Oct", "S",   "Sep", "Sept", "Tel", "Vol", "Ziff", "art", "ch",  "fig",
    "no",  "nos", "nr",  "núm",  "p",   "pag", "pp",   "pág", "tel", "vol",
    "г",   "гл",  "рис", "с",    "ст",  "№"};

static const char *const starters[] = {
    "A",       "After", "Also",   "Although", "An",     "And",   "As",    "At",
    "Before",  "But",   "During", "For",      "He",     "Her",   "His",   "How",
    "However", "I",     "If",     "In",       "It",     "Its",   "Many",  "Meanwhile",
    "More",    "Most",  "On",     "One",      "Others", "Our",   "She",   "Since",
    "So",      "Some",  "That",   "The",      "Their",  "Then",  "There", "These",
    "They",    "This",  "Those",  "Though",   "To",     "Under", "Until", "We",
    "What",    "When",  "Where",  "Which",    "While",  "Who",   "Why",   "With",
    "Yet",     "You"};

static const char *const after_ordinals[] = {
    "April",    "August",  "Dezember",  "Februar",   "Jahrhundert", "Jahrhunderts",
    "Januar",   "Juli",    "Juni",      "Jänner",    "Mai",         "März",
    "November", "Oktober", "September", "Weltkrieg", "Weltkriegs"};

static int compare(const void *key, const void *item)
{
    const struct bytes *word = key;
    return bytes_compare(*word, bytes_str(*(const char *const *)item));
}

#define LISTED(word, list)                                                   \
    (bsearch(&(word), list, sizeof(list) / sizeof(list)[0], sizeof(list)[0], \
             compare) != NULL)

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
    enum {
        LONGEST = 12
    };
    if (word.len == 0 || word.len > LONGEST)
        return ABBREVIATIONS_NONE;
    if (LISTED(word, titles))
        return ABBREVIATIONS_TITLE;
    if (LISTED(word, of_number))
        return ABBREVIATIONS_OF_NUMBER;
    if (LISTED(word, may_end) || is_initials(word))
        return ABBREVIATIONS_MAY_END;
    return ABBREVIATIONS_NONE;
}

bool abbreviations_is_starter(struct bytes word)
{
    return LISTED(word, starters);
}

bool abbreviations_takes_ordinal(struct bytes word)
{
    return LISTED(word, after_ordinals);
}
