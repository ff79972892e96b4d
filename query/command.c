#include "query/command.h"

#include <string.h>
#include <unistd.h>

#include "query/terminal.h"

static int cmd_help(struct session *s, int argc, char **argv, struct err *err);

static const struct command commands[] = {
    {"search", "QUERY...", "the stories that match, best first (the default)", false,
     cmd_search},
    {"kwic", "QUERY...", "each hit with the words around it", false, cmd_kwic},
    {"count", "QUERY...", "hits, stories and articles of each query", false, cmd_count},
    {"timeline", "QUERY...", "how often queries match by year, month, week or day",
     false, cmd_timeline},
    {"terms", "[PATTERN...]", "the dictionary: words, and how often they occur", true,
     cmd_terms},
    {"collocates", "QUERY...", "words near the hits, and how strongly tied", false,
     cmd_collocates},
    {"cooc", "A B...", "how often queries stand together, pair by pair", false,
     cmd_cooc},
    {"matrix", "QUERY...", "queries by queries, by month or by source, as a heat map",
     false, cmd_matrix},
    {"keyness", "QUERY...", "words that some articles have more often than the rest",
     false, cmd_keyness},
    {"ngrams", "[QUERY...]", "frequent sequences of words", true, cmd_ngrams},
    {"like", "ID [QUERY]", "the stories most like an article", false, cmd_like},
    {"show", "ID", "one article, whole, and where it came from", false, cmd_show},
    {"export", "[QUERY...]", "articles with their whole texts, as data", true,
     cmd_export},
    {"dups", "list|show|...", "which articles are copies of which, and why", false,
     cmd_dups},
    {"explain", "QUERY...", "how a query is understood and answered", false,
     cmd_explain},
    {"stats", "[INDEX]", "what the index holds", true, cmd_stats},
    {"help", "[COMMAND]", "this, or a command's options", true, cmd_help},
    {0},
};

static const char examples[] =
    "Examples\n"
    "  stemma-query -x INDEX '\"dock workers\" AND strike'     a phrase and a word\n"
    "  stemma-query -x INDEX 'tugs NEAR/6 flour'             within six words\n"
    "  stemma-query -x INDEX count '\"night shift\"' 'ferr*'   numbers only\n"
    "  stemma-query -x INDEX count --by source,year strike   by outlet and year\n"
    "  stemma-query -x INDEX timeline strike                 over time, with bars\n"
    "  stemma-query -x INDEX timeline -f svg strike > s.svg  the same as a picture\n"
    "  stemma-query -x INDEX --json --limit 0 'glass'        every story, as data\n"
    "  stemma-query -x INDEX kwic --sort R1 strike           each hit in its line\n"
    "  stemma-query -x INDEX export 'source:journal'         whole texts, as JSONL\n"
    "  stemma-query -x INDEX collocates --stop en strike     words that stand near it\n"
    "  stemma-query -x INDEX keyness ferry                   words that go with it\n"
    "  stemma-query -x INDEX ngrams --words 3 --stop en      frequent phrases\n"
    "  stemma-query -x INDEX like cw-1001                    stories like an article\n"
    "  stemma-query -x INDEX cooc tugs flour strike          which stand together\n"
    "  stemma-query -x INDEX show cw-1001                    one article\n"
    "\n";

static const char language[] =
    "\nQueries\n"
    "  word  \"a phrase\"  pre*  a AND b  a OR b  NOT a  -a  (a OR b) c  a NEAR/n b  "
    "a PRE/n b\n"
    "  w?rd  *fix  \"a * b\"  \"(a|b) c\"  \"a b\"~n  a /s b  a +p b  a NOT-NEAR/n b  "
    "ATLEAST/n a  IN/n a\n"
    "  stem(talk)  /ir[ae]n/  =US  =\"The Times\"\n"
    "  source:gazette  source:=\"The Gazette\"  author:\"ada banks\"  title:word  "
    "title:(a NEAR/3 b)  body:word\n"
    "  date:2016  date:2016-12..2018-03  date:\"last month\"  date:2weeks..  date:none "
    " "
    "words:>300\n"
    "  url:bbc.co.uk/news  path:2016/*.jsonl  section:world  lang:en  tag:ports  "
    "id:ID  source:a|b  author:none\n"
    "  is:original  is:copy  is:excerpt  copies:>3  story:ID  like:ID\n"
    "  Operators are written in capitals; words side by side mean AND.\n"
    "  The manual page stemma-query(7) has the rules.\n"
    "\n"
    "stemma-query help COMMAND shows a command's options.\n"
    "Exit status: 0 hits, 1 none, 2 usage, 3 index missing or damaged,\n"
    "4 stopped by --timeout or --memory, 5 output failed.\n";

