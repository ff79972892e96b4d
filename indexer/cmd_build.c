/* stemma-index build: archives to an index. */
#include "indexer/build.h"
#include "indexer/command.h"

enum {
    STATUS_SKIPPED = 4 /* published, but some records are not in it */
};

static const char words_before[] =
    "Reads files and folders (JSONL, plain text, Markdown; .gz and .zst too; - is\n"
    "standard input) and makes them the index in the folder INDEX. What was there\n"
    "stays in use until the new index is complete.\n\n";
static const char words_after[] =
    "\nExit status: 0 all is in the index, 2 usage, 3 failed and the old index is as "
    "it was,\n"
    "4 published but some records were left out, 75 another build is at work.\n";

static int show_help(const struct console *io, bool man, struct err *err)
{
    struct config c;
    config_init(&c);
    int rc = command_help(io, config_options(&c), man, "build", words_before,
                          words_after, err);
    config_release(&c);
    return rc;
}

int cmd_build(const struct console *io, int argc, char **argv, int *status,
              struct err *err)
{
    struct config c;
    struct buf words = {0};
    bool skipped = false;
    if (command_wants_man(argc, argv))
        return show_help(io, true, err);
    int rc = config_parse(&c, argc, argv, err);
    if (rc == 0 && c.help) {
        rc = show_help(io, false, err);
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
