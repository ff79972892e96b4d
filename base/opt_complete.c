#include "base/opt_complete.h"

#include <string.h>

bool opt_shell_of(const char *name, enum opt_shell *out)
{
    static const char *const names[] = {
        [OPT_BASH] = "bash", [OPT_ZSH] = "zsh", [OPT_FISH] = "fish"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0) {
            *out = (enum opt_shell)i;
            return true;
        }
    }
    return false;
}

void opt_complete_release(struct opt_complete *c)
{
    buf_release(&c->commands);
    buf_release(&c->names);
    buf_release(&c->values);
    buf_release(&c->options);
}

/* What a value's name says about it. */
static bool is_folder(const char *value)
{
    return strcmp(value, "INDEX") == 0 || strcmp(value, "DIR") == 0;
}

static bool is_file(const char *value)
{
    return strstr(value, "FILE") || strstr(value, "INPUT");
}

static bool takes_files(const char *operands)
{
    return is_file(operands) || strstr(operands, "INDEX");
}

static bool takes_words(const char *operands)
{
    return strstr(operands, "QUERY") != NULL;
}

static const char *value_of(const struct opt *o)
{
    return o->value ? o->value : "VALUE";
}

/* "a|b" with blanks between. */
static void put_choices(struct buf *out, const char *choices)
{
    for (const char *p = choices; *p; p++)
        buf_put_u8(out, *p == '|' ? ' ' : (uint8_t)*p);
}

/* Text with a backslash before each of the characters, between quotation marks of the shell. */
static void put_escaped(struct buf *out, const char *text, const char *special)
{
    for (const char *p = text; *p; p++) {
        if (*p == '\'')
            buf_put_str(out, "'\\'");
        else if (strchr(special, *p))
            buf_put_u8(out, '\\');
        buf_put_u8(out, (uint8_t)*p);
    }
}

/* The pattern of the case in which a command is named: it, and no command at all for the one that is meant then. */
static void put_case(const struct opt_complete *c, const char *name, struct buf *out)
{
    buf_printf(out, "'%s'%s", name,
               c->standard && strcmp(name, c->standard) == 0 ? "|''" : "");
}

/* --- bash ------------------------------------------------------------------------------ */

static void bash_value(struct opt_complete *c, const char *name, const struct opt *o)
{
    bool standard = c->standard && strcmp(name, c->standard) == 0;
    struct buf *out = &c->values;
    buf_printf(out, "        '%s:--%s'", name, o->name);
    if (o->letter)
        buf_printf(out, "|'%s:-%c'", name, o->letter);
    if (standard)
        buf_printf(out, "|':--%s'", o->name);
    if (standard && o->letter)
        buf_printf(out, "|':-%c'", o->letter);
    if (o->type == OPT_CHOICE) {
        buf_put_str(out, ") values='");
        put_choices(out, o->choices);
        buf_put_str(out, "' ;;\n");
    } else {
        buf_printf(out, ") kind='%s' ;;\n",
                   is_folder(value_of(o)) ? "folder"
                   : is_file(value_of(o)) ? "file"
                                          : "other");
    }
}

static void bash_command(struct opt_complete *c, const char *name, const char *operands,
                         const struct opt *table)
{
    buf_put_str(&c->options, "        ");
    put_case(c, name, &c->options);
    buf_put_str(&c->options, ") options='");
    for (const struct opt *o = table; o->name; o++) {
        if (!o->help)
            continue;
        buf_printf(&c->options, "--%s ", o->name);
        if (o->type != OPT_FLAG)
            bash_value(c, name, o);
    }
    buf_printf(&c->options, "'%s%s ;;\n", takes_files(operands) ? " files=1" : "",
               takes_words(operands) ? " words=1" : "");
}

static const char bash_body[] =
    "() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local command='' options='' values='' kind='' files='' words='' commands='' "
    "word i\n"
    "    COMPREPLY=()\n"
    "    if [[ $cur == = ]]; then\n"
    "        cur=''\n"
    "    elif [[ $prev == = ]]; then\n"
    "        prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        word=${COMP_WORDS[i]}\n"
    "        case \"$command $word\" in\n";

static const char bash_after_commands[] =
    ") command=\"${command:+$command }$word\" ;;\n"
    "        esac\n"
    "    done\n"
    "    case \"$command:$prev\" in\n";

static const char bash_tail[] =
    "    esac\n"
    "    if [[ -n $values ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$values\" -- \"$cur\")\n"
    "    elif [[ $kind == folder ]]; then\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n"
    "    elif [[ $kind == file ]]; then\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "    elif [[ -n $kind ]]; then\n"
    "        return 0\n"
    "    elif [[ $cur == -* ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
    "    elif [[ -n $commands ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$commands\" -- \"$cur\")\n"
    "    elif [[ -n $files ]]; then\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "    elif [[ -n $words ]]; then\n"
    "        compopt -o nospace 2>/dev/null\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$prefixes\" -- \"$cur\")\n"
    "    fi\n"
    "}\n";

