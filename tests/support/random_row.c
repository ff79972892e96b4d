#include "tests/support/random_row.h"

#include "base/bytes.h"

#define PICK(list, h) bytes_str((list)[(h) % (sizeof(list) / sizeof *(list))])

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t mix(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

struct provenance_row random_row(uint64_t seed, size_t number)
{
    static const char *const outlets[] = {"",
                                          "The Gazette",
                                          "gazette",
                                          "Evening-Post",
                                          "C\u00f4te News",
                                          "Cote news",
                                          "The U.S. Gazette",
                                          "gazette.example"};
    static const char *const authors[] = {
        "",      "Ada Banks",      "Ada Banks, Ines Vaas",
        "Banks", "Ines Va\u00e4s", "ines vaas"};
    static const char *const sections[] = {"",           "World", "world",
                                           "World News", "Sport", "Sport / World"};
    static const char *const languages[] = {"",   "en",  "en-GB",      "EN_us",
                                            "de", "eng", "en-GB-x-old"};
    static const char *const tags[] = {"",           "fog",
                                       "fog\x1fice", "Port of Hallam\x1fHull",
                                       "fog bank",   "fog-bank\x1fport",
                                       "ice",        "hallam"};
    static const char *const urls[] = {
        "", "https://www.gazette.example/2016/12/fog.html",
        "http://gazette.example/sport/", "https://post.example/a?b=c#d"};
    static const char *const inputs[] = {"handmade.jsonl", "exports/2016/a.jsonl.gz",
                                         "exports/2017/b.md"};
    uint64_t state = seed ^ (uint64_t)number << 32;
    return (struct provenance_row){
        .input = PICK(inputs, mix(&state)),
        .record = number + 1,
        .offset = 1000 * (uint64_t)number,
        .len = 100,
        .url = PICK(urls, mix(&state)),
        .outlet = PICK(outlets, mix(&state)),
        .author = PICK(authors, mix(&state)),
        .section = PICK(sections, mix(&state)),
        .language = PICK(languages, mix(&state)),
        .tags = PICK(tags, mix(&state)),
        .day = (int32_t)(16000 + number),
        .second = UINT32_MAX,
        .date_from = DATE_FIELD,
        .reader = READER_JSONL,
        .reader_version = 1,
    };
}
