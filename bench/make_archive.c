/* An archive of any size, made up, with copies whose labels are known: make_archive BYTES [--seed N] [--copies PERCENT]
 * [--pairs FILE] writes JSONL to standard output (BYTES with K, M or G: about so much JSONL).
 *
 * Articles are numbered, and each is drawn from a random sequence of its own that begins with the seed and its number. So an article
 * can be made again at any time: a copy may be of one that stands gigabytes before it, and the program holds only one article.
 *
 * Words follow a power law with a vocabulary that grows with the archive (Zipf, Heaps), an article keeps to the words of its topic, and some
 * words bring others with them, so that phrases recur. --pairs writes what bench/eval-copies reads: a, b, class, allowed
 * relations. The same options give the same bytes. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEXT_MAX = 1 << 16, /* bytes of an article */
    WORD_MAX = 48,
    TOPIC_WORDS = 96,
    OUTLETS = 300,
    DAYS = 3652, /* ten years from 2010 on */
    WRAP = 72,
    DEFAULT_COPIES = 30
};

/* The commonest words of running English, commonest first. */
static const char *const common[] = {
    "the",   "of",    "to",    "and",   "a",   "in",   "that",  "is",    "for",
    "on",    "was",   "with",  "it",    "as",  "he",   "by",    "at",    "said",
    "be",    "his",   "from",  "have",  "are", "has",  "an",    "not",   "but",
    "they",  "who",   "had",   "this",  "its", "will", "were",  "their", "or",
    "more",  "which", "would", "about", "one", "been", "after", "all",   "when",
    "there", "we",    "out",   "if",    "new", "she",  "up",    "than",  "other",
    "her",   "what",  "over",  "also",  "two", "no"};
