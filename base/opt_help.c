/* What is printed from a table of options. */
#include <string.h>

#include "base/opt.h"

enum {
    HELP_COLUMN = 26,
    HELP_WIDTH = 80
};

static void put_spaces(struct buf *out, size_t n)
{
    while (n-- > 0)
        buf_put_u8(out, ' ');
}

/* Words of a sentence from HELP_COLUMN on; the line so far has `column` characters. */
static void put_wrapped(struct buf *out, const char *text, size_t column)
{
    bool fresh = true; /* nothing of the text on this line yet */
    while (*text) {
        size_t n = strcspn(text, " ");
        if (!fresh && column + 1 + n > HELP_WIDTH) {
            buf_put_u8(out, '\n');
            column = 0;
            fresh = true;
        }
        if (fresh) {
            put_spaces(out, HELP_COLUMN - column);
            column = HELP_COLUMN;
        } else {
            buf_put_u8(out, ' ');
            column++;
        }
        buf_put(out, text, n);
        column += n;
        fresh = false;
        text += n + strspn(text + n, " ");
    }
    buf_put_u8(out, '\n');
}

void opt_help(const struct opt *table, struct buf *out)
{
    for (const struct opt *o = table; o->name; o++) {
        if (!o->help)
            continue;
        size_t start = out->len;
        if (o->letter)
            buf_printf(out, "  -%c, --%s", o->letter, o->name);
        else
            buf_printf(out, "      --%s", o->name);
        if (o->type == OPT_CHOICE)
            buf_printf(out, " %s", o->choices);
        else if (o->type != OPT_FLAG)
            buf_printf(out, " %s", o->value ? o->value : "VALUE");
        size_t column = out->len - start;
        if (column + 2 > HELP_COLUMN) {
            buf_put_u8(out, '\n');
            column = 0;
        }
        put_wrapped(out, o->help, column);
    }
}

/* Text that roff takes as it is: no escapes, no requests, and dashes that can be copied. */
static void put_roff(struct buf *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '\\')
            buf_put_str(out, "\\e");
        else if (*c == '-')
            buf_put_str(out, "\\-");
        else if ((*c == '.' || *c == '\'') && c == text)
            buf_printf(out, "\\&%c", *c);
        else
            buf_put_u8(out, (uint8_t)*c);
    }
}

void opt_man(const struct opt *table, struct buf *out)
{
    for (const struct opt *o = table; o->name; o++) {
        if (!o->help)
            continue;
        buf_put_str(out, ".TP\n");
        if (o->letter)
            buf_printf(out, "\\fB\\-%c\\fR, ", o->letter);
        buf_put_str(out, "\\fB\\-\\-");
        put_roff(out, o->name);
        buf_put_str(out, "\\fR");
        if (o->type != OPT_FLAG) {
            buf_put_str(out, " \\fI");
            put_roff(out, o->type == OPT_CHOICE ? o->choices
                          : o->value            ? o->value
                                                : "VALUE");
            buf_put_str(out, "\\fR");
        }
        buf_put_u8(out, '\n');
        put_roff(out, o->help);
        buf_put_u8(out, '\n');
    }
}
