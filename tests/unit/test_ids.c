/* Articles' IDs: their own where nobody else has it, else digits of the digest, always different. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/ids.h"
#include "tests/support/tempdir.h"

struct fixture {
    struct tempdir dir;
    struct build build;
    const char *own[64];
    uint32_t order[64];
    struct ids ids;
};

static void begin(struct fixture *f)
{
    struct err err = {0};
    memset(f, 0, sizeof *f);
    cr_assert(tempdir_make(&f->dir));
    cr_assert_eq(spool_open(&f->build.spool, f->dir.fd, f->dir.path, &err), 0);
}

static void add(struct fixture *f, const char *own, uint64_t digits)
{
    size_t n = f->build.articles.v.len;
    struct metadata m = {.row = {.id = bytes_str(own), .url = bytes_str("http://x/")}};
    struct buf b = {0};
    struct article a = {.digest = {n, digits << 16 | n},
                        .metadata = file_writer_tell(&f->build.spool.metadata)};
    metadata_encode(&m, &b);
    file_writer_put(&f->build.spool.metadata, b.data, b.len);
    buf_release(&b);
    cr_assert(vec_push(&f->build.articles.v, a));
    cr_assert(vec_push(&f->build.id_hashes, ids_hash(bytes_str(own))));
    f->own[n] = own;
    f->order[n] = (uint32_t)n;
}

static void assign(struct fixture *f)
{
    struct err err = {0};
    cr_assert_eq(spool_flush(&f->build.spool, &err), 0);
    cr_assert_eq(ids_assign(&f->ids, &f->build, f->order, &err), 0, "%s", err.msg);
}

static void expect(struct fixture *f, uint32_t article, const char *id)
{
    char out[IDS_LEN_MAX];
    struct bytes got =
        ids_get(&f->ids, &f->build, article, bytes_str(f->own[article]), out);
    cr_assert(bytes_equal(got, bytes_str(id)), "article %u: %.*s, not %s", article,
              (int)got.len, (const char *)got.data, id);
}

static void end(struct fixture *f)
{
    ids_release(&f->ids);
    spool_close(&f->build.spool);
    vec_release(&f->build.articles.v);
    vec_release(&f->build.id_hashes);
    tempdir_remove(&f->dir);
}

Test(ids, own_ones_that_are_unique)
{
    struct fixture f;
    begin(&f);
    add(&f, "a-1", 0x111111111111);
    add(&f, "twice", 0x222222222222);
    add(&f, "", 0x333333333333);
    add(&f, "twice", 0x00000000abcd);
    add(&f, "a-10", 0x555555555555);
    assign(&f);
    expect(&f, 0, "a-1");
    expect(&f, 1, "222222222222");
    expect(&f, 2, "333333333333");
    expect(&f, 3, "00000000abcd");
    expect(&f, 4, "a-10");
    end(&f);
}

Test(ids, equal_digits_get_suffixes_in_canonical_order)
{
    struct fixture f;
    begin(&f);
    for (int i = 0; i < 4; i++)
        add(&f, "", 0xabcdefabcdef);
    /* canonical: 2, 0, 3, 1 */
    const uint32_t order[] = {2, 0, 3, 1};
    memcpy(f.order, order, sizeof order);
    assign(&f);
    expect(&f, 2, "abcdefabcdef");
    expect(&f, 0, "abcdefabcdef.2");
    expect(&f, 3, "abcdefabcdef.3");
    expect(&f, 1, "abcdefabcdef.4");
    end(&f);
}

Test(ids, a_records_own_id_is_never_given_away)
{
    struct fixture f;
    begin(&f);
    add(&f, "abcdefabcdef", 0x1);
    add(&f, "abcdefabcdef.3", 0x2);
    for (int i = 0; i < 3; i++)
        add(&f, "", 0xabcdefabcdef);
    assign(&f);
    expect(&f, 0, "abcdefabcdef");
    expect(&f, 1, "abcdefabcdef.3");
    expect(&f, 2, "abcdefabcdef.2");
    expect(&f, 3, "abcdefabcdef.4");
    expect(&f, 4, "abcdefabcdef.5");
    end(&f);
}

Test(ids, only_what_can_be_one_is_one)
{
    char text[METADATA_ID_MAX + 2];
    memset(text, 'i', sizeof text);
    cr_assert_eq(ids_hash(bytes_of(NULL, 0)), 0);
    cr_assert_neq(ids_hash(bytes_of(text, METADATA_ID_MAX)), 0);
    cr_assert_eq(ids_hash(bytes_of(text, METADATA_ID_MAX + 1)), 0);
}
