#include "query/queries.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void queries_release(struct queries *q)
{
    buf_release(&q->bytes);
    vec_release(&q->items);
}

struct bytes queries_get(const struct queries *q, size_t i)
{
    const struct queries_item *item = &q->items.items[i];
    return bytes_of(q->bytes.data + item->start, item->len);
}

int queries_fail(const struct queries *q, size_t i, int rc, struct err *err)
{
    uint64_t line = i < q->items.len ? q->items.items[i].line : 0;
    return rc < 0 && line > 0 ? err_wrap(err, "%s, line %" PRIu64, q->path, line) : rc;
}

int queries_put(struct queries *q, struct bytes query, uint64_t line, struct err *err)
{
    struct queries_item item = {q->bytes.len, query.len, line};
    if (query.len > QUERIES_BYTES_MAX - q->bytes.len)
        return err_set(err, ERR_LIMIT, "more than %d bytes of queries",
                       QUERIES_BYTES_MAX);
    buf_put_bytes(&q->bytes, query);
    if (q->bytes.failed || !vec_push(&q->items, item))
        return err_set(err, ERR_NOMEM, "out of memory");
    return 0;
}

static bool is_blank_line(struct bytes line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.data[i] != ' ' && line.data[i] != '\t')
            return false;
    return true;
}

static struct bytes trimmed(const char *line, size_t len, uint64_t number)
{
    struct bytes query = bytes_of(line, len);
    while (query.len > 0 &&
           (query.data[query.len - 1] == '\n' || query.data[query.len - 1] == '\r'))
        query.len--;
    if (number == 1 && bytes_starts(query, bytes_str("\xEF\xBB\xBF")))
        query = bytes_of(query.data + 3, query.len - 3);
    return query;
}

static int read_lines(struct queries *q, FILE *file, const char *path, struct err *err)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    uint64_t number = 0;
    int rc = 0;
    errno = 0;
    while (rc == 0 && (len = getline(&line, &cap, file)) >= 0) {
        struct bytes query = trimmed(line, (size_t)len, ++number);
        if (!is_blank_line(query))
            rc = queries_put(q, query, number, err);
    }
    if (rc == 0 && !feof(file))
        rc = err_sys(err, ERR_IO, errno, "queries: '%s' line %" PRIu64, path,
                     number + 1);
    free(line);
    return rc;
}

int queries_read(struct queries *q, const char *path, struct err *err)
{
    q->path = path;
    if (strcmp(path, "-") == 0)
        return read_lines(q, stdin, "standard input", err);
    FILE *file = fopen(path, "r");
    if (!file)
        return err_sys(err, ERR_USAGE, errno, "queries: '%s'", path);
    int rc = read_lines(q, file, path, err);
    (void)fclose(file); /* only read from */
    return rc;
}
