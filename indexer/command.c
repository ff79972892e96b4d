#include "indexer/command.h"

#include <stdlib.h>
#include <string.h>

bool command_wants_man(int argc, char **argv)
{
    return argc == 2 && strcmp(argv[1], "--man") == 0;
}

static const struct command *find(const char *name)
{
    for (const struct command *c = command_table; c->name; c++) {
        if (strcmp(c->name, name) == 0)
            return c;
    }
    return NULL;
}

int command_help(const struct console *io, const struct opt *table, bool man,
                 const char *name, const char *words, const char *more, struct err *err)
{
    const struct command *c = find(name);
    struct buf text = {0};
    if (io->complete) {
        opt_complete_command(io->complete, name, c ? c->operands : "",
                             c ? c->summary : "", table);
        return 0;
    }
    if (man) {
        opt_man(table, &text);
    } else {
        buf_printf(&text, "usage: stemma-index %s %s\n\n", name, c ? c->operands : "");
        buf_put_str(&text, words ? words : "");
        opt_help(table, &text);
        buf_put_str(&text, more ? more : "");
    }
    buf_put_u8(&text, 0);
    int rc = buf_check(&text, err);
    if (rc == 0)
        io->out((const char *)text.data);
    buf_release(&text);
    return rc;
}

int command_parse(const struct console *io, const struct opt *table, const bool *help,
                  const char **index, int argc, char **argv, struct err *err)
{
    const char *name = argv[0];
    bool man = command_wants_man(argc, argv);
    int operands = 0;
    int rc = man ? 0 : opt_parse(table, argc, argv, &operands, err);
    if (rc == 0 && (man || *help)) {
        rc = command_help(io, table, man, name, NULL, NULL, err);
        return rc == 0 ? ITER_END : rc;
    }
    if (rc != 0)
        return rc;
    if (operands > 1 || (operands == 1 && *index))
        return err_set(err, ERR_USAGE, "%s: one index at a time", name);
    if (operands == 1)
        *index = argv[1];
    if (!*index)
        *index = getenv("STEMMA_INDEX"); // NOLINT(concurrency-mt-unsafe)
    if (!*index || !**index)
        return err_set(err, ERR_USAGE, "%s: which index? (-x INDEX)", name);
    return 0;
}
