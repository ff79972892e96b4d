#include "tests/unit/readers_fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static char *copy_of(struct bytes b)
{
    char *s = malloc(b.len + 1);
    cr_assert_not_null(s);
    if (b.len > 0)
        memcpy(s, b.data, b.len);
    s[b.len] = '\0';
    return s;
}

static void copy_map(const struct source_text *text, struct offsetmap *out)
{
    struct offsetmap_cursor at = {0};
    *out = (struct offsetmap){0};
    if (text->map)
        offsetmap_copy(out, text->map, &at, 0, text->text.len);
    else
        offsetmap_put(out, (uint32_t)text->text.len, text->offset,
                      (uint32_t)text->text.len);
}

static int on_record(void *arg, const struct record *r, struct err *err)
{
    struct fixture *f = arg;
    (void)err;
    struct seen s = {
        .number = r->number,
        .offset = r->offset,
        .raw = copy_of(r->raw),
        .title = copy_of(r->title.text),
        .body = copy_of(r->body.text),
        .id = copy_of(r->id),
        .url = copy_of(r->url),
        .outlet = copy_of(r->outlet),
        .author = copy_of(r->author),
        .date = copy_of(r->date_text),
        .section = copy_of(r->section),
        .language = copy_of(r->language),
        .tags = copy_of(r->tags),
        .raw_len = r->raw.len,
        .body_len = r->body.text.len,
        .day = r->day,
        .second = r->second,
        .date_from = r->date_from,
        .reader = r->reader,
    };
    for (char *p = s.tags; *p; p++)
        *p = *p == PROVENANCE_ITEMS ? '|' : *p;
    copy_map(&r->title, &s.title_map);
    copy_map(&r->body, &s.body_map);
    cr_assert(vec_push(&f->records.v, s));
    return 0;
}

static struct told make_told(const char *path, uint64_t record, uint64_t offset,
                             uint64_t length, const char *reason)
{
    return (struct told){copy_of(bytes_str(path)), copy_of(bytes_str(reason)), record,
                         offset, length};
}

static int on_reject(void *arg, uint64_t number, uint64_t offset, uint64_t len,
                     const char *reason, struct err *err)
{
    struct fixture *f = arg;
    (void)err;
    cr_assert(vec_push(&f->rejects.v, make_told("", number, offset, len, reason)));
    return 0;
}

static int on_warn(void *arg, uint64_t number, uint64_t offset, uint64_t len,
                   const char *reason, struct err *err)
{
    struct fixture *f = arg;
    (void)err;
    cr_assert(vec_push(&f->warnings.v, make_told("", number, offset, len, reason)));
    return 0;
}

void fixture_init(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    config_init(&f->config);
}

void fixture_reset(struct fixture *f)
{
    vec_foreach(struct seen, s, &f->records.v) {
        char *strings[] = {s->raw,     s->title,    s->body,   s->id,
                           s->url,     s->outlet,   s->author, s->date,
                           s->section, s->language, s->tags};
        for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
            free(strings[i]);
        offsetmap_release(&s->title_map);
        offsetmap_release(&s->body_map);
    }
    vec_foreach(struct told, t, &f->rejects.v) {
        free(t->path);
        free(t->reason);
    }
    vec_foreach(struct told, t, &f->warnings.v) {
        free(t->path);
        free(t->reason);
    }
    vec_reset(&f->records.v);
    vec_reset(&f->rejects.v);
    vec_reset(&f->warnings.v);
}

void fixture_release(struct fixture *f)
{
    fixture_reset(f);
    vec_release(&f->records.v);
    vec_release(&f->rejects.v);
    vec_release(&f->warnings.v);
    reader_free(f->reader);
    config_release(&f->config);
}

static void read_piece(struct fixture *f, const struct input_block *block,
                       const struct input_piece *piece)
{
    struct reader_events events = {on_record, on_reject, f, on_warn};
    struct err err = {0};
    if (!f->reader)
        f->reader = reader_new(&f->config);
    cr_assert_not_null(f->reader);
    int rc = reader_piece(f->reader, block, piece, &events, &f->numbers, &err);
    cr_assert_eq(rc, 0, "%s", err.msg);
}

