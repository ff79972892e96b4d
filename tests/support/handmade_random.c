/* Text for hand-made stories: a simple ASCII folding, and random stories with copies. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/handmade.h"

static size_t fold(struct bytes surface, uint8_t *out)
{
    for (size_t i = 0; i < surface.len; i++) {
        uint8_t c = surface.data[i];
        out[i] = c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
    }
    return surface.len;
}

static size_t alias(struct bytes term, uint8_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < term.len; i++) {
        if (term.data[i] != '.')
            out[n++] = term.data[i];
    }
    return n < term.len ? n : 0;
}

/* Pairs, and whole chains of three to eight where one begins. */
static size_t joins(const struct bytes *terms, const uint8_t *breaks, size_t n,
                    size_t i, uint8_t *spans)
{
    size_t span = 1;
    (void)terms;
    while (i + span < n && breaks[i + span] == 3 && span <= SEAM)
        span++;
    if (span == 1)
        return 0;
    spans[0] = 2;
    if (span < 3 || span > SEAM || breaks[i] == 3)
        return 1;
    spans[1] = (uint8_t)span;
    return 2;
}

struct handmade_text handmade_ascii(void)
{
    return (struct handmade_text){fold, alias, joins};
}

static uint64_t draw(uint64_t *state, uint64_t n)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (*state >> 11) % n;
}

/* Words of a small vocabulary, so that copies match by chance too. */
static void put_words(struct buf *out, size_t n, uint64_t *state)
{
    static const char *const seps[] = {" ", " ", " ", " ", ", ", ". ", "-", "\n\n"};
    for (size_t i = 0; i < n; i++) {
        unsigned word = (unsigned)draw(state, 40);
        buf_printf(out, "%c%u", draw(state, 9) ? 'w' : 'W', word);
        if (word == 0)
            buf_put_str(out, ".s"); /* with an alias */
        buf_put_str(out, i + 1 < n ? seps[draw(state, 8)] : " ");
    }
}

static void raise(struct buf *b, size_t from)
{
    for (size_t i = from; i < b->len; i++) {
        if (b->data[i] >= 'a' && b->data[i] <= 'z')
            b->data[i] = (uint8_t)(b->data[i] - 'a' + 'A');
    }
}

/* A copy: slices of the original, new words between, now and then shouted. */
static void put_copy(struct buf *out, struct bytes original, uint64_t *state)
{
    for (size_t parts = 1 + draw(state, 3); parts > 0; parts--) {
        size_t from = draw(state, original.len);
        size_t to = from + draw(state, original.len - from) + 1;
        size_t start = out->len;
        buf_put(out, original.data + from, to - from);
        if (draw(state, 4) == 0)
            raise(out, start);
        buf_put_str(out, " ");
        put_words(out, draw(state, 12), state);
    }
}

void handmade_random_story(struct handmade *h, uint64_t *state)
{
    struct buf original = {0}, copy = {0};
    handmade_story(h);
    put_words(&original, 1 + draw(state, 150), state);
    struct bytes body = buf_bytes(&original);
    buf_put_u8(&original, 0);
    body.data = original.data;
    handmade_plain(h, draw(state, 2) ? "w1 w2" : "", (const char *)original.data);
    for (size_t n = draw(state, 4); n > 0; n--) {
        buf_reset(&copy);
        put_copy(&copy, body, state);
        buf_put_u8(&copy, 0);
        if (original.failed || copy.failed)
            abort();
        handmade_plain(h, draw(state, 2) ? "W1 w2" : "", (const char *)copy.data);
    }
    buf_release(&original);
    buf_release(&copy);
}
