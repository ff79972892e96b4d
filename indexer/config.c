#include "indexer/config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cpu.h"
#include "base/file.h"
#include "base/vec.h"

enum {
    FILES_FROM_BYTES_MAX = 256 * 1024 * 1024,
    STDIN_FD = 0
};

static const char *const field_names[FIELD_COUNT] = {
    [FIELD_ID] = "id",         [FIELD_TITLE] = "title",     [FIELD_TEXT] = "text",
    [FIELD_AUTHOR] = "author", [FIELD_DATE] = "date",       [FIELD_URL] = "url",
    [FIELD_SOURCE] = "source", [FIELD_SECTION] = "section", [FIELD_LANGUAGE] = "lang",
    [FIELD_TAGS] = "tags",
};

/* In order of preference; docs/INPUTS.md lists them too. */
static const char *const default_names[FIELD_COUNT][CONFIG_NAMES_MAX] = {
    [FIELD_ID] = {"id", "_id", "uuid", "guid", "article_id"},
    [FIELD_TITLE] = {"title", "headline", "name"},
    [FIELD_TEXT] = {"text", "body", "content", "article", "maintext", "raw_content",
                    "body_text", "articleBody"},
    [FIELD_AUTHOR] = {"author", "authors", "byline", "creator"},
    [FIELD_DATE] = {"date", "published", "date_publish", "date_published",
                    "published_at", "pub_date", "publication_date", "datePublished",
                    "timestamp", "created", "time"},
    [FIELD_URL] = {"url", "link", "canonical_url", "uri"},
    [FIELD_SOURCE] = {"source", "outlet", "publisher", "site", "site_name",
                      "source_domain", "domain", "publication"},
    [FIELD_SECTION] = {"section", "section_name", "sectionName", "articleSection",
                       "news_desk", "desk", "category", "rubric", "ressort", "kicker",
                       "channel"},
    [FIELD_LANGUAGE] = {"lang", "language", "inLanguage", "language_code", "lang_code",
                        "languages"},
    [FIELD_TAGS] = {"tags", "keywords", "categories", "subjects", "topics",
                    "news_keywords", "subject", "topic"},
};

const char *config_field_name(enum config_field field)
{
    return (size_t)field < FIELD_COUNT ? field_names[field] : "?";
}

/* --- the table of options -------------------------------------------------------------- */

