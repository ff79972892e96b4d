#include "indexer/reader_jsonl.h"

#include <string.h>

#include "indexer/dates.h"
#include "indexer/html_body.h"
#include "indexer/json.h"

/* The values of the fields that are looked for, one for each name. */
struct found {
    uint16_t seen[FIELD_COUNT]; /* bit r: the name of rank r is there */
    struct json_value values[FIELD_COUNT][CONFIG_NAMES_MAX];
};

/* One record while it is read. */
struct parse {
    struct reader *reader;
    struct bytes raw;
    uint64_t number, offset;
    struct found found;
    const char *why; /* why it cannot be used, with the byte (from 1) it was seen at */
    size_t at;
    bool markup; /* '<' or '&' may be in the text that was taken last */
    /* The text of the value that was decoded to the reader's body when it was read, or NULL; whether it may have markup. */
    const uint8_t *early;
    bool early_markup;
};

/* --- members --------------------------------------------------------------------------- */

static int fail_at(struct parse *s, const uint8_t *at, const char *why)
{
    s->why = why;
    s->at = (size_t)(at - s->raw.data) + 1;
    return ERR_INPUT;
}

/* A key written with escapes: decoded into `small`; empty when it does not fit. */
static struct bytes plain_key(const struct json_value *key, struct buf *out)
{
    struct json_unescaped what;
    buf_reset(out);
    if (key->text.len > 256 || json_unescape(key, 0, out, NULL, &what) != 0)
        return bytes_of(NULL, 0);
    return buf_bytes(out);
}

/* The value of a member that may be the record's text: most are, so the first one is decoded as it is read. */
static int gather_text(struct parse *s, struct json_cursor *c, struct json_value *value)
{
    struct record_text *body = &s->reader->body;
    json_blanks(c);
    uint64_t offset = (uint64_t)(c->p - s->raw.data) + 1;
    record_text_reset(body);
    if (!json_take_decoded(c, offset, value, &body->text, &body->map, &s->early_markup))
        return json_value(c, value);
    s->early = value->text.data;
    return 0;
}

/* The members of the object at c; ITER_END behind its bracket. */
static int gather_members(struct parse *s, struct json_cursor *c)
{
    struct json_value key, value;
    memset(s->found.seen, 0, sizeof s->found.seen);
    int rc = json_enter(c, '{');
    for (bool first = true; rc == 0; first = false) {
        rc = json_key(c, first, &key);
        if (rc != 0)
            break;
        struct bytes name = key.escaped ? plain_key(&key, &s->reader->why) : key.text;
        const struct fields_name *f = fields_find(&s->reader->fields, name);
        rc = f && f->field == FIELD_TEXT && !s->early ? gather_text(s, c, &value)
                                                      : json_value(c, &value);
        if (rc == 0 && f) { /* of a name given twice the last one counts */
            s->found.seen[f->field] |= (uint16_t)(1u << f->rank);
            s->found.values[f->field][f->rank] = value;
        }
    }
    return rc;
}

static int gather_all(struct parse *s)
{
    struct json_cursor c = {.p = s->raw.data, .end = s->raw.data + s->raw.len};
    const uint8_t *nul = memchr(s->raw.data, 0, s->raw.len);
    if (nul)
        return fail_at(s, nul, "a NUL byte");
    if (gather_members(s, &c) != ITER_END)
        return fail_at(s, c.p, c.why);
    json_blanks(&c);
    return c.p == c.end ? 0 : fail_at(s, c.p, "bytes after the object");
}

/* --- strings --------------------------------------------------------------------------- */

static int unescape_into(struct parse *s, const struct json_value *v,
                         struct record_text *to, struct err *err)
{
    struct json_unescaped what;
    uint64_t offset = (uint64_t)(v->text.data - s->raw.data);
    int rc = json_unescape(v, offset, &to->text, &to->map, &what);
    if (rc == ERR_NOMEM)
        return err_set(err, ERR_NOMEM, "a record of %zu bytes", s->raw.len);
    s->markup |= what.markup;
    return rc == 0 ? 0 : fail_at(s, v->text.data + what.at, what.why);
}

