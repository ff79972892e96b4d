#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/manifest.h"
#include "tests/unit/formats_fixture.h"

static struct manifest_file file(const char *name, uint64_t n)
{
    struct manifest_file f = {.len = n, .header_hash = {n * 3, n * 7}};
    snprintf(f.name, sizeof f.name, "%s", name);
    return f;
}

static struct manifest sample(size_t n_segments)
{
    struct manifest m = {.generation = 7,
                         .analyser_version = 3,
                         .seam = 8,
                         .stories = 1,
                         .wordings = 2,
                         .articles = 3,
                         .tokens = 4,
                         .homes = 5,
                         .article_tokens = 6,
                         .text_bytes = UINT64_C(1) << 40,
                         .stories_file = file("stories-00.stm", 99)};
    for (size_t i = 0; i < n_segments; i++) {
        char name[64];
        snprintf(name, sizeof name, "seg-%016zx.stm", i);
        cr_assert(vec_push(&m.segments, file(name, i + 1)));
    }
    return m;
}

static void expect_equal(const struct manifest *a, const struct manifest *b)
{
    cr_assert_eq(a->generation, b->generation);
    cr_assert_eq(a->analyser_version, b->analyser_version);
    cr_assert_eq(a->seam, b->seam);
    cr_assert_eq(a->stories, b->stories);
    cr_assert_eq(a->wordings, b->wordings);
    cr_assert_eq(a->articles, b->articles);
    cr_assert_eq(a->tokens, b->tokens);
    cr_assert_eq(a->homes, b->homes);
    cr_assert_eq(a->article_tokens, b->article_tokens);
    cr_assert_eq(a->text_bytes, b->text_bytes);
    cr_assert_eq(memcmp(&a->stories_file, &b->stories_file, sizeof a->stories_file), 0);
    cr_assert_eq(memcmp(&a->inputs_file, &b->inputs_file, sizeof a->inputs_file), 0);
    cr_assert_eq(a->segments.len, b->segments.len);
    for (size_t i = 0; i < a->segments.len; i++)
        cr_assert_eq(memcmp(&a->segments.items[i], &b->segments.items[i],
                            sizeof a->segments.items[i]),
                     0);
}

Test(manifest, round_trip)
{
    for (size_t n = 0; n < 60; n = n * 3 + 1) {
        struct manifest m = sample(n), back = {0};
        struct buf b = {0};
        struct err err = {0};
        if (n % 2)
            m.inputs_file = file("inputs-7.stm", 5);
        cr_assert_eq(manifest_encode(&m, &b, &err), 0);
        cr_assert_eq(manifest_decode(buf_bytes(&b), "here", &back, &err), 0, "%s",
                     err.msg);
        expect_equal(&m, &back);
        manifest_release(&m);
        manifest_release(&back);
        buf_release(&b);
    }
}

Test(manifest, golden)
{
    struct manifest m = sample(3);
    struct buf b = {0};
    m.inputs_file = file("inputs-7.stm", 5);
    cr_assert_eq(manifest_encode(&m, &b, NULL), 0);
    fixture_golden("manifest", b.data, b.len);
    buf_reset(&b);
    struct current c = {"MANIFEST-7", 12345, {1, 2}};
    cr_assert_eq(current_encode(&c, &b, NULL), 0);
    fixture_golden("current", b.data, b.len);
    buf_release(&b);
    manifest_release(&m);
}

/* Every flipped bit and every other length is found. */
Test(manifest, damage)
{
    struct manifest m = sample(2), back = {0};
    struct buf b = {0};
    cr_assert_eq(manifest_encode(&m, &b, NULL), 0);
    for (size_t bit = 0; bit < b.len * 8; bit++) {
        b.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        int rc = manifest_decode(buf_bytes(&b), "here", &back, NULL);
        cr_assert(rc == ERR_CORRUPT, "bit %zu: %d", bit, rc);
        b.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t len = 0; len < b.len; len++)
        cr_assert_eq(manifest_decode(bytes_of(b.data, len), "here", &back, NULL),
                     ERR_CORRUPT);
    buf_put_u8(&b, 0);
    cr_assert_eq(manifest_decode(buf_bytes(&b), "here", &back, NULL), ERR_CORRUPT);
    buf_release(&b);
    manifest_release(&m);
}

Test(manifest, current)
{
    struct current c = {"MANIFEST-1", 400, {3, 4}}, back = {0};
    struct buf b = {0};
    cr_assert_eq(current_encode(&c, &b, NULL), 0);
    cr_assert_eq(current_decode(buf_bytes(&b), "here", &back, NULL), 0);
    cr_assert_eq(memcmp(&c, &back, sizeof c), 0);
    for (size_t bit = 0; bit < b.len * 8; bit++) {
        b.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        cr_assert_eq(current_decode(buf_bytes(&b), "here", &back, NULL), ERR_CORRUPT);
        b.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t len = 0; len < b.len; len++)
        cr_assert_eq(current_decode(bytes_of(b.data, len), "here", &back, NULL),
                     ERR_CORRUPT);
    buf_release(&b);
}

/* A wrong field under a right checksum: what a hostile file would do. */
static int decode_with(size_t at, const void *bytes, size_t n)
{
    struct manifest m = sample(1), back = {0};
    struct buf b = {0};
    cr_assert_eq(manifest_encode(&m, &b, NULL), 0);
    memcpy(b.data + at, bytes, n);
    struct hash128 sum = hash128(b.data, b.len - 16, HASH_SEED_CHECKSUM);
    b.len -= 16;
    buf_put_u64(&b, sum.low);
    buf_put_u64(&b, sum.high);
    int rc = manifest_decode(buf_bytes(&b), "here", &back, NULL);
    manifest_release(&back);
    manifest_release(&m);
    buf_release(&b);
    return rc;
}

Test(manifest, hostile)
{
    enum {
        STORIES_NAME = 16 + 16 + 7 * 8,
        N_SEGMENTS = STORIES_NAME + 2 * 88
    };
    cr_assert_eq(decode_with(STORIES_NAME, "s", 1), 0); /* nothing changed */
    cr_assert_eq(decode_with(STORIES_NAME, "../x", 4), ERR_CORRUPT);
    cr_assert_eq(decode_with(STORIES_NAME, "a/b", 3), ERR_CORRUPT);
    cr_assert_eq(decode_with(STORIES_NAME, "", 1), ERR_CORRUPT);
    cr_assert_eq(decode_with(STORIES_NAME + 63, "x", 1), ERR_CORRUPT);
    cr_assert_eq(decode_with(N_SEGMENTS, "\xff\xff\xff\xff\xff\xff\xff\xff", 8),
                 ERR_CORRUPT);
    cr_assert_eq(decode_with(N_SEGMENTS, "\2", 1), ERR_CORRUPT);
    cr_assert_eq(decode_with(16, "\0\0\0\0\0\0\0\0", 8), ERR_CORRUPT); /* generation */
    cr_assert_eq(decode_with(8, "\2", 1), ERR_VERSION);
}

Test(manifest, names)
{
    char longest[65];
    memset(longest, 'x', 64);
    longest[64] = '\0';
    cr_assert(manifest_name_ok("seg-0.stm"));
    cr_assert(manifest_name_ok(longest + 1));
    cr_assert_not(manifest_name_ok(longest));
    cr_assert_not(manifest_name_ok(""));
    cr_assert_not(manifest_name_ok(".hidden"));
    cr_assert_not(manifest_name_ok("a/b"));
    cr_assert_not(manifest_name_ok("a b"));
    cr_assert_not(manifest_name_ok("caf\xc3\xa9"));
}