static void fill_table(struct config *c)
{
    const struct opt table[] = {
        {"index", 'x', OPT_STRING, &c->index, "INDEX",
         "Folder of the index, made if it is not there (or STEMMA_INDEX).", 0, 0, NULL},
        {"memory", 'm', OPT_SIZE, &c->memory_bytes, "SIZE",
         "Use at most SIZE bytes of memory (K, M, G): a hard bound, 96M at least.", 0,
         0, NULL},
        {"threads", 'j', OPT_UINT, &c->threads, "N",
         "Use N threads; the processors there are by default.", 1, CONFIG_THREADS_MAX,
         NULL},
        {"copies", 0, OPT_CHOICE, &c->copies, "MODE",
         "Bring copies of an article into one story: near ones too (the default), "
         "exact "
         "ones only, or not at all.",
         0, 0, "near|exact|off"},
        {"near", 0, OPT_STRING, &c->near, "FRACTION",
         "Take two texts for near copies if so much of each stands in the other; 80% "
         "by "
         "default.",
         0, 0, NULL},
        {"contained", 0, OPT_STRING, &c->contained, "FRACTION",
         "Take a text for contained in another if so much of it stands there; 80% by "
         "default.",
         0, 0, NULL},
        {"edition-days", 0, OPT_UINT, &c->edition_days, "DAYS",
         "Take copies with other numbers or dates for new editions if they are more "
         "than "
         "DAYS apart; 7 by default.",
         1, 36500, NULL},
        {"store", 0, OPT_CHOICE, &c->store, "CODING",
         "Store the words of the texts small (the default), or a tenth larger and fast "
         "to read.",
         0, 0, "small|fast"},
        {"limit", 0, OPT_LIST, &c->limit_names, "NAME=VALUE", NULL, 0, 0, NULL},
        {"trace-pairs", 0, OPT_STRING, &c->trace_pairs, "FILE", NULL, 0, 0, NULL},
        {"rejects", 0, OPT_STRING, &c->rejects, "FILE",
         "Write what was left out to FILE as JSONL: file, record, offset, reason.", 0,
         0, NULL},
        {"files-from", 0, OPT_STRING, &c->files_from, "FILE",
         "Read further inputs from FILE, one a line; - is standard input.", 0, 0, NULL},
        {"include", 0, OPT_LIST, &c->include, "GLOB",
         "In folders take only files that GLOB matches; may be repeated.", 0, 0, NULL},
        {"exclude", 0, OPT_LIST, &c->exclude, "GLOB",
         "In folders leave out files and folders that GLOB matches; may be repeated.",
         0, 0, NULL},
        {"map", 0, OPT_LIST, &c->maps, "FIELD=NAME",
         "Look for FIELD (id title text author date url source section lang tags) "
         "under NAME first.",
         0, 0, NULL},
        {"html", 0, OPT_CHOICE, &c->html, "MODE",
         "Read titles and texts of JSON that are HTML without their tags (auto), or as "
         "they stand (never).",
         0, 0, "auto|never"},
        {"record-max", 0, OPT_SIZE, &c->record_bytes_max, "SIZE",
         "Leave out records longer than SIZE; 64M by default.", 1024, UINT64_C(1) << 30,
         NULL},
        {"progress", 0, OPT_CHOICE, &c->progress, "KIND",
         "Show progress as a bar, as lines, as JSON, or not at all.", 0, 0,
         "auto|bar|lines|json|none"},
        {"quiet", 'q', OPT_FLAG, &c->quiet, NULL,
         "Print nothing but warnings and errors.", 0, 0, NULL},
        {"segment-tokens", 0, OPT_UINT, &c->segment_tokens, "N", NULL, 1024,
         UINT64_C(1) << 32, NULL},
        {"help", 'h', OPT_FLAG, &c->help, NULL, "Print this help.", 0, 0, NULL},
    };
    _Static_assert(sizeof table / sizeof table[0] < CONFIG_OPTIONS_MAX,
                   "the zeroed entry needs room");
    memset(c->table, 0, sizeof c->table);
    memcpy(c->table, table, sizeof table);
}

const struct opt *config_options(struct config *c)
{
    fill_table(c);
    return c->table;
}

void config_init(struct config *c)
{
    *c = (struct config){
        .memory_bytes = UINT64_C(1) << 30,
        .threads = cpu_count() < CONFIG_THREADS_MAX ? cpu_count() : CONFIG_THREADS_MAX,
        .record_bytes_max = UINT64_C(64) << 20,
        .progress = PROGRESS_AUTO,
        .copies = COPIES_NEAR,
    };
    memcpy(c->names, default_names, sizeof c->names);
    compare_limits_init(&c->limits);
    c->edition_days = c->limits.edition_days;
    fill_table(c);
}

void config_release(struct config *c)
{
    for (size_t i = 0; i < c->n_owned; i++)
        free(c->owned[i]);
    free(c->owned);
    free(c->inputs);
    opt_list_release(&c->include);
    opt_list_release(&c->exclude);
    opt_list_release(&c->maps);
    opt_list_release(&c->limit_names);
    *c = (struct config){0};
}

/* --- strings the config owns ----------------------------------------------------------- */

static char *own(struct config *c, const char *text, size_t len)
{
    if (c->n_owned == c->cap_owned) {
        size_t cap = c->cap_owned ? c->cap_owned * 2 : 16;
        char **grown = realloc(c->owned, cap * sizeof *grown);
        if (!grown)
            return NULL;
        c->owned = grown;
        c->cap_owned = cap;
    }
    char *copy = malloc(len + 1);
    if (!copy)
        return NULL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    c->owned[c->n_owned++] = copy;
    return copy;
}

/* --- --map ----------------------------------------------------------------------------- */

static int find_field(const char *name, size_t len)
{
    for (int f = 0; f < FIELD_COUNT; f++) {
        if (strlen(field_names[f]) == len && memcmp(field_names[f], name, len) == 0)
            return f;
    }
    return -1;
}

/* A name leads to one field: takes it from those that have it. */
static void take_name(struct config *c, const char *name)
{
    for (int f = 0; f < FIELD_COUNT; f++) {
        const char **to = c->names[f];
        for (const char *const *from = c->names[f]; *from; from++) {
            if (strcmp(*from, name) != 0)
                *to++ = *from;
        }
        *to = NULL;
    }
}

