/* The parser of a table of options; what is printed from the table is in opt_help.c. */
#include "base/opt.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- values ---------------------------------------------------------------------------- */

/* Decimal digits up to *end; false if there is none or the number is too large. */
static bool parse_digits(const char *text, uint64_t *out, const char **end)
{
    uint64_t v = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9'; p++) {
        uint64_t digit = (uint64_t)(*p - '0');
        if (v > (UINT64_MAX - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *out = v;
    *end = p;
    return p != text;
}

bool opt_parse_size(const char *text, uint64_t *out)
{
    static const char units[] = "KkMmGgTt";
    uint64_t v;
    const char *p;
    unsigned shift = 0;
    if (!parse_digits(text, &v, &p))
        return false;
    if (*p) {
        const char *unit = strchr(units, *p);
        if (!unit || strcmp(p + 1, "") != 0)
            return false;
        shift = 10 * (unsigned)((unit - units) / 2 + 1);
    }
    if (v > UINT64_MAX >> shift)
        return false;
    *out = v << shift;
    return true;
}

bool opt_parse_duration(const char *text, uint64_t *out)
{
    static const struct {
        const char *name;
        uint64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"", 1000}, {"m", 60000}, {"h", 3600000}};
    uint64_t whole, thousandths = 0;
    const char *p;
    if (!parse_digits(text, &whole, &p))
        return false;
    if (*p == '.') {
        uint64_t worth = 100;
        for (p++; *p >= '0' && *p <= '9'; p++, worth /= 10)
            thousandths += (uint64_t)(*p - '0') * worth;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(p, units[i].name) != 0)
            continue;
        if (whole > UINT64_MAX / units[i].ms - 1)
            return false;
        *out = whole * units[i].ms + thousandths * units[i].ms / 1000;
        return true;
    }
    return false;
}

/* "between 1 and 8", "of at least 1" or nothing. */
static const char *bounds(const struct opt *o, char *text, size_t cap)
{
    if (o->max)
        snprintf(text, cap, " between %" PRIu64 " and %" PRIu64, o->min, o->max);
    else if (o->min)
        snprintf(text, cap, " of at least %" PRIu64, o->min);
    else
        text[0] = '\0';
    return text;
}

static int set_number(const struct opt *o, const char *value, struct err *err)
{
    uint64_t v = 0;
    const char *end = value, *kind = "whole number";
    bool good;
    if (o->type == OPT_SIZE) {
        good = opt_parse_size(value, &v);
        kind = "size (bytes, or with K, M, G or T)";
    } else if (o->type == OPT_DURATION) {
        good = opt_parse_duration(value, &v);
        kind = "duration (seconds, or with ms, s, m or h)";
    } else {
        good = parse_digits(value, &v, &end) && !*end;
    }
    if (!good || v < o->min || (o->max && v > o->max)) {
        char range[80];
        return err_set(err, ERR_USAGE, "--%s: '%s' is not a %s%s", o->name, value, kind,
                       bounds(o, range, sizeof range));
    }
    *(uint64_t *)o->target = v;
    return 0;
}

static int set_choice(const struct opt *o, const char *value, struct err *err)
{
    size_t len = strlen(value);
    int index = 0;
    for (const char *p = o->choices;; index++) {
        size_t n = strcspn(p, "|");
        if (n == len && memcmp(p, value, n) == 0) {
            *(int *)o->target = index;
            return 0;
        }
        if (!p[n])
            break;
        p += n + 1;
    }
    return err_set(err, ERR_USAGE, "--%s: '%s' is not one of %s", o->name, value,
                   o->choices);
}

static int add_to_list(const struct opt *o, const char *value, struct err *err)
{
    struct opt_list *list = o->target;
    if (list->len == list->cap) {
        size_t cap = list->cap ? 2 * list->cap : 8;
        const char **items = realloc(list->items, cap * sizeof *items);
        if (!items)
            return err_set(err, ERR_NOMEM, "out of memory");
        list->items = items;
        list->cap = cap;
    }
    list->items[list->len++] = value;
    return 0;
}

void opt_list_release(struct opt_list *list)
{
    free(list->items);
    *list = (struct opt_list){0};
}

static int set_value(const struct opt *o, const char *value, struct err *err)
{
    switch (o->type) {
    case OPT_STRING: *(const char **)o->target = value; return 0;
    case OPT_CHOICE: return set_choice(o, value, err);
    case OPT_LIST: return add_to_list(o, value, err);
    case OPT_UINT:
    case OPT_DURATION:
    case OPT_SIZE: return set_number(o, value, err);
    case OPT_FLAG: break;
    }
    return err_set(err, ERR_USAGE, "--%s takes no value", o->name);
}

/* --- near misses ------------------------------------------------------------------------ */

enum {
    NAME_MAX_LEN = 63
};

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;
    return m < c ? m : c;
}

/* Insertions, deletions, replacements and swaps of neighbours that make b of a (optimal
 * string alignment; Damerau, CACM 7(3), 1964). Both at most NAME_MAX_LEN bytes. */
