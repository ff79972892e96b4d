#include "indexer/metadata.h"

#include "formats/coding.h"

/* At most max bytes of a well-formed string, cut before a character. */
static struct bytes cut(struct bytes b, size_t max)
{
    if (b.len <= max)
        return b;
    while (max > 0 && (b.data[max] & 0xc0) == 0x80)
        max--;
    return bytes_of(b.data, max);
}

static void put_string(struct buf *out, struct bytes b, size_t max)
{
    b = cut(b, max);
    buf_put_varint(out, b.len);
    buf_put_bytes(out, b);
}

void metadata_encode(const struct metadata *m, struct buf *out)
{
    const struct provenance_row *r = &m->row;
    size_t start = out->len;
    struct bytes url = cut(r->url, METADATA_STRING_MAX);
    struct bytes id = r->id.len <= METADATA_ID_MAX ? r->id : bytes_of(NULL, 0);
    buf_put_u32(out, 0);
    buf_put_u32(out, (uint32_t)url.len);
    buf_put_u32(out, (uint32_t)id.len);
    buf_put_bytes(out, url);
    buf_put_bytes(out, id);
    buf_put_varint(out, r->record);
    buf_put_varint(out, r->offset);
    buf_put_varint(out, r->len);
    buf_put_varint(out, m->title_tokens);
    buf_put_zigzag(out, r->day);
    buf_put_varint(out, (uint32_t)(r->second + 1));
    buf_put_u8(out, r->date_from);
    buf_put_u8(out, r->reader);
    buf_put_u8(out, r->reader_version);
    put_string(out, r->outlet, METADATA_STRING_MAX);
    put_string(out, r->author, METADATA_STRING_MAX);
    put_string(out, r->title, METADATA_TITLE_MAX);
    put_string(out, r->date_text, METADATA_STRING_MAX);
    put_string(out, r->section, METADATA_NAME_MAX);
    put_string(out, r->language, METADATA_NAME_MAX);
    put_string(out, r->tags, METADATA_TAGS_MAX);
    buf_put_bytes(out, m->map);
    if (!out->failed)
        store_u32(out->data + start, (uint32_t)(out->len - start - 4));
}

static struct bytes get_string(struct cursor *c)
{
    return cursor_bytes(c, cursor_varint32(c));
}

int metadata_decode(struct bytes data, struct metadata *m, struct err *err)
{
    struct cursor c = cursor_of(data.data, data.len);
    struct provenance_row *r = &m->row;
    *m = (struct metadata){0};
    uint32_t len = cursor_u32(&c);
    uint32_t url_len = cursor_u32(&c), id_len = cursor_u32(&c);
    r->url = cursor_bytes(&c, url_len);
    r->id = cursor_bytes(&c, id_len);
    r->record = cursor_varint(&c);
    r->offset = cursor_varint(&c);
    r->len = cursor_varint(&c);
    m->title_tokens = cursor_varint32(&c);
    r->day = (int32_t)cursor_zigzag(&c);
    r->second = cursor_varint32(&c) - 1;
    r->date_from = cursor_u8(&c);
    r->reader = cursor_u8(&c);
    r->reader_version = cursor_u8(&c);
    r->outlet = get_string(&c);
    r->author = get_string(&c);
    r->title = get_string(&c);
    r->date_text = get_string(&c);
    r->section = get_string(&c);
    r->language = get_string(&c);
    r->tags = get_string(&c);
    m->map = cursor_bytes(&c, cursor_left(&c));
    if (c.failed || len + (uint64_t)4 != data.len)
        return err_set(err, ERR_CORRUPT, "spool: metadata that were not written so");
    return 0;
}
