#include "indexer/front_matter.h"

#include <stdio.h>
#include <string.h>

#include "indexer/dates.h"
#include "indexer/record.h"

/* --- values ---------------------------------------------------------------------------- */

/* A date is the best-named value that is one; what is none ("published: true") is kept only
 * while nothing better is there, and only if it has a digit. */
static bool is_better_date(struct front_matter *m, const struct fields_name *name,
                           struct bytes value)
{
    const struct front_matter_value *old = &m->values[FIELD_DATE];
    int32_t day;
    uint32_t second;
    if (!dates_parse(value, &day, &second)) {
        bool digit = false;
        for (size_t i = 0; i < value.len; i++)
            digit |= value.data[i] >= '0' && value.data[i] <= '9';
        return digit && !m->has_day && (!old->found || name->rank < old->rank);
    }
    if (m->has_day && name->rank >= old->rank)
        return false;
    m->has_day = true;
    m->day = day;
    m->second = second;
    return true;
}

/* "first, second" in the arena. */
static void add_item(struct front_matter_sink *s, struct front_matter_value *v,
                     struct bytes item, size_t to)
{
    if (s->items > FRONT_MATTER_LIST_MAX)
        return;
    uint8_t *joined = arena_alloc(s->arena, v->text.len + 2 + item.len);
    if (!joined) {
        s->failed = true;
        return;
    }
    memcpy(joined, v->text.data, v->text.len);
    joined[v->text.len] = ',';
    joined[v->text.len + 1] = ' ';
    memcpy(joined + v->text.len + 2, item.data, item.len);
    v->text = bytes_of(joined, v->text.len + 2 + item.len);
    v->to = to;
}

/* An item of a list of tags, or a string that holds several; those of all names are taken together. */
static void put_tags(struct front_matter_sink *s, struct bytes value, size_t from,
                     size_t to)
{
    struct front_matter_value *v = &s->m->values[FIELD_TAGS];
    if (s->items > 0)
        tags_put(&s->tags, value);
    else
        tags_split(&s->tags, value);
    v->from = v->found ? v->from : from;
    v->to = to;
    v->found = true;
}

static void end_tags(struct front_matter_sink *s)
{
    struct front_matter_value *v = &s->m->values[FIELD_TAGS];
    v->found = v->found && s->tags.n > 0;
    if (!v->found)
        return;
    v->text = arena_copy(s->arena, tags_text(&s->tags));
    s->failed |= !v->text.data;
    s->m->tags_lost = s->tags.lost;
}

void front_matter_put(struct front_matter_sink *s, const struct fields_name *name,
                      struct bytes value, size_t from, size_t to)
{
    if (!name || name->field == FIELD_TEXT)
        return;
    struct front_matter_value *v = &s->m->values[name->field];
    struct bytes clean = record_clean(s->arena, value);
    if (clean.len == 0)
        return;
    if (name->field == FIELD_TAGS) {
        put_tags(s, clean, from, to);
        return;
    }
    if (s->items > 1) {
        if (name->field == FIELD_AUTHOR && v->found && v->rank == name->rank)
            add_item(s, v, clean, to);
        return;
    }
    if (name->field == FIELD_DATE) {
        if (!is_better_date(s->m, name, clean))
            return;
    } else if (v->found && name->rank > v->rank) {
        return;
    }
    *v = (struct front_matter_value){clean, from, to, name->rank, true};
}

void front_matter_damage(struct front_matter_sink *s, const char *words, size_t line)
{
    char text[200];
    if (s->m->damage)
        return;
    int n = snprintf(text, sizeof text, "front matter, line %zu: %s", line, words);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    struct bytes copy = arena_copy(s->arena, bytes_of(text, len));
    s->m->damage = copy.data ? (const char *)copy.data : "front matter: damaged";
}

/* --- fences ---------------------------------------------------------------------------- */

/* True if the line [from, to) is the fence, blanks behind it allowed. */
static bool is_fence(struct bytes text, size_t from, size_t to, const char *fence)
{
    if (to - from < 3 || memcmp(text.data + from, fence, 3) != 0)
        return false;
    for (size_t i = from + 3; i < to; i++) {
        if (text.data[i] != ' ' && text.data[i] != '\t' && text.data[i] != '\r')
            return false;
    }
    return true;
}

static size_t line_end(struct bytes text, size_t from)
{
    const uint8_t *eol = memchr(text.data + from, '\n', text.len - from);
    return eol ? (size_t)(eol - text.data) : text.len;
}

/* The text between the fences and where it goes on behind them; false without. */
static bool find_fences(struct bytes text, const char *fence, size_t *from, size_t *to,
                        size_t *behind)
{
    size_t eol = text.len >= 3 ? line_end(text, 0) : 0;
    if (eol < 3 || !is_fence(text, 0, eol, fence))
        return false;
    *from = eol + 1;
    for (size_t at = *from; at < text.len && at < FRONT_MATTER_BYTES_MAX;
         at = eol + 1) {
        eol = line_end(text, at);
        if (is_fence(text, at, eol, fence) ||
            (*fence == '-' && is_fence(text, at, eol, "..."))) {
            *to = at;
            *behind = eol < text.len ? eol + 1 : eol;
            return true;
        }
    }
    return false;
}

int front_matter_read(struct front_matter *m, struct bytes text,
                      const struct fields *fields, struct arena *arena, struct err *err)
{
    struct front_matter_sink s;
    s.m = m;
    s.fields = fields;
    s.arena = arena;
    s.text = text;
    s.items = 0;
    s.failed = false;
    tags_reset(&s.tags);
    size_t from, to, behind = 0;
    *m = (struct front_matter){0};
    if (find_fences(text, "---", &from, &to, &behind)) {
        m->found = true;
        front_matter_yaml(&s, from, to);
    } else if (find_fences(text, "+++", &from, &to, &behind)) {
        m->found = true;
        front_matter_toml(&s, from, to);
    }
    if (m->found)
        m->body_at = behind;
    end_tags(&s);
    return s.failed ? err_set(err, ERR_NOMEM, "a front matter") : 0;
}
