/* Lists of addresses, the token stream and checksums, on what an index has. */
#include <stdlib.h>

#include "base/hash.h"
#include "formats/pfor.h"
#include "bench/micro/micro.h"

enum {
    MOST = 1 << 20, /* addresses of the list that are measured with */
    LOOKS = 1 << 14 /* blocks at random */
};

struct lists {
    const struct segment *segment;
    struct term_entry entry; /* the word that is most frequent */
    address *list;           /* owned; its first addresses */
    uint32_t *gaps;          /* owned; the same as the encoder gets them */
    uint32_t *out;           /* owned; encoded or decoded again */
    uint8_t *blocks;         /* owned; PFOR_BYTES_MAX each */
    size_t *lens;            /* owned */
    size_t n;                /* a multiple of PFOR_BLOCK */
    struct err *err;
    int rc;
};

static uint64_t encode_gaps(void *arg)
{
    struct lists *l = arg;
    uint64_t sum = 0;
    for (size_t i = 0; i < l->n / PFOR_BLOCK; i++) {
        l->lens[i] = pfor_encode(l->gaps + i * PFOR_BLOCK, PFOR_BLOCK,
                                 l->blocks + i * PFOR_BYTES_MAX);
        sum += l->lens[i];
    }
    return sum;
}

static uint64_t decode_values(void *arg)
{
    struct lists *l = arg;
    uint64_t sum = 0;
    for (size_t i = 0; i < l->n / PFOR_BLOCK; i++) {
        pfor_decode(l->blocks + i * PFOR_BYTES_MAX, l->lens[i], PFOR_BLOCK,
                    l->out + i % 8 * PFOR_BLOCK);
        sum += l->out[i % 8 * PFOR_BLOCK];
    }
    return sum;
}

static uint64_t decode_gaps(void *arg)
{
    struct lists *l = arg;
    uint32_t base = UINT32_MAX;
    for (size_t i = 0; i < l->n / PFOR_BLOCK; i++) {
        uint32_t *out = l->out + i % 8 * PFOR_BLOCK;
        pfor_decode_gaps(l->blocks + i * PFOR_BYTES_MAX, l->lens[i], PFOR_BLOCK, base,
                         out);
        base = out[PFOR_BLOCK - 1];
    }
    return base;
}

/* From each block the last address, so that every one is found, checked and decoded. */
static uint64_t seek_in_order(void *arg)
{
    struct lists *l = arg;
    struct address_cursor c;
    uint64_t sum = 0;
    l->rc = l->rc ? l->rc : segment_addresses(l->segment, &l->entry, &c, l->err);
    for (size_t i = PFOR_BLOCK - 1; l->rc == 0 && i < l->n; i += PFOR_BLOCK) {
        address at = 0;
        l->rc = addresses_seek(&c, l->list[i], &at, l->err);
        sum += at;
    }
    return sum;
}

static uint64_t seek_at_random(void *arg)
{
    struct lists *l = arg;
    struct address_cursor c;
    uint64_t sum = 0, state = 1;
    l->rc = l->rc ? l->rc : segment_addresses(l->segment, &l->entry, &c, l->err);
    for (size_t i = 0; l->rc == 0 && i < LOOKS; i++) {
        address at = 0;
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
        l->rc = addresses_seek(&c, l->list[(state >> 33) % l->n], &at, l->err);
        sum += at;
    }
    return sum;
}

static uint64_t read_stream(void *arg)
{
    struct lists *l = arg;
    struct forward_reader r;
    surface_id ids[FORWARD_BLOCK];
    uint64_t sum = 0, blocks = l->segment->forward.n_tokens / FORWARD_BLOCK;
    bool elsewhere;
    forward_reader_begin(&r, &l->segment->forward);
    for (uint64_t i = 0; l->rc == 0 && i < blocks && i < LOOKS; i++) {
        l->rc = forward_reader_block(&r, i, ids, &elsewhere, l->err);
        sum += ids[0];
    }
    return sum;
}

static uint64_t look_into_stream(void *arg)
{
    struct lists *l = arg;
    struct forward_reader r;
    surface_id ids[FORWARD_BLOCK];
    uint64_t sum = 0, state = 1, blocks = l->segment->forward.n_tokens / FORWARD_BLOCK;
    bool elsewhere;
    forward_reader_begin(&r, &l->segment->forward);
    for (uint64_t i = 0; l->rc == 0 && blocks > 0 && i < LOOKS; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
        l->rc =
            forward_reader_block(&r, (state >> 33) % blocks, ids, &elsewhere, l->err);
        sum += ids[0];
    }
    return sum;
}

