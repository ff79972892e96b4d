#include <string.h>

#include "formats/coding.h"
#include "formats/columns.h"
#include "formats/frame.h"
#include "formats/map.h"
#include "formats/wordings.h"

/* Parts of ARTICLE. */
enum {
    PART_COLUMNS, /* blocks of 128 rows: title tokens, first separator, tail */
    PART_PATCHES,
    PART_BLOCKS,     /* where the blocks of columns begin */
    PART_PATCHED,    /* articles with patches */
    PART_PATCH_ENDS, /* where their patches end */
    PART_LARGER,     /* groups */
    PART_ENDS,
    N_PARTS
};
enum {
    VALUE_ARTICLES,
    VALUE_WORDINGS,
    N_VALUES
};
/* Parts of MAP. */
enum {
    PART_MAPS,
    PART_MAP_ENDS,
    N_MAP_PARTS
};

int articles_open(struct articles *a, const struct section *article, struct err *err)
{
    struct parts parts;
    struct articles new = {.section = *article};
    int rc = parts_open(&parts, article, N_PARTS, N_VALUES, err);
    if (rc == 0)
        rc = groups_open(&new.groups, &parts, article, PART_LARGER,
                         parts.value[VALUE_WORDINGS], parts.value[VALUE_ARTICLES], err);
    if (rc != 0)
        return rc;
    new.n_articles = (uint32_t)parts.value[VALUE_ARTICLES];
    new.n_wordings = (uint32_t)parts.value[VALUE_WORDINGS];
    new.columns = parts.part[PART_COLUMNS];
    new.patches = parts.part[PART_PATCHES];
    uint64_t blocks = ((uint64_t) new.n_articles + COLUMNS_ROWS - 1) / COLUMNS_ROWS;
    rc = parts_marks(&parts, article, PART_BLOCKS, blocks, &new.blocks, err);
    if (rc == 0)
        rc = parts_marks(&parts, article, PART_PATCHED, UINT64_MAX, &new.patched, err);
    if (rc == 0)
        rc = parts_marks(&parts, article, PART_PATCH_ENDS, marks_count(&new.patched),
                         &new.patch_ends, err);
    if (rc == 0)
        *a = new;
    return rc;
}

int articles_open_maps(struct articles *a, const struct section *map, struct err *err)
{
    struct parts parts;
    struct marks ends;
    uint64_t frames = ((uint64_t)a->n_articles + ARTICLES_MAPS - 1) / ARTICLES_MAPS;
    int rc = parts_open(&parts, map, N_MAP_PARTS, 0, err);
    if (rc == 0)
        rc = parts_marks(&parts, map, PART_MAP_ENDS, frames, &ends, err);
    if (rc != 0)
        return rc;
    a->map_section = *map;
    a->map_ends = ends;
    a->maps = parts.part[PART_MAPS];
    return 0;
}

static int corrupt(const struct articles *a, const char *what, article_id id,
                   struct err *err)
{
    return section_corrupt(&a->section, a->columns.offset, err,
                           "articles: %s of article %u", what, id);
}

int articles_of_wording(const struct articles *a, wording_id w, article_id *first,
                        uint32_t *n, struct err *err)
{
    return groups_of_unit(&a->groups, w, first, n, NULL, err);
}

/* Item i of a part whose items end at `ends`. */
static int get_item(const struct section *s, const struct part *part,
                    const struct marks *ends, uint64_t i, struct bytes *out,
                    struct err *err)
{
    uint64_t from = 0, to;
    const uint8_t *data;
    int rc = marks_select(ends, i, &to, err);
    if (rc == 0 && i > 0)
        rc = marks_select(ends, i - 1, &from, err);
    if (rc != 0)
        return rc;
    if (from > to || to > part->len)
        return section_corrupt(s, part->offset, err, "%s: item %llu lies outside",
                               container_section_name(s->id), (unsigned long long)i);
    rc = section_get(s, part->offset + from, to - from, &data, err);
    if (rc == 0)
        *out = bytes_of(data, to - from);
    return rc;
}

/* The rows of the block that holds an article. */
static int get_block(const struct articles *a, article_id id, struct bytes *out,
                     size_t *n, struct err *err)
{
    uint64_t block = id / COLUMNS_ROWS, from, to = a->columns.len;
    const uint8_t *data;
    int rc = marks_select(&a->blocks, block, &from, err);
    if (rc == 0 && block + 1 < marks_count(&a->blocks))
        rc = marks_select(&a->blocks, block + 1, &to, err);
    if (rc != 0)
        return rc;
    if (from > to || to > a->columns.len)
        return corrupt(a, "damaged columns", id, err);
    rc = section_get(&a->section, a->columns.offset + from, to - from, &data, err);
    if (rc != 0)
        return rc;
    uint64_t left = a->n_articles - block * COLUMNS_ROWS;
    *n = left < COLUMNS_ROWS ? (size_t)left : COLUMNS_ROWS;
    *out = bytes_of(data, to - from);
    return 0;
}

