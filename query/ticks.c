#include "query/ticks.h"

#include "query/label.h"

enum {
    PARTS = 3, /* year, month or week, day */
    SPACE = 16 /* pixels between names */
};

/* Bins are named where the parts behind the first `parts` are at their first, and this one is a multiple of `every`. */
struct level {
    size_t parts;
    unsigned every;
};

static const struct level levels[] = {
    {3, 1}, {3, 7}, {2, 1}, {2, 2},  {2, 3},  {2, 4},  {2, 6},   {2, 13},  {2, 26},
    {1, 1}, {1, 2}, {1, 5}, {1, 10}, {1, 20}, {1, 50}, {1, 100}, {1, 200}, {1, 500}};

struct name {
    bool week; /* its second part is one */
    unsigned part[PARTS];
    size_t end[PARTS]; /* bytes of the name with this part */
    size_t parts;
};

static struct name parse(struct bytes bin)
{
    struct name name = {.parts = 1};
    for (size_t i = 0; i < bin.len; i++) {
        uint8_t c = bin.data[i];
        if (c == '-' && i > 0 && name.parts < PARTS)
            name.parts++;
        else if (c == 'W')
            name.week = true;
        else if (c >= '0' && c <= '9')
            name.part[name.parts - 1] = name.part[name.parts - 1] * 10 + (c - '0');
        name.end[name.parts - 1] = i + 1;
    }
    return name;
}

void ticks_release(struct ticks *t)
{
    vec_release(&t->list);
}

static bool is_named(const struct name *name, const struct level *level)
{
    unsigned value = name->part[level->parts - 1];
    for (size_t p = level->parts; p < name->parts; p++)
        if (name->part[p] != 1)
            return false;
    if (level->parts == 2 && !name->week && level->every > 6)
        return false; /* of Januaries the years are named */
    if (level->parts == PARTS && level->every > 1 && value > 22)
        return false; /* the 29th is too near to the next first */
    return (level->parts == 1 ? value : value - 1) % level->every == 0;
}

static bool add(struct ticks *t, struct tick tick)
{
    return vec_push(&t->list, tick);
}

/* Whether the names at a level do not touch each other. */
static int try_level(struct ticks *t, const struct level *level,
                     const struct bytes *bins, size_t n, double band, double size)
{
    double free_from = -1e9;
    vec_reset(&t->list);
    for (size_t i = 0; i < n; i++) {
        struct name name = parse(bins[i]);
        if (name.parts < level->parts || !is_named(&name, level))
            continue;
        struct tick tick = {i, name.end[level->parts - 1]};
        double half = label_width(bytes_of(bins[i].data, tick.len), size) / 2;
        double at = ((double)i + 0.5) * band;
        if (at - half < free_from)
            return 0;
        free_from = at + half + SPACE;
        if (!add(t, tick))
            return -1;
    }
    return t->list.len >= (n > 1 ? 2 : 1);
}

/* Bins counted from the first, the longest name decides. */
static int count_out(struct ticks *t, const struct bytes *bins, size_t n, double band,
                     double size)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        double width = label_width(bins[i], size);
        most = width > most ? width : most;
    }
    size_t every = 1;
    while (every < n && (double)every * band < most + SPACE)
        every++;
    vec_reset(&t->list);
    for (size_t i = 0; i < n; i += every)
        if (!add(t, (struct tick){i, bins[i].len}))
            return -1;
    return 1;
}

int ticks_choose(struct ticks *t, const struct bytes *bins, size_t n, double band,
                 double size, struct err *err)
{
    int found = 0;
    for (size_t i = 0; i < sizeof levels / sizeof *levels && found == 0; i++)
        found = try_level(t, &levels[i], bins, n, band, size);
    if (found == 0)
        found = count_out(t, bins, n, band, size);
    return found < 0 ? err_set(err, ERR_NOMEM, "out of memory") : 0;
}