static unsigned distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    unsigned rows[3][NAME_MAX_LEN + 1];
    unsigned *before = rows[0], *last = rows[1], *row = rows[2];
    for (unsigned j = 0; j <= b_len; j++)
        before[j] = last[j] = j;
    for (unsigned i = 1; i <= a_len; i++) {
        row[0] = i;
        for (unsigned j = 1; j <= b_len; j++) {
            unsigned differ = a[i - 1] != b[j - 1];
            row[j] = least(last[j] + 1, row[j - 1] + 1, last[j - 1] + differ);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        unsigned *spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[b_len];
}

/* Keeps name in *best if it is nearer than *best_distance and within a third. */
static void consider(const char *word, size_t len, const char *name, const char **best,
                     unsigned *best_distance)
{
    size_t name_len = strlen(name);
    if (len > NAME_MAX_LEN || name_len > NAME_MAX_LEN)
        return;
    unsigned d = distance(word, len, name, name_len);
    if (d < *best_distance && 3 * (size_t)d <= name_len) {
        *best = name;
        *best_distance = d;
    }
}

const char *opt_nearest(const char *word, const char *const *names)
{
    const char *best = NULL;
    unsigned best_distance = NAME_MAX_LEN + 1;
    for (; *names; names++)
        consider(word, strlen(word), *names, &best, &best_distance);
    return best;
}

static int unknown_long(const struct opt *table, const char *name, size_t len,
                        struct err *err)
{
    const char *best = NULL;
    unsigned best_distance = NAME_MAX_LEN + 1;
    bool no = len > 3 && memcmp(name, "no-", 3) == 0;
    for (const struct opt *o = table; o->name; o++) {
        if (o->help)
            consider(name, len, o->name, &best, &best_distance);
    }
    const char *prefix = "";
    for (const struct opt *o = table; no && !best && o->name; o++) {
        if (o->help && o->type == OPT_FLAG)
            consider(name + 3, len - 3, o->name, &best, &best_distance);
        prefix = best ? "no-" : "";
    }
    if (best)
        return err_set(err, ERR_USAGE,
                       "unknown option '--%.*s'; did you mean '--%s%s'?", (int)len,
                       name, prefix, best);
    return err_set(err, ERR_USAGE, "unknown option '--%.*s'", (int)len, name);
}

/* --- the command line -------------------------------------------------------------------- */

/* Where the parser stands in argv. Operands are moved down to argv[1..operands]. */
struct parse {
    const struct opt *table;
    int argc;
    char **argv;
    int at;
    int operands;
    struct err *err;
};

static int missing_value(const struct parse *p, const struct opt *o)
{
    return err_set(p->err, ERR_USAGE, "--%s needs a value: --%s %s", o->name, o->name,
                   o->value ? o->value : "VALUE");
}

static int parse_long(struct parse *p, const char *name)
{
    size_t len = strcspn(name, "=");
    const char *value = name[len] ? name + len + 1 : NULL;
    for (const struct opt *o = p->table; o->name; o++) {
        bool off = o->type == OPT_FLAG && len > 3 && memcmp(name, "no-", 3) == 0 &&
                   strlen(o->name) == len - 3 &&
                   memcmp(o->name, name + 3, len - 3) == 0;
        if (!off && (strlen(o->name) != len || memcmp(o->name, name, len) != 0))
            continue;
        if (o->type == OPT_FLAG) {
            if (value)
                return set_value(o, value, p->err);
            *(bool *)o->target = !off;
            return 0;
        }
        if (!value && p->at + 1 >= p->argc)
            return missing_value(p, o);
        return set_value(o, value ? value : p->argv[++p->at], p->err);
    }
    return unknown_long(p->table, name, len, p->err);
}

/* "-x value", "-xvalue", and flags together: "-vq". */
static int parse_letters(struct parse *p, const char *letters)
{
    for (const char *c = letters; *c; c++) {
        const struct opt *o = p->table;
        while (o->name && o->letter != *c)
            o++;
        if (!o->name)
            return err_set(p->err, ERR_USAGE, "unknown option '-%c' in '-%s'", *c,
                           letters);
        if (o->type == OPT_FLAG) {
            *(bool *)o->target = true;
            continue;
        }
        if (c[1])
            return set_value(o, c + 1, p->err);
        if (p->at + 1 >= p->argc)
            return missing_value(p, o);
        return set_value(o, p->argv[++p->at], p->err);
    }
    return 0;
}

int opt_parse(const struct opt *table, int argc, char **argv, int *operands_out,
              struct err *err)
{
    struct parse p = {
        .table = table, .argc = argc, .argv = argv, .at = 1, .operands = 0, .err = err};
    bool options = true;
    for (; p.at < argc; p.at++) {
        char *arg = argv[p.at];
        int rc = 0;
        if (!options || arg[0] != '-' || !arg[1])
            argv[++p.operands] = arg;
        else if (arg[1] != '-')
            rc = parse_letters(&p, arg + 1);
        else if (arg[2])
            rc = parse_long(&p, arg + 2);
        else
            options = false;
        if (rc != 0)
            return rc;
    }
    *operands_out = p.operands;
    return 0;
}
