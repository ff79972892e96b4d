/* stemma-index verify: every byte of an index. */
#include <inttypes.h>
#include <stdlib.h>

#include "formats/snapshot.h"
#include "indexer/command.h"

static int parse(int argc, char **argv, const struct console *io, const char **index,
                 struct err *err)
{
    bool help = false;
    int operands = 0;
    const struct opt table[] = {
        {"index", 'x', OPT_STRING, index, "INDEX",
         "Folder of the index (or the operand, or STEMMA_INDEX).", 0, 0, NULL},
        {"help", 'h', OPT_FLAG, &help, NULL, "Print this help.", 0, 0, NULL},
        {0},
    };
    int rc = opt_parse(table, argc, argv, &operands, err);
    if (rc != 0)
        return rc;
    if (help) {
        struct buf text = {0};
        buf_printf(&text, "usage: stemma-index %s INDEX\n\n", argv[0]);
        opt_help(table, &text);
        buf_put_u8(&text, 0);
        if (!text.failed)
            io->out((const char *)text.data);
        buf_release(&text);
        return ITER_END;
    }
    if (operands > 1 || (operands == 1 && *index))
        return err_set(err, ERR_USAGE, "%s: one index at a time", argv[0]);
    if (operands == 1)
        *index = argv[1];
    if (!*index)
        *index = getenv("STEMMA_INDEX"); // NOLINT(concurrency-mt-unsafe)
    if (!*index || !**index)
        return err_set(err, ERR_USAGE, "%s: which index? (-x INDEX)", argv[0]);
    return 0;
}

int cmd_verify(const struct console *io, int argc, char **argv, int *status,
               struct err *err)
{
    const char *index = NULL;
    struct snapshot_report report = {0};
    struct buf text = {0};
    (void)status;
    int rc = parse(argc, argv, io, &index, err);
    if (rc != 0)
        return rc == ITER_END ? 0 : rc;
    rc = snapshot_verify(index, &report, err);
    if (rc == 0) {
        if (report.unknown.len > 0) {
            buf_put_str(&text, "not part of the index:\n");
            buf_put_bytes(&text, buf_bytes(&report.unknown));
            buf_put_u8(&text, 0);
            if (!text.failed)
                io->note((const char *)text.data);
            buf_reset(&text);
        }
        buf_printf(&text, "%s: good: %" PRIu64 " files, %" PRIu64 " bytes\n", index,
                   report.n_files, report.bytes);
        buf_put_u8(&text, 0);
        if (!text.failed)
            io->out((const char *)text.data);
    }
    buf_release(&report.unknown);
    buf_release(&text);
    return rc;
}
