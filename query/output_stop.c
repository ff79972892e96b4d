/* The end of an answer that a limit cut off. */
#include "query/output.h"

static void put_mark(struct output *o, const char *by)
{
    output_json_bool(o, "partial", true);
    output_json_str(o, "stopped_by", bytes_str(by));
}

void output_stop(struct output *o, const char *by, bool lines)
{
    bool whole = o->depth == 0;
    if (o->buf.failed || o->failed_errno)
        return; /* something is missing in the middle */
    while (o->depth > 1)
        output_close(o, o->bracket[o->depth] == '[' ? ']' : '}');
    if (o->depth == 1 && o->bracket[1] == '{') {
        put_mark(o, by);
        output_close(o, '}');
    }
    if (lines || (whole && !o->written && o->buf.len == 0)) {
        output_open(o, NULL, '{');
        output_json_str(o, "schema", bytes_str("stemma.stopped/1"));
        put_mark(o, by);
        output_close(o, '}');
    }
}
