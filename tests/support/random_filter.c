#include "tests/support/random_filter.h"

#include <string.h>

#include "query/calendar.h"

static bool chance(struct random_query *r, uint32_t percent)
{
    return random_query_below(r, 100) < percent;
}

#define PICK(r, list) ((list)[random_query_below(r, sizeof(list) / sizeof *(list))])

/* --- metadata ------------------------------------------------------------------------------- */

static const char *const outlets[] = {
    "The Guardian", "Al-Jazeera", "U.S. News", "le  MONDE", "\u4e2d\u56fd\u65b0", "?!",
};
static const char *const urls[] = {
    "http://x.org/a/b",
    "https://news.ab.org/2016/12/a-b?x=a",
    "https://www.Ab.org/news",
    "https://newsab.org/2016",
    "ab",
};
static const char *const members[] = {"", "", "in/one.txt", "2016"};
static const char *const ids[] = {"", "", "ab", "a*b", "cw-1", "cw-12", "CW-1"};

/* An ID that no article has, or none. */
static struct bytes pick_id(struct random_query *r, const struct handmade *h)
{
    struct bytes id = bytes_str(PICK(r, ids));
    for (size_t i = 0; i < h->articles.len; i++) {
        if (bytes_equal(h->articles.items[i].row.id, id))
            return bytes_of(NULL, 0);
    }
    return id;
}

void random_filter_vary(struct random_query *r, const struct handmade *h,
                        struct provenance_row *row)
{
    row->id = pick_id(r, h);
    row->member = bytes_str(PICK(r, members));
    if (chance(r, 40))
        row->outlet = bytes_str(PICK(r, outlets));
    if (chance(r, 40))
        row->url = bytes_str(PICK(r, urls));
    row->day = 17136 + (int32_t)random_query_below(r, 60); /* from 2016-12-01 */
    if (chance(r, 20)) {
        row->day = DAY_NONE;
        row->date_from = DATE_NONE;
    }
}

/* --- filters --------------------------------------------------------------------------------- */

static const struct handmade_article *pick(struct random_query *r,
                                           const struct handmade *h)
{
    return &h->articles.items[random_query_below(r, (uint32_t)h->articles.len)];
}

static void put_quoted(struct bytes value, struct buf *out)
{
    buf_put_u8(out, '"');
    buf_put_bytes(out, value);
    buf_put_u8(out, '"');
}

static void put_words(struct random_query *r, const struct handmade *h, struct buf *out)
{
    static const char *const names[] = {
        "source:", "source:", "author:", "section:", "tag:"};
    static const char *const values[] = {
        "gazette",
        "\"the gazette\"",
        "GAZETTE*",
        "post",
        "eveningpost",
        "evening-post",
        "Cote",
        "\"c\u00f4te news\"",
        "gazette.example",
        "banks",
        "\"ada banks ines\"",
        "vaas",
        "world",
        "\"world news\"",
        "sport",
        "\"sport world\"",
        "fog",
        "\"fog ice\"",
        "\"port *\"",
        "fogbank",
        "h?llam",
        "\"(of|fog) (bank|hallam)\"",
        "guardian",
        "the",
        "\"The Guardian\"",
        "ad*",
        "*on*",
        "a?a",
        "none",
        "*",
        "\"new york\"",
        "\"times new\"",
        "aljazeera",
        "al-jazeera",
        "us",
        "u.s",
        "monde",
        "\"* (byron|smith)\"",
        "\u4e2d\u56fd",
        "\"\u4e2d \u65b0\"",
        "\"none\"",
        "(ada OR the)",
        "(new -york)",
        "le|ada|\"j smith\"",
        "=Guardian",
        "=guardian",
        "\"(smith|smith jane) (and|jane b*)\"",
    };
    uint32_t k = random_query_below(r, sizeof names / sizeof *names);
    const struct provenance_row *row = &pick(r, h)->row;
    struct bytes own = k < 2    ? row->outlet
                       : k == 2 ? row->author
                       : k == 3 ? row->section
                                : row->tags;
    const uint8_t *cut =
        k == 4 && own.len > 0 ? memchr(own.data, PROVENANCE_ITEMS, own.len) : NULL;
    own.len = cut ? (size_t)(cut - own.data) : own.len;
    buf_put_str(out, names[k]);
    if (own.len > 2 && chance(r, 30)) {
        buf_put_str(out, chance(r, 50) ? "=" : "");
        put_quoted(own, out);
    } else {
        buf_put_str(out, PICK(r, values));
    }
}

