/* WORDING, the writer: records of complex stories as they come, the rest at the end. */
#include <assert.h>
#include <stdlib.h>

#include "base/endian.h"
#include "formats/wordings.h"

struct wordings_writer {
    struct section_writer *section;
    struct parts parts;
    struct groups_writer groups;
    struct marks_writer *starts, *records; /* owned */
    struct buf record;                     /* owned; the record being made */
    struct buf story;     /* owned; records of the open story, with their lengths */
    uint64_t n_addresses; /* of all stories so far */
    uint64_t data_len;    /* bytes of records written */
    uint64_t n_complex;
    address start;       /* of the open story */
    uint32_t len;        /* its tokens */
    uint32_t n_in_story; /* wordings it has so far */
    bool failed;
};

struct wordings_writer *wordings_writer_new(struct section_writer *s)
{
    struct wordings_writer *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->section = s;
    w->starts = marks_writer_new();
    w->records = marks_writer_new();
    if (!w->starts || !w->records || groups_writer_init(&w->groups, NULL) != 0) {
        wordings_writer_free(w);
        return NULL;
    }
    parts_begin(&w->parts, s);
    return w;
}

void wordings_writer_free(struct wordings_writer *w)
{
    if (!w)
        return;
    marks_writer_free(w->starts);
    marks_writer_free(w->records);
    groups_writer_release(&w->groups);
    buf_release(&w->record);
    buf_release(&w->story);
    free(w);
}

/* Moves w->record to the story's records. */
static void keep_record(struct wordings_writer *w)
{
    buf_put_u32(&w->story, (uint32_t)w->record.len);
    buf_put_bytes(&w->story, buf_bytes(&w->record));
    w->failed |= w->record.failed;
    buf_reset(&w->record);
}

/* Writes the open story's records, if it turned out to be complex. */
static void end_story(struct wordings_writer *w)
{
    assert(w->groups.n_units == 0 || w->n_in_story > 0);
    w->failed |= w->story.failed;
    if (w->n_in_story > 1 && !w->failed) {
        w->n_complex++;
        for (size_t at = 0; at < w->story.len;) {
            uint32_t len = load_u32(w->story.data + at);
            marks_writer_put(w->records, w->data_len);
            section_put(w->section, w->story.data + at + 4, len);
            w->data_len += len;
            at += 4 + (size_t)len;
        }
    }
    buf_reset(&w->story);
}

void wordings_writer_story(struct wordings_writer *w, uint32_t len,
                           const struct block *blocks, size_t n_blocks)
{
    end_story(w);
    w->start = (address)w->n_addresses;
    w->len = len;
    w->n_in_story = 0;
    w->n_addresses += len;
    assert(w->n_addresses <= UINT32_MAX);
    marks_writer_put(w->starts, w->start);
    size_t leads = 0;
    for (size_t i = 0; i < n_blocks; i++)
        leads += blocks[i].lead_home != (address)ADDRESS_NONE;
    buf_put_varint(&w->record, n_blocks);
    buf_put_varint(&w->record, leads);
    address end = w->start;
    for (size_t i = 0; i < n_blocks; i++) {
        const struct block *b = &blocks[i];
        bool lead = b->lead_home != (address)ADDRESS_NONE;
        assert(b->start >= end && b->len > 0);
        assert((uint64_t)b->start + b->len <= w->n_addresses);
        assert(!lead || (b->lead_home >= w->start && b->len >= SEAM &&
                         b->lead_home + SEAM <= b->start));
        buf_put_varint(&w->record, b->start - end);
        buf_put_varint(&w->record, b->len);
        buf_put_varint(&w->record, lead ? b->start - b->lead_home : 0);
        end = b->start + b->len;
    }
    keep_record(w);
}

void wordings_writer_wording(struct wordings_writer *w, uint32_t len,
                             const struct piece *pieces, size_t n_pieces)
{
    if (w->n_in_story++ == 0)
        groups_writer_unit(&w->groups);
    else
        groups_writer_more(&w->groups);
    const struct piece whole = {w->start, len, 0};
    if (n_pieces == 0) {
        pieces = &whole;
        n_pieces = 1;
    }
    buf_put_varint(&w->record, len);
    buf_put_varint(&w->record, n_pieces);
    address expected = w->start;
    uint64_t sum = 0;
    for (size_t i = 0; i < n_pieces; i++) {
        const struct piece *p = &pieces[i];
        assert(p->look == (i + 1 < n_pieces ? SEAM : 0));
        assert(p->start >= w->start &&
               (uint64_t)p->start + p->own + p->look <= w->n_addresses);
        buf_put_zigzag(&w->record, (int64_t)p->start - (int64_t)expected);
        buf_put_varint(&w->record, p->own);
        expected = p->start + p->own;
        sum += p->own;
    }
    assert(sum == len);
    (void)sum;
    keep_record(w);
}

int wordings_writer_finish(struct wordings_writer *w, struct err *err)
{
    end_story(w);
    marks_writer_put(w->records, w->data_len);
    parts_end(&w->parts, w->section);
    int rc = w->failed ? err_set(err, ERR_NOMEM, "out of memory") : 0;
    if (rc == 0)
        rc = parts_put_marks(&w->parts, w->section, w->records, w->data_len + 1, err);
    if (rc == 0)
        rc = parts_put_marks(&w->parts, w->section, w->starts, w->n_addresses + 1, err);
    if (rc == 0)
        rc = groups_writer_encode(&w->groups, &w->parts, w->section, err);
    if (rc == 0) {
        parts_value(&w->parts, w->groups.n_units);
        parts_value(&w->parts, w->groups.n_ids);
        parts_value(&w->parts, w->n_addresses);
        parts_value(&w->parts, w->n_complex);
        parts_finish(&w->parts, w->section);
        section_finish(w->section, w->groups.n_ids);
    }
    wordings_writer_free(w);
    return rc;
}