/* A list of strings: its elements with a blank line between them. */
static int join_paragraphs(struct parse *s, const struct json_value *list,
                           struct record_text *to, struct err *err)
{
    struct json_cursor c = {.p = list->text.data,
                            .end = list->text.data + list->text.len};
    struct json_value v;
    int rc = json_enter(&c, '[');
    for (bool first = true; rc == 0; first = false) {
        rc = json_element(&c, first, &v);
        if (rc != 0 || v.kind != JSON_STRING)
            continue;
        if (to->text.len > 0) {
            buf_put_str(&to->text, "\n\n");
            offsetmap_put(&to->map, 2, (uint64_t)(v.text.data - s->raw.data), 0);
        }
        rc = unescape_into(s, &v, to, err);
    }
    return rc == ITER_END ? 0 : rc;
}

static void reset_text(struct parse *s, struct record_text *to)
{
    record_text_reset(to);
    if (to == &s->reader->body)
        s->early = NULL;
}

/* Text with its way back to the record: in place when it has no escapes. */
static int take_text(struct parse *s, const struct json_value *v,
                     struct record_text *to, struct source_text *out, struct err *err)
{
    int rc = 0;
    bool early = v->text.data == s->early && to == &s->reader->body;
    *out = (struct source_text){0};
    if (v->kind == JSON_STRING && !v->escaped) {
        out->text = v->text;
        out->offset = (uint64_t)(v->text.data - s->raw.data);
        s->markup = !early || s->early_markup; /* or nobody has looked */
        return 0;
    }
    s->markup = early && s->early_markup;
    if (!early)
        reset_text(s, to);
    if (!early && v->kind == JSON_STRING)
        rc = unescape_into(s, v, to, err);
    else if (v->kind == JSON_ARRAY)
        rc = join_paragraphs(s, v, to, err);
    out->text = buf_bytes(&to->text);
    out->map = &to->map;
    return rc;
}

/* A string's text as one clean line in the arena (or in place). */
static int take_string(struct parse *s, const struct json_value *v, struct bytes *out,
                       struct err *err)
{
    struct bytes text = v->text;
    if (v->escaped) {
        struct json_unescaped what;
        struct buf *b = &s->reader->why;
        buf_reset(b);
        int rc = json_unescape(v, 0, b, NULL, &what);
        if (rc == ERR_INPUT)
            return fail_at(s, v->text.data + what.at, what.why);
        text = rc == 0 ? arena_copy(&s->reader->arena, buf_bytes(b)) : text;
        if (rc != 0 || !text.data)
            return err_set(err, ERR_NOMEM, "a record of %zu bytes", s->raw.len);
    }
    *out = record_clean(&s->reader->arena, text);
    return 0;
}

/* The first member of an object under one of the names (ends with NULL) that is a string with something
 * in it, or a number. */
static int take_member(struct parse *s, const struct json_value *v,
                       const char *const *names, struct bytes *out, struct err *err)
{
    struct json_cursor c = {.p = v->text.data, .end = v->text.data + v->text.len};
    struct json_value key, item;
    int rc = json_enter(&c, '{');
    for (bool first = true; rc == 0 && out->len == 0; first = false) {
        rc = json_member(&c, first, &key, &item);
        for (size_t i = 0; rc == 0 && names[i]; i++) {
            if (!bytes_equal(key.text, bytes_str(names[i])))
                continue;
            if (item.kind == JSON_NUMBER)
                *out = item.text;
            if (item.kind == JSON_STRING)
                rc = take_string(s, &item, out, err);
        }
    }
    return rc == ITER_END ? 0 : rc;
}

static int take_line(struct parse *s, const struct json_value *v, struct bytes *out,
                     struct err *err)
{
    /* {"name": "..."}, and {"$date": ...} and {"$oid": ...} as MongoDB exports them. */
    static const char *const names[] = {"name", "$date", "$oid", NULL};
    *out = bytes_of(NULL, 0);
    if (v->kind == JSON_STRING)
        return take_string(s, v, out, err);
    if (v->kind == JSON_NUMBER)
        *out = v->text;
    return v->kind == JSON_OBJECT ? take_member(s, v, names, out, err) : 0;
}

/* A list: its lines joined with ", ", or only the first. */
static int take_list(struct parse *s, const struct json_value *v, bool all,
                     struct bytes *out, struct err *err)
{
    if (v->kind != JSON_ARRAY)
        return take_line(s, v, out, err);
    struct json_cursor c = {.p = v->text.data, .end = v->text.data + v->text.len};
    struct json_value item;
    struct buf joined = {0};
    *out = bytes_of(NULL, 0);
    int rc = json_enter(&c, '[');
    for (bool first = true; rc == 0 && (all || joined.len == 0); first = false) {
        struct bytes line = {0};
        rc = json_element(&c, first, &item);
        if (rc == 0)
            rc = take_line(s, &item, &line, err);
        if (rc != 0 || line.len == 0)
            continue;
        if (joined.len > 0)
            buf_put_str(&joined, ", ");
        buf_put_bytes(&joined, line);
    }
    if (rc == ITER_END)
        rc = 0;
    if (rc == 0 && joined.len > 0) {
        *out = arena_copy(&s->reader->arena, buf_bytes(&joined));
        if (joined.failed || !out->data)
            rc = err_set(err, ERR_NOMEM, "a record of %zu bytes", s->raw.len);
    }
    buf_release(&joined);
    return rc;
}

