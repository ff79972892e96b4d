/* completion: what the shell may put behind each word, from the tables of options, commands and fields. */
#include "base/opt_complete.h"
#include "query/command.h"
#include "query/filter.h"

enum {
    PREFIXES_MAX = 40
};

static void add_command(void *arg, const char *command, const char *operands,
                        const char *summary, const struct opt *table)
{
    opt_complete_command(arg, command, operands, summary, table);
}

/* "source:" and the other fields, in the arena. */
static int list_prefixes(struct session *s, const char **out, struct err *err)
{
    size_t n, n_out = 0;
    const struct filter_field *fields = filter_fields(&n);
    for (size_t i = 0; i < n && n_out + 1 < PREFIXES_MAX; i++) {
        struct buf name = {0};
        buf_printf(&name, "%s:", fields[i].name);
        struct bytes kept = arena_copy(&s->arena, buf_bytes(&name));
        int rc =
            name.failed || !kept.data ? err_set(err, ERR_NOMEM, "out of memory") : 0;
        buf_release(&name);
        if (rc < 0)
            return rc;
        out[n_out++] = (const char *)kept.data;
    }
    out[n_out] = NULL;
    return 0;
}

int command_completion(struct session *s, const char *shell, struct err *err)
{
    const char *prefixes[PREFIXES_MAX];
    struct opt_complete c = {
        .program = "stemma-query", .standard = "search", .prefixes = prefixes};
    if (!opt_shell_of(shell, &c.shell))
        return err_set(
            err, ERR_USAGE,
            "completion takes bash, zsh or fish, not '%s' (to search for the "
            "words: stemma-query search completion %s)",
            shell, shell);
    int rc = list_prefixes(s, prefixes, err);
    if (rc == 0)
        rc = command_each(add_command, &c, err);
    if (rc == 0)
        opt_complete_print(&c, &s->output.buf);
    opt_complete_release(&c);
    return rc;
}
