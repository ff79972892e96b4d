/* dups: what was found to be a copy of what, and why. */
#include <stdio.h>
#include <string.h>

#include "query/command.h"
#include "query/dups.h"

static const struct command subcommands[] = {
    {"list", "[ID...]", "stories of several articles, with how each is a copy", true,
     dups_list_run},
    {"show", "ID", "the story of an article, with the evidence", false, dups_show_run},
    {"diff", "ID ID", "two articles side by side", false, dups_diff_run},
    {"spread", "ID", "a story over dates and outlets", false, dups_spread_run},
    {"why", "ID ID", "two articles compared, and the rule that decides", false,
     dups_why_run},
    {0},
};

static const struct command *find(const char *name)
{
    for (const struct command *c = subcommands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

static void put_help(struct output *o)
{
    output_put(o, "usage: stemma-query [-x INDEX] dups SUBCOMMAND [OPTION...] "
                  "[ID...]\n\nSubcommands\n");
    for (const struct command *c = subcommands; c->name; c++)
        output_printf(o, "  %-8s %-8s %s\n", c->name, c->operands, c->summary);
    output_put(o, "\nAn ID is an article's; its beginning will do if no other has it.\n"
                  "stemma-query dups SUBCOMMAND --help shows the options.\n");
}

bool dups_helped(struct session *s, const char *name, const struct opt *table)
{
    struct output *o = &s->output;
    const struct command *c = find(name);
    if (s->see && c) {
        char full[40];
        (void)snprintf(full, sizeof full, "dups %s", name);
        s->see(s->see_arg, full, c->operands, c->summary, table);
        return true;
    }
    if (s->man) {
        opt_man(table, &o->buf);
        return true;
    }
    if (!s->help || !c)
        return false;
    output_printf(o, "usage: stemma-query [-x INDEX] dups %s [OPTION...] %s\n%s\n\n",
                  name, c->operands, c->summary);
    opt_help(table, &o->buf);
    return true;
}

static int no_subcommand(const char *word, struct err *err)
{
    const char *names[sizeof subcommands / sizeof *subcommands];
    size_t n = 0;
    for (const struct command *c = subcommands; c->name; c++)
        names[n++] = c->name;
    names[n] = NULL;
    const char *near = word ? opt_nearest(word, names) : NULL;
    if (near)
        return err_set(err, ERR_USAGE,
                       "dups has no subcommand '%s'; did you mean '%s'?", word, near);
    return err_set(err, ERR_USAGE, "dups takes list, show, diff, spread or why%s%s%s",
                   word ? ", not '" : "", word ? word : "", word ? "'" : "");
}

static int only_options(struct session *s, int argc, char **argv, struct err *err)
{
    const struct opt options[] = {SESSION_OPTIONS(s), {0}};
    int n = 0;
    int rc = session_parse(s, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (s->see) {
        (void)command_helped(s, "dups", options);
        for (const struct command *c = subcommands; c->name && rc == 0; c++)
            rc = c->run(s, argc, argv, err);
        return rc;
    }
    if (s->man)
        opt_man(options, &s->output.buf);
    else if (s->help)
        put_help(&s->output);
    else
        return no_subcommand(n > 0 ? argv[1] : NULL, err);
    return 0;
}

int cmd_dups(struct session *session, int argc, char **argv, struct err *err)
{
    int at = command_first_word(argc, argv);
    const struct command *c = at < argc ? find(argv[at]) : NULL;
    if (!c)
        return only_options(session, argc, argv, err);
    for (int i = at; i + 1 < argc; i++)
        argv[i] = argv[i + 1];
    argv[--argc] = NULL;
    return c->run(session, argc, argv, err);
}
