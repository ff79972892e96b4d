/* stemma-index build: archives to an index. */
#include "indexer/build.h"
#include "indexer/command.h"

enum {
    STATUS_SKIPPED = 4 /* published, but some records are not in it */
};

static int show_help(const struct console *io, struct config *c, struct err *err)
{
    struct buf text = {0};
    buf_put_str(
        &text,
        "usage: stemma-index build -x INDEX INPUT...\n\n"
        "Reads files and folders (JSONL, plain text, Markdown; .gz and .zst too; - is\n"
        "standard input) and makes them the index in the folder INDEX. What was there\n"
        "stays in use until the new index is complete.\n\n");
    opt_help(config_options(c), &text);
    buf_put_str(&text,
                "\nExit status: 0 all is in the index, 2 usage, 3 failed and the old "
                "index is as it was,\n4 published but some records were left out, "
                "75 another build is at work.\n");
    buf_put_u8(&text, 0);
    int rc = buf_check(&text, err);
    if (rc == 0)
        io->out((const char *)text.data);
    buf_release(&text);
    return rc;
}

int cmd_build(const struct console *io, int argc, char **argv, int *status,
              struct err *err)
{
    struct config c;
    struct buf words = {0};
    bool skipped = false;
    int rc = config_parse(&c, argc, argv, err);
    if (rc == 0 && c.help) {
        rc = show_help(io, &c, err);
    } else if (rc == 0) {
        rc = build_run(&c, io->progress, &skipped, &words, err);
        buf_put_u8(&words, 0);
        if (!words.failed)
            io->note((const char *)words.data);
        if (skipped)
            *status = STATUS_SKIPPED;
    }
    buf_release(&words);
    config_release(&c);
    return rc;
}
