#include "text/facts.h"

#include <stdbool.h>
#include <string.h>

#include "base/endian.h"
#include "text/unidata.h"
#include "text/utf8.h"

/* Each list is in the order of its bytes, for the search. */
// clang-format off
static const char *const numbers[] = {
    "acht", "achttien", "achtzehn", "achtzig", "alti", "altmis", "bes", "bilhao",
    "bilhoes", "biljoen", "billion", "billionen", "billions", "billon", "billones",
    "bln", "catorce", "catorze", "cem", "cento", "cero", "cien", "ciento", "cinco",
    "cincuenta", "cinq", "cinquanta", "cinquante", "cinque", "cinquenta",
    "cuarenta", "cuatro", "dertien", "dertig", "deux", "dez", "dezanove",
    "dezasseis", "dezassete", "dezenove", "dezesseis", "dezessete", "dezoito",
    "diciannove", "diciassette", "diciotto", "dieci", "diecinueve", "dieciocho",
    "dieciseis", "diecisiete", "diez", "dix", "doce", "docena", "dodici", "dois",
    "doksan", "dokuz", "dos", "douzaine", "douze", "doze", "dozen", "dozens",
    "dozijn", "dozzina", "drei", "dreissig", "dreizehn", "drie", "duas", "duizend",
    "dutzend", "duzia", "eight", "eighteen", "eighth", "eighty", "eleven", "elf",
    "fifteen", "fifth", "fifty", "first", "five", "forty", "four", "fourteen",
    "fourth", "funf", "funfzehn", "funfzig", "honderd", "huit", "hundert",
    "hundred", "hundreds", "iki", "mil", "mila", "milhao", "milhoes", "miliardi",
    "miliardo", "milione", "milioni", "miljard", "miljoen", "mille", "milliard",
    "milliarde", "milliarden", "milliards", "million", "millionen", "millions",
    "millon", "millones", "milyar", "milyon", "mio", "mld", "mln", "mrd", "negen",
    "negentien", "negentig", "neuf", "neun", "neunzehn", "neunzig", "nine",
    "nineteen", "ninety", "ninth", "novanta", "nove", "noventa", "nueve",
    "ochenta", "ocho", "oitenta", "oito", "one", "onze", "ottanta", "otuz",
    "quaranta", "quarante", "quarenta", "quatorze", "quatre", "quatro",
    "quattordici", "quattro", "quince", "quindici", "quinze", "sechs", "sechzehn",
    "sechzig", "second", "sedici", "seis", "seize", "sekiz", "seksen", "sesenta",
    "sessanta", "sessenta", "sete", "setenta", "settanta", "sette", "seven",
    "seventeen", "seventh", "seventy", "sieben", "siebzehn", "siebzig", "siete",
    "six", "sixteen", "sixth", "sixty", "soixante", "tachtig", "tausend", "ten",
    "tenth", "third", "thirteen", "thirty", "thousand", "thousands", "three",
    "tien", "tre", "trece", "tredici", "treinta", "treize", "trenta", "trente",
    "tres", "treze", "trillion", "trillions", "trilyon", "trinta", "trois",
    "twaalf", "twee", "twelve", "twenty", "twintig", "two", "undici", "veertien",
    "veertig", "veinte", "veintidos", "veintiuno", "venti", "vier", "vierzehn",
    "vierzig", "vijf", "vijftien", "vijftig", "vingt", "vinte", "yedi", "yetmis",
    "yirmi", "yuz", "zehn", "zero", "zes", "zestien", "zestig", "zeven",
    "zeventien", "zeventig", "zwanzig", "zwei", "zwolf", "восемнадцать", "восемь",
    "восемьдесят", "восьми", "два", "двадцать", "две", "двенадцать", "двести",
    "двух", "девяносто", "девяти", "девятнадцать", "девять", "десяти", "десять",
    "миллиард", "миллиарда", "миллиардов", "миллион", "миллиона", "миллионов",
    "млн", "млрд", "одиннадцать", "пяти", "пятнадцать", "пять", "пятьдесят",
    "семи", "семнадцать", "семь", "семьдесят", "сорок", "сто", "трех", "три",
    "тридцать", "триллион", "тринадцать", "триста", "трлн", "тыс", "тысяч",
    "тысяча", "тысячи", "четыре", "четырех", "четырнадцать", "шести",
    "шестнадцать", "шесть", "шестьдесят",
};

