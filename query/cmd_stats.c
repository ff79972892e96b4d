/* stats: what the index holds and what each section takes. */
#include <inttypes.h>

#include "query/command.h"

struct section_size {
    const char *name;
    uint64_t bytes;
};

enum {
    SECTIONS_MAX = 64
};

/* Sizes by section id over all segments. */
static int sum_sections(const struct snapshot *s, uint64_t sizes[SECTIONS_MAX],
                        struct err *err)
{
    for (size_t i = 0; i < s->n_segments; i++) {
        struct container *c = s->segments[i].container;
        for (size_t k = 0; k < container_n_sections(c); k++) {
            struct section section;
            int rc = container_nth_section(c, k, &section, err);
            if (rc < 0)
                return rc;
            if (section.id < SECTIONS_MAX)
                sizes[section.id] += section.len;
        }
    }
    return 0;
}

static void put_number(struct session *s, const char *name, uint64_t value)
{
    struct output *o = &s->output;
    if (s->format == OUTPUT_TEXT)
        output_printf(o, "%-16s %16" PRIu64 "\n", name, value);
    else if (s->format == OUTPUT_TSV)
        output_printf(o, "%s\t%" PRIu64 "\n", name, value);
    else
        output_json_uint(o, name, value);
}

static void put_sections(struct session *s, const uint64_t sizes[SECTIONS_MAX])
{
    struct output *o = &s->output;
    double text =
        (double)(s->snapshot.manifest.text_bytes ? s->snapshot.manifest.text_bytes : 1);
    bool json = s->format == OUTPUT_JSON || s->format == OUTPUT_JSONL;
    if (json)
        output_open(o, "sections", '{');
    for (uint32_t id = 0; id < SECTIONS_MAX; id++) {
        if (sizes[id] == 0)
            continue;
        const char *name = container_section_name(id);
        if (s->format == OUTPUT_TEXT)
            output_printf(o, "%-16s %16" PRIu64 " bytes %8.2f %% of text\n", name,
                          sizes[id], 100.0 * (double)sizes[id] / text);
        else if (s->format == OUTPUT_TSV)
            output_printf(o, "section.%s\t%" PRIu64 "\n", name, sizes[id]);
        else
            output_json_uint(o, name, sizes[id]);
    }
    if (json)
        output_close(o, '}');
}

int cmd_stats(struct session *session, int argc, char **argv, struct err *err)
{
    const struct opt options[] = {SESSION_OPTIONS(session), {0}};
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc == 0 && session->help)
        return command_help("stats", options), 0;
    if (rc == 0 && n > 1)
        rc = err_set(err, ERR_USAGE, "stats takes one index");
    if (rc == 0 && n == 1)
        session->index = argv[1];
    uint64_t sizes[SECTIONS_MAX] = {0};
    if (rc == 0)
        rc = session_open(session, err);
    if (rc == 0)
        rc = sum_sections(&session->snapshot, sizes, err);
    if (rc < 0)
        return rc;
    const struct manifest *m = &session->snapshot.manifest;
    bool json = session->format == OUTPUT_JSON || session->format == OUTPUT_JSONL;
    if (json) {
        output_open(&session->output, NULL, '{');
        output_json_str(&session->output, "schema", bytes_str("stemma.stats/1"));
    }
    put_number(session, "generation", m->generation);
    put_number(session, "segments", m->segments.len);
    put_number(session, "articles", m->articles);
    put_number(session, "stories", m->stories);
    put_number(session, "wordings", m->wordings);
    put_number(session, "tokens", m->tokens);
    put_number(session, "article_tokens", m->article_tokens);
    put_number(session, "text_bytes", m->text_bytes);
    put_sections(session, sizes);
    if (json)
        output_close(&session->output, '}');
    return 0;
}
