/* show: one article, whole, with its provenance; or its normalised text byte for byte, or its record's original bytes. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "query/calendar.h"
#include "query/command.h"
#include "query/print.h"

enum {
    CANDIDATES_SHOWN = 10
};

struct found {
    uint32_t segment;
    article_id article;
};

/* An ID as typed: exact if there is one, else a prefix of exactly one. ITER_END: of none. */
static int find_article(struct session *s, struct bytes id, struct found *out,
                        struct err *err)
{
    struct provenance_cache *cache = provenance_cache_new();
    if (!cache)
        return err_set(err, ERR_NOMEM, "out of memory");
    struct buf candidates = {0};
    uint64_t n_found = 0;
    int rc = 0;
    bool exact = false;
    for (uint32_t seg = 0; rc == 0 && !exact && seg < s->snapshot.n_segments; seg++) {
        const struct provenance *p = &s->snapshot.segments[seg].provenance;
        uint32_t first = 0, n = 0;
        rc = provenance_find_id(p, cache, id, &first, &n, err);
        for (uint32_t i = 0; rc == 0 && !exact && i < n && i < CANDIDATES_SHOWN; i++) {
            struct provenance_row row;
            article_id article;
            rc = provenance_by_id(p, first + i, &article, err);
            if (rc == 0)
                rc = provenance_get(p, cache, article, &row, err);
            if (rc < 0)
                break;
            if (n_found + i == 0 || bytes_equal(row.id, id))
                *out = (struct found){seg, article};
            exact = bytes_equal(row.id, id);
            buf_put_str(&candidates, "\n  ");
            log_sanitise(&candidates, row.id, false);
        }
        n_found += n;
    }
    buf_put_u8(&candidates, 0);
    if (rc == 0 && n_found == 0)
        rc = ITER_END;
    else if (rc == 0 && n_found > 1 && !exact)
        rc = err_set(err, ERR_USAGE,
                     "%" PRIu64 " articles' IDs begin so; give more of it:%s", n_found,
                     candidates.failed ? "" : (const char *)candidates.data);
    buf_release(&candidates);
    provenance_cache_free(cache);
    return rc;
}

static void put_header(struct session *s, const struct row *r)
{
    struct output *o = &s->output;
    const struct provenance_row *p = &r->prov;
    char digest[33], date[CALENDAR_TEXT_MAX];
    hash128_hex(p->digest, digest);
    calendar_format(p->day, p->second, date);
    const struct {
        const char *name;
        struct bytes value;
    } lines[] = {
        {"title", p->title},
        {"date", bytes_str(date)},
        {"outlet", p->outlet},
        {"author", p->author},
        {"url", p->url},
        {"id", p->id},
        {"story", buf_bytes(&r->story_id)},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (lines[i].value.len == 0)
            continue;
        output_style(o, "2");
        output_printf(o, "%-8s", lines[i].name);
        output_style(o, NULL);
        output_text(o, lines[i].value);
        output_put(o, "\n");
    }
    output_printf(o, "%-8s%u\n", "copies", r->story.n_articles - 1);
    output_printf(o, "%-8s", "record");
    output_text(o, p->input);
    output_printf(o, ":%" PRIu64 " bytes %" PRIu64 "+%" PRIu64 " digest %s\n\n",
                  p->record, p->offset, p->len, digest);
}

static int put_json(struct session *s, const struct row *r, struct bytes text)
{
    struct output *o = &s->output;
    output_open(o, NULL, '{');
    output_json_str(o, "schema", bytes_str("stemma.show/1"));
    output_json_str(o, "article", r->prov.id);
    output_json_str(o, "story", buf_bytes(&r->story_id));
    print_metadata(o, &r->prov);
    output_json_uint(o, "copies", r->story.n_articles - 1);
    output_json_uint(o, "tokens", r->tokens.wording_len);
    print_provenance(o, &r->prov);
    output_json_str(o, "text", text);
    output_close(o, '}');
    return 0;
}

static bool is_compressed(struct bytes path)
{
    return (path.len > 3 && memcmp(path.data + path.len - 3, ".gz", 3) == 0) ||
           (path.len > 4 && memcmp(path.data + path.len - 4, ".zst", 4) == 0);
}

/* The record as its input has it, if the input is there and unchanged. */
static int put_source(struct session *s, const struct provenance_row *p,
                      struct err *err)
{
    struct bytes path = arena_copy(&s->arena, p->input);
    uint8_t *data = malloc(p->len ? p->len : 1);
    int fd = -1, rc = 0;
    if (!path.data || !data)
        rc = err_set(err, ERR_NOMEM, "no memory for a record of %" PRIu64 " bytes",
                     p->len);
    else if (is_compressed(path))
        rc = err_set(err, ERR_NOT_FOUND,
                     "'%s' is compressed: decompress it and take %" PRIu64
                     " bytes from offset %" PRIu64,
                     (const char *)path.data, p->len, p->offset);
    if (rc == 0)
        rc = fd = file_open_read(AT_FDCWD, (const char *)path.data, NULL, err);
    if (rc >= 0)
        rc = file_pread(fd, data, p->len, p->offset, (const char *)path.data, err);
    if (fd >= 0)
        close(fd);
    if (rc == 0) {
        struct hash128 now = hash_digest(data, p->len);
        if (now.low != p->digest.low || now.high != p->digest.high)
            rc = err_set(
                err, ERR_CORRUPT,
                "'%s' has changed since it was indexed: the record's digest differs",
                (const char *)path.data);
    }
    if (rc == 0)
        buf_put(&s->output.buf, data, p->len);
    free(data);
    return rc;
}

static int put_article(struct session *s, struct row *r, struct err *err)
{
    if (s->source)
        return put_source(s, &r->prov, err);
    struct buf text = {0};
    int rc =
        reconstruct_article(&s->snapshot.segments[r->segment], r->article, &text, err);
    if (rc == 0)
        rc = wordings_length(&s->snapshot.segments[r->segment].wordings,
                             r->view.wording, &r->tokens.wording_len, err);
    if (rc == 0 && s->raw) {
        buf_put_bytes(&s->output.buf, buf_bytes(&text));
    } else if (rc == 0 && (s->format == OUTPUT_JSON || s->format == OUTPUT_JSONL)) {
        rc = put_json(s, r, buf_bytes(&text));
    } else if (rc == 0) {
        put_header(s, r);
        output_lines(&s->output, buf_bytes(&text));
        output_put(&s->output, "\n");
    }
    buf_release(&text);
    return rc;
}

int cmd_show(struct session *session, int argc, char **argv, struct err *err)
{
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        {.name = "raw",
         .type = OPT_FLAG,
         .target = &session->raw,
         .help = "only the normalised text, byte for byte"},
        {.name = "source",
         .type = OPT_FLAG,
         .target = &session->source,
         .help = "the record's own bytes, read from its input and checked by digest"},
        {0},
    };
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc == 0 && session->help)
        return command_help("show", options), 0;
    if (rc == 0 && n != 1)
        rc = err_set(err, ERR_USAGE, "show takes one article's ID (or a prefix of it)");
    struct found found = {0};
    struct row row = {0};
    if (rc == 0)
        rc = session_open(session, err);
    if (rc == 0)
        rc = find_article(session, bytes_str(argv[1]), &found, err);
    if (rc == ITER_END)
        log_print(LOG_INFO, "no article's ID begins with '%s'", argv[1]);
    if (rc == 0)
        rc = row_load_article(&row, &session->snapshot, found.segment, found.article,
                              err);
    if (rc == 0)
        rc = put_article(session, &row, err);
    row_release(&row);
    return rc;
}
