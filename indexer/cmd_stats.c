/* stemma-index stats: what an index holds and what takes its room. */
#include <inttypes.h>

#include "text/compare.h"
#include "formats/inputlist.h"
#include "formats/snapshot.h"
#include "indexer/command.h"

enum {
    KINDS_MAX = 64 /* section ids that are told apart */
};

static double percent(uint64_t part, uint64_t all)
{
    return all ? (double)part / (double)all * 100 : 0;
}

static void put_line(struct buf *out, const char *name, uint64_t bytes, uint64_t text)
{
    buf_printf(out, "  %-10s %14" PRIu64 " %7.2f\n", name, bytes, percent(bytes, text));
}

/* Bytes of each kind of section over all segments; what is left is headers, checksums and
 * padding. */
static int put_sections(const struct snapshot *s, struct buf *out, struct err *err)
{
    uint64_t bytes[KINDS_MAX] = {0}, files = 0, sections = 0;
    for (size_t i = 0; i < s->n_segments; i++) {
        struct container *c = s->segments[i].container;
        files += s->manifest.segments.items[i].len;
        for (size_t k = 0; k < container_n_sections(c); k++) {
            struct section section;
            int rc = container_nth_section(c, k, &section, err);
            if (rc != 0)
                return rc;
            bytes[section.id % KINDS_MAX] += section.len;
            sections += section.len;
        }
    }
    uint64_t text = s->manifest.text_bytes, other = s->manifest.stories_file.len;
    buf_printf(out, "  %-10s %14s %7s\n", "section", "bytes", "% text");
    for (uint32_t id = 0; id < KINDS_MAX; id++) {
        if (bytes[id] > 0)
            put_line(out, container_section_name(id), bytes[id], text);
    }
    put_line(out, "checksums", files - sections, text);
    put_line(out, "stories", other, text);
    put_line(out, "inputs", s->manifest.inputs_file.len, text);
    put_line(out, "all", files + other + s->manifest.inputs_file.len, text);
    return 0;
}

static int put_inputs(const struct snapshot *s, bool list, struct buf *out,
                      struct err *err)
{
    const struct manifest_file *f = &s->manifest.inputs_file;
    struct inputlist inputs;
    struct inputlist_row row;
    uint64_t n = 0, records = 0, rejects = 0, warnings = 0;
    if (f->len == 0)
        return 0;
    int rc = inputlist_open(&inputs, s->dirfd, s->path, f->name, &f->header_hash,
                            f->len, err);
    if (rc != 0)
        return rc;
    struct buf lines = {0};
    while ((rc = inputlist_next(&inputs, &row, err)) == 0) {
        n++;
        records += row.records;
        rejects += row.rejects;
        warnings += row.warnings;
        if (list)
            buf_printf(&lines,
                       "  %.*s: %" PRIu64 " bytes, %" PRIu64 " records, %" PRIu64
                       " left out, %" PRIu64 " warnings\n",
                       (int)(row.path.len < 4096 ? row.path.len : 4096),
                       (const char *)row.path.data, row.size, row.records, row.rejects,
                       row.warnings);
    }
    if (rc == ITER_END) {
        buf_printf(out,
                   "inputs     %" PRIu64 ", with %" PRIu64 " records; %" PRIu64
                   " left out, %" PRIu64 " warnings\n",
                   n, records, rejects, warnings);
        buf_put_bytes(out, buf_bytes(&lines));
        rc = 0;
    }
    buf_release(&lines);
    inputlist_close(&inputs);
    return rc;
}

static void put_relations(struct buf *out, const char *name, const uint64_t *counts,
                          uint8_t from)
{
    bool any = false;
    buf_printf(out, "%-10s ", name);
    for (int r = from; r <= STORIES_RELATION_MAX; r++) {
        if (counts[r] > 0)
            buf_printf(out, "%s%" PRIu64 " %s", any ? ", " : "", counts[r],
                       stories_relation_name((uint8_t)r));
        any |= counts[r] > 0;
    }
    buf_put_str(out, any ? "\n" : "none\n");
}