static void print_prefixes(const struct opt_complete *c, struct buf *out)
{
    for (const char *const *p = c->prefixes; p && *p; p++)
        buf_printf(out, "%s%s", p == c->prefixes ? "" : " ", *p);
}

/* A name of a function that all three shells take. */
static void put_function(const struct opt_complete *c, struct buf *out)
{
    buf_put_u8(out, '_');
    for (const char *p = c->program; *p; p++)
        buf_put_u8(out, *p == '-' ? '_' : (uint8_t)*p);
}

static void print_bash(const struct opt_complete *c, struct buf *out)
{
    put_function(c, out);
    buf_put_str(out, bash_body);
    buf_put_str(out, "            ");
    buf_put_bytes(out, buf_bytes(&c->names));
    buf_put_str(out, bash_after_commands);
    buf_put_bytes(out, buf_bytes(&c->values));
    buf_put_str(out, "    esac\n    case $command in\n");
    buf_put_bytes(out, buf_bytes(&c->options));
    buf_put_str(out, "    esac\n    local prefixes='");
    print_prefixes(c, out);
    buf_put_str(out, "'\n    case $command in\n");
    buf_put_bytes(out, buf_bytes(&c->commands));
    buf_put_str(out, bash_tail);
    buf_put_str(out, "complete -F ");
    put_function(c, out);
    buf_printf(out, " %s\n", c->program);
}

/* --- zsh ------------------------------------------------------------------------------- */

static void zsh_option(struct buf *out, const struct opt *o)
{
    buf_put_str(out, "            ");
    if (o->letter)
        buf_printf(out, "'(-%c --%s)'{-%c%s,--%s%s}", o->letter, o->name, o->letter,
                   o->type == OPT_FLAG ? "" : "+", o->name,
                   o->type == OPT_FLAG ? "" : "=");
    else
        buf_printf(out, "--%s%s", o->name, o->type == OPT_FLAG ? "" : "=");
    buf_put_str(out, "'[");
    put_escaped(out, o->help, "[]\\:");
    buf_put_str(out, "]");
    if (o->type == OPT_CHOICE) {
        buf_printf(out, ":%s:(", value_of(o));
        put_choices(out, o->choices);
        buf_put_str(out, ")");
    } else if (o->type != OPT_FLAG) {
        buf_printf(out, ":%s:%s", value_of(o),
                   is_folder(value_of(o)) ? "_directories"
                   : is_file(value_of(o)) ? "_files"
                                          : " ");
    }
    buf_put_str(out, "'\n");
}

static void zsh_command(struct opt_complete *c, const char *name, const char *operands,
                        const struct opt *table)
{
    buf_put_str(&c->options, "        (");
    put_case(c, name, &c->options);
    buf_printf(&c->options, ") files=%d prefixes=%d options=(\n", takes_files(operands),
               takes_words(operands));
    for (const struct opt *o = table; o->name; o++) {
        if (o->help)
            zsh_option(&c->options, o);
    }
    buf_put_str(&c->options, "            ) ;;\n");
}

static void print_zsh(const struct opt_complete *c, struct buf *out)
{
    put_function(c, out);
    buf_put_str(out, "() {\n"
                     "    local -a options commands line\n"
                     "    local -A opt_args\n"
                     "    local state=''\n"
                     "    local command='' word files=0 prefixes=0\n"
                     "    for word in ${words[2,CURRENT-1]}; do\n"
                     "        case \"$command $word\" in\n            (");
    buf_put_bytes(out, buf_bytes(&c->names));
    buf_put_str(out, ") command=\"${command:+$command }$word\" ;;\n"
                     "        esac\n"
                     "    done\n"
                     "    case $command in\n");
    buf_put_bytes(out, buf_bytes(&c->commands));
    buf_put_str(out, "    esac\n    case $command in\n");
    buf_put_bytes(out, buf_bytes(&c->options));
    buf_put_str(out,
                "    esac\n"
                "    _arguments -s : \"${options[@]}\" '*: :->operand' && return 0\n"
                "    [[ $state == operand ]] || return 1\n"
                "    if (( $#commands )); then\n"
                "        _describe command commands\n"
                "    elif (( files )); then\n"
                "        _files\n"
                "    elif (( prefixes )); then\n"
                "        compadd -S '' -- ");
    print_prefixes(c, out);
    buf_put_str(out, "\n    fi\n}\n");
    put_function(c, out);
    buf_put_str(out, " \"$@\"\n");
}

/* --- fish ------------------------------------------------------------------------------ */

static void fish_option(struct opt_complete *c, const char *name, const struct opt *o)
{
    struct buf *out = &c->options;
    buf_printf(out, "complete -c %s -n '_", c->program);
    put_function(c, out);
    buf_printf(out, "_is %s' -l %s", name, o->name);
    if (o->letter)
        buf_printf(out, " -s %c", o->letter);
    if (o->type == OPT_CHOICE) {
        buf_put_str(out, " -x -a '");
        put_choices(out, o->choices);
        buf_put_str(out, "'");
    } else if (o->type != OPT_FLAG) {
        buf_put_str(out, is_folder(value_of(o))
                             ? " -x -a '(__fish_complete_directories)'"
                         : is_file(value_of(o)) ? " -r -F"
                                                : " -x");
    }
    buf_put_str(out, " -d '");
    put_escaped(out, o->help, "\\");
    buf_put_str(out, "'\n");
}