/* --- fields ---------------------------------------------------------------------------- */

/* The field's line under the name that is preferred and not empty. */
static int best_line(struct parse *s, enum config_field field, bool all,
                     struct bytes *out, struct err *err)
{
    *out = bytes_of(NULL, 0);
    for (unsigned rank = 0; s->found.seen[field] >> rank; rank++) {
        if (!(s->found.seen[field] >> rank & 1))
            continue;
        int rc = take_list(s, &s->found.values[field][rank], all, out, err);
        if (rc != 0 || out->len > 0)
            return rc;
    }
    return 0;
}

/* Text that is HTML as plain text. */
static int take_html(struct parse *s, struct record_text *to, struct source_text *text,
                     struct err *err)
{
    if (s->reader->config->html == HTML_NEVER || !s->markup)
        return 0;
    enum html_body_kind kind = html_body_kind(text->text);
    if (kind == HTML_BODY_NONE)
        return 0;
    record_text_reset(to);
    int rc = html_body_text(text, kind, to, err);
    *text = (struct source_text){.text = buf_bytes(&to->text), .map = &to->map};
    return rc;
}

static int best_text(struct parse *s, enum config_field field, struct record_text *to,
                     struct record_text *plain, struct source_text *out,
                     struct err *err)
{
    *out = (struct source_text){0};
    for (unsigned rank = 0; s->found.seen[field] >> rank; rank++) {
        if (!(s->found.seen[field] >> rank & 1))
            continue;
        int rc = take_text(s, &s->found.values[field][rank], to, out, err);
        if (rc == 0)
            rc = take_html(s, plain, out, err);
        if (rc != 0 || !record_is_blank(out->text))
            return rc;
    }
    return 0;
}

/* The first name whose value is a date; if none is, the text of the first is kept. */
static int best_date(struct parse *s, struct record *r, struct err *err)
{
    for (unsigned rank = 0; s->found.seen[FIELD_DATE] >> rank; rank++) {
        struct bytes line;
        if (!(s->found.seen[FIELD_DATE] >> rank & 1))
            continue;
        int rc = take_list(s, &s->found.values[FIELD_DATE][rank], false, &line, err);
        if (rc != 0)
            return rc;
        bool parsed = dates_parse(line, &r->day, &r->second);
        if (parsed || r->date_text.len == 0)
            r->date_text = line;
        if (parsed) {
            r->date_from = DATE_FIELD;
            return 0;
        }
    }
    r->day = DAY_NONE;
    return 0;
}

/* A tag: a line, or an object that names it, of several names by the first of these. */
static int take_tag(struct parse *s, const struct json_value *v, struct bytes *out,
                    struct err *err)
{
    static const char *const names[][2] = {
        {"value", NULL}, {"name", NULL}, {"label", NULL}, {"webTitle", NULL}};
    int rc = 0;
    if (v->kind != JSON_OBJECT)
        return take_line(s, v, out, err);
    *out = bytes_of(NULL, 0);
    for (size_t i = 0; i < sizeof names / sizeof *names && rc == 0 && out->len == 0;
         i++)
        rc = take_member(s, v, names[i], out, err);
    return rc;
}

static int take_tags(struct parse *s, const struct json_value *v, struct err *err)
{
    struct tags *tags = &s->reader->tags;
    struct json_cursor c = {.p = v->text.data, .end = v->text.data + v->text.len};
    struct json_value item;
    struct bytes line = {0};
    int rc;
    if (v->kind != JSON_ARRAY) {
        rc = take_tag(s, v, &line, err);
        if (rc == 0 && v->kind == JSON_STRING)
            tags_split(tags, line);
        else if (rc == 0)
            tags_put(tags, line);
        return rc;
    }
    rc = json_enter(&c, '[');
    for (bool first = true; rc == 0; first = false) {
        rc = json_element(&c, first, &item);
        if (rc == 0)
            rc = take_tag(s, &item, &line, err);
        if (rc == 0)
            tags_put(tags, line);
    }
    return rc == ITER_END ? 0 : rc;
}

