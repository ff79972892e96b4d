#include "tests/support/mutate.h"

#include <string.h>

#include "base/endian.h"
#include "formats/container_layout.h"

struct op {
    uint8_t file, section, kind, width;
    uint32_t place;
    uint64_t value;
};

enum kind {
    KIND_FLIP,  /* one bit */
    KIND_SET,   /* a number of 1, 2, 4 or 8 bytes */
    KIND_ADD,   /* to such a number */
    KIND_TAIL,  /* a number near the end, where tables and footers are */
    KIND_COPY,  /* bytes from elsewhere in the range */
    KIND_FILL,  /* a run of one byte */
    KIND_BYTES, /* eight bytes as they are */
    KINDS
};

struct range {
    uint8_t *data;
    size_t len;
};

/* What an operation works on. */
static struct range range_of(struct mend_file *file, const struct op *op)
{
    struct mend_section s[SECTIONS_MAX];
    uint8_t *data = file->data.data;
    size_t len = file->data.len;
    size_t n = mend_is_container(file) ? mend_sections(file, s, SECTIONS_MAX) : 0;
    size_t which = op->section % (n + 2);
    if (!mend_is_container(file) || len < HEADER_LEN)
        return (struct range){data, len};
    if (which < n)
        return (struct range){data + s[which].offset, (size_t)s[which].len};
    if (which == n)
        return (struct range){data, HEADER_ZERO};
    uint64_t table = load_u64(data + HEADER_TABLE);
    return table < len ? (struct range){data + table, len - (size_t)table}
                       : (struct range){data, len};
}

static uint64_t read_number(const uint8_t *at, size_t width)
{
    uint64_t v = 0;
    memcpy(&v, at, width);
    return v;
}

/* Numbers that are often too many, as well as any. */
static uint64_t number_of(const struct op *op)
{
    static const uint64_t special[] = {
        0,          1,          0x7f,           0x80,
        0xff,       0x7fff,     0xffff,         0x7fffffff,
        0x80000000, 0xfffffffe, UINT32_MAX,     UINT64_C(1) << 32,
        INT64_MAX,  UINT64_MAX, UINT64_MAX - 7, UINT64_C(1) << 40};
    return op->kind & 0x80 ? special[op->value % 16] : op->value;
}

static void carry_out(struct mend_file *file, const struct op *op)
{
    struct range r = range_of(file, op);
    size_t width = (size_t)1 << (op->width & 3);
    if (r.len < 16)
        return;
    size_t at = op->place % (r.len - 8), room = r.len - at;
    uint64_t v = number_of(op);
    switch ((op->kind & 0x7f) % KINDS) {
    case KIND_FLIP: r.data[at] ^= (uint8_t)(1U << (op->value & 7)); break;
    case KIND_TAIL:
        at = (r.len - 8 - (op->place % (r.len < 512 ? r.len - 8 : 504))) & ~(size_t)3;
        memcpy(r.data + at, &v, width);
        break;
    case KIND_SET: memcpy(r.data + at, &v, width); break;
    case KIND_ADD:
        v = read_number(r.data + at, width) + (uint64_t)(int64_t)(int8_t)op->value;
        memcpy(r.data + at, &v, width);
        break;
    case KIND_COPY: {
        size_t from = (size_t)(op->value % r.len), n = 1 + op->width;
        size_t most = room < r.len - from ? room : r.len - from;
        memmove(r.data + at, r.data + from, n < most ? n : most);
        break;
    }
    case KIND_FILL: {
        size_t n = 1 + op->width;
        memset(r.data + at, (int)(op->value & 0xff), n < room ? n : room);
        break;
    }
    default: memcpy(r.data + at, &op->value, 8); break;
    }
}

void mutate_index(struct mend_index *index, const uint8_t *ops, size_t len,
                  bool *changed)
{
    for (size_t i = 0; i < MUTATE_OPS_MAX && (i + 1) * MUTATE_OP_BYTES <= len; i++) {
        const uint8_t *p = ops + i * MUTATE_OP_BYTES;
        struct op op = {p[0], p[1], p[2], p[3], load_u32(p + 4), load_u64(p + 8)};
        size_t which = op.file % index->files.len;
        struct mend_file *file = &index->files.items[which];
        carry_out(file, &op);
        changed[which] = true;
    }
    mend_all(index);
    for (size_t i = 0; i < index->files.len; i++) /* they name the others */
        changed[i] |= !mend_is_container(&index->files.items[i]);
}
