#include "query/kwic_rows.h"

#include <stdlib.h>

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "kwic: no memory for its lines");
}

void kwic_rows_release(struct kwic_rows *k)
{
    vec_release(&k->rows);
    buf_release(&k->texts);
    vec_release(&k->places);
    vec_release(&k->spans);
    row_release(&k->row);
}

struct bytes kwic_rows_text(const struct kwic_rows *k, const struct kwic_row *row,
                            enum kwic_field text)
{
    return bytes_of(k->texts.data + row->texts[text],
                    row->texts[text + 1] - row->texts[text]);
}

/* Where the last line of text[from, to) begins, and where its first line ends. */
static uint32_t last_line(const struct row *r, uint32_t from, uint32_t to)
{
    while (to > from && r->text.data[to - 1] != '\n')
        to--;
    return to;
}

static uint32_t first_line(const struct row *r, uint32_t from, uint32_t to)
{
    while (from < to && r->text.data[from] != '\n')
        from++;
    return from;
}

/* Bytes [*from, *to) of row.text: `context` words on both sides of a hit. Where these are all that there are, the
 * punctuation around them belongs to them. */
static int find_context(const struct kwic_rows *k, const struct row_hit *hit,
                        uint32_t *from, uint32_t *to, struct err *err)
{
    const struct row *r = &k->row;
    struct span room =
        kwic_room(r->view.title_tokens, r->tokens.wording_len, hit->span);
    uint32_t first = hit->span.first, end = first + hit->span.len;
    uint32_t room_end = room.first + room.len, before = 0, behind = hit->text_to;
    uint32_t left = first - room.first > k->context ? first - k->context : room.first;
    uint32_t right = room_end - end > k->context ? end + k->context : room_end;
    /* One token more than the context is loaded, if there is one. */
    int rc = left > r->tokens.from ? row_token_end(r, left - 1, &before, err) : 0;
    if (rc == 0 && right > end)
        rc = row_token_end(r, right - 1, &behind, err);
    if (rc != 0)
        return rc;
    uint32_t loaded = r->tokens.from + r->tokens.n_tokens;
    uint32_t next = right < loaded ? row_token_start(r, right) : (uint32_t)r->text.len;
    uint32_t start = row_token_start(r, left);
    *from = left > room.first ? start : last_line(r, before, start);
    *to = right < room_end ? behind : first_line(r, behind, next);
    return 0;
}

static int put_context(struct kwic_rows *k, struct kwic_row *out,
                       const struct row_hit *hit, struct err *err)
{
    const uint8_t *text = k->row.text.data;
    uint32_t from = 0, to = 0;
    int rc = find_context(k, hit, &from, &to, err);
    if (rc != 0)
        return rc;
    out->texts[KWIC_LEFT] = k->texts.len;
    buf_put(&k->texts, text + from, hit->text_from - from);
    out->texts[KWIC_MATCH] = k->texts.len;
    buf_put(&k->texts, text + hit->text_from, hit->text_to - hit->text_from);
    out->texts[KWIC_RIGHT] = k->texts.len;
    buf_put(&k->texts, text + hit->text_to, to - hit->text_to);
    out->from = hit->from;
    out->to = hit->to;
    return 0;
}

static void put_text(struct kwic_rows *k, struct kwic_row *out, enum kwic_field text,
                     struct bytes value)
{
    out->texts[text] = k->texts.len;
    buf_put_bytes(&k->texts, value);
}

