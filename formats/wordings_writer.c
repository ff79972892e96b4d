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
    uint32_t root_len;   /* tokens of its first wording */
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

/* Homes are told by how far they lie before the block; that of the tail beside a lead by how far it
 * lies from where the lead's surroundings go on, which is 0 where words were replaced one for
 * one. */
static void put_block(struct wordings_writer *w, const struct block *b)
{
    bool lead = b->lead_home != (address)ADDRESS_NONE;
    bool tail = b->tail_home != (address)ADDRESS_NONE;
    assert(b->len > 0 && (b->len >= SEAM || !(lead || tail)));
    assert(!lead || (b->lead_home >= w->start && b->lead_home + SEAM <= b->start));
    assert(!tail || (b->tail_home >= w->start && b->tail_home + SEAM <= b->start));
    buf_put_varint(&w->record,
                   (uint64_t)b->len << 2 | (tail ? 2U : 0U) | (lead ? 1U : 0U));
    if (lead)
        buf_put_varint(&w->record, b->start - b->lead_home);
    if (tail && lead)
        buf_put_zigzag(&w->record,
                       (int64_t)b->tail_home - ((int64_t)b->lead_home + b->len - SEAM));
    else if (tail)
        buf_put_varint(&w->record, b->start - b->tail_home);
}

void wordings_writer_story(struct wordings_writer *w, uint32_t len,
                           const struct block *blocks, size_t n_blocks)
{
    end_story(w);
    w->start = (address)w->n_addresses;
    w->n_in_story = 0;
    w->root_len = n_blocks > 0 ? blocks[0].start - w->start : len;
    w->n_addresses += len;
    assert(w->n_addresses <= UINT32_MAX);
    marks_writer_put(w->starts, w->start);
    uint64_t repeated = 0;
    for (size_t i = 0; i < n_blocks; i++)
        repeated += wordings_repeated(&blocks[i]);
    buf_put_varint(&w->record, n_blocks);
    if (n_blocks > 0) {
        assert(blocks[0].start >= w->start);
        buf_put_varint(&w->record, repeated);
        buf_put_varint(&w->record, w->root_len);
    }
    for (size_t i = 0; i < n_blocks; i++) {
        uint64_t end = (uint64_t)blocks[i].start + blocks[i].len;
        assert(end == (i + 1 < n_blocks ? blocks[i + 1].start : w->n_addresses));
        (void)end;
        put_block(w, &blocks[i]);
    }
    keep_record(w);
}

static void put_pieces(struct wordings_writer *w, uint32_t len,
                       const struct piece *pieces, size_t n)
{
    address expected = w->start, next = w->start;
    uint64_t sum = 0;
    buf_put_varint(&w->record, len);
    buf_put_varint(&w->record, n);
    for (size_t i = 0; i < n; i++) {
        const struct piece *p = &pieces[i];
        assert(p->look == (i + 1 < n ? SEAM : 0));
        assert(p->start >= w->start &&
               (uint64_t)p->start + p->own + p->look <= w->n_addresses);
        buf_put_zigzag(&w->record, (int64_t)p->start - (int64_t)expected);
        if (i + 1 < n) /* the last one's is what is left of the length */
            buf_put_varint(&w->record, p->own);
        expected = i == 0 ? p->start + p->own : next;
        next = p->start + p->own;
        sum += p->own;
    }
    assert(sum == len);
    (void)sum;
}

void wordings_writer_wording(struct wordings_writer *w, uint32_t len,
                             const struct piece *pieces, size_t n_pieces,
                             const struct word_break *breaks, size_t n_breaks)
{
    if (w->n_in_story++ == 0) { /* all of the story before its blocks */
        groups_writer_unit(&w->groups);
        assert(len == w->root_len && n_breaks == 0);
        assert(n_pieces == 0 || (n_pieces == 1 && pieces[0].start == w->start));
        return;
    }
    groups_writer_more(&w->groups);
    assert(n_pieces > 0);
    put_pieces(w, len, pieces, n_pieces);
    uint32_t at = 0;
    for (size_t i = 0; i < n_breaks; i++) {
        assert(breaks[i].at > at && breaks[i].at < len &&
               breaks[i].brk <= WORDINGS_BREAK_MAX);
        buf_put_varint(&w->record, (uint64_t)(breaks[i].at - at) << 2 | breaks[i].brk);
        at = breaks[i].at;
    }
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