static const struct command *find(const char *name)
{
    for (const struct command *c = commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

bool command_helped(struct session *s, const char *name, const struct opt *table)
{
    struct output *o = &s->output;
    const struct command *c = find(name);
    if (s->see) {
        s->see(s->see_arg, name, c ? c->operands : "", c ? c->summary : "", table);
        return true;
    }
    if (s->man) {
        opt_man(table, &o->buf);
        return true;
    }
    if (!s->help || !c)
        return false;
    output_printf(o, "usage: stemma-query [-x INDEX] %s [OPTION...] %s\n%s\n\n", name,
                  c->operands, c->summary);
    opt_help(table, &o->buf);
    return true;
}

static int unknown_command(const char *word, struct err *err)
{
    const char *names[sizeof commands / sizeof *commands];
    size_t n = 0;
    for (const struct command *c = commands; c->name; c++)
        names[n++] = c->name;
    names[n] = NULL;
    const char *near = opt_nearest(word, names);
    return err_set(err, ERR_USAGE, "there is no command '%s'%s%s%s", word,
                   near ? "; did you mean '" : " (stemma-query help lists them)",
                   near ? near : "", near ? "'?" : "");
}

static void put_help(struct output *o)
{
    output_put(o, "usage: stemma-query [-x INDEX] [OPTION...] [COMMAND] QUERY...\n\n");
    output_put(o, examples);
    output_put(o, "Commands\n");
    for (const struct command *c = commands; c->name; c++)
        output_printf(o, "  %-10s %-12s %s\n", c->name, c->operands, c->summary);
    output_put(o, language);
}

static int cmd_help(struct session *s, int argc, char **argv, struct err *err)
{
    const struct opt options[] = {SESSION_OPTIONS(s), {0}};
    int n = 0;
    int rc = session_parse(s, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (s->see)
        return command_helped(s, "help", options), 0;
    const struct command *c = n > 0 ? find(argv[1]) : NULL;
    if (n > 0 && !c)
        return unknown_command(argv[1], err);
    if (c && c->run != cmd_help) {
        char name[] = "stemma-query", option[] = "--help";
        char *args[] = {name, option, NULL};
        return c->run(s, 2, args, err);
    }
    put_help(&s->output);
    return 0;
}

int command_each(session_see_fn *see, void *arg, struct err *err)
{
    struct session s;
    int rc = 0;
    session_init(&s, NULL);
    s.see = see;
    s.see_arg = arg;
    for (const struct command *c = commands; c->name && rc >= 0; c++) {
        char name[] = "stemma-query";
        char *args[] = {name, NULL};
        rc = c->run(&s, 1, args, err);
    }
    session_release(&s);
    return rc < 0 ? rc : 0;
}

/* Whether an option of this name, or letter, has its value behind it. */
struct option_question {
    const char *name; /* NULL: the letter is asked for */
    char letter;
    bool found, has_value;
};

static void look_up_option(void *arg, const char *command, const char *operands,
                           const char *summary, const struct opt *table)
{
    struct option_question *q = arg;
    (void)command, (void)operands, (void)summary;
    for (const struct opt *o = table; o->name; o++) {
        if (q->name ? strcmp(o->name, q->name) == 0
                    : o->letter && o->letter == q->letter) {
            q->found = true;
            q->has_value |= o->type != OPT_FLAG;
        }
    }
}

/* Looks an option up, first among those that all commands have: mostly it is --index, and then no other table is made. */
static bool answer(struct option_question *q)
{
    struct session s; /* whose options are told of, and not written */
    const struct opt common[] = {SESSION_OPTIONS(&s), {0}};
    look_up_option(q, NULL, NULL, NULL, common);
    return (q->found || command_each(look_up_option, q, NULL) == 0) && q->has_value;
}

/* Is the value of this option the next word? Of letters together ("-qx") the last one decides. */
static bool takes_next(const char *arg)
{
    struct option_question q = {0};
    if (strchr(arg, '='))
        return false;
    if (arg[1] == '-') {
        q.name = arg + 2;
        return answer(&q);
    }
    for (const char *c = arg + 1; *c; c++) {
        q = (struct option_question){.letter = *c};
        if (answer(&q))
            return c[1] == 0;
    }
    return false;
}

/* The table is not yet known, because the command is not; but one name means one kind of option in all. */
int command_first_word(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0)
            return argc;
        if (argv[i][0] != '-' || argv[i][1] == 0)
            return i;
        if (takes_next(argv[i]))
            i++;
    }
    return argc;
}

static bool is_plain_word(const char *s)
{
    for (const char *p = s; *p; p++)
        if (strchr("\"*-()/=:", *p) || *p == ' ')
            return false;
    return *s != 0;
}

/* `count strike` may mean the command or the two words; the command is taken. Somebody at a
 * terminal, who may have meant the words, is told how to say so. */
static void tell_other_reading(struct session *s, const struct command *c, int argc,
                               char **argv, int at)
{
    if (!c->bare && c->run != cmd_search && c->run != cmd_dups && at + 1 < argc &&
        is_plain_word(argv[at + 1]) && terminal_is(STDERR_FILENO))
        session_say(s, LOG_INFO,
                    "'%s' is the command; to search for the word: stemma-query search "
                    "%s %s",
                    c->name, c->name, argv[at + 1]);
}

/* The command argv names; its name is taken out of argv. */
static const struct command *choose(struct session *s, int *argc, char **argv)
{
    int at = command_first_word(*argc, argv);
    const struct command *c = at < *argc ? find(argv[at]) : NULL;
    if (!c)
        return find("search");
    if (!c->bare && at + 1 >= *argc) {
        session_say(s, LOG_INFO,
                    "searching for the word '%s'; as a command it takes more: "
                    "stemma-query help %s",
                    c->name, c->name);
        return find("search");
    }
    tell_other_reading(s, c, *argc, argv, at);
    for (int i = at; i + 1 < *argc; i++)
        argv[i] = argv[i + 1];
    argv[--*argc] = NULL;
    return c;
}

int command_run(struct session *s, int argc, char **argv, struct err *err)
{
    if (argc < 2)
        return err_set(err, ERR_USAGE,
                       "no query; try: stemma-query -x INDEX '\"night shift\"', or "
                       "stemma-query help");
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        output_put(&s->output, "stemma-query " STEMMA_VERSION "\n");
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], "completion") == 0)
        return command_completion(s, argv[2], err);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return cmd_help(s, 1, argv, err);
    return choose(s, &argc, argv)->run(s, argc, argv, err);
}