enum {
    COMMON = sizeof common / sizeof common[0]
};

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t draw(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint32_t below(uint64_t *state, uint32_t n)
{
    return (uint32_t)((draw(state) >> 32) * n >> 32);
}

static bool chance(uint64_t *state, uint32_t percent)
{
    return below(state, 100) < percent;
}

static uint64_t begin_at(uint64_t seed, uint64_t number)
{
    uint64_t state = seed * 0xd1342543de82ef95u + number;
    draw(&state);
    return state;
}

/* --- words ---------------------------------------------------------------------------------- */

/* A word's spelling is its rank in syllables, lower ranks shorter; no two ranks are spelled alike. */
static size_t spell(uint64_t rank, char *out)
{
    static const char consonants[] = "bdfgklmnprstvz", vowels[] = "aeiou";
    enum {
        SYLLABLES = (sizeof consonants - 1) * (sizeof vowels - 1)
    };
    size_t n = 0;
    rank += SYLLABLES; /* two syllables at least */
    while (rank > 0 && n + 3 < WORD_MAX) {
        rank--;
        out[n++] = consonants[rank % SYLLABLES / (sizeof vowels - 1)];
        out[n++] = vowels[rank % (sizeof vowels - 1)];
        rank /= SYLLABLES;
    }
    return n;
}

/* Ranks by a power law with exponent 1.4 and no last rank: the tail of a growing vocabulary. */
static uint64_t draw_rank(uint64_t *state)
{
    double u = ((double)(draw(state) >> 11) + 1) / 9007199254740993.0;
    double rank = pow(u, -1 / 0.4);
    return rank < 4e9 ? (uint64_t)rank : UINT64_C(4000000000);
}

struct topic {
    uint64_t ranks[TOPIC_WORDS];
    char name[2][WORD_MAX]; /* of a person in it */
};

struct article {
    char title[1024], body[TEXT_MAX];
    size_t title_len, body_len;
    uint32_t day, outlet;
};

static void draw_topic(uint64_t seed, uint64_t number, struct topic *t)
{
    uint64_t state = begin_at(seed ^ 0x746f706963u, number / 7 % 4096);
    for (size_t i = 0; i < TOPIC_WORDS; i++) {
        t->ranks[i] = draw_rank(&state) + 400;
    }
    for (size_t i = 0; i < 2; i++) {
        size_t n = spell(2000 + below(&state, 5000), t->name[i]);
        t->name[i][0] = (char)(t->name[i][0] - 'a' + 'A');
        t->name[i][n] = 0;
    }
}

/* One word; *rank is the last one of its kind, which may bring a certain other with it. */
static size_t draw_word(uint64_t *state, const struct topic *t, uint64_t *rank,
                        char *out)
{
    uint32_t kind = below(state, 100);
    if (kind <
        46) { /* of the commonest: the i-th about 1 / (i + 2) as often as the first */
        double u = (double)below(state, 1u << 30) / (1u << 30);
        size_t i = (size_t)(2 * (pow((COMMON + 2) / 2.0, u) - 1));
        return (size_t)snprintf(out, WORD_MAX, "%s",
                                common[i < COMMON ? i : COMMON - 1]);
    }
    if (kind < 49) {
        return (size_t)snprintf(out, WORD_MAX, "%s %s", t->name[0], t->name[1]);
    }
    if (kind < 51) {
        return (size_t)snprintf(out, WORD_MAX, "%u", below(state, 2000));
    }
    if (*rank != 0 && chance(state, 30)) {
        *rank = *rank * 2654435761u % 20000 + 1;
    } else {
        *rank = kind < 75 ? t->ranks[below(state, TOPIC_WORDS)] : draw_rank(state);
    }
    return spell(*rank, out);
}

/* --- articles ------------------------------------------------------------------------------- */

static void put(char *to, size_t room, size_t *len, const char *text, size_t n)
{
    if (*len + n < room) {
        memcpy(to + *len, text, n);
        *len += n;
    }
}

static void put_sentence(uint64_t *state, const struct topic *t, uint32_t words,
                         char *to, size_t room, size_t *len)
{
    uint64_t rank = 0;
    for (uint32_t i = 0; i < words; i++) {
        char word[2 * WORD_MAX];
        size_t n = draw_word(state, t, &rank, word);
        if (i == 0 && word[0] >= 'a' && word[0] <= 'z') {
            word[0] = (char)(word[0] - 'a' + 'A');
        }
        if (i > 0) {
            put(to, room, len, i % 11 == 7 ? ", " : " ", i % 11 == 7 ? 2 : 1);
        }
        put(to, room, len, word, n);
    }
}

static void make_body(uint64_t *state, const struct topic *t, struct article *a)
{
    uint32_t words =
        120 + below(state, 200) + (chance(state, 30) ? below(state, 1200) : 0);
    a->body_len = 0;
    for (uint32_t n = 0; n < words;) {
        uint32_t length = 6 + below(state, 24);
        put_sentence(state, t, length, a->body, TEXT_MAX, &a->body_len);
        n += length;
        bool ends = chance(state, 30); /* the paragraph */
        put(a->body, TEXT_MAX, &a->body_len, ends ? ".\n\n" : ". ", ends ? 3 : 2);
    }
    while (a->body[a->body_len - 1] != '.') {
        a->body_len--;
    }
}

static void make_title(uint64_t *state, const struct topic *t, struct article *a)
{
    a->title_len = 0;
    put_sentence(state, t, 5 + below(state, 6), a->title, sizeof a->title,
                 &a->title_len);
}

static void make_article(uint64_t seed, uint64_t number, struct article *a)
{
    struct topic t;
    uint64_t state = begin_at(seed, number);
    draw_topic(seed, number, &t);
    a->day = below(&state, DAYS);
    a->outlet = below(&state, OUTLETS);
    make_title(&state, &t, a);
    make_body(&state, &t, a);
}

/* --- copies --------------------------------------------------------------------------------- */

static void cut(uint64_t *state, struct article *a)
{
    size_t n = a->body_len * (30 + below(state, 50)) / 100;
    while (n < a->body_len && a->body[n] != ' ' && a->body[n] != '\n') {
        n++;
    }
    a->body_len = n;
}

/* So many of a hundred words are others. */
static void edit(uint64_t *state, const struct article *from, uint32_t percent,
                 struct article *a)
{
    uint64_t rank = 0;
    size_t at = 0;
    struct topic t = {0};
    draw_topic(draw(state), 0, &t);
    a->body_len = 0;
    while (at < from->body_len) {
        size_t n = strcspn(from->body + at, " \n"),
               gap = strspn(from->body + at + n, " \n");
        char word[2 * WORD_MAX];
        if (chance(state, percent)) {
            put(a->body, TEXT_MAX, &a->body_len, word,
                draw_word(state, &t, &rank, word));
        } else {
            put(a->body, TEXT_MAX, &a->body_len, from->body + at, n);
        }
        put(a->body, TEXT_MAX, &a->body_len, from->body + at + n, gap);
        at += n + gap;
    }
}

static void wrap(struct article *a)
{
    size_t line = 0, blank = 0;
    for (size_t i = 0; i < a->body_len; i++) {
        if (a->body[i] == '\n') {
            line = i + 1;
            blank = 0;
        } else if (a->body[i] == ' ') {
            blank = i;
        }
        if (i - line >= WRAP && blank > line) {
            a->body[blank] = '\n';
            line = blank + 1;
        }
    }
}

/* Some sentences of another in the middle of the article. */
static void quote(uint64_t *state, const struct article *from, struct article *a)
{
    size_t half = a->body_len / 2, begin = from->body_len / 4,
           n = 500 + below(state, 500);
    static struct article whole;
    while (half < a->body_len && a->body[half] != ' ') {
        half++;
    }
    while (begin < from->body_len && from->body[begin] != ' ') {
        begin++;
    }
    n = begin + n < from->body_len ? n : from->body_len - begin;
    whole.body_len = 0;
    put(whole.body, TEXT_MAX, &whole.body_len, a->body, half);
    put(whole.body, TEXT_MAX, &whole.body_len, "\n\n", 2);
    put(whole.body, TEXT_MAX, &whole.body_len, from->body + begin + 1,
        n > 0 ? n - 1 : 0);
    put(whole.body, TEXT_MAX, &whole.body_len, "\n\n", 2);
    put(whole.body, TEXT_MAX, &whole.body_len, a->body + half, a->body_len - half);
    memcpy(a->body, whole.body, whole.body_len);
    a->body_len = whole.body_len;
}

/* What was done to a copy, and what an indexer may call it. */
struct kind {
    const char *name, *relations;
};
static const struct kind kinds[] = {
    {"repost", "exact"},       {"headline", "exact"},
    {"truncate", "contains"},  {"edit2", "near"},
    {"edit8", "near"},         {"rewrap", "exact"},
    {"quote", "excerpt|near"}, {"update", "contains|contained|near"}};
enum {
    REPOST,
    HEADLINE,
    TRUNCATE,
    EDIT2,
    EDIT8,
    REWRAP,
    QUOTE,
    UPDATE,
    KINDS
};

/* Article `number` as a copy of `of`, which is made too. */
static int make_copy(uint64_t seed, uint64_t number, uint64_t of,
                     struct article *original, struct article *a)
{
    uint64_t state = begin_at(seed ^ 0x636f7079u, number);
    struct topic t;
    int kind = (int)below(&state, KINDS);
    draw_topic(seed, of, &t);
    make_article(seed, of, original);
    *a = *original;
    a->outlet = below(&state, OUTLETS);
    a->day = original->day + below(&state, 3);
    switch (kind) {
    case REPOST: break;
    case HEADLINE: make_title(&state, &t, a); break;
    case TRUNCATE: cut(&state, a); break;
    case EDIT2: edit(&state, original, 2, a); break;
    case EDIT8: edit(&state, original, 8, a); break;
    case REWRAP: wrap(a); break;
    case QUOTE:
        make_article(seed ^ 0x686f7374u, number, a);
        quote(&state, original, a);
        break;
    default:
        put(a->body, TEXT_MAX, &a->body_len, "\n\n", 2);
        put_sentence(&state, &t, 40 + below(&state, 80), a->body, TEXT_MAX,
                     &a->body_len);
        put(a->body, TEXT_MAX, &a->body_len, ".", 1);
    }
    return kind;
}

/* --- output --------------------------------------------------------------------------------- */

/* A text of these articles needs no escape but that of line ends. Returns the bytes. */
static size_t put_json(const char *text, size_t n)
{
    size_t written = n;
    while (n > 0) {
        const char *end = memchr(text, '\n', n);
        size_t part = end ? (size_t)(end - text) : n;
        fwrite(text, 1, part, stdout);
        text += part;
        n -= part;
        if (end) {
            fputs("\\n", stdout);
            written++;
            text++;
            n--;
        }
    }
    return written;
}

/* Civil date of a day since 2010-01-01. */
static int put_date(char *out, size_t room, uint32_t day)
{
    static const uint8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint32_t year = 2010, month = 0;
    for (;; year++) {
        uint32_t days = year % 4 == 0 ? 366 : 365;
        if (day < days) {
            break;
        }
        day -= days;
    }
    for (;; month++) {
        uint32_t days = lengths[month] + (month == 1 && year % 4 == 0 ? 1u : 0u);
        if (day < days) {
            break;
        }
        day -= days;
    }
    return snprintf(out, room, "%04u-%02u-%02u", year, month + 1, day + 1);
}

static uint64_t put_record(uint64_t number, const struct article *a)
{
    char name[WORD_MAX], date[16];
    char host[2] = {0};
    name[spell(300 + a->outlet, name)] = 0;
    host[0] = name[0];
    name[0] = (char)(name[0] - 'a' + 'A');
    put_date(date, sizeof date, a->day);
    int n = printf("{\"id\": \"m%09" PRIu64
                   "\", \"source\": \"The %s Courier\", \"date\": \"%s\", \"url\": "
                   "\"https://%s%s.example/%" PRIu64 "\", \"title\": \"",
                   number, name, date, host, name + 1, number);
    size_t size = (size_t)n + put_json(a->title, a->title_len);
    size += (size_t)printf("\", \"text\": \"");
    size += put_json(a->body, a->body_len);
    size += (size_t)printf("\"}\n");
    return size;
}

/* --- all of it ------------------------------------------------------------------------------ */

struct options {
    uint64_t bytes, seed;
    uint32_t copies; /* per cent */
    const char *pairs;
};

static bool read_size(const char *text, uint64_t *out)
{
    char *end = NULL;
    errno = 0;
    double n = strtod(text, &end);
    double unit = *end == 'K' ? 1e3 : *end == 'M' ? 1e6 : *end == 'G' ? 1e9 : 1;
    end += unit > 1;
    *out = n > 0 && n * unit < 1e15 ? (uint64_t)(n * unit) : 0;
    return errno == 0 && *end == 0 && *out > 0;
}

static bool read_options(int argc, char **argv, struct options *o)
{
    *o = (struct options){.seed = 1, .copies = DEFAULT_COPIES};
    if (argc < 2 || !read_size(argv[1], &o->bytes)) {
        return false;
    }
    for (int i = 2; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seed") == 0) {
            o->seed = strtoull(argv[i + 1], NULL, 10);
        } else if (strcmp(argv[i], "--copies") == 0) {
            o->copies = (uint32_t)strtoul(argv[i + 1], NULL, 10);
        } else if (strcmp(argv[i], "--pairs") == 0) {
            o->pairs = argv[i + 1];
        } else {
            return false;
        }
    }
    return argc % 2 == 0 && o->copies <= 100;
}

