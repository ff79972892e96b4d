#include "indexer/merge_list.h"

#include <string.h>

void merge_begin_term(struct merge_state *s)
{
    vec_reset(&s->scratch->stories);
    s->encoded = 0;
    s->n_stories = 0;
    s->begin = s->out->spilled + s->out->pos.len;
}

/* Appends the stories of the list; the first may be the last of those before. */
static int find_stories(struct merge_state *s, struct err *err)
{
    size_t known = s->scratch->stories.len;
    if (!vec_reserve(&s->scratch->stories, s->n_list))
        return merge_no_memory(err);
    story_id last = known > 0 ? s->scratch->stories.items[known - 1] : UINT32_MAX;
    s->scratch->stories.len += story_map_list(s->map, s->list, s->n_list, last,
                                              s->scratch->stories.items + known);
    return 0;
}

/* The writer of long lists, which keeps its memory from one to the next. */
static int need_writer(struct merge_state *s, struct err *err)
{
    if (s->pos)
        return 0;
    s->pos = addresses_writer_new();
    if (!s->pos)
        return merge_no_memory(err);
    addresses_writer_into(s->pos, &s->out->pos);
    return 0;
}

static int put_list(struct merge_state *s, struct merge_entry *e, struct err *err)
{
    struct merge *m = s->out;
    size_t n = s->n_list;
    e->count = (uint32_t)(s->encoded + n);
    if (e->count <= TERMS_INLINE_MAX) {
        memcpy(e->inline_list, s->list, n * sizeof *e->inline_list);
        return 0;
    }
    e->pos = s->begin;
    if (s->encoded == 0 && n <= ADDRESSES_BLOCK) {
        addresses_encode(s->list, n, &m->pos);
        e->pos_len = m->spilled + m->pos.len - e->pos;
        return 0;
    }
    int rc = need_writer(s, err);
    if (rc != 0)
        return rc;
    addresses_writer_put(s->pos, s->list, n);
    e->pos_len = addresses_writer_encode(s->pos, &m->pos);
    return 0;
}

/* Gives doc the first n of the stories at hand. */
static void put_stories(struct merge_state *s, size_t n)
{
    storylists_writer_put_all(s->doc, s->scratch->stories.items, n);
    s->n_stories += n;
}

int merge_put_term(struct merge_state *s, term_id term, struct err *err)
{
    struct merge *m = s->out;
    struct merge_entry e = {.term = term};
    int rc = find_stories(s, err);
    if (rc != 0)
        return rc;
    rc = put_list(s, &e, err);
    if (rc != 0)
        return rc;
    e.stories = (uint32_t)(s->n_stories + s->scratch->stories.len);
    if (e.stories >= STORYLISTS_MIN) {
        put_stories(s, s->scratch->stories.len);
        e.doc = m->doc.len;
        e.doc_len = storylists_writer_encode(s->doc, &m->doc);
    }
    if (m->pos.failed || m->doc.failed || !vec_push(&m->entries, e))
        return merge_no_memory(err);
    return 0;
}

/* Moves lists that are encoded to the file. */
static int spill(struct merge_state *s, struct err *err)
{
    struct merge *m = s->out;
    if (!m->open) {
        int rc = file_writer_temp(&m->file, s->runs->dirfd, s->runs->dirname, err);
        if (rc != 0)
            return rc;
        m->open = true;
    }
    file_writer_put(&m->file, m->pos.data, m->pos.len);
    m->spilled += m->pos.len;
    buf_reset(&m->pos);
    return file_writer_flush(&m->file, err);
}

int merge_put_part(struct merge_state *s, struct err *err)
{
    struct merge *m = s->out;
    int rc = need_writer(s, err);
    if (rc != 0)
        return rc;
    s->list = s->scratch->sorted.items;
    s->n_list = s->scratch->sorted.len;
    rc = find_stories(s, err);
    if (rc != 0)
        return rc;
    addresses_writer_put(s->pos, s->list, s->n_list);
    s->encoded += s->n_list;
    vec_reset(&s->scratch->sorted);
    size_t last = s->scratch->stories.len - 1;
    if (s->n_stories + last >= STORYLISTS_MIN) {
        put_stories(s, last);
        s->scratch->stories.items[0] = s->scratch->stories.items[last];
        s->scratch->stories.len = 1;
    }
    if (m->pos.failed)
        return merge_no_memory(err);
    return m->pos.len > sizeof(address) * merge_batch_of(m) ? spill(s, err) : 0;
}
