#include "query/vimgrep.h"

#include <inttypes.h>

#include "query/show.h"

void vimgrep_release(struct vimgrep *v)
{
    buf_release(&v->input);
    buf_release(&v->source);
}

/* Makes the record's bytes known. */
static int load(struct vimgrep *v, const struct provenance_row *p, struct err *err)
{
    struct err why = {0};
    if (v->record == p->record && bytes_equal(buf_bytes(&v->input), p->input))
        return 0;
    v->record = p->record;
    v->counted = v->begin = 0;
    v->line = 1;
    buf_reset(&v->input);
    buf_put_bytes(&v->input, p->input);
    buf_reset(&v->source);
    if (p->offset > 0)
        return buf_check(&v->input, err); /* its first line is not known */
    int rc = show_source(p, &v->source, &why);
    if (rc < 0)
        v->source.len = 0;
    if (rc == ERR_NOMEM)
        return err_set(err, rc, "%s", why.msg);
    return buf_check(&v->input, err);
}

/* Line and column of a byte of the record. Hits come in order as a rule; one that does not is counted anew. */
static void count(struct vimgrep *v, uint64_t at, uint64_t *line, uint64_t *column)
{
    if (at < v->begin) {
        v->counted = v->begin = 0;
        v->line = 1;
    }
    for (; v->counted < at; v->counted++) {
        if (v->source.data[v->counted] == '\n') {
            v->line++;
            v->begin = v->counted + 1;
        }
    }
    *line = v->line;
    *column = at - v->begin + 1;
}

int vimgrep_put(struct vimgrep *v, const struct provenance_row *p, uint64_t from,
                struct bytes text, struct err *err)
{
    struct output *o = v->output;
    uint64_t at = from - p->offset, line = 1, column = 1;
    if (p->reader == READER_JSONL) {
        line = p->record;
        column = at + 1;
    } else {
        int rc = load(v, p, err);
        if (rc < 0)
            return rc;
        if (at < v->source.len)
            count(v, at, &line, &column);
    }
    output_line(o, p->input);
    output_printf(o, ":%" PRIu64 ":%" PRIu64 ":", line, column);
    output_line(o, text);
    output_put(o, "\n");
    return output_flush_large(o, err);
}