static void put_provenance(struct kwic_rows *k, struct kwic_row *out)
{
    const struct row *r = &k->row;
    const struct provenance_row *p = &r->prov;
    put_text(k, out, KWIC_ID, p->id);
    put_text(k, out, KWIC_STORY, buf_bytes(&r->story_id));
    put_text(k, out, KWIC_TITLE, p->title);
    put_text(k, out, KWIC_OUTLET, p->outlet);
    put_text(k, out, KWIC_AUTHOR, p->author);
    put_text(k, out, KWIC_URL, p->url);
    put_text(k, out, KWIC_SECTION, p->section);
    put_text(k, out, KWIC_LANGUAGE, p->language);
    put_text(k, out, KWIC_TAGS, p->tags);
    put_text(k, out, KWIC_INPUT, p->input);
    put_text(k, out, KWIC_MEMBER, p->member);
    out->texts[KWIC_TEXTS] = k->texts.len;
    out->record = p->record;
    out->offset = p->offset;
    out->len = p->len;
    out->digest = p->digest;
    out->day = p->day;
    out->second = p->second;
    out->reader = p->reader;
    out->relation = r->member.relation;
}

static int compare_places(const void *a, const void *b)
{
    const struct kwic_place *x = a, *y = b;
    if (x->article != y->article)
        return x->article < y->article ? -1 : 1;
    if (x->span.first != y->span.first)
        return x->span.first < y->span.first ? -1 : 1;
    if (x->span.len != y->span.len)
        return x->span.len < y->span.len ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

static int order_places(struct kwic_rows *k, const struct kwic_line *lines, size_t n,
                        struct err *err)
{
    vec_reset(&k->places);
    vec_reset(&k->spans);
    if (!vec_reserve(&k->places, n) || !vec_reserve(&k->spans, n))
        return no_memory(err);
    for (size_t i = 0; i < n; i++)
        k->places.items[i] =
            (struct kwic_place){(uint64_t)lines[i].segment << 32 | lines[i].article,
                                lines[i].span, (uint32_t)i};
    qsort(k->places.items, n, sizeof *k->places.items, compare_places);
    for (size_t i = 0; i < n; i++)
        k->spans.items[i] = k->places.items[i].span;
    k->places.len = k->spans.len = n;
    return 0;
}

/* The lines of k->places[from, to), all of one article. ITER_END when the texts are more than they may be. */
static int load_article(struct kwic_rows *k, const struct kwic_line *lines, size_t from,
                        size_t to, struct err *err)
{
    const struct kwic_line *first = &lines[k->places.items[from].line];
    struct row_wanted wanted = {k->spans.items + from, to - from, k->context + 1,
                                k->bytes};
    int rc = row_load_spans(&k->row, k->snapshot, first->segment, first->article,
                            &wanted, err);
    for (size_t i = from; rc == 0 && i < to; i++) {
        uint32_t line = k->places.items[i].line;
        struct kwic_row *out = &k->rows.items[line];
        out->line = lines[line];
        rc = put_context(k, out, &k->row.hits.items[i - from], err);
        put_provenance(k, out);
        if (rc == 0)
            rc = buf_check(&k->texts, err);
        if (rc == 0 && k->texts.len > KWIC_ROWS_BYTES)
            rc = ITER_END;
    }
    return rc;
}

static int load(struct kwic_rows *k, const struct kwic_line *lines, size_t n,
                struct err *err)
{
    int rc = order_places(k, lines, n, err);
    buf_reset(&k->texts);
    k->rows.len = 0;
    if (rc == 0 && !vec_reserve(&k->rows, n))
        rc = no_memory(err);
    for (size_t from = 0, to = 0; rc == 0 && from < n; from = to) {
        const struct kwic_place *places = k->places.items;
        while (to < n && places[to].article == places[from].article)
            to++;
        rc = load_article(k, lines, from, to, err);
        if (rc == 0)
            rc = deadline_check(k->deadline, err);
    }
    if (rc == ITER_END && n == 1)
        rc = 0; /* a long one */
    k->rows.len = rc == 0 ? n : 0;
    return rc;
}

int kwic_rows_load(struct kwic_rows *k, const struct kwic_line *lines, size_t n,
                   struct err *err)
{
    int rc;
    if (n > KWIC_ROWS)
        n = KWIC_ROWS;
    for (rc = load(k, lines, n, err); rc == ITER_END; rc = load(k, lines, n, err))
        n = (n + 1) / 2;
    return rc;
}
