#include <criterion/criterion.h>
#include <stdlib.h>

#include "text/abbreviations.h"
#include "text/letters.h"
#include "text/sentences.h"
#include "text/utf8.h"
#include "text/words.h"

/* sentences_mark of words that were found just now. */
static void mark(struct bytes text, struct token_vec *tokens,
                 struct sentences_seen *seen)
{
    size_t n = tokens->v.len;
    uint32_t *odd = malloc((n + WORDS_ODD_SLACK) * sizeof *odd);
    cr_assert_not_null(odd);
    size_t n_odd = words_odd(tokens->v.items, n, odd);
    sentences_mark(text, tokens->v.items, n, odd, n_odd, seen);
    free(odd);
}

/* The text's words with what parts them: '|' before a sentence, '#' before a paragraph, '~'
 * before a glued word, else a blank. */
static void expect(const char *text, const char *want)
{
    struct token_vec tokens = {0};
    uint64_t cut = 0;
    struct err err = {0};
    struct bytes t = bytes_str(text);
    cr_assert_eq(words_find(t, 0, t.len, &tokens, &cut, &err), 0, "%s", err.msg);
    struct sentences_seen none = {.seps = {0}};
    mark(t, &tokens, &none);
    char got[1000];
    size_t at = 0;
    for (size_t i = 0; i < tokens.v.len; i++) {
        const struct token *k = &tokens.v.items[i];
        got[at++] = " |#~"[k->brk];
        memcpy(got + at, t.data + k->start, k->len);
        at += k->len;
    }
    got[at] = 0;
    cr_assert_str_eq(got, want, "%s gave %s", text, got);
    vec_release(&tokens.v);
}

Test(sentences, plain)
{
    expect("", "");
    expect("One two. Three four! Five? Six", "#One two|Three four|Five|Six");
    expect("One, two; three: four - five", "#One two three four five");
    expect("One two. three", "#One two three");
    expect("It is 5. 6 came", "#It is 5|6 came");
    expect("It cost 3.50 here", "#It cost 3.50 here");
}

Test(sentences, paragraphs)
{
    expect("One\nTwo\n\nthree", "#One#Two#three");
    expect("One.\n\n“two", "#One#two");
    expect("\n\nOne", "#One");
}

Test(sentences, closing_and_opening_marks)
{
    expect("He said “so.” She left", "#He said so|She left");
    expect("He (so.) She left", "#He so|She left");
    expect("\"So?\" he asked", "#So he asked");
    expect("“So!”, he said", "#So he said");
    expect("He left. “we stay” she", "#He left|we stay she");
    expect("He left. – But", "#He left|But");
    expect("He left. (But", "#He left|But");
    expect("He left. ($5 was", "#He left|5 was");
    expect("_So it is._ Yes", "#So it is|Yes");
    expect("Wait… No", "#Wait|No");
    expect("Wait... No", "#Wait|No");
    expect("wait ... no", "#wait no");
}

Test(sentences, no_white_space_no_sentence)
{
    expect("see a.Port and b?Sea", "#see a.Port and b Sea");
}

Test(sentences, abbreviations)
{
    expect("Mr. Smith and Dr. Who", "#Mr Smith and Dr Who");
    expect("Mr. The", "#Mr The");
    expect("the U.S. Senate", "#the U.S Senate");
    expect("in the U.S. The", "#in the U.S|The");
    expect("at 5 p.m. Monday", "#at 5 p.m Monday");
    expect("George W. Bush", "#George W Bush");
    expect("C. A. Smith", "#C A Smith");
    expect("plan B. But", "#plan B|But");
    expect("Harbour Inc. said", "#Harbour Inc said");
    expect("Harbour Inc. It said", "#Harbour Inc|It said");
    expect("on Jan. 5 and", "#on Jan 5 and");
    expect("since Jan. Then", "#since Jan|Then");
    expect("No. 5 and no. He", "#No 5 and no|He");
    expect("so etc.! Now", "#so etc|Now");
}

Test(sentences, other_languages)
{
    expect("am 3. Oktober und 12. Er", "#am 3 Oktober und 12|Er");
    expect("im 19. Jahrhundert", "#im 19 Jahrhundert");
    expect("z.B. Hamburg bzw. Kiel", "#z.B Hamburg bzw Kiel");
    expect("M. Dupont et Mme. Durand", "#M Dupont et Mme Durand");
    expect("« Non. » Il part", "#Non|Il part");
    expect("Sí. ¿Por qué", "#Sí|Por qué");
    expect("в г. Москве, ул. Мира. Он", "#в г Москве ул Мира|Он");
    expect("5 млн. В городе", "#5 млн|В городе");
    expect("T.C. Prof. Dr. Ali", "#T.C Prof Dr Ali");
    expect("هل وصل؟ نعم. ثم", "#هل وصل|نعم|ثم");
    expect("Τι; Ναι. Όχι", "#Τι Ναι|Όχι");
    expect("한국. 서울", "#한국|서울");
}

