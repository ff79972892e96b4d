#include "query/story_vec.h"

#include <string.h>

#include "formats/addresses.h"

enum {
    FEW = 16 /* one of so many: they are put in between */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for stories");
}

int story_vec_copy(const story_vec *from, story_vec *to, struct err *err)
{
    vec_reset(to);
    if (!vec_reserve(to, from->len)) {
        return no_memory(err);
    }
    if (from->len) {
        memcpy(to->items, from->items, from->len * sizeof *to->items);
    }
    to->len = from->len;
    return 0;
}

void story_vec_swap(story_vec *a, story_vec *b)
{
    story_vec other = *a;
    *a = *b;
    *b = other;
}

/* to gets what the few of `with` are that it has not: from behind, by stretches that lie between two of them. */
static int unite_few(story_vec *to, const story_vec *with, struct err *err)
{
    if (!vec_reserve(to, with->len)) {
        return no_memory(err);
    }
    story_id *v = to->items;
    size_t left = to->len, end = to->len + with->len;
    const size_t most = end;
    for (size_t k = with->len; k-- > 0;) {
        size_t at = addresses_lower_bound(v, left, with->items[k]);
        size_t n = left - at;
        memmove(v + end - n, v + at, n * sizeof *v);
        end -= n;
        left = at;
        if (n == 0 || v[end] != with->items[k]) {
            v[--end] = with->items[k];
        }
    }
    memmove(v + left, v + end, (most - end) * sizeof *v);
    to->len = left + (most - end);
    return 0;
}

int story_vec_unite(story_vec *to, const story_vec *with, story_vec *spare,
                    struct err *err)
{
    size_t i = 0, k = 0;
    if (to->len == 0 || with->len == 0) {
        return with->len ? story_vec_copy(with, to, err) : 0;
    }
    if (with->len < to->len / FEW) {
        return unite_few(to, with, err);
    }
    vec_reset(spare);
    if (!vec_reserve(spare, to->len + with->len)) {
        return no_memory(err);
    }
    story_id *at = spare->items;
    while (i < to->len && k < with->len) {
        story_id a = to->items[i], b = with->items[k];
        *at++ = a < b ? a : b;
        i += a <= b;
        k += b <= a;
    }
    while (i < to->len) {
        *at++ = to->items[i++];
    }
    while (k < with->len) {
        *at++ = with->items[k++];
    }
    spare->len = (size_t)(at - spare->items);
    story_vec_swap(to, spare);
    return 0;
}

void story_vec_subtract(story_vec *set, const story_vec *without,
                        const story_vec *always)
{
    size_t kept = 0, k = 0, m = 0;
    for (size_t i = 0; i < set->len; i++) {
        story_id id = set->items[i];
        while (k < without->len && without->items[k] < id) {
            k++;
        }
        while (m < always->len && always->items[m] < id) {
            m++;
        }
        bool out = k < without->len && without->items[k] == id;
        bool stays = m < always->len && always->items[m] == id;
        set->items[kept] = id;
        kept += !out || stays;
    }
    set->len = kept;
}

int story_vec_all(uint32_t n, story_vec *out, struct err *err)
{
    vec_reset(out);
    if (!vec_reserve(out, n)) {
        return no_memory(err);
    }
    for (uint32_t i = 0; i < n; i++) {
        out->items[i] = i;
    }
    out->len = n;
    return 0;
}

size_t story_vec_gallop(const story_id *v, size_t n, size_t from, story_id id)
{
    size_t step = 1;
    while (from + step <= n && v[from + step - 1] < id) {
        from += step;
        step *= 2;
    }
    return from +
           addresses_lower_bound(v + from, step < n - from ? step : n - from, id);
}
