#include "indexer/reader_text.h"

#include <string.h>

#include "indexer/charset.h"
#include "indexer/front_matter.h"
#include "indexer/markdown.h"

/* One file while it is read. */
struct file {
    struct reader *reader;
    struct bytes raw;
    struct source_text text; /* decoded */
    struct front_matter matter;
    struct record record;
};

static int make_scratch(struct reader *r, struct err *err)
{
    if (!r->charset)
        r->charset = charset_new();
    if (!r->markdown)
        r->markdown = markdown_new();
    if (!r->charset || !r->markdown)
        return err_set(err, ERR_NOMEM, "the readers' memory");
    return 0;
}

/* Puts [from, to) of the decoded text into map, as what `len` bytes of a value came from. */
static void map_value(const struct file *f, size_t from, size_t to, size_t len,
                      bool copied, struct offsetmap *map)
{
    struct offsetmap_cursor at = {0};
    struct offsetmap image = {0};
    if (copied && f->text.map) {
        offsetmap_copy(map, f->text.map, &at, from, len);
        return;
    }
    if (copied) {
        offsetmap_put(map, (uint32_t)len, f->text.offset + from, (uint32_t)len);
        return;
    }
    uint64_t source = f->text.offset + from, source_len = to - from;
    if (f->text.map && to > from) {
        offsetmap_copy(&image, f->text.map, &at, from, to - from);
        if (image.segments.len > 0) {
            const struct offset_segment *last =
                &image.segments.items[image.segments.len - 1];
            source = image.segments.items[0].in_pos;
            source_len = last->in_pos + last->in_len - source;
        }
        map->failed |= image.failed;
        offsetmap_release(&image);
    }
    /* Cut, so that equal lengths are not taken for a copy. */
    if (len > 1)
        offsetmap_put(map, 1, source, (uint32_t)source_len);
    offsetmap_put(map, (uint32_t)(len > 1 ? len - 1 : len), source,
                  (uint32_t)source_len);
}

/* The title with its way back: byte for byte where it stands in the file as it is, as one
 * piece where YAML's quotes or folds changed it. */
static int take_title(struct file *f, struct err *err)
{
    const struct front_matter_value *v = &f->matter.values[FIELD_TITLE];
    struct record_text *title = &f->reader->title;
    if (!v->found)
        return 0;
    record_text_reset(title);
    buf_put_bytes(&title->text, v->text);
    const uint8_t *at = f->text.text.data;
    bool copied = false;
    size_t from = v->from;
    for (size_t skip = 0; skip <= 1 && !copied; skip++) { /* a quote */
        copied = v->from + skip + v->text.len <= v->to &&
                 memcmp(at + v->from + skip, v->text.data, v->text.len) == 0;
        from = v->from + skip;
    }
    if (copied)
        map_value(f, from, from + v->text.len, v->text.len, true, &title->map);
    else
        map_value(f, v->from, v->to, v->text.len, false, &title->map);
    if (title->text.failed || title->map.failed)
        return err_set(err, ERR_NOMEM, "a title");
    f->record.title =
        (struct source_text){.text = buf_bytes(&title->text), .map = &title->map};
    return 0;
}

static void take_fields(struct file *f)
{
    const struct front_matter_value *v = f->matter.values;
    struct record *r = &f->record;
    r->id = v[FIELD_ID].text;
    r->url = v[FIELD_URL].text;
    r->outlet = v[FIELD_SOURCE].text;
    r->author = v[FIELD_AUTHOR].text;
    r->date_text = v[FIELD_DATE].text;
    r->section = v[FIELD_SECTION].text;
    r->language = v[FIELD_LANGUAGE].text;
    r->tags = v[FIELD_TAGS].text;
    r->tags_lost = f->matter.tags_lost;
    if (f->matter.has_day) {
        r->day = f->matter.day;
        r->second = f->matter.second;
        r->date_from = DATE_FRONT_MATTER;
    }
}

static int read_markdown(struct file *f, struct err *err)
{
    struct record_text *body = &f->reader->body;
    f->record.reader = READER_MARKDOWN;
    f->record.reader_version = READER_MARKDOWN_VERSION;
    size_t from = f->matter.found ? f->matter.body_at : 0;
    record_text_reset(body);
    int rc = markdown_text(f->reader->markdown, &f->text, from, body, err);
    if (rc != 0)
        return rc;
    f->record.body =
        (struct source_text){.text = buf_bytes(&body->text), .map = &body->map};
    if (!f->matter.found)
        return 0;
    take_fields(f);
    return take_title(f, err);
}

static int warn(struct file *f, const char *words, struct err *err)
{
    if (!words)
        return 0;
    return record_warn(f->reader, 0, 0, f->raw.len, words, err);
}

/* What failed concerns this record only. */
static int reject_failed(struct file *f, struct err *err)
{
    struct err why = *err;
    err_clear(err);
    return record_reject(f->reader, 0, 0, f->raw.len, why.msg, err);
}

static int read_decoded(struct file *f, bool markdown, const char *remark,
                        struct err *err)
{
    int rc = warn(f, remark, err);
    if (rc == 0)
        rc = front_matter_read(&f->matter, f->text.text, &f->reader->fields,
                               &f->reader->arena, err);
    if (rc != 0)
        return rc;
    f->record.body = f->text;
    if (!markdown && (!f->matter.found || f->matter.damage))
        return 0;
    rc = warn(f, f->matter.damage, err);
    return rc == 0 ? read_markdown(f, err) : rc;
}

int reader_text_file(struct reader *reader, struct bytes data, bool markdown,
                     struct err *err)
{
    struct file f = {.reader = reader, .raw = data};
    struct err why = {0};
    const char *remark = NULL;
    arena_reset(&reader->arena);
    f.record = (struct record){
        .raw = data,
        .day = DAY_NONE,
        .second = UINT32_MAX,
        .reader = READER_TEXT,
        .reader_version = READER_TEXT_VERSION,
    };
    int rc = make_scratch(reader, err);
    if (rc != 0)
        return rc;
    rc = charset_decode(reader->charset, data, &f.text, &remark, &why);
    if (rc == ERR_INPUT)
        return record_reject(reader, 0, 0, data.len, why.msg, err);
    if (rc != 0)
        return err_set(err, rc, "%s", why.msg);
    rc = read_decoded(&f, markdown, remark, err);
    if (rc == ERR_INPUT || rc == ERR_LIMIT)
        return reject_failed(&f, err);
    if (rc != 0)
        return rc;
    record_complete(reader, &f.record, true);
    return record_emit(reader, &f.record, err);
}