/* Stories with copies, and the limits by which they were found. */
static int put_copies(const struct snapshot *s, bool list, struct buf *out,
                      struct err *err)
{
    static const char *const names[] = {
#define STATS_NAME(name, value, meaning) #name,
        COMPARE_LIMITS(STATS_NAME)
#undef STATS_NAME
    };
    struct stories_summary sum;
    uint32_t mode = 0, limits[STORIES_LIMITS_MAX];
    size_t n = 0;
    int rc = stories_summary(s->stories, &sum, err);
    if (rc == 0)
        rc = stories_limits(s->stories, &mode, limits, STORIES_LIMITS_MAX, &n, err);
    if (rc != 0)
        return rc;
    buf_printf(out,
               "copies     looked for: %s; %" PRIu64
               " stories have some, the largest has %" PRIu64 " articles\n",
               stories_mode_name(mode), sum.with_copies, sum.largest);
    put_relations(out, "relations", sum.relations, RELATION_SAME);
    put_relations(out, "links", sum.links, RELATION_ROOT);
    for (size_t i = 0; list && n == COMPARE_N_LIMITS && i < n; i++)
        buf_printf(out, "  limit %-20s %10" PRIu32 "\n", names[i], limits[i]);
    return 0;
}

/* How the segments' words are stored. */
static const char *store_name(bool small, bool fast)
{
    return small && fast ? ", stored small and fast" : fast ? ", stored fast" : "";
}

static void put_counts(const struct snapshot *s, struct buf *out)
{
    const struct manifest *m = &s->manifest;
    uint64_t terms = 0, surfaces = 0;
    bool small = false, fast = false;
    for (size_t i = 0; i < s->n_segments; i++) {
        bool is_small = s->segments[i].forward.coding.store == FORWARD_SMALL;
        small |= is_small;
        fast |= !is_small;
        terms += s->segments[i].counts[SEGMENT_TERMS];
        surfaces += s->segments[i].counts[SEGMENT_SURFACES];
    }
    buf_printf(out,
               "generation %" PRIu64 ", analyser %u, %zu segment%s\n"
               "articles   %" PRIu64 " in %" PRIu64 " wordings, %" PRIu64 " stories\n"
               "tokens     %" PRIu64 " in articles, %" PRIu64 " in the stream\n"
               "words      %" PRIu64 " dictionary entries, %" PRIu64 " surfaces%s\n"
               "text       %" PRIu64 " bytes\n",
               m->generation, (unsigned)m->analyser_version, m->segments.len,
               m->segments.len == 1 ? "" : "s", m->articles, m->wordings, m->stories,
               m->article_tokens, m->tokens, terms, surfaces, store_name(small, fast),
               m->text_bytes);
}

/* How many articles have what. */
static void put_fields(const struct snapshot *s, struct buf *out)
{
    static const struct {
        const char *name;
        enum provenance_column column;
    } fields[] = {
        {"title", PROVENANCE_TITLE},     {"author", PROVENANCE_AUTHOR},
        {"url", PROVENANCE_URL},         {"source", PROVENANCE_OUTLET},
        {"section", PROVENANCE_SECTION}, {"lang", PROVENANCE_LANGUAGE},
        {"tags", PROVENANCE_TAGS},
    };
    buf_put_str(out, "fields     ");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        uint64_t n = 0;
        for (size_t k = 0; k < s->n_segments; k++)
            n += s->segments[k].provenance.n_filled[fields[i].column];
        buf_printf(out, "%s%s %" PRIu64, i ? ", " : "", fields[i].name, n);
    }
    buf_put_str(out, "\n");
}

/* As all commands. NOLINTNEXTLINE(readability-non-const-parameter) */
int cmd_stats(const struct console *io, int argc, char **argv, int *status,
              struct err *err)
{
    const char *index = NULL;
    bool list = false, limits = false, help = false;
    struct snapshot s = {0};
    struct buf text = {0};
    (void)status;
    const struct opt table[] = {
        {"index", 'x', OPT_STRING, &index, "INDEX",
         "Folder of the index (or the operand, or STEMMA_INDEX).", 0, 0, NULL},
        {"inputs", 0, OPT_FLAG, &list, NULL, "List the inputs as well.", 0, 0, NULL},
        {"limits", 0, OPT_FLAG, &limits, NULL,
         "List the limits by which copies were found.", 0, 0, NULL},
        {"help", 'h', OPT_FLAG, &help, NULL, "Print this help.", 0, 0, NULL},
        {0},
    };
    int rc = command_parse(io, table, &help, &index, argc, argv, err);
    if (rc != 0)
        return rc == ITER_END ? 0 : rc;
    rc = snapshot_open(&s, index, err);
    if (rc != 0)
        return rc;
    put_counts(&s, &text);
    put_fields(&s, &text);
    rc = put_copies(&s, limits, &text, err);
    if (rc == 0)
        rc = put_inputs(&s, list, &text, err);
    if (rc == 0)
        rc = put_sections(&s, &text, err);
    buf_put_u8(&text, 0);
    if (rc == 0 && buf_check(&text, err) == 0)
        io->out((const char *)text.data);
    buf_release(&text);
    snapshot_close(&s);
    return rc;
}