/* The tags under all names together, those of the preferred ones first. */
static int all_tags(struct parse *s, struct record *r, struct err *err)
{
    struct tags *tags = &s->reader->tags;
    tags_reset(tags);
    for (unsigned rank = 0; s->found.seen[FIELD_TAGS] >> rank; rank++) {
        if (!(s->found.seen[FIELD_TAGS] >> rank & 1))
            continue;
        int rc = take_tags(s, &s->found.values[FIELD_TAGS][rank], err);
        if (rc != 0)
            return rc;
    }
    r->tags = tags_text(tags);
    r->tags_lost = tags->lost;
    return 0;
}

/* "no text: none of the fields text, body, ... (use --map text=NAME)" */
static int fail_without_text(struct parse *s)
{
    struct buf *why = &s->reader->why;
    buf_reset(why);
    buf_put_str(why, "no text: none of the fields ");
    const char *const *names = s->reader->config->names[FIELD_TEXT];
    for (size_t i = 0; names[i]; i++)
        buf_printf(why, "%s%s", i ? ", " : "", names[i]);
    buf_put_str(why, " (use --map text=NAME)");
    buf_put_u8(why, 0);
    s->at = 0;
    s->why = why->failed ? "no text" : (const char *)why->data;
    return ERR_INPUT;
}

static int fill_record(struct parse *s, struct record *r, struct err *err)
{
    *r = (struct record){
        .number = s->number,
        .offset = s->offset,
        .raw = s->raw,
        .day = DAY_NONE,
        .second = UINT32_MAX,
        .reader = READER_JSONL,
        .reader_version = READER_JSONL_VERSION,
    };
    if (!s->found.seen[FIELD_TEXT])
        return fail_without_text(s);
    struct reader *scratch = s->reader;
    int rc =
        best_text(s, FIELD_TEXT, &scratch->body, &scratch->plain_body, &r->body, err);
    if (rc == 0)
        rc = best_text(s, FIELD_TITLE, &scratch->title, &scratch->plain_title,
                       &r->title, err);
    if (rc == 0)
        rc = best_line(s, FIELD_ID, false, &r->id, err);
    if (rc == 0)
        rc = best_line(s, FIELD_URL, false, &r->url, err);
    if (rc == 0)
        rc = best_line(s, FIELD_SOURCE, false, &r->outlet, err);
    if (rc == 0)
        rc = best_line(s, FIELD_AUTHOR, true, &r->author, err);
    if (rc == 0)
        rc = best_line(s, FIELD_SECTION, false, &r->section, err);
    if (rc == 0)
        rc = best_line(s, FIELD_LANGUAGE, false, &r->language, err);
    if (rc == 0)
        rc = all_tags(s, r, err);
    if (rc == 0)
        rc = best_date(s, r, err);
    return rc;
}

/* --- records --------------------------------------------------------------------------- */

/* Tells why a record was not used: "line 17, byte 230: expected ':' after key". */
static int reject_parse(struct parse *s, struct err *err)
{
    struct buf words = {0};
    unsigned long long number = s->reader->piece->number + s->number + 1;
    buf_printf(&words, "%s %llu", s->reader->piece->file->values ? "object" : "line",
               number);
    if (s->at > 0)
        buf_printf(&words, ", byte %zu", s->at);
    buf_printf(&words, ": %s", s->why);
    buf_put_u8(&words, 0);
    int rc = record_reject(s->reader, s->number, s->offset, s->raw.len,
                           words.failed ? s->why : (const char *)words.data, err);
    buf_release(&words);
    return rc;
}

static void begin_record(struct parse *s)
{
    arena_reset(&s->reader->arena);
    s->early = NULL;
    s->why = NULL;
    s->at = 0;
}

/* Hands on the record whose members were gathered. */
static int emit_record(struct parse *s, struct err *err)
{
    struct record r;
    int rc = fill_record(s, &r, err);
    if (rc == ERR_INPUT && s->why)
        return reject_parse(s, err);
    if (rc != 0)
        return rc;
    record_complete(s->reader, &r, false);
    return record_emit(s->reader, &r, err);
}

static int read_record(struct parse *s, struct err *err)
{
    begin_record(s);
    if (s->raw.len > s->reader->config->record_bytes_max) {
        s->why = "longer than --record-max";
        return reject_parse(s, err);
    }
    if (gather_all(s) != 0)
        return reject_parse(s, err);
    return emit_record(s, err);
}

