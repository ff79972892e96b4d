/* Words that are facts, in nine languages, as the folding leaves them. */
#include <criterion/criterion.h>
#include <string.h>

#include "text/analyser.h"
#include "text/facts.h"

static uint8_t kind_of(const char *surface)
{
    uint8_t term[TERM_BYTES_MAX];
    size_t len = analyser_fold(bytes_str(surface), term);
    struct facts_filter filter;
    facts_filter_init(&filter);
    uint8_t kind = facts_of(bytes_of(term, len));
    cr_expect_eq(facts_filter_of(&filter, bytes_of(term, len)), kind);
    return kind;
}

/* Every word of a list, parted by blanks. */
static void expect_all(const char *words, uint8_t kind)
{
    char word[64];
    while (*words) {
        size_t len = strcspn(words, " ");
        cr_assert(len > 0 && len < sizeof word);
        memcpy(word, words, len);
        word[len] = '\0';
        cr_expect_eq(kind_of(word), kind, "%s is %u", word, (unsigned)kind_of(word));
        words += len + (words[len] == ' ');
    }
}

Test(facts, numbers_begin_with_a_digit)
{
    expect_all("0 5 2016 3.5 1,000 10,234.5 11th 1bn 3rd 5g 1987/88 ٣ ۱۹۸۷ १९ １２",
               FACT_NUMBER);
}

Test(facts, names_with_digits_are_none)
{
    expect_all("g20 b52 covid19 q3 mp3 pub1ished x27 l987", FACT_NONE);
}

Test(facts, number_words)
{
    expect_all("five Twelve SIXTY hundred million trillion mln first tenth dozen",
               FACT_NUMBER_WORD);
    expect_all("zwei fünf zwölf dreißig hundert Millionen Mrd", FACT_NUMBER_WORD);
    expect_all("deux cinq onze quarante milliards zéro", FACT_NUMBER_WORD);
    expect_all("dos siete dieciséis millón veintidós", FACT_NUMBER_WORD);
    expect_all("cinque venti novanta miliardi", FACT_NUMBER_WORD);
    expect_all("três dezesseis milhões", FACT_NUMBER_WORD);
    expect_all("vier acht honderd miljoen", FACT_NUMBER_WORD);
    expect_all("два Пять четырёх миллиона млрд сорок", FACT_NUMBER_WORD);
    expect_all("iki beş dokuz milyar yetmiş", FACT_NUMBER_WORD);
}

Test(facts, months)
{
    expect_all("January MARCH Sept dec", FACT_MONTH);
    expect_all("Januar März Mai Dezember", FACT_MONTH);
    expect_all("février août décembre", FACT_MONTH);
    expect_all("enero junio setiembre", FACT_MONTH);
    expect_all("gennaio maggio dicembre", FACT_MONTH);
    expect_all("janeiro março outubro", FACT_MONTH);
    expect_all("januari maart augustus", FACT_MONTH);
    expect_all("января май Августе декабрь", FACT_MONTH);
    expect_all("ocak Şubat AĞUSTOS eylül", FACT_MONTH);
}

Test(facts, weekdays)
{
    expect_all("Monday TUESDAY thurs fri Sundays", FACT_WEEKDAY);
    expect_all("Montag Sonnabend", FACT_WEEKDAY);
    expect_all("lundi dimanche", FACT_WEEKDAY);
    expect_all("miércoles sábado", FACT_WEEKDAY);
    expect_all("lunedì venerdì", FACT_WEEKDAY);
    expect_all("terça quinta", FACT_WEEKDAY);
    expect_all("maandag zaterdag", FACT_WEEKDAY);
    expect_all("понедельник Пятницу", FACT_WEEKDAY);
    expect_all("salı Çarşamba perşembe", FACT_WEEKDAY);
}

Test(facts, everyday_words_are_none)
{
    expect_all("may sat sun mon wed bin once uno on mart mayo null otto", FACT_NONE);
    expect_all("the quarter said Assad Türkiye war", FACT_NONE);
}

Test(facts, any_bytes)
{
    cr_expect_eq(facts_of(bytes_of("", 0)), FACT_NONE);
    cr_expect_eq(facts_of(bytes_of("\xff\xfe", 2)), FACT_NONE);
    cr_expect_eq(facts_of(bytes_of("zzzzzzzz", 8)), FACT_NONE);
    cr_expect_eq(facts_of(bytes_of("\xd1\x8f\xd1\x8f", 4)), FACT_NONE);
}