int config_map(struct config *c, const char *map, struct err *err)
{
    const char *eq = strchr(map, '=');
    if (!eq || eq == map || eq[1] == '\0')
        return err_set(err, ERR_USAGE, "--map '%s': FIELD=NAME is wanted", map);
    int field = find_field(map, (size_t)(eq - map));
    if (field < 0)
        return err_set(err, ERR_USAGE,
                       "--map '%s': the fields are id, title, text, author, date, url, "
                       "source, section, lang and tags",
                       map);
    const char **names = c->names[field];
    size_t n = 0;
    take_name(c, eq + 1);
    while (names[n])
        n++;
    if (n + 1 >= CONFIG_NAMES_MAX)
        return err_set(err, ERR_USAGE, "--map '%s': more than %d names for one field",
                       map, CONFIG_NAMES_MAX - 1);
    const char *name = own(c, eq + 1, strlen(eq + 1));
    if (!name)
        return err_set(err, ERR_NOMEM, "options");
    memmove(names + 1, names, n * sizeof *names);
    names[0] = name;
    return 0;
}

/* In the order given: of two maps of one field the first is preferred. */
static int apply_maps(struct config *c, struct err *err)
{
    int rc = 0;
    for (size_t i = c->maps.len; i > 0 && rc == 0; i--)
        rc = config_map(c, c->maps.items[i - 1], err);
    return rc;
}

/* --- limits of copies ------------------------------------------------------------------ */

/* "80%", "0.8" or "8000" (of 10,000) as ten-thousandths, with at most four digits behind the
 * point; a whole number stays what it is. */
static bool parse_limit(const char *text, uint32_t *out)
{
    uint64_t whole = 0, part = 0, unit = COMPARE_ONE;
    bool point = false;
    const char *p = text;
    for (; *p >= '0' && *p <= '9' && whole < UINT32_MAX; p++)
        whole = whole * 10 + (uint64_t)(*p - '0');
    if (p == text)
        return false;
    if (*p == '.') {
        point = true;
        for (p++; *p >= '0' && *p <= '9' && unit > 1; p++) {
            unit /= 10;
            part += (uint64_t)(*p - '0') * unit;
        }
    }
    bool percent = *p == '%';
    p += percent;
    uint64_t value = percent ? whole * (COMPARE_ONE / 100) + part / 100
                     : point ? whole * COMPARE_ONE + part
                             : whole;
    *out = (uint32_t)value;
    return *p == '\0' && value < UINT32_MAX;
}

static int set_fraction(const char *option, const char *text, uint32_t *limit,
                        struct err *err)
{
    uint32_t value;
    if (!text)
        return 0;
    if (!parse_limit(text, &value) || value < 1 || value > COMPARE_ONE ||
        !strpbrk(text, ".%"))
        return err_set(err, ERR_USAGE,
                       "--%s '%s': a fraction as 80%% or 0.8 is wanted, up to 100%%",
                       option, text);
    *limit = value;
    return 0;
}

int config_limit(struct config *c, const char *limit, struct err *err)
{
    const struct {
        const char *name;
        uint32_t *value;
    } limits[] = {
#define CONFIG_LIMIT(name, value, meaning) {#name, &c->limits.name},
        COMPARE_LIMITS(CONFIG_LIMIT)
#undef CONFIG_LIMIT
    };
    const char *eq = strchr(limit, '=');
    size_t len = eq ? (size_t)(eq - limit) : 0;
    uint32_t value;
    for (size_t i = 0; eq && i < sizeof limits / sizeof limits[0]; i++) {
        if (strlen(limits[i].name) != len || memcmp(limits[i].name, limit, len) != 0)
            continue;
        if (!parse_limit(eq + 1, &value))
            break;
        *limits[i].value = value;
        return 0;
    }
    return err_set(err, ERR_USAGE, "--limit '%s': NAME=VALUE of a limit is wanted",
                   limit);
}