static int get_row(const struct articles *a, article_id id, struct article_view *out,
                   struct err *err)
{
    struct bytes rows = {0};
    size_t n = 0;
    uint64_t title, first, tail;
    int rc = get_block(a, id, &rows, &n, err);
    if (rc != 0)
        return rc;
    size_t i = id % COLUMNS_ROWS;
    if (!columns_get(&rows, n, i, &title) || !columns_get(&rows, n, i, &first) ||
        !columns_get(&rows, n, i, &tail) || title > UINT32_MAX || first > UINT32_MAX ||
        tail > UINT32_MAX)
        return corrupt(a, "damaged columns", id, err);
    out->id = id;
    out->title_tokens = (uint32_t)title;
    out->first_sep = (sep_id)first;
    out->tail = (sep_id)tail;
    return 0;
}

/* Decodes one list of patches. */
static int decode_patches(struct cursor *c, patch_vec *out)
{
    uint64_t n = cursor_varint(c);
    if (c->failed || n > cursor_left(c) / 2)
        return ERR_CORRUPT;
    if (!vec_reserve(out, n))
        return ERR_NOMEM;
    uint64_t at = 0;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t head = cursor_varint_max(c, UINT64_C(1) << 34);
        uint32_t value = cursor_varint32(c);
        uint8_t kind = (uint8_t)(head & 3);
        at += head >> 2;
        if (c->failed || at > UINT32_MAX || kind < PATCH_SURFACE)
            return ERR_CORRUPT;
        bool upper = kind == PATCH_UPPER;
        struct patch p = {(uint32_t)at, upper ? value : 1, upper ? 0 : value, kind};
        if (upper && (value == 0 || value > UINT32_MAX - at))
            return ERR_CORRUPT;
        out->items[out->len++] = p;
    }
    return cursor_left(c) == 0 ? 0 : ERR_CORRUPT;
}

static int get_patches(const struct articles *a, article_id id, patch_vec *out,
                       struct err *err)
{
    uint64_t rank, which;
    struct bytes data = {0};
    if (marks_count(&a->patched) == 0)
        return 0;
    int rc = marks_rank(&a->patched, id, &rank, err);
    if (rc != 0 || rank == 0)
        return rc;
    rc = marks_select(&a->patched, rank - 1, &which, err);
    if (rc != 0 || which != id)
        return rc;
    rc = get_item(&a->section, &a->patches, &a->patch_ends, rank - 1, &data, err);
    if (rc != 0)
        return rc;
    struct cursor c = cursor_of(data.data, data.len);
    rc = decode_patches(&c, out);
    if (rc == ERR_CORRUPT)
        return corrupt(a, "damaged patches", id, err);
    return rc ? err_set(err, rc, "out of memory") : 0;
}

int articles_get(const struct articles *a, article_id id, struct article_view *out,
                 patch_vec *patches, struct err *err)
{
    struct article_view view = {.id = id};
    vec_reset(patches);
    if (id >= a->n_articles)
        return corrupt(a, "no row", id, err);
    int rc = groups_unit_of(&a->groups, id, &view.wording, err);
    if (rc == 0)
        rc = get_row(a, id, &view, err);
    if (rc == 0)
        rc = get_patches(a, id, patches, err);
    if (rc == 0)
        *out = view;
    return rc;
}

/* --- maps ---------------------------------------------------------------------------------- */

enum {
    MAPS_BYTES_MAX = 1 << 28, /* a frame of maps, before compression */
    MAP_ENTRIES_MAX =
        1 << 25 /* of one article; an entry may make two segments of 16 bytes */
};

void articles_maps_release(struct articles_maps *m)
{
    frame_coder_release(&m->coder);
    buf_release(&m->raw);
    offsetmap_release(&m->map);
    *m = (struct articles_maps){0};
}

static int damaged_maps(const struct articles *a, uint64_t frame, struct err *err)
{
    return section_corrupt(&a->map_section, a->maps.offset, err,
                           "map: frame %llu is damaged", (unsigned long long)frame);
}

/* Opens a frame at its first map. */
static int load_maps(struct articles_maps *m, const struct articles *a, uint64_t frame,
                     struct err *err)
{
    struct bytes data = {0};
    size_t used = 0;
    buf_reset(&m->raw);
    int rc = get_item(&a->map_section, &a->maps, &a->map_ends, frame, &data, err);
    if (rc != 0)
        return rc;
    rc = frame_get(&m->coder, data, NULL, MAPS_BYTES_MAX, &m->raw, &used, NULL);
    if (rc == ERR_CORRUPT || (rc == 0 && used != data.len))
        return damaged_maps(a, frame, err);
    return rc ? err_set(err, rc, "map: %s", err_text(rc)) : 0;
}