Test(sentences, ideographs)
{
    expect("漢字。漢", "#漢~字|漢");
    expect("漢！字", "#漢|字");
    expect("「漢。」字", "#漢|字");
}

Test(sentences, glued_stays)
{
    expect("al-Assad. The so-called", "#al~Assad|The so~called");
}

Test(sentences, abbreviation_kinds)
{
    struct {
        const char *word;
        enum abbreviations_kind kind;
    } cases[] = {
        {"Mr", ABBREVIATIONS_TITLE},      {"Messrs", ABBREVIATIONS_TITLE},
        {"Abg", ABBREVIATIONS_TITLE},     {"ул", ABBREVIATIONS_TITLE},
        {"U.S", ABBREVIATIONS_MAY_END},   {"т.е", ABBREVIATIONS_MAY_END},
        {"Inc", ABBREVIATIONS_MAY_END},   {"approx", ABBREVIATIONS_MAY_END},
        {"É", ABBREVIATIONS_MAY_END},     {"Jan", ABBREVIATIONS_OF_NUMBER},
        {"Núm", ABBREVIATIONS_OF_NUMBER}, {"№", ABBREVIATIONS_OF_NUMBER},
        {"", ABBREVIATIONS_NONE},         {"house", ABBREVIATIONS_NONE},
        {"mr", ABBREVIATIONS_NONE},       {"U.S.5", ABBREVIATIONS_NONE},
        {"5", ABBREVIATIONS_NONE},        {"Messrsx", ABBREVIATIONS_NONE},
        {"Us.a", ABBREVIATIONS_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_assert_eq(abbreviations_find(bytes_str(cases[i].word)), cases[i].kind, "%s",
                     cases[i].word);
}

/* A binary search finds nothing in a list that is out of order. */
Test(sentences, lists_are_in_order)
{
    cr_assert(abbreviations_is_sorted());
}

/* --- against the rule, character by character --------------------------------------------- */

enum {
    SIGNS_MAX = 64
};

static bool among(uint32_t cp, const uint32_t *list)
{
    for (; *list; list++)
        if (*list == cp)
            return true;
    return false;
}

static bool is_stop(uint32_t cp)
{
    static const uint32_t list[] = {'.',    '?',    '!',    0x2026, 0x203C, 0x203D,
                                    0x2047, 0x2048, 0x2049, 0x061F, 0x06D4, 0x0589,
                                    0x0964, 0x0965, 0x1362, 0};
    return among(cp, list);
}

static bool is_ideographic_stop(uint32_t cp)
{
    static const uint32_t list[] = {0x3002, 0xFF01, 0xFF0E, 0xFF1F, 0xFF61, 0};
    return among(cp, list);
}

static bool is_space(uint32_t cp)
{
    static const uint32_t list[] = {' ', '\t', '\n', 0xA0, 0x202F, 0x3000, 0};
    return among(cp, list) || (cp >= 0x2000 && cp <= 0x200B);
}

static bool is_quote(uint32_t cp)
{
    static const uint32_t list[] = {'"', '\'', 0xAB, 0xBB, 0x2039, 0x203A, 0xFF02, 0};
    return among(cp, list) || (cp >= 0x2018 && cp <= 0x201F) ||
           unidata_get(cp)->gc == GC_PI;
}

static bool is_mark(uint32_t cp)
{
    uint8_t gc = unidata_get(cp)->gc;
    return is_quote(cp) || is_ideographic_stop(cp) || gc == GC_PE || gc == GC_PF ||
           cp == '*' || cp == '_';
}

static size_t decode_all(const uint8_t *p, const uint8_t *end, uint32_t *out)
{
    size_t n = 0;
    while (p < end) {
        cr_assert_lt(n, SIGNS_MAX);
        p += utf8_decode(p, end, &out[n++]);
    }
    return n;
}

/* After the last stop only marks, then white space. */
static bool ends_sentence(const uint32_t *cp, size_t n)
{
    size_t at = n;
    while (at > 0 && !is_stop(cp[at - 1]))
        at--;
    if (at == 0)
        return false;
    while (at < n && !is_space(cp[at]) && is_mark(cp[at]))
        at++;
    return at < n && is_space(cp[at]);
}

static bool shortens(struct bytes text, const struct token *t, enum letters_class class)
{
    struct bytes word = bytes_of(text.data + t[-1].start, t[-1].len);
    struct bytes next = bytes_of(text.data + t->start, t->len);
    size_t end = (size_t)t->start + t->len;
    bool initial = t->len == 1 && end < text.len && text.data[end] == '.';
    switch (abbreviations_find(word)) {
    case ABBREVIATIONS_TITLE: return true;
    case ABBREVIATIONS_OF_NUMBER: return class == LETTERS_DIGIT;
    case ABBREVIATIONS_MAY_END: return initial || !abbreviations_is_starter(next);
    case ABBREVIATIONS_NONE: break;
    }
    return word.len <= 2 && word.data[0] >= '0' && word.data[0] <= '9' &&
           word.data[word.len - 1] >= '0' && word.data[word.len - 1] <= '9' &&
           abbreviations_takes_ordinal(next);
}

static unsigned rule(struct bytes text, const struct token *t)
{
    uint32_t cp[SIGNS_MAX], first;
    const uint8_t *sep = text.data + t[-1].start + t[-1].len;
    size_t n = decode_all(sep, text.data + t->start, cp), stops = 0;
    utf8_decode(text.data + t->start, text.data + t->start + t->len, &first);
    if (t->brk == BREAK_GLUED)
        return BREAK_GLUED;
    for (size_t i = 0; i < n; i++)
        if (cp[i] == '\n')
            return BREAK_PARAGRAPH;
    for (size_t i = 0; i < n; i++)
        if (is_ideographic_stop(cp[i]))
            return BREAK_SENTENCE;
    if (!ends_sentence(cp, n))
        return BREAK_NONE;
    for (size_t i = 0; i < n; i++)
        stops += is_stop(cp[i]);
    enum letters_class class = letters_of(first);
    if (stops == 1 && cp[0] == '.' && shortens(text, t, class))
        return BREAK_NONE;
    bool begins = class == LETTERS_UPPER || class == LETTERS_UNCASED ||
                  class == LETTERS_DIGIT || is_quote(cp[n - 1]);
    return begins ? BREAK_SENTENCE : BREAK_NONE;
}

static uint32_t draw(uint64_t *state, uint32_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % below;
}

static size_t put(char *text, size_t at, const char *piece)
{
    size_t len = strlen(piece);
    memcpy(text + at, piece, len);
    return at + len;
}

/* Words with one to six signs between them, or, half of the time, with one of the usual separators. */
static size_t make_text(char *text, size_t words, uint64_t *state)
{
    static const char *const names[] = {"Mr",  "No",  "U.S", "The",     "he",   "5",
                                        "12",  "A",   "É",   "Oktober", "漢",   "한국",
                                        "Inc", "etc", "May", "ul",      "Мира", "c"};
    static const char *const usual[] = {". ",  ", ", "? ", "\n\n", ".\n", " “",
                                        ".” ", "-",  "‑",  "; ",   ": ",  ". \n "};
    static const char *const signs[] = {
        ".",      "!",      "?",      " ",  "\n",     "\t", "“",    "”", "’", "…",
        "—",      "‼",      "\u00a0", "。", ")",      "(",  "*",    "_", ",", "-",
        "\u2009", "«",      "»",      "$",  "\u3000", "؟",  "⁇",    "⁆", "›", "\u200b",
        "\u200e", "\u2028", "•",      "‿",  "।",      "＂", "🙂", " "};
    size_t at = 0;
    for (size_t i = 0; i < words; i++) {
        at = put(text, at, names[draw(state, sizeof names / sizeof names[0])]);
        if (draw(state, 2)) {
            at = put(text, at, usual[draw(state, sizeof usual / sizeof usual[0])]);
            continue;
        }
        for (uint32_t k = draw(state, 6) + 1; k > 0; k--)
            at = put(text, at, signs[draw(state, sizeof signs / sizeof signs[0])]);
    }
    return at;
}

Test(sentences, any_separators)
{
    enum {
        WORDS = 2000, /* more than are looked at together */
        ROUNDS = 60
    };
    static char text[WORDS * 40];
    static struct sentences_seen before; /* is full after a few rounds */
    uint64_t state = 20, cut = 0, seen[4] = {0};
    struct err err = {0};
    for (int round = 0; round < ROUNDS; round++) {
        struct token_vec tokens = {0}, marked = {0};
        struct bytes t = {(const uint8_t *)text, make_text(text, WORDS, &state)};
        cr_assert_eq(words_find(t, 0, t.len, &tokens, &cut, &err), 0, "%s", err.msg);
        cr_assert_eq(words_find(t, 0, t.len, &marked, &cut, &err), 0, "%s", err.msg);
        mark(t, &marked, &before);
        for (size_t i = 1; i < tokens.v.len; i++) {
            unsigned want = rule(t, &tokens.v.items[i]), got = marked.v.items[i].brk;
            cr_assert_eq(got, want, "round %d token %zu: %u, not %u", round, i, got,
                         want);
            seen[got]++;
        }
        vec_release(&tokens.v);
        vec_release(&marked.v);
    }
    for (int i = 0; i < 4; i++)
        cr_assert_gt(seen[i], 1000);
}