static void fish_command(struct opt_complete *c, const char *name, const char *operands,
                         const struct opt *table)
{
    for (const struct opt *o = table; o->name; o++) {
        if (o->help)
            fish_option(c, name, o);
    }
    if (takes_files(operands) || (takes_words(operands) && c->prefixes)) {
        buf_printf(&c->options, "complete -c %s -n '_", c->program);
        put_function(c, &c->options);
        buf_printf(&c->options, "_is %s' %s", name,
                   takes_files(operands) ? "-F" : "-a '");
        if (!takes_files(operands)) {
            print_prefixes(c, &c->options);
            buf_put_u8(&c->options, '\'');
        }
        buf_put_u8(&c->options, '\n');
    }
}

static void print_fish(const struct opt_complete *c, struct buf *out)
{
    buf_put_str(out, "function _");
    put_function(c, out);
    buf_put_str(out, "_command\n"
                     "    set -l words (commandline -opc)\n"
                     "    set -l command ''\n"
                     "    for word in $words[2..-1]\n"
                     "        switch \"$command $word\"\n"
                     "            case ");
    buf_put_bytes(out, buf_bytes(&c->names));
    buf_put_str(out, "\n"
                     "                set command (string trim \"$command $word\")\n"
                     "        end\n"
                     "    end\n"
                     "    echo $command\n"
                     "end\n"
                     "function _");
    put_function(c, out);
    buf_put_str(out, "_is\n    set -l command (_");
    put_function(c, out);
    buf_printf(
        out,
        "_command)\n"
        "    test \"$command\" = \"$argv\"; or test \"$command\" = '' -a \"$argv\" "
        "= '%s'\n"
        "end\n"
        "function _",
        c->standard ? c->standard : "");
    put_function(c, out);
    buf_put_str(out, "_at\n    set -l command (_");
    put_function(c, out);
    buf_put_str(out, "_command)\n    test \"$command\" = \"$argv\"\nend\n");
    buf_printf(out, "complete -c %s -f\n", c->program);
    buf_put_bytes(out, buf_bytes(&c->commands));
    buf_put_bytes(out, buf_bytes(&c->options));
}

/* --- all ------------------------------------------------------------------------------- */

/* The command among those of its parent, in a list of each parent. */
static void add_name(struct opt_complete *c, const char *name, const char *summary)
{
    const char *last = strrchr(name, ' ');
    struct bytes parent = bytes_of(name, last ? (size_t)(last - name) : 0);
    struct buf *out = &c->commands;
    last = last ? last + 1 : name;
    if (c->names.len > 0)
        buf_put_u8(&c->names, c->shell == OPT_FISH ? ' ' : '|');
    buf_printf(&c->names, "'%.*s %s'", (int)parent.len, name, last);
    if (c->shell == OPT_BASH)
        buf_printf(out, "        '%.*s') commands+='%s ' ;;&\n", (int)parent.len, name,
                   last);
    if (c->shell == OPT_ZSH) {
        buf_printf(out, "        ('%.*s') commands+=('%s:", (int)parent.len, name,
                   last);
        put_escaped(out, summary, "\\:");
        buf_put_str(out, "') ;|\n");
    }
    if (c->shell == OPT_FISH) {
        buf_printf(out, "complete -c %s -n '_", c->program);
        put_function(c, out);
        buf_printf(out, "_at %.*s' -a %s -d '", (int)parent.len, name, last);
        put_escaped(out, summary, "\\");
        buf_put_str(out, "'\n");
    }
}

void opt_complete_command(struct opt_complete *c, const char *name,
                          const char *operands, const char *summary,
                          const struct opt *table)
{
    add_name(c, name, summary);
    switch (c->shell) {
    case OPT_BASH: bash_command(c, name, operands, table); break;
    case OPT_ZSH: zsh_command(c, name, operands, table); break;
    case OPT_FISH: fish_command(c, name, operands, table); break;
    }
}

void opt_complete_print(const struct opt_complete *c, struct buf *out)
{
    static const char *const names[] = {
        [OPT_BASH] = "bash", [OPT_ZSH] = "zsh", [OPT_FISH] = "fish"};
    if (c->shell == OPT_ZSH)
        buf_printf(out, "#compdef %s\n", c->program);
    buf_printf(out,
               "# Completes %s; made from its tables of options by: %s completion %s\n",
               c->program, c->program, names[c->shell]);
    switch (c->shell) {
    case OPT_BASH: print_bash(c, out); break;
    case OPT_ZSH: print_zsh(c, out); break;
    case OPT_FISH: print_fish(c, out); break;
    }
}
