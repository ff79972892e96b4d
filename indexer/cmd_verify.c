/* stemma-index verify: every byte of an index. */
#include <inttypes.h>

#include "formats/snapshot.h"
#include "indexer/command.h"

/* As all commands. NOLINTNEXTLINE(readability-non-const-parameter) */
int cmd_verify(const struct console *io, int argc, char **argv, int *status,
               struct err *err)
{
    const char *index = NULL;
    struct snapshot_report report = {0};
    struct buf text = {0};
    (void)status;
    bool help = false;
    const struct opt table[] = {
        {"index", 'x', OPT_STRING, &index, "INDEX",
         "Folder of the index (or the operand, or STEMMA_INDEX).", 0, 0, NULL},
        {"help", 'h', OPT_FLAG, &help, NULL, "Print this help.", 0, 0, NULL},
        {0},
    };
    int rc = command_parse(io, table, &help, &index, argc, argv, err);
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
        /* The exit status is the answer; this line is for people. */
        if (!text.failed)
            io->note((const char *)text.data);
    }
    buf_release(&report.unknown);
    buf_release(&text);
    return rc;
}