static int apply_limits(struct config *c, struct err *err)
{
    int rc = set_fraction("near", c->near, &c->limits.near, err);
    if (rc == 0)
        rc = set_fraction("contained", c->contained, &c->limits.contained, err);
    c->limits.edition_days = (uint32_t)c->edition_days;
    for (size_t i = 0; i < c->limit_names.len && rc == 0; i++)
        rc = config_limit(c, c->limit_names.items[i], err);
    return rc;
}

/* --- inputs ---------------------------------------------------------------------------- */

static int read_list(const char *path, struct buf *out, struct err *err)
{
    if (strcmp(path, "-") != 0)
        return file_read_all(AT_FDCWD, path, FILES_FROM_BYTES_MAX, out, err);
    for (;;) {
        if (!buf_reserve(out, 65536))
            return buf_check(out, err);
        ssize_t n = file_read(STDIN_FD, out->data + out->len, 65536, "-", err);
        if (n < 0)
            return (int)n;
        if (n == 0)
            return 0;
        out->len += (size_t)n;
        if (out->len > FILES_FROM_BYTES_MAX)
            return err_set(err, ERR_LIMIT, "the list on standard input is too long");
    }
}

struct input_names {
    VEC(const char *) v;
};

static int add_lines(struct config *c, struct bytes list, struct input_names *names,
                     struct err *err)
{
    for (size_t at = 0; at < list.len;) {
        const uint8_t *line = list.data + at;
        const uint8_t *eol = memchr(line, '\n', list.len - at);
        size_t len = eol ? (size_t)(eol - line) : list.len - at;
        at += len + 1;
        if (len > 0 && line[len - 1] == '\r')
            len--;
        if (memchr(line, 0, len))
            return err_set(err, ERR_USAGE, "--files-from '%s': holds a NUL byte",
                           c->files_from);
        char *name = len > 0 ? own(c, (const char *)line, len) : NULL;
        if (len > 0 && (!name || !vec_push(&names->v, name)))
            return err_set(err, ERR_NOMEM, "the list of inputs");
    }
    return 0;
}

static int gather_inputs(struct config *c, int operands, char **argv, struct err *err)
{
    struct input_names names = {0};
    struct buf list = {0};
    int rc = 0;
    for (int i = 0; i < operands && rc == 0; i++) {
        if (!vec_push(&names.v, argv[1 + i]))
            rc = err_set(err, ERR_NOMEM, "the list of inputs");
    }
    if (rc == 0 && c->files_from) {
        rc = read_list(c->files_from, &list, err);
        if (rc == 0)
            rc = add_lines(c, buf_bytes(&list), &names, err);
        else
            err_wrap(err, "--files-from");
    }
    buf_release(&list);
    c->inputs = names.v.items;
    c->n_inputs = names.v.len;
    return rc;
}

static int check(struct config *c, struct err *err)
{
    if (!c->index || !*c->index)
        return err_set(err, ERR_USAGE, "no index: say which with -x INDEX");
    if (c->n_inputs == 0)
        return err_set(err, ERR_USAGE,
                       "no input: name files, folders or - (standard input)");
    if (c->memory_bytes < (uint64_t)CONFIG_MEMORY_FLOOR_MIB << 20)
        return err_set(err, ERR_USAGE, "--memory: at least %dM is needed",
                       CONFIG_MEMORY_FLOOR_MIB);
    size_t from_stdin = c->files_from && strcmp(c->files_from, "-") == 0;
    for (size_t i = 0; i < c->n_inputs; i++) {
        if (*c->inputs[i] == '\0')
            return err_set(err, ERR_USAGE, "an input without a name");
        from_stdin += strcmp(c->inputs[i], "-") == 0;
    }
    if (from_stdin > 1)
        return err_set(err, ERR_USAGE, "standard input can be read only once");
    return 0;
}

int config_parse(struct config *c, int argc, char **argv, struct err *err)
{
    int operands = 0;
    config_init(c);
    int rc = opt_parse(c->table, argc, argv, &operands, err);
    if (rc != 0 || c->help)
        return rc;
    if (!c->index)                         /* before any thread is started */
        c->index = getenv("STEMMA_INDEX"); // NOLINT(concurrency-mt-unsafe)
    rc = apply_maps(c, err);
    if (rc == 0)
        rc = apply_limits(c, err);
    if (rc == 0)
        rc = gather_inputs(c, operands, argv, err);
    if (rc == 0)
        rc = check(c, err);
    return rc;
}