/* Half of the copies are of the last thousand articles, half of any before. */
static uint64_t choose(uint64_t seed, uint64_t number)
{
    uint64_t state = begin_at(seed ^ 0x6f66u, number);
    uint64_t back = number < 1000 || chance(&state, 50) ? number : 1000;
    return number - 1 - draw(&state) % back;
}

static bool is_copy(const struct options *o, uint64_t number)
{
    uint64_t state = begin_at(o->seed ^ 0x6973u, number);
    return number > 0 && chance(&state, o->copies);
}

static bool make_all(const struct options *o, FILE *pairs)
{
    static struct article a, original;
    uint64_t written = 0;
    for (uint64_t number = 0; written < o->bytes && !ferror(stdout); number++) {
        uint64_t of = is_copy(o, number) ? choose(o->seed, number) : number;
        if (of == number ||
            is_copy(o, of)) { /* what is drawn as a copy of a copy is new */
            make_article(o->seed, number, &a);
        } else {
            const struct kind *k =
                &kinds[make_copy(o->seed, number, of, &original, &a)];
            if (pairs) {
                fprintf(pairs, "m%09" PRIu64 "\tm%09" PRIu64 "\t%s\t%s\n", of, number,
                        k->name, k->relations);
            }
        }
        written += put_record(number, &a);
    }
    return fflush(stdout) == 0 && !ferror(stdout) && (!pairs || fclose(pairs) == 0);
}

int main(int argc, char **argv)
{
    struct options o;
    if (!read_options(argc, argv, &o)) {
        fputs("usage: make_archive BYTES[K|M|G] [--seed N] [--copies PERCENT] [--pairs "
              "FILE]\n",
              stderr);
        return 2;
    }
    FILE *pairs = o.pairs ? fopen(o.pairs, "w") : NULL;
    if ((o.pairs && !pairs) || !make_all(&o, pairs)) {
        perror("make_archive");
        return 1;
    }
    return 0;
}
