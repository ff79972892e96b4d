#include "tests/fuzz/fuzz_reader.h"

#include <stdlib.h>
#include <string.h>

#include "text/utf8.h"
#include "indexer/reader.h"

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_text(const struct source_text *t, size_t raw_len)
{
    if (!t->map) {
        check(t->text.len == 0 || t->offset + t->text.len <= raw_len);
        return;
    }
    uint64_t sum = 0;
    vec_foreach(const struct offset_segment, s, &t->map->segments) {
        check(s->in_pos + s->in_len <= raw_len);
        sum += s->out_len;
    }
    check(sum == t->text.len);
}

static void check_line(struct bytes line)
{
    check(line.len == 0 || utf8_valid_prefix(line) == line.len);
    for (size_t i = 0; i < line.len; i++)
        check(line.data[i] >= ' ');
}

/* Items are lines, none of them empty. */
static void check_tags(struct bytes tags)
{
    size_t from = 0;
    for (size_t i = 0; i <= tags.len && tags.len > 0; i++) {
        if (i < tags.len && tags.data[i] != PROVENANCE_ITEMS)
            continue;
        check(i > from);
        check_line(bytes_of(tags.data + from, i - from));
        from = i + 1;
    }
}

static int on_record(void *arg, const struct record *r, struct err *err)
{
    (void)arg;
    (void)err;
    check_text(&r->title, r->raw.len);
    check_text(&r->body, r->raw.len);
    check_line(r->id);
    check_line(r->url);
    check_line(r->outlet);
    check_line(r->author);
    check_line(r->section);
    check_line(r->language);
    check_tags(r->tags);
    check_line(r->date_text);
    check(r->second == UINT32_MAX || r->second < 86400);
    check((r->day == DAY_NONE) == (r->date_from == DATE_NONE));
    return 0;
}

static int on_reject(void *arg, uint64_t number, uint64_t offset, uint64_t len,
                     const char *reason, struct err *err)
{
    const size_t *size = arg;
    (void)number;
    (void)err;
    check(offset + len <= *size && *reason != '\0');
    return 0;
}

void fuzz_reader_run(enum reader_kind kind, bool values, const uint8_t *data,
                     size_t size)
{
    static char name[] = "2007-04-24-name";
    static struct config config;
    static struct reader *reader;
    if (!reader) {
        config_init(&config);
        reader = reader_new(&config);
    }
    uint8_t *copy = calloc(1, size + 64);
    if (!reader || !copy)
        abort();
    if (size > 0)
        memcpy(copy, data, size);
    memcpy(copy + size, ")\n]}\"'>```", 10); /* another record may stand behind it */
    struct input_file file = {.path = name, .reader = kind, .values = values};
    struct input_piece piece = {
        .file = &file, .len = (uint32_t)size, .first = true, .last = true};
    struct input_block block = {copy, size, size + 64, &piece, 1};
    struct reader_events events = {on_record, on_reject, &size, on_reject};
    uint64_t numbers;
    struct err err = {0};
    check(reader_piece(reader, &block, &piece, &events, &numbers, &err) == 0);
    free(copy);
}