/* Has the map of an article as the next to be read. */
static int seek_map(struct articles_maps *m, const struct articles *a, article_id id,
                    struct err *err)
{
    article_id first = id - id % ARTICLES_MAPS;
    bool there = m->articles == a && m->first == first;
    if (there && m->next <= id)
        return 0;
    m->articles = NULL;
    int rc = there ? 0 : load_maps(m, a, id / ARTICLES_MAPS, err);
    if (rc != 0)
        return rc;
    if (!map_columns_open(&m->reader, buf_bytes(&m->raw)))
        return damaged_maps(a, id / ARTICLES_MAPS, err);
    m->articles = a;
    m->first = first;
    m->next = first;
    return 0;
}

/* The next map of the frame. */
static int decode_map(struct articles_maps *m, const struct articles *a, article_id id,
                      struct err *err)
{
    size_t n = map_columns_entries(&m->reader);
    if (n != SIZE_MAX && n > MAP_ENTRIES_MAX)
        return err_set(err, ERR_LIMIT, "'%s': article %u: its map has %zu entries",
                       a->map_section.container
                           ? container_path(a->map_section.container)
                           : "memory",
                       id, n);
    if (map_columns_next(&m->reader, &m->map))
        return 0;
    if (m->map.failed)
        return err_set(err, ERR_NOMEM, "out of memory");
    return damaged_maps(a, id / ARTICLES_MAPS, err);
}

int articles_maps_get(struct articles_maps *m, const struct articles *a, article_id id,
                      const struct offsetmap **out, struct err *err)
{
    if (id >= a->n_articles)
        return corrupt(a, "no map", id, err);
    if (m->articles == a && m->next == (uint64_t)id + 1 && m->decoded) {
        *out = &m->map;
        return 0;
    }
    m->decoded = false;
    int rc = seek_map(m, a, id, err);
    for (; rc == 0 && m->next < id; m->next++) {
        if (!map_columns_next(&m->reader, NULL))
            rc = damaged_maps(a, id / ARTICLES_MAPS, err);
    }
    if (rc == 0)
        rc = decode_map(m, a, id, err);
    if (rc != 0) {
        m->articles = NULL;
        return rc;
    }
    m->next++;
    m->decoded = true;
    *out = &m->map;
    return 0;
}

int articles_map(const struct articles *a, article_id id, struct offsetmap *out,
                 struct err *err)
{
    struct articles_maps m = {0};
    const struct offsetmap *map;
    offsetmap_reset(out);
    m.map = *out;
    int rc = articles_maps_get(&m, a, id, &map, err);
    *out = m.map;
    m.map = (struct offsetmap){0};
    if (rc != 0)
        offsetmap_reset(out);
    articles_maps_release(&m);
    return rc;
}

static int verify_maps(const struct articles *a, struct err *err)
{
    struct articles_maps m = {0};
    const struct offsetmap *map;
    int rc = 0;
    for (article_id id = 0; rc == 0 && id < a->n_articles; id++) {
        rc = articles_maps_get(&m, a, id, &map, err);
        bool last = id % ARTICLES_MAPS == ARTICLES_MAPS - 1 || id + 1 == a->n_articles;
        if (rc == 0 && last && !map_columns_ended(&m.reader))
            rc = damaged_maps(a, id / ARTICLES_MAPS, err);
    }
    articles_maps_release(&m);
    return rc;
}

/* --- verify -------------------------------------------------------------------------------- */

/* Ends must reach exactly to the end of what they cut. */
static int verify_ends(const struct section *s, const struct marks *ends,
                       const struct part *part, struct err *err)
{
    uint64_t n = marks_count(ends), last = 0;
    int rc = marks_verify(ends, err);
    if (rc == 0 && n > 0)
        rc = marks_select(ends, n - 1, &last, err);
    if (rc == 0 && last != part->len)
        rc = section_corrupt(s, part->offset, err, "%s: %llu bytes belong to no item",
                             container_section_name(s->id),
                             (unsigned long long)(part->len - last));
    return rc;
}

int articles_verify(const struct articles *a, uint32_t n_wordings, struct err *err)
{
    patch_vec patches = {0};
    int rc = 0;
    if (a->n_wordings != n_wordings)
        return section_corrupt(&a->section, 0, err,
                               "articles: of %u wordings where there are %u",
                               a->n_wordings, n_wordings);
    rc = groups_verify(&a->groups, err);
    if (rc == 0)
        rc = marks_verify(&a->blocks, err);
    if (rc == 0)
        rc = marks_verify(&a->patched, err);
    if (rc == 0)
        rc = verify_ends(&a->section, &a->patch_ends, &a->patches, err);
    if (rc == 0)
        rc = verify_ends(&a->map_section, &a->map_ends, &a->maps, err);
    for (article_id id = 0; rc == 0 && id < a->n_articles; id++) {
        struct article_view view;
        rc = articles_get(a, id, &view, &patches, err);
    }
    if (rc == 0)
        rc = verify_maps(a, err);
    vec_release(&patches);
    return rc;
}
