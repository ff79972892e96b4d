#include "indexer/reader.h"

#include <stdlib.h>

#include "indexer/charset.h"
#include "indexer/markdown.h"
#include "indexer/reader_jsonl.h"
#include "indexer/reader_text.h"
#include "indexer/record.h"

struct reader *reader_new(const struct config *c)
{
    struct reader *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->config = c;
    fields_init(&r->fields, c);
    return r;
}

void reader_free(struct reader *r)
{
    if (!r)
        return;
    charset_free(r->charset);
    markdown_free(r->markdown);
    record_text_release(&r->title);
    record_text_release(&r->body);
    record_text_release(&r->plain_title);
    record_text_release(&r->plain_body);
    buf_release(&r->why);
    arena_release(&r->arena);
    free(r);
}

int reader_piece(struct reader *r, const struct input_block *block,
                 const struct input_piece *piece, const struct reader_events *events,
                 uint64_t *n_numbers, struct err *err)
{
    struct bytes data = bytes_of(block->data + piece->at, piece->len);
    uint64_t numbers = 0;
    int rc;
    r->events = events;
    r->piece = piece;
    switch (piece->file->reader) {
    case READER_JSONL: rc = reader_jsonl_piece(r, data, &numbers, err); break;
    case READER_TEXT:
    case READER_MARKDOWN:
        numbers = 1;
        rc = reader_text_file(r, data, piece->file->reader == READER_MARKDOWN, err);
        break;
    default: rc = err_set(err, ERR_INPUT, "'%s': no reader", piece->file->path); break;
    }
    if (rc == 0)
        *n_numbers = numbers;
    return rc;
}