void fixture_bytes(struct fixture *f, const char *path, enum reader_kind kind,
                   bool values, const void *data, size_t len)
{
    char *name = copy_of(bytes_str(path));
    /* Exactly as long as promised, for the address sanitizer to watch. */
    uint8_t *copy = calloc(1, len + 64);
    cr_assert_not_null(copy);
    if (len > 0)
        memcpy(copy, data, len);
    memcpy(copy + len, ")\n]}\"'>```", 10); /* another record may stand behind it */
    struct input_file file = {.path = name, .reader = kind, .values = values};
    struct input_piece piece = {.file = &file,
                                .offset = f->piece_offset,
                                .number = f->piece_number,
                                .len = (uint32_t)len,
                                .first = true,
                                .last = true};
    struct input_block block = {copy, len, len + 64, &piece, 1};
    read_piece(f, &block, &piece);
    free(copy);
    free(name);
}

void fixture_jsonl(struct fixture *f, const char *text)
{
    fixture_bytes(f, "test.jsonl", READER_JSONL, false, text, strlen(text));
}

void fixture_file(struct fixture *f, const char *path, enum reader_kind kind,
                  const char *text)
{
    fixture_bytes(f, path, kind, false, text, strlen(text));
}

static void on_tell(void *arg, const struct reject *r)
{
    struct fixture *f = arg;
    struct told t = make_told(r->path, r->record, r->offset, r->length, r->reason);
    if (r->warning)
        cr_assert(vec_push(&f->warnings.v, t));
    else
        cr_assert(vec_push(&f->rejects.v, t));
}

int fixture_inputs(struct fixture *f, struct budget *budget,
                   const char *const *operands, struct err *err)
{
    struct inputs *in = NULL;
    struct input_block *block = NULL;
    size_t n = 0;
    while (operands[n])
        n++;
    free(f->config.inputs);
    f->config.inputs = calloc(n, sizeof *f->config.inputs);
    cr_assert_not_null(f->config.inputs);
    memcpy(f->config.inputs, operands, n * sizeof *operands);
    f->config.n_inputs = n;
    int rc = inputs_open(&in, &f->config, budget, on_tell, f, err);
    if (rc != 0)
        return rc;
    uint64_t expected = 0; /* number of the next record of the file */
    while ((rc = inputs_next(in, &block, err)) == 0) {
        f->blocks++;
        if (block->len > f->block_max)
            f->block_max = block->len;
        if (f->blocks == 1)
            f->block_first = block->len;
        f->block_last = block->len;
        cr_assert_leq(block->len + 64, block->cap);
        for (size_t i = 0; i < block->n_pieces; i++) {
            const struct input_piece *p = &block->pieces[i];
            f->pieces++;
            cr_assert_leq(p->at + (uint64_t)p->len, block->len);
            cr_assert(p->first == (p->offset == 0) || p->number > 0);
            cr_assert_geq(p->number, p->first ? 0 : expected);
            read_piece(f, block, p);
            expected = p->number + f->numbers;
        }
        input_block_free(block);
    }
    inputs_close(in);
    return rc;
}

const struct seen *fixture_one(const struct fixture *f)
{
    const char *why = f->rejects.v.len ? f->rejects.v.items[0].reason : "";
    cr_assert_eq(f->records.v.len, 1, "%zu records %s", f->records.v.len, why);
    cr_assert_eq(f->rejects.v.len, 0, "%s", why);
    return &f->records.v.items[0];
}

const struct told *fixture_reject(const struct fixture *f)
{
    cr_assert_eq(f->records.v.len, 0, "a record");
    cr_assert_eq(f->rejects.v.len, 1, "%zu rejects", f->rejects.v.len);
    return &f->rejects.v.items[0];
}

bool fixture_map_holds(const char *text, size_t len, const struct offsetmap *map,
                       const char *raw, size_t raw_len)
{
    uint64_t at = 0;
    vec_foreach(const struct offset_segment, s, &map->segments) {
        if (s->in_pos + s->in_len > raw_len)
            return false;
        if (s->in_len == s->out_len &&
            memcmp(text + at, raw + s->in_pos, s->in_len) != 0)
            return false;
        at += s->out_len;
    }
    return at == len && at == map->out_len;
}

char *fixture_source(const struct seen *s, const char *word)
{
    const char *at = strstr(s->body, word);
    uint64_t from, to;
    cr_assert_not_null(at, "'%s' is not in '%s'", word, s->body);
    offsetmap_span(&s->body_map, (uint64_t)(at - s->body),
                   (uint64_t)(at - s->body) + strlen(word), &from, &to);
    cr_assert_leq(to, s->raw_len);
    return copy_of(bytes_of(s->raw + from, to - from));
}

uint64_t fixture_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}