static void put_language(struct random_query *r, struct buf *out)
{
    static const char *const values[] = {"en",   "en-GB", "EN-us", "de",  "e",
                                         "none", "*",     "en|de", "=en", "en_gb_x"};
    buf_printf(out, "lang:%s", PICK(r, values));
}

static void put_place(struct random_query *r, struct buf *out)
{
    static const char *const values[] = {
        "url:ab.org",
        "url:x.org/a",
        "url:*ab.org*",
        "url:2016",
        "url:none",
        "url:*",
        "url:news",
        "url:NEWS",
        "url:https://*",
        "url:a*b",
        "url:/a/b",
        "url:=ab",
        "url:org/",
        "url:*a*b*x*",
        "path:seeds",
        "path:2016",
        "path:exports/*.jsonl",
        "path:*.txt",
        "path:one",
        "path:gz/2016",
        "path:exports/*.md",
        "path:\"a b\"",
        "path:b.JSONL",
        "path:=a",
    };
    buf_put_str(out, PICK(r, values));
}

static void put_id_of(struct random_query *r, const struct handmade *h, struct buf *out)
{
    struct bytes id = pick(r, h)->row.id;
    uint32_t keep = 1 + random_query_below(r, (uint32_t)id.len);
    buf_put_str(out, "id:");
    if (chance(r, 40)) {
        put_quoted(id, out);
    } else if (chance(r, 50)) {
        buf_put(out, id.data, keep);
        buf_put_str(out, "*");
    } else if (chance(r, 50)) {
        buf_put_str(out, "*");
        buf_put(out, id.data + id.len - keep, keep);
    } else {
        static const char *const values[] = {"=\"a*b\"", "*", "*1*", "h", "cw-1", "x"};
        buf_put_str(out, PICK(r, values));
    }
}

static void put_length(struct random_query *r, const struct handmade *h,
                       struct buf *out)
{
    const struct handmade_article *a = pick(r, h);
    uint32_t n = (uint32_t)a->n_tokens - a->title_tokens + random_query_below(r, 2);
    switch (random_query_below(r, 6)) {
    case 0: buf_printf(out, "words:%u", n); break;
    case 1: buf_printf(out, "words:>%u", n); break;
    case 2: buf_printf(out, "words:<=%u", n); break;
    case 3: buf_printf(out, "words:%u..", n); break;
    case 4: buf_printf(out, "words:<%u", n); break;
    default: buf_printf(out, "words:%u..%u", n / 2, n); break;
    }
}

static void put_date(struct random_query *r, const struct handmade *h, struct buf *out)
{
    static const char *const values[] = {
        "none",
        "*",
        "2016",
        "2016-12",
        "..2016",
        "2017..",
        "2017-01..2017-02",
        ">2016-12",
        "<2016-12-15",
        "2015",
        "2016-12-20..2017-01-05",
        "2017-W01",
        "<=2017-01",
        "2016-Q4",
        "\"january 2017\"|none",
        "2018..",
        "(2016 OR none)",
    };
    int32_t day = pick(r, h)->row.day;
    char text[CALENDAR_TEXT_MAX];
    buf_put_str(out, "date:");
    if (day == DAY_NONE || chance(r, 50)) {
        buf_put_str(out, PICK(r, values));
        return;
    }
    (void)calendar_format(day, UINT32_MAX, text);
    buf_printf(out, "%s%s", chance(r, 20) ? ".." : "", text);
}

void random_filter_text(struct random_query *r, const struct handmade *h,
                        struct buf *out)
{
    switch (random_query_below(r, 8)) {
    case 0:
    case 1: put_words(r, h, out); break;
    case 2: put_language(r, out); break;
    case 3: put_place(r, out); break;
    case 4: put_id_of(r, h, out); break;
    case 5: put_length(r, h, out); break;
    default: put_date(r, h, out); break;
    }
}