/* Blocks of 4 KiB, as a query checks them. */
static uint64_t checksum(void *arg)
{
    struct lists *l = arg;
    const struct section *s = &l->segment->forward.section;
    uint64_t sum = 0;
    for (uint64_t at = 0; at + 4096 <= s->len; at += 4096) {
        sum ^= hash64(s->data + at, 4096, HASH_SEED_CHECKSUM);
    }
    return sum;
}

static int choose_word(struct lists *l)
{
    struct terms_iter it;
    const struct term_entry *e;
    int rc = terms_seek(&l->segment->terms, bytes_of(NULL, 0), &it, l->err);
    while (rc == 0 && (rc = terms_next(&it, &e, l->err)) == 0) {
        if (e->occurrences > l->entry.occurrences) {
            l->entry = *e;
        }
    }
    return rc < 0 ? rc : 0;
}

static int prepare(struct lists *l)
{
    struct address_cursor c;
    size_t n = 0;
    int rc = choose_word(l);
    l->list = malloc(sizeof *l->list * MOST);
    l->gaps = malloc(sizeof *l->gaps * MOST);
    l->out = malloc(sizeof *l->out * PFOR_BLOCK * 8);
    l->blocks = malloc((size_t)MOST / PFOR_BLOCK * PFOR_BYTES_MAX + PFOR_OVERREAD);
    l->lens = malloc(sizeof *l->lens * (MOST / PFOR_BLOCK));
    if (rc == 0 && !(l->list && l->gaps && l->out && l->blocks && l->lens)) {
        rc = err_set(l->err, ERR_NOMEM, "out of memory");
    }
    rc = rc ? rc : segment_addresses(l->segment, &l->entry, &c, l->err);
    for (address at = 0; rc == 0 && n < MOST; n++) {
        rc = addresses_seek(&c, at, &l->list[n], l->err);
        if (rc != 0) {
            break;
        }
        at = l->list[n] + 1;
        l->gaps[n] = l->list[n] - (n > 0 ? l->list[n - 1] + 1 : 0);
    }
    l->n = n / PFOR_BLOCK * PFOR_BLOCK;
    if (rc >= 0 && l->n == 0) {
        rc = err_set(l->err, ERR_INPUT, "the index has no word that occurs 128 times");
    }
    return rc < 0 ? rc : 0;
}

static void measure(struct micro *m, struct lists *l)
{
    double n = (double)l->n, four = 4 / m->limits.copy, blocks = n / PFOR_BLOCK;
    double looks = (double)(l->segment->forward.n_tokens / FORWARD_BLOCK);
    const char *at_copy = "4 bytes at copy speed";
    looks = looks < LOOKS ? looks : LOOKS;
    micro_title("formats");
    micro_put_ns("PFor, gaps encoded, an integer", micro_ns(m, encode_gaps, l, n),
                 at_copy, four);
    micro_put_ns("PFor, values decoded, an integer", micro_ns(m, decode_values, l, n),
                 at_copy, four);
    double gap = micro_ns(m, decode_gaps, l, n);
    micro_put_ns("PFor, gaps decoded and summed, an integer", gap, at_copy, four);
    micro_put_ns("list, a block found, checked, decoded, in order",
                 micro_ns(m, seek_in_order, l, blocks), "decoding it",
                 gap * PFOR_BLOCK);
    micro_put_ns("list, the same at random", micro_ns(m, seek_at_random, l, LOOKS),
                 "a line at random, decoding it", m->limits.chased + gap * PFOR_BLOCK);
    if (looks > 0) {
        micro_put_ns("stream, a block of 128 tokens, in order",
                     micro_ns(m, read_stream, l, looks), "512 bytes at copy speed",
                     128 * four);
        micro_put_ns("stream, the same at random",
                     micro_ns(m, look_into_stream, l, LOOKS),
                     "a line at random, 512 bytes", m->limits.chased + 128 * four);
    }
    double hashed = (double)(l->segment->forward.section.len / 4096 * 4096);
    if (hashed > 0) {
        micro_put_rate("checksums (XXH3) of 4 KiB blocks",
                       micro_ns(m, checksum, l, hashed), "memory read through",
                       1 / m->limits.read);
    }
}

int micro_formats(struct micro *m, const struct segment *s, struct err *err)
{
    struct lists l = {.segment = s, .err = err};
    int rc = prepare(&l);
    if (rc == 0) {
        measure(m, &l);
    }
    free(l.list);
    free(l.gaps);
    free(l.out);
    free(l.blocks);
    free(l.lens);
    return rc < 0 ? rc : l.rc;
}
