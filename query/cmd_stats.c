/* stats: what the index holds and what each section takes. */
#include <inttypes.h>

#include "text/compare.h"
#include "query/command.h"
#include "query/stats_groups.h"

enum {
    SECTIONS_MAX = 64
};

/* Bytes by section id over all segments. */
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

static uint64_t index_bytes(const struct manifest *m)
{
    uint64_t sum = m->stories_file.len + m->inputs_file.len;
    for (size_t i = 0; i < m->segments.len; i++)
        sum += m->segments.items[i].len;
    return sum;
}

static void put_number(struct session *s, const char *name, uint64_t value)
{
    struct output *o = &s->output;
    if (s->format == OUTPUT_TEXT)
        output_printf(o, "%-19s %16" PRIu64 "\n", name, value);
    else if (s->format == OUTPUT_TSV)
        output_printf(o, "%s\t%" PRIu64 "\n", name, value);
    else
        output_json_uint(o, name, value);
}

static void put_totals(struct session *s)
{
    const struct manifest *m = &s->snapshot.manifest;
    put_number(s, "generation", m->generation);
    put_number(s, "analyser_version", m->analyser_version);
    put_number(s, "segments", m->segments.len);
    put_number(s, "articles", m->articles);
    put_number(s, "stories", m->stories);
    put_number(s, "wordings", m->wordings);
    put_number(s, "tokens", m->tokens);
    put_number(s, "article_tokens", m->article_tokens);
    put_number(s, "text_bytes", m->text_bytes);
    put_number(s, "index_bytes", index_bytes(m));
}

/* A number of a group: in an object in JSON, "group.name" in TSV. */
static void put_in_group(struct session *s, const char *group, const char *name,
                         uint64_t value)
{
    struct output *o = &s->output;
    if (s->format == OUTPUT_TEXT)
        output_printf(o, "%-19s %16" PRIu64 "  %s\n", group, value, name);
    else if (s->format == OUTPUT_TSV)
        output_printf(o, "%s.%s\t%" PRIu64 "\n", group, name, value);
    else
        output_json_uint(o, name, value);
}

/* Articles that have what can be asked for by name. */
static void put_fields(struct session *s)
{
    static const struct {
        const char *name;
        enum provenance_column column;
    } fields[] = {
        {"title", PROVENANCE_TITLE},     {"author", PROVENANCE_AUTHOR},
        {"url", PROVENANCE_URL},         {"source", PROVENANCE_OUTLET},
        {"section", PROVENANCE_SECTION}, {"lang", PROVENANCE_LANGUAGE},
        {"tag", PROVENANCE_TAGS},
    };
    if (session_is_json(s))
        output_open(&s->output, "fields", '{');
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        uint64_t n = 0;
        for (size_t k = 0; k < s->snapshot.n_segments; k++)
            n += s->snapshot.segments[k].provenance.n_filled[fields[i].column];
        put_in_group(s, "field", fields[i].name, n);
    }
    if (session_is_json(s))
        output_close(&s->output, '}');
}

static void put_relations(struct session *s, const char *group, const char *key,
                          const uint64_t *counts)
{
    if (session_is_json(s))
        output_open(&s->output, key, '{');
    for (int r = 0; r <= STORIES_RELATION_MAX; r++) {
        if (counts[r] > 0)
            put_in_group(s, group, stories_relation_name((uint8_t)r), counts[r]);
    }
    if (session_is_json(s))
        output_close(&s->output, '}');
}

static void put_mode(struct session *s, uint32_t mode)
{
    struct output *o = &s->output;
    const char *name = stories_mode_name(mode);
    if (s->format == OUTPUT_TEXT)
        output_printf(o, "%-19s %16s\n", "copies", name);
    else if (s->format == OUTPUT_TSV)
        output_printf(o, "copies\t%s\n", name);
    else
        output_json_str(o, "copies", bytes_str(name));
}

/* The limits by which copies were found, if they are those that this program knows. */
static void put_limits(struct session *s, const uint32_t *values, size_t n)
{
    static const char *const names[] = {
#define STATS_NAME(name, value, meaning) #name,
        COMPARE_LIMITS(STATS_NAME)
#undef STATS_NAME
    };
    if (s->format == OUTPUT_TEXT)
        return;
    if (session_is_json(s))
        output_open(&s->output, "limits", '{');
    for (size_t i = 0; n == COMPARE_N_LIMITS && i < n; i++)
        put_in_group(s, "limit", names[i], values[i]);
    if (session_is_json(s))
        output_close(&s->output, '}');
}

static int put_copies(struct session *s, struct err *err)
{
    const struct stories *stories = s->snapshot.stories;
    struct stories_summary sum;
    uint32_t mode = 0, limits[STORIES_LIMITS_MAX];
    size_t n = 0;
    int rc = stories_summary(stories, &sum, err);
    if (rc == 0)
        rc = stories_limits(stories, &mode, limits, STORIES_LIMITS_MAX, &n, err);
    if (rc != 0)
        return rc;
    put_mode(s, mode);
    put_number(s, "stories_with_copies", sum.with_copies);
    put_number(s, "largest_story", sum.largest);
    put_relations(s, "relation", "relations", sum.relations);
    put_relations(s, "link", "links", sum.links);
    put_limits(s, limits, n);
    return 0;
}

static void put_sections(struct session *s, const uint64_t sizes[SECTIONS_MAX])
{
    struct output *o = &s->output;
    uint64_t text = s->snapshot.manifest.text_bytes;
    if (session_is_json(s))
        output_open(o, "sections", '{');
    for (uint32_t id = 0; id < SECTIONS_MAX; id++) {
        if (sizes[id] == 0)
            continue;
        const char *name = container_section_name(id);
        if (s->format == OUTPUT_TEXT)
            output_printf(o, "%-19s %16" PRIu64 " bytes %8.2f %% of text\n", name,
                          sizes[id],
                          100.0 * (double)sizes[id] / (double)(text ? text : 1));
        else if (s->format == OUTPUT_TSV)
            output_printf(o, "section.%s\t%" PRIu64 "\n", name, sizes[id]);
        else
            output_json_uint(o, name, sizes[id]);
    }
    if (session_is_json(s))
        output_close(o, '}');
}

int cmd_stats(struct session *session, int argc, char **argv, struct err *err)
{
    struct stats_groups groups = {.total = true};
    const struct opt options[] = {
        SESSION_OPTIONS(session), STATS_GROUPS_OPTIONS(&groups), {0}};
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (command_helped(session, "stats", options))
        return 0;
    if (n > 1)
        return err_set(err, ERR_USAGE, "stats takes one index");
    if (n == 1)
        session->index = argv[1];
    uint64_t sizes[SECTIONS_MAX] = {0};
    if (!groups.by && (groups.sort > 0 || groups.limit > 0))
        return err_set(err, ERR_USAGE,
                       "--sort and --limit are for groups: give --by too");
    rc = session_open(session, err);
    if (rc == 0 && groups.by)
        return stats_groups_print(&groups, session, err);
    if (rc == 0)
        rc = sum_sections(&session->snapshot, sizes, err);
    if (rc < 0)
        return rc;
    struct output *o = &session->output;
    if (session->format == OUTPUT_TSV)
        output_put(o, "name\tvalue\n");
    if (session_is_json(session)) {
        output_open(o, NULL, '{');
        output_json_str(o, "schema", bytes_str("stemma.stats/1"));
    }
    put_totals(session);
    put_fields(session);
    rc = put_copies(session, err);
    if (rc < 0)
        return rc;
    put_sections(session, sizes);
    if (session_is_json(session))
        output_close(o, '}');
    return 0;
}
