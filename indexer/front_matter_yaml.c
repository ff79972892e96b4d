#include <string.h>
#include <yaml.h>

#include "indexer/front_matter.h"

/* A mapping or sequence that is open. */
struct level {
    bool mapping;
    bool at_key;  /* a mapping: the next node is a key */
    bool is_name; /* the last key was "name" */
};

struct state {
    struct front_matter_sink *sink;
    struct level levels[FRONT_MATTER_DEPTH_MAX + 1];
    unsigned depth;
    const struct fields_name *current; /* the field of the top-level key */
    /* libyaml counts characters: the byte offset of the last one asked for. */
    size_t chars, bytes;
    bool other; /* the document is no mapping */
};

/* The byte offset of a mark; marks are asked for in growing order. */
static size_t offset_of(struct state *s, const yaml_mark_t *mark)
{
    struct bytes text = s->sink->text;
    while (s->chars < mark->index && s->bytes < text.len) {
        s->bytes++;
        while (s->bytes < text.len && (text.data[s->bytes] & 0xC0) == 0x80)
            s->bytes++;
        s->chars++;
    }
    return s->bytes;
}

/* Is a scalar at this place the value of the top-level key, an item of its list, or the name
 * in a mapping of either? */
static bool is_wanted(const struct state *s)
{
    const struct level *top = &s->levels[s->depth];
    switch (s->depth) {
    case 1: return true;
    case 2: return !top->mapping || top->is_name;
    case 3: return !s->levels[2].mapping && top->mapping && top->is_name;
    default: return false;
    }
}

static bool in_list(const struct state *s)
{
    return s->depth >= 2 && !s->levels[2].mapping;
}

/* A node is complete: in a mapping key and value alternate. */
static void node_done(struct state *s)
{
    struct level *top = &s->levels[s->depth];
    if (s->depth > 0 && top->mapping)
        top->at_key = !top->at_key;
}

static void on_scalar(struct state *s, const yaml_event_t *e)
{
    struct level *top = &s->levels[s->depth];
    struct bytes value = bytes_of(e->data.scalar.value, e->data.scalar.length);
    size_t from = offset_of(s, &e->start_mark), to = offset_of(s, &e->end_mark);
    if (s->depth > 0 && top->mapping && top->at_key) {
        top->is_name = bytes_equal(value, bytes_str("name"));
        if (s->depth == 1) {
            s->current = fields_find(s->sink->fields, value);
            s->sink->items = 0;
        }
    } else if (s->depth == 0) {
        s->other = true;
    } else if (is_wanted(s)) {
        s->sink->items += in_list(s);
        /* The event is freed: what is kept must live in the arena. */
        struct bytes copy = arena_copy(s->sink->arena, value);
        if (!copy.data)
            s->sink->failed = true;
        else if (e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE ||
                 (!bytes_equal(value, bytes_str("null")) &&
                  !bytes_equal(value, bytes_str("~"))))
            front_matter_put(s->sink, s->current, copy, from, to);
    }
    node_done(s);
}

/* false: too deep. */
static bool on_open(struct state *s, bool mapping)
{
    if (s->depth == 0)
        s->other = !mapping;
    else if (s->depth == 1 && s->levels[1].at_key)
        s->current = NULL; /* a key that is no scalar */
    if (s->depth == FRONT_MATTER_DEPTH_MAX)
        return false;
    s->levels[++s->depth] = (struct level){.mapping = mapping, .at_key = true};
    return true;
}

static void on_close(struct state *s)
{
    if (s->depth > 0)
        s->depth--;
    node_done(s);
}

/* True while there is more to come. */
static bool on_event(struct state *s, const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_SCALAR_EVENT: on_scalar(s, e); return true;
    case YAML_ALIAS_EVENT: node_done(s); return true;
    case YAML_MAPPING_START_EVENT:
    case YAML_SEQUENCE_START_EVENT:
        if (on_open(s, e->type == YAML_MAPPING_START_EVENT))
            return true;
        front_matter_damage(s->sink, "nested over 32 levels deep",
                            e->start_mark.line + 2);
        return false;
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT: on_close(s); return true;
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT: return false;
    default: return true;
    }
}

/* --- line by line ---------------------------------------------------------------------- */

static bool is_key_byte(uint8_t b)
{
    return (b >= '0' && b <= '9') || ((b | 0x20) >= 'a' && (b | 0x20) <= 'z') ||
           b == '_' || b == '-';
}

/* "key: value" at the start of a line, as most front matters that are no YAML have it (a colon
 * in a title that is not quoted). */
static void read_line(struct front_matter_sink *s, size_t from, size_t to)
{
    const uint8_t *text = s->text.data;
    size_t colon = from;
    while (colon < to && is_key_byte(text[colon]))
        colon++;
    if (colon == from || colon == to || text[colon] != ':')
        return;
    struct bytes key = bytes_of(text + from, colon - from);
    for (from = colon + 1; from < to && text[from] <= ' ';)
        from++;
    while (to > from && text[to - 1] <= ' ')
        to--;
    if (to - from >= 2 && text[from] == text[to - 1] &&
        (text[from] == '"' || text[from] == '\'')) {
        from++;
        to--;
    }
    s->items = 0;
    front_matter_put(s, fields_find(s->fields, key), bytes_of(text + from, to - from),
                     from, to);
}

static void read_lines(struct front_matter_sink *s, size_t from, size_t to)
{
    while (from < to) {
        const uint8_t *eol = memchr(s->text.data + from, '\n', to - from);
        size_t end = eol ? (size_t)(eol - s->text.data) : to;
        read_line(s, from, end);
        from = end + 1;
    }
}

static bool has_value(const struct front_matter *m)
{
    bool any = false;
    for (int f = 0; f < FIELD_COUNT; f++)
        any |= m->values[f].found;
    return any;
}

void front_matter_yaml(struct front_matter_sink *s, size_t from, size_t to)
{
    yaml_parser_t parser;
    struct state state = {.sink = s, .chars = 0, .bytes = from};
    bool more = true, good = true;
    if (!yaml_parser_initialize(&parser)) {
        s->failed = true;
        return;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, s->text.data + from, to - from);
    while (more && good) {
        yaml_event_t event;
        good = yaml_parser_parse(&parser, &event);
        if (!good)
            break;
        more = on_event(&state, &event);
        yaml_event_delete(&event);
    }
    if (!good) {
        /* The fence is the first line, and libyaml counts from 0. */
        front_matter_damage(s, parser.problem ? parser.problem : "not YAML",
                            parser.problem_mark.line + 2);
        read_lines(s, from, to);
        state.other = !has_value(s->m); /* prose between two rules */
    }
    if (state.other)
        s->m->found = false;
    yaml_parser_delete(&parser);
}
