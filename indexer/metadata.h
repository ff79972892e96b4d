/* An article's metadata as it lies in the spool: what PROV, ARTICLE and MAP will say of it.
 *
 *   length u32 of all that follows | url length u32 | id length u32 | url | id
 *   | record, offset, len, title_tokens varint | day zigzag | second + 1 varint
 *   | date_from, reader, reader_version u8
 *   | outlet, author, title, date_text, section, language, tags: length varint, bytes
 *   | the map (formats/map.h), to the end
 *
 * URL and ID come first and uncoded, so that an order of them can be made by reading a few
 * bytes of each. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "formats/provenance.h"
#include "indexer/tags.h"

enum {
    METADATA_URL_LEN = 4, /* offsets in the record */
    METADATA_ID_LEN = 8,
    METADATA_URL = 12,
    METADATA_STRING_MAX = 4096, /* URL, outlet, author, date; a longer one is cut */
    METADATA_TAGS_MAX = TAGS_BYTES_MAX,
    METADATA_TITLE_MAX =
        65536,               /* bytes of a title in PROV (the stream has all of it) */
    METADATA_NAME_MAX = 256, /* section, language */
    METADATA_ID_MAX = 255    /* a longer ID counts as none */
};

struct metadata {
    struct provenance_row row; /* digest and input are not kept here */
    uint32_t title_tokens;
    struct bytes map; /* encoded */
};

/* Appends m; failures stick in out. Strings over their limit are cut at a character. */
void metadata_encode(const struct metadata *m, struct buf *out);
/* Decodes one record (its length field included); m points into data. ERR_CORRUPT: the spool
 * was changed by somebody else. */
int metadata_decode(struct bytes data, struct metadata *m, struct err *err);
