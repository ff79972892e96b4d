#include <criterion/criterion.h>

#include "text/abbreviations.h"
#include "text/sentences.h"
#include "text/words.h"

/* The text's words with what parts them: '|' before a sentence, '#' before a paragraph, '~'
 * before a glued word, else a blank. */
static void expect(const char *text, const char *want)
{
    struct token_vec tokens = {0};
    uint64_t cut = 0;
    struct err err = {0};
    struct bytes t = bytes_str(text);
    cr_assert_eq(words_find(t, 0, t.len, &tokens, &cut, &err), 0, "%s", err.msg);
    sentences_mark(t, tokens.v.items, tokens.v.len);
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
