/* stats: what the index holds and what each section takes. */
#include <inttypes.h>

#include "text/compare.h"
#include "query/command.h"
#include "query/pairs.h"
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

static const char *const keys[] = {"generation",
                                   "analyser_version",
                                   "segments",
                                   "articles",
                                   "stories",
                                   "wordings",
                                   "tokens",
                                   "article_tokens",
                                   "text_bytes",
                                   "index_bytes",
                                   "fields",
                                   "copies",
                                   "stories_with_copies",
                                   "largest_story",
                                   "relations",
                                   "links",
                                   "limits",
                                   "sections",
                                   NULL};

/* Where the numbers go: text for people, or names and values. */
struct put {
    struct session *session;
    bool text;
    struct pairs pairs; /* unless it is text */
};

static void put_number(struct put *p, const char *name, uint64_t value)
{
    if (p->text)
        output_printf(&p->session->output, "%-19s %16" PRIu64 "\n", name, value);
    else
        pairs_uint(&p->pairs, name, value);
}

static void open_group(struct put *p, const char *key, const char *prefix)
{
    if (!p->text)
        pairs_open(&p->pairs, key, prefix);
}

static void close_group(struct put *p)
{
    if (!p->text)
        pairs_close(&p->pairs);
}

static void put_totals(struct put *p)
{
    const struct manifest *m = &p->session->snapshot.manifest;
    put_number(p, "generation", m->generation);
    put_number(p, "analyser_version", m->analyser_version);
    put_number(p, "segments", m->segments.len);
    put_number(p, "articles", m->articles);
    put_number(p, "stories", m->stories);
    put_number(p, "wordings", m->wordings);
    put_number(p, "tokens", m->tokens);
    put_number(p, "article_tokens", m->article_tokens);
    put_number(p, "text_bytes", m->text_bytes);
    put_number(p, "index_bytes", index_bytes(m));
}

/* A number of a group: in an object in JSON, "group.name" in rows. */
static void put_in_group(struct put *p, const char *group, const char *name,
                         uint64_t value)
{
    if (p->text)
        output_printf(&p->session->output, "%-19s %16" PRIu64 "  %s\n", group, value,
                      name);
    else
        pairs_uint(&p->pairs, name, value);
}

/* Articles that have what can be asked for by name. */
static void put_fields(struct put *p)
{
    const struct snapshot *s = &p->session->snapshot;
    static const struct {
        const char *name;
        enum provenance_column column;
    } fields[] = {
        {"title", PROVENANCE_TITLE},     {"author", PROVENANCE_AUTHOR},
        {"url", PROVENANCE_URL},         {"source", PROVENANCE_OUTLET},
        {"section", PROVENANCE_SECTION}, {"lang", PROVENANCE_LANGUAGE},
        {"tag", PROVENANCE_TAGS},
    };
    open_group(p, "fields", "field");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        uint64_t n = 0;
        for (size_t k = 0; k < s->n_segments; k++)
            n += s->segments[k].provenance.n_filled[fields[i].column];
        put_in_group(p, "field", fields[i].name, n);
    }
    close_group(p);
}

static void put_relations(struct put *p, const char *group, const char *key,
                          const uint64_t *counts)
{
    open_group(p, key, group);
    for (int r = 0; r <= STORIES_RELATION_MAX; r++) {
        if (counts[r] > 0)
            put_in_group(p, group, stories_relation_name((uint8_t)r), counts[r]);
    }
    close_group(p);
}

static void put_mode(struct put *p, uint32_t mode)
{
    const char *name = stories_mode_name(mode);
    if (p->text)
        output_printf(&p->session->output, "%-19s %16s\n", "copies", name);
    else
        pairs_text(&p->pairs, "copies", bytes_str(name));
}

/* The limits by which copies were found, if they are those that this program knows. */
static void put_limits(struct put *p, const uint32_t *values, size_t n)
{
    static const char *const names[] = {
#define STATS_NAME(name, value, meaning) #name,
        COMPARE_LIMITS(STATS_NAME)
#undef STATS_NAME
    };
    if (p->text)
        return;
    open_group(p, "limits", "limit");
    for (size_t i = 0; n == COMPARE_N_LIMITS && i < n; i++)
        put_in_group(p, "limit", names[i], values[i]);
    close_group(p);
}

static int put_copies(struct put *p, struct err *err)
{
    const struct stories *stories = p->session->snapshot.stories;
    struct stories_summary sum;
    uint32_t mode = 0, limits[STORIES_LIMITS_MAX];
    size_t n = 0;
    int rc = stories_summary(stories, &sum, err);
    if (rc == 0)
        rc = stories_limits(stories, &mode, limits, STORIES_LIMITS_MAX, &n, err);
    if (rc != 0)
        return rc;
    put_mode(p, mode);
    put_number(p, "stories_with_copies", sum.with_copies);
    put_number(p, "largest_story", sum.largest);
    put_relations(p, "relation", "relations", sum.relations);
    put_relations(p, "link", "links", sum.links);
    put_limits(p, limits, n);
    return 0;
}

static void put_sections(struct put *p, const uint64_t sizes[SECTIONS_MAX])
{
    uint64_t text = p->session->snapshot.manifest.text_bytes;
    open_group(p, "sections", "section");
    for (uint32_t id = 0; id < SECTIONS_MAX; id++) {
        if (sizes[id] == 0)
            continue;
        const char *name = container_section_name(id);
        if (p->text)
            output_printf(
                &p->session->output, "%-19s %16" PRIu64 " bytes %8.2f %% of text\n",
                name, sizes[id], 100.0 * (double)sizes[id] / (double)(text ? text : 1));
        else
            pairs_uint(&p->pairs, name, sizes[id]);
    }
    close_group(p);
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
    if (rc == 0)
        rc = deadline_check(&session->deadline, err);
    if (rc < 0)
        return rc;
    struct put p = {.session = session,
                    .text = session->format == OUTPUT_TEXT && !session->fields};
    if (!p.text)
        rc = pairs_begin(&p.pairs, session, "stemma.stats/1", keys, err);
    if (rc < 0)
        return rc;
    put_totals(&p);
    put_fields(&p);
    rc = put_copies(&p, err);
    if (rc < 0)
        return rc;
    put_sections(&p, sizes);
    if (!p.text)
        pairs_end(&p.pairs);
    return 0;
}