static const char *const months[] = {
    "abril", "agosto", "agustos", "aout", "apr", "april", "aprile", "aralik",
    "aug", "august", "augustus", "avril", "dec", "december", "decembre",
    "dezember", "dezembro", "dicembre", "diciembre", "ekim", "enero", "eylul",
    "feb", "febbraio", "febrero", "februar", "februari", "february", "fevereiro",
    "fevrier", "gennaio", "giugno", "haziran", "jan", "janeiro", "janner",
    "januar", "januari", "january", "janvier", "juillet", "juin", "jul", "julho",
    "juli", "julio", "july", "jun", "june", "junho", "juni", "junio", "kasim",
    "luglio", "maart", "maggio", "mai", "maio", "march", "marco", "marz", "marzo",
    "mayis", "mei", "nisan", "nov", "november", "novembre", "novembro",
    "noviembre", "ocak", "oct", "october", "octobre", "octubre", "oktober",
    "ottobre", "outubro", "sep", "sept", "september", "septembre", "septiembre",
    "setembro", "setiembre", "settembre", "subat", "temmuz", "август", "августа",
    "августе", "апреле", "апрель", "апреля", "декабре", "декабрь", "декабря",
    "июле", "июль", "июля", "июне", "июнь", "июня", "мае", "маи", "март", "марта",
    "марте", "мая", "ноябре", "ноябрь", "ноября", "октябре", "октябрь", "октября",
    "сентябре", "сентябрь", "сентября", "феврале", "февраль", "февраля", "январе",
    "январь", "января",
};

static const char *const weekdays[] = {
    "carsamba", "cuma", "cumartesi", "dienstag", "dimanche", "dinsdag", "domenica",
    "domingo", "donderdag", "donnerstag", "freitag", "fri", "friday", "fridays",
    "giovedi", "jeudi", "jueves", "lundi", "lunedi", "lunes", "maandag", "mardi",
    "martedi", "martes", "mercoledi", "mercredi", "miercoles", "mittwoch",
    "monday", "mondays", "montag", "pazar", "pazartesi", "persembe", "quarta",
    "quinta", "sabado", "sabato", "sali", "samedi", "samstag", "saturday",
    "saturdays", "segunda", "sexta", "sonnabend", "sonntag", "sunday", "sundays",
    "terca", "thu", "thur", "thurs", "thursday", "thursdays", "tue", "tues",
    "tuesday", "tuesdays", "vendredi", "venerdi", "viernes", "vrijdag",
    "wednesday", "wednesdays", "woensdag", "zaterdag", "zondag", "воскресенье",
    "воскресенья", "вторник", "вторника", "понедельник", "понедельника", "пятница",
    "пятницу", "пятницы", "среда", "среду", "среды", "суббота", "субботу",
    "субботы", "четверг", "четверга",
};
// clang-format on

static bool is_one_of(struct bytes term, const char *const *words, size_t n)
{
    size_t low = 0;
    while (low < n) {
        size_t middle = low + (n - low) / 2;
        int c = bytes_compare(term, bytes_str(words[middle]));
        if (c == 0) {
            return true;
        }
        if (c < 0) {
            n = middle;
        } else {
            low = middle + 1;
        }
    }
    return false;
}

/* By its first character: of 1bn and 3.5 a number is said, of g20 and b52 a name. */
static bool is_number(struct bytes term)
{
    uint32_t first;
    if (term.len == 0) {
        return false;
    }
    if (term.data[0] < 0x80) {
        return term.data[0] >= '0' && term.data[0] <= '9';
    }
    utf8_decode(term.data, term.data + term.len, &first);
    return unidata_get(first)->gc == GC_ND;
}

#define COUNT(list) (sizeof(list) / sizeof *(list))

uint8_t facts_of(struct bytes term)
{
    if (is_number(term)) {
        return FACT_NUMBER;
    }
    if (is_one_of(term, numbers, COUNT(numbers))) {
        return FACT_NUMBER_WORD;
    }
    if (is_one_of(term, months, COUNT(months))) {
        return FACT_MONTH;
    }
    return is_one_of(term, weekdays, COUNT(weekdays)) ? FACT_WEEKDAY : FACT_NONE;
}

#define FILTER_BITS (sizeof((struct facts_filter *)0)->bits * 8)

/* The bit of a word: its length and its first eight bytes, mixed. */
static size_t filter_bit(struct bytes term)
{
    uint8_t first[sizeof(uint64_t)] = {0};
    memcpy(first, term.data, term.len < sizeof first ? term.len : sizeof first);
    uint64_t hash = (load_u64(first) ^ term.len) * 0x9e3779b97f4a7c15u;
    return (size_t)(hash >> 32) % FILTER_BITS;
}

static void add_words(struct facts_filter *f, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t bit = filter_bit(bytes_str(words[i]));
        f->bits[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
}

void facts_filter_init(struct facts_filter *f)
{
    *f = (struct facts_filter){{0}};
    add_words(f, numbers, COUNT(numbers));
    add_words(f, months, COUNT(months));
    add_words(f, weekdays, COUNT(weekdays));
}

uint8_t facts_filter_of(const struct facts_filter *f, struct bytes term)
{
    if (is_number(term)) {
        return FACT_NUMBER;
    }
    size_t bit = term.len > 0 ? filter_bit(term) : 0;
    return f->bits[bit / 64] >> (bit % 64) & 1 ? facts_of(term) : (uint8_t)FACT_NONE;
}
