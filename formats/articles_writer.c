/* ARTICLE and MAP, the writer: small columns in blocks, patches of those articles that have
 * any, and one map for each. */
#include <assert.h>
#include <stdlib.h>

#include "formats/columns.h"
#include "formats/frame.h"
#include "formats/map.h"
#include "formats/wordings.h"

enum {
    N_COLUMNS = 3
};

struct articles_writer {
    struct section_writer *article, *map_section;
    struct parts parts, map_parts;
    struct groups_writer groups;
    /* owned: where blocks begin; articles with patches; where their patches and all maps end */
    struct marks_writer *blocks, *patched, *patch_ends, *map_ends;
    uint64_t column[N_COLUMNS][COLUMNS_ROWS]; /* rows of the open block */
    size_t n_rows;
    struct buf scratch, patches; /* owned */
    struct map_columns maps;     /* owned; of the open frame */
    struct buf packed;           /* owned; one of them */
    size_t n_maps;
    struct frame_coder coder;
    uint64_t columns_len, map_len;
    wording_id wording; /* of the last article */
    bool failed;        /* for want of memory */
    bool no_map;        /* a coded one was not one */
};

struct articles_writer *articles_writer_new(struct section_writer *article,
                                            struct section_writer *map)
{
    struct articles_writer *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->article = article;
    w->map_section = map;
    w->blocks = marks_writer_new();
    w->patched = marks_writer_new();
    w->patch_ends = marks_writer_new();
    w->map_ends = marks_writer_new();
    if (!w->blocks || !w->patched || !w->patch_ends || !w->map_ends ||
        groups_writer_init(&w->groups, NULL) != 0) {
        articles_writer_free(w);
        return NULL;
    }
    parts_begin(&w->parts, article);
    parts_begin(&w->map_parts, map);
    return w;
}

void articles_writer_free(struct articles_writer *w)
{
    if (!w)
        return;
    marks_writer_free(w->blocks);
    marks_writer_free(w->patched);
    marks_writer_free(w->patch_ends);
    marks_writer_free(w->map_ends);
    groups_writer_release(&w->groups);
    buf_release(&w->scratch);
    buf_release(&w->patches);
    map_columns_release(&w->maps);
    buf_release(&w->packed);
    frame_coder_release(&w->coder);
    free(w);
}

static void put_block(struct articles_writer *w)
{
    if (w->n_rows == 0)
        return;
    marks_writer_put(w->blocks, w->columns_len);
    for (size_t c = 0; c < N_COLUMNS; c++)
        columns_put(&w->scratch, w->column[c], w->n_rows);
    section_put(w->article, w->scratch.data, w->scratch.len);
    w->columns_len += w->scratch.len;
    w->failed |= w->scratch.failed;
    buf_reset(&w->scratch);
    w->n_rows = 0;
}

/* at and kind in one number, then what the kind needs. */
static void put_patches(struct articles_writer *w, const struct patch *patches,
                        size_t n)
{
    uint32_t at = 0;
    buf_put_varint(&w->patches, n);
    for (size_t i = 0; i < n; i++) {
        const struct patch *p = &patches[i];
        assert(p->at >= at && p->kind >= PATCH_SURFACE && p->kind <= PATCH_UPPER);
        buf_put_varint(&w->patches, (uint64_t)(p->at - at) << 2 | p->kind);
        buf_put_varint(&w->patches, p->kind == PATCH_UPPER ? p->len : p->value);
        at = p->at;
    }
}

/* Writes the open frame of maps. */
static void put_frame(struct articles_writer *w)
{
    if (w->n_maps == 0)
        return;
    buf_reset(&w->packed);
    map_columns_take(&w->maps, &w->packed);
    w->failed |= w->packed.failed;
    if (!w->failed)
        w->failed |=
            frame_put(&w->coder, buf_bytes(&w->packed), NULL, &w->scratch, NULL) != 0;
    section_put(w->map_section, w->scratch.data, w->scratch.len);
    w->map_len += w->scratch.len;
    marks_writer_put(w->map_ends, w->map_len);
    buf_reset(&w->scratch);
    w->n_maps = 0;
}

static void put_map(struct articles_writer *w, const struct article_record *a)
{
    struct bytes map = a->coded_map;
    if (a->map) {
        buf_reset(&w->packed);
        map_encode(a->map, &w->packed);
        w->failed |= w->packed.failed;
        map = buf_bytes(&w->packed);
    }
    w->no_map |= !w->failed && !map_columns_put(&w->maps, map);
    if (++w->n_maps == ARTICLES_MAPS)
        put_frame(w);
}

void articles_writer_put(struct articles_writer *w, const struct article_record *a)
{
    bool first = w->groups.n_ids == 0;
    assert(first ? a->wording == 0 : a->wording - w->wording <= 1);
    article_id id = (article_id)w->groups.n_ids;
    if (first || a->wording != w->wording)
        groups_writer_unit(&w->groups);
    else
        groups_writer_more(&w->groups);
    w->wording = a->wording;
    const uint64_t row[N_COLUMNS] = {a->title_tokens, a->first_sep, a->tail};
    for (size_t c = 0; c < N_COLUMNS; c++)
        w->column[c][w->n_rows] = row[c];
    if (++w->n_rows == COLUMNS_ROWS)
        put_block(w);
    if (a->n_patches > 0) {
        marks_writer_put(w->patched, id);
        put_patches(w, a->patches, a->n_patches);
        marks_writer_put(w->patch_ends, w->patches.len);
    }
    put_map(w, a);
}

static int finish_article(struct articles_writer *w, struct err *err)
{
    put_block(w);
    parts_end(&w->parts, w->article);
    uint64_t n = w->groups.n_ids;
    if (w->failed || w->patches.failed)
        return err_set(err, ERR_NOMEM, "out of memory");
    if (w->no_map)
        return err_set(err, ERR_CORRUPT, "articles: a map that was not coded so");
    parts_put(&w->parts, w->article, buf_bytes(&w->patches));
    int rc = parts_put_marks(&w->parts, w->article, w->blocks, w->columns_len + 1, err);
    if (rc == 0)
        rc = parts_put_marks(&w->parts, w->article, w->patched, w->patches.len ? n : 1,
                             err);
    if (rc == 0)
        rc = parts_put_marks(&w->parts, w->article, w->patch_ends, w->patches.len + 1,
                             err);
    if (rc == 0)
        rc = groups_writer_encode(&w->groups, &w->parts, w->article, err);
    if (rc != 0)
        return rc;
    parts_value(&w->parts, n);
    parts_value(&w->parts, w->groups.n_units);
    parts_finish(&w->parts, w->article);
    section_finish(w->article, n);
    return 0;
}

int articles_writer_finish(struct articles_writer *w, struct err *err)
{
    put_frame(w);
    int rc = finish_article(w, err);
    parts_end(&w->map_parts, w->map_section);
    if (rc == 0)
        rc = parts_put_marks(&w->map_parts, w->map_section, w->map_ends, w->map_len + 1,
                             err);
    if (rc == 0) {
        parts_finish(&w->map_parts, w->map_section);
        section_finish(w->map_section, w->groups.n_ids);
    }
    articles_writer_free(w);
    return rc;
}
