#include "query/values.h"

#include <stdlib.h>

#include "base/hash.h"

enum {
    VALUES_MAX = INT32_MAX - 1,
    VALUES_SLOTS = 64 /* of the first table */
};

void values_release(struct values *v)
{
    buf_release(&v->bytes);
    vec_release(&v->items);
    vec_release(&v->slots);
}

struct bytes values_get(const struct values *v, uint32_t number)
{
    const struct values_item *item = &v->items.items[number];
    return bytes_of(v->bytes.data + item->from, item->len);
}

/* The slot that holds the text, or the free one where it belongs. */
static uint32_t *slot_of(struct values *v, struct bytes text)
{
    size_t mask = v->slots.len - 1;
    size_t at = (size_t)hash64(text.data, text.len, v->seed) & mask;
    while (v->slots.items[at] != 0 &&
           !bytes_equal(values_get(v, v->slots.items[at] - 1), text))
        at = (at + 1) & mask;
    return &v->slots.items[at];
}

/* Half of the slots stay free. */
static int make_room(struct values *v, struct err *err)
{
    size_t n = v->slots.len ? v->slots.len * 2 : VALUES_SLOTS;
    if (v->slots.len > 0 && v->items.len < v->slots.len / 2)
        return 0;
    vec_reset(&v->slots);
    if (!vec_reserve(&v->slots, n))
        return err_set(err, ERR_NOMEM, "out of memory");
    v->slots.len = n;
    v->seed = hash_process_seed();
    for (size_t i = 0; i < n; i++)
        v->slots.items[i] = 0;
    for (size_t i = 0; i < v->items.len; i++)
        *slot_of(v, values_get(v, (uint32_t)i)) = (uint32_t)i + 1;
    return 0;
}

int values_put(struct values *v, struct bytes text, uint32_t *out, struct err *err)
{
    int rc = make_room(v, err);
    if (rc != 0)
        return rc;
    uint32_t *slot = slot_of(v, text);
    if (*slot == 0) {
        struct values_item item = {v->bytes.len, text.len};
        if (v->items.len >= VALUES_MAX)
            return err_set(err, ERR_LIMIT, "too many different values");
        buf_put_bytes(&v->bytes, text);
        if (v->bytes.failed || !vec_push(&v->items, item))
            return err_set(err, ERR_NOMEM, "out of memory");
        *slot = (uint32_t)v->items.len;
    }
    *out = *slot - 1;
    return 0;
}

struct placed {
    struct bytes text;
    uint32_t number;
};

static int compare_placed(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    return bytes_compare(x->text, y->text);
}

int values_order(const struct values *v, uint32_t *out, struct err *err)
{
    size_t n = v->items.len;
    if (n == 0)
        return 0;
    struct placed *all = calloc(n, sizeof *all);
    if (!all)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        all[i] = (struct placed){values_get(v, (uint32_t)i), (uint32_t)i};
    qsort(all, n, sizeof *all, compare_placed);
    for (size_t i = 0; i < n; i++)
        out[all[i].number] = (uint32_t)i;
    free(all);
    return 0;
}
