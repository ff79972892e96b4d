#include "indexer/group_trace.h"

#include <fcntl.h>
#include <unistd.h>

static const char names[] =
    "a\tb\tvotes\trelation\trule\tscore\tcovered_a\tcovered_b\trare\t"
    "run\tmatched\tfacts_agreed\tfacts_differ\n";

int group_trace_open(struct group_trace *t, const struct build *b,
                     const struct texts *texts, const struct ids *ids, const char *path,
                     struct err *err)
{
    struct err own = {0};
    *t = (struct group_trace){.build = b, .texts = texts, .ids = ids};
    spool_read_metadata_of(&t->reader, &b->spool);
    int fd = file_open_read(AT_FDCWD, path, NULL, &own);
    int rc = 0;
    if (fd >= 0) {
        (void)close(fd);
        rc = file_remove(AT_FDCWD, path, err);
    } else if (fd != ERR_NOT_FOUND) {
        rc = err_set(err, fd, "--trace-pairs: %s", own.msg);
    }
    if (rc == 0)
        rc = file_writer_create(&t->file, AT_FDCWD, path, err);
    t->open = rc == 0;
    if (rc == 0)
        file_writer_put(&t->file, names, sizeof names - 1);
    return rc;
}

static int put_id(struct group_trace *t, uint32_t text, struct err *err)
{
    uint32_t article = t->texts->articles.items[text];
    struct metadata m;
    char made[IDS_LEN_MAX];
    int rc = spool_metadata(&t->reader, &t->build->articles.v.items[article], &m, err);
    if (rc != 0)
        return rc;
    buf_put_bytes(&t->line, ids_get(t->ids, t->build, article, m.row.id, made));
    buf_put_u8(&t->line, '\t');
    return 0;
}

int group_trace_put(struct group_trace *t, const struct verdicts *v, struct err *err)
{
    struct verdicts_walk walk;
    struct verdict d;
    int rc;
    verdicts_walk(&walk, v);
    while ((rc = verdicts_next(&walk, &d, err)) == 0) {
        buf_reset(&t->line);
        rc = put_id(t, d.text, err);
        if (rc == 0)
            rc = put_id(t, d.other, err);
        if (rc != 0)
            break;
        buf_printf(&t->line, "%u\t%s\t%s\t%u\t%u\t%u\t%u\t%u\t%u\t%u\t%u\n", d.votes,
                   compare_relation_name(d.e.relation), compare_rule_name(d.e.rule),
                   d.e.score, d.e.covered[0], d.e.covered[1], d.e.rare, d.e.run,
                   d.e.matched, d.e.facts_agreed, d.e.facts_differ);
        file_writer_put(&t->file, t->line.data, t->line.len);
    }
    verdicts_walk_release(&walk);
    return rc == ITER_END ? buf_check(&t->line, err) : rc;
}

int group_trace_close(struct group_trace *t, int rc, struct err *err)
{
    if (rc == 0)
        rc = file_writer_flush(&t->file, err);
    if (t->open)
        file_writer_close(&t->file);
    spool_reader_release(&t->reader);
    buf_release(&t->line);
    return rc;
}