/* Reads the object at `start` as far as it is one line without a NUL in it: most are, and need not be looked through for
 * their end before. Returns what is behind the line's end, with its members gathered, or NULL where it has to be found
 * first. */
static const uint8_t *gather_line(struct parse *s, const uint8_t *start,
                                  const uint8_t *end)
{
    struct json_cursor c = {.p = start, .end = end, .line = true};
    begin_record(s);
    s->raw = bytes_of(start, 0);
    if (gather_members(s, &c) != ITER_END)
        return NULL;
    const uint8_t *p = c.p;
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    s->raw = bytes_of(start, (size_t)(p - start));
    if (end - p > 1 && p[0] == '\r' && p[1] == '\n')
        p++;
    if ((p < end && *p != '\n') || s->raw.len > s->reader->config->record_bytes_max)
        return NULL;
    return p < end ? p + 1 : end;
}

static int read_lines(struct parse *s, struct bytes data, uint64_t *n_numbers,
                      struct err *err)
{
    const uint8_t *start = data.data, *p = start, *end = p + data.len;
    uint64_t offset = s->reader->piece->offset;
    int rc = 0;
    for (; p < end && rc == 0; s->number++) {
        s->offset = offset + (uint64_t)(p - start);
        const uint8_t *next = *p == '{' ? gather_line(s, p, end) : NULL;
        if (next) {
            rc = emit_record(s, err);
            p = next;
            continue;
        }
        const uint8_t *eol = memchr(p, '\n', (size_t)(end - p));
        next = eol ? eol + 1 : end;
        if (!eol)
            eol = end;
        if (eol > p && eol[-1] == '\r')
            eol--;
        if (offset == 0 && p == start &&
            bytes_starts(bytes_of(p, (size_t)(eol - p)), bytes_str("\xEF\xBB\xBF")))
            p += 3;
        s->raw = bytes_of(p, (size_t)(eol - p));
        s->offset = offset + (uint64_t)(p - start);
        if (!record_is_blank(s->raw))
            rc = read_record(s, err);
        p = next;
    }
    *n_numbers = s->number;
    return rc;
}

/* What may stand before an object: blanks, commas, the brackets of arrays, a BOM. */
static bool is_between(struct bytes text, bool at_start)
{
    size_t i = at_start && bytes_starts(text, bytes_str("\xEF\xBB\xBF")) ? 3 : 0;
    for (; i < text.len; i++) {
        uint8_t b = text.data[i];
        if (b != ' ' && b != '\t' && b != '\r' && b != '\n' && b != ',' && b != '[' &&
            b != ']')
            return false;
    }
    return true;
}

/* Bytes outside of every object, or an object that does not end. */
static int reject_rest(struct parse *s, const uint8_t *start, const uint8_t *from,
                       const uint8_t *to, struct err *err)
{
    s->raw = bytes_of(from, (size_t)(to - from));
    s->offset = s->reader->piece->offset + (uint64_t)(from - start);
    s->at = 0;
    s->why = "no JSON object";
    return reject_parse(s, err);
}

static int read_values(struct parse *s, struct bytes data, uint64_t *n_numbers,
                       struct err *err)
{
    const uint8_t *start = data.data, *p = start, *end = p + data.len;
    struct json_splitter split = {0};
    int rc = 0;
    while (p < end && rc == 0) {
        size_t n = json_split(&split, p, (size_t)(end - p), true);
        const uint8_t *object = n > 0 ? p + split.opened : end;
        if (!is_between(bytes_of(p, (size_t)(object - p)),
                        s->reader->piece->offset == 0 && p == start))
            rc = reject_rest(s, start, p, object, err);
        if (n > 0 && rc == 0) {
            s->raw = bytes_of(object, (size_t)(p + n - object));
            s->offset = s->reader->piece->offset + (uint64_t)(object - start);
            rc = read_record(s, err);
            s->number++;
        }
        p = n > 0 ? p + n : end;
    }
    *n_numbers = s->number;
    return rc;
}

int reader_jsonl_piece(struct reader *reader, struct bytes data, uint64_t *n_numbers,
                       struct err *err)
{
    struct parse s;
    s.reader = reader;
    s.number = 0;
    if (reader->piece->file->values)
        return read_values(&s, data, n_numbers, err);
    return read_lines(&s, data, n_numbers, err);
}
