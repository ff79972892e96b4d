#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "indexer/cutter.h"
#include "tests/support/tempdir.h"
#include "tests/unit/readers_fixture.h"

static struct fixture f;
static struct tempdir dir;
static struct budget budget;

static void setup(void)
{
    fixture_init(&f);
    budget_init(&budget, UINT64_C(1) << 30);
    cr_assert(tempdir_make(&dir));
}

static void teardown(void)
{
    cr_expect_eq(budget.used_bytes, 0, "the budget was not given back");
    fixture_release(&f);
    tempdir_remove(&dir);
}

TestSuite(input, .init = setup, .fini = teardown);

/* --- helpers --------------------------------------------------------------------------- */

static void write_file(const char *name, const struct buf *b)
{
    cr_assert(tempdir_write(&dir, name, b->data, b->len));
}

static int read_named(const char *name, struct err *err)
{
    char path[1024];
    cr_assert(tempdir_path(&dir, name, path, sizeof path));
    fixture_reset(&f);
    f.blocks = f.pieces = f.block_max = 0;
    return fixture_inputs(&f, &budget, (const char *const[]){path, NULL}, err);
}

static void read_all(const char *name)
{
    struct err err = {0};
    cr_assert_eq(read_named(name, &err), ITER_END, "%s", err.msg);
}

/* n records of some 100 bytes, the i-th with the text "record i". */
static void make_lines(struct buf *b, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        buf_printf(b, "{\"id\":%u,\"text\":\"record %u\",\"pad\":\"%060u\"}\n", i, i,
                   i);
}

static void expect_records(unsigned from, unsigned n)
{
    cr_assert_eq(f.records.v.len, n, "%zu records", f.records.v.len);
    for (unsigned i = 0; i < n; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "%u", from + i);
        cr_assert_str_eq(f.records.v.items[i].id, id);
    }
}

static void gzip(const struct buf *in, struct buf *out)
{
    z_stream z = {0};
    cr_assert_eq(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = in->data;
    z.avail_in = (uInt)in->len;
    size_t bound = deflateBound(&z, (uLong)in->len);
    z.next_out = buf_extend(out, bound);
    z.avail_out = (uInt)bound;
    cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->len -= z.avail_out;
    (void)deflateEnd(&z);
}

static void zstd(const struct buf *in, struct buf *out, int window_log, bool pledged)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();
    cr_assert_not_null(c);
    (void)ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
    if (window_log > 0) {
        (void)ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, window_log);
        (void)ZSTD_CCtx_setParameter(c, ZSTD_c_enableLongDistanceMatching, 1);
    }
    size_t bound = ZSTD_compressBound(in->len) + 64;
    ZSTD_inBuffer from = {in->data, in->len, 0};
    ZSTD_outBuffer to = {buf_extend(out, bound), bound, 0};
    if (pledged)
        (void)ZSTD_CCtx_setPledgedSrcSize(c, in->len);
    else /* two calls, so that the size is not known at the start */
        cr_assert_not(
            ZSTD_isError(ZSTD_compressStream2(c, &to, &from, ZSTD_e_continue)));
    cr_assert_eq(ZSTD_compressStream2(c, &to, &from, ZSTD_e_end), 0);
    out->len -= bound - to.pos;
    (void)ZSTD_freeCCtx(c);
}

/* --- blocks ---------------------------------------------------------------------------- */

Test(input, many_lines_in_blocks)
{
    struct buf lines = {0};
    make_lines(&lines, 60000);
    write_file("a.jsonl", &lines);
    read_all("a.jsonl");
    expect_records(0, 60000);
    cr_expect_eq(f.rejects.v.len, 0);
    cr_expect_leq(f.block_max, CONFIG_BATCH_BYTES);
    cr_expect_eq(f.blocks, lines.len / CONFIG_BATCH_BYTES + 1);
    const struct seen *last = &f.records.v.items[59999];
    cr_expect_eq(memcmp(lines.data + last->offset, last->raw, last->raw_len), 0);
    buf_release(&lines);
}

Test(input, last_line_without_an_end)
{
    static const char text[] = "{\"id\":0,\"text\":\"a\"}\n{\"id\":1,\"text\":\"b\"}";
    cr_assert(tempdir_write(&dir, "a.jsonl", text, strlen(text)));
    read_all("a.jsonl");
    expect_records(0, 2);
}

Test(input, empty_files)
{
    cr_assert(tempdir_write(&dir, "a.jsonl", "", 0));
    read_all("a.jsonl");
    cr_expect_eq(f.records.v.len + f.rejects.v.len, 0);
    cr_assert(tempdir_write(&dir, "a.txt", "", 0));
    read_all("a.txt");
    cr_expect_not_null(strstr(fixture_reject(&f)->reason, "empty"));
}

/* Small files share a block; a big one has its own. */
Test(input, small_files_are_gathered)
{
    char name[32];
    struct buf big = {0};
    struct err err = {0};
    for (int i = 0; i < 100; i++) {
        (void)snprintf(name, sizeof name, "%03d.txt", i);
        cr_assert(tempdir_write(&dir, name, "some words", 10));
    }
    for (int i = 0; i < 300000; i++)
        buf_put_str(&big, "big words ");
    write_file("050b.txt", &big);
    int rc = fixture_inputs(&f, &budget, (const char *const[]){dir.path, NULL}, &err);
    cr_assert_eq(rc, ITER_END, "%s", err.msg);
    cr_expect_eq(f.records.v.len, 101);
    cr_expect_eq(f.pieces, 101);
    cr_expect_eq(f.blocks, 3);
    buf_release(&big);
}

Test(input, more_files_than_a_block_has_pieces)
{
    char name[32];
    struct err err = {0};
    for (int i = 0; i < 4100; i++) {
        (void)snprintf(name, sizeof name, "%04d.txt", i);
        cr_assert(tempdir_write(&dir, name, "w", 1));
    }
    int rc = fixture_inputs(&f, &budget, (const char *const[]){dir.path, NULL}, &err);
    cr_assert_eq(rc, ITER_END, "%s", err.msg);
    cr_expect_eq(f.records.v.len, 4100);
    cr_expect_eq(f.blocks, 2);
}

/* --- long records ---------------------------------------------------------------------- */

static void put_long(struct buf *b, unsigned id, size_t len)
{
    buf_printf(b, "{\"id\":%u,\"text\":\"", id);
    for (size_t i = 0; i < len; i++)
        buf_put_u8(b, 'x');
    buf_put_str(b, "\"}\n");
}

Test(input, record_longer_than_a_block)
{
    struct buf b = {0};
    make_lines(&b, 3);
    put_long(&b, 3, 5000000);
    buf_put_str(&b, "{\"id\":4,\"text\":\"after\"}\n");
    write_file("a.jsonl", &b);
    read_all("a.jsonl");
    expect_records(0, 5);
    buf_release(&b);
}

Test(input, record_over_the_limit_is_told_and_skipped)
{
    struct buf b = {0};
    f.config.record_bytes_max = 3000000;
    make_lines(&b, 2);
    uint64_t start = b.len;
    put_long(&b, 2, 7000000);
    uint64_t len = b.len - start;
    buf_put_str(&b, "{\"id\":3,\"text\":\"after\"}\n");
    put_long(&b, 4, 7000000);
    write_file("a.jsonl", &b);
    read_all("a.jsonl");
    cr_assert_eq(f.records.v.len, 3);
    cr_expect_str_eq(f.records.v.items[2].id, "3");
    cr_assert_eq(f.rejects.v.len, 2);
    const struct told *t = &f.rejects.v.items[0];
    cr_expect_eq(t->record, 3);
    cr_expect_eq(t->offset, start);
    cr_expect_eq(t->length, len);
    cr_expect_not_null(strstr(t->reason, "--record-max"));
    cr_expect_eq(f.rejects.v.items[1].record, 5);
    buf_release(&b);
}

Test(input, text_over_the_limit)
{
    struct buf b = {0};
    f.config.record_bytes_max = 100000;
    for (int i = 0; i < 100001; i++)
        buf_put_u8(&b, 'x');
    write_file("a.txt", &b);
    read_all("a.txt");
    cr_expect_not_null(strstr(fixture_reject(&f)->reason, "--record-max"));
    b.len--;
    write_file("a.txt", &b);
    read_all("a.txt");
    cr_expect_eq(fixture_one(&f)->body_len, 100000);
    buf_release(&b);
}

/* --- JSON over several lines ----------------------------------------------------------- */

Test(input, json_arrays_and_pretty_printed_objects)
{
    struct buf b = {0};
    buf_put_str(&b, "[\n");
    for (unsigned i = 0; i < 30000; i++)
        buf_printf(&b,
                   "  {\n    \"id\": %u,\n    \"text\": \"record ]}\",\n \"pad\": "
                   "\"%060u\"\n  }%s\n",
                   i, i, i < 29999 ? "," : "");
    buf_put_str(&b, "]\n");
    write_file("a.json", &b);
    read_all("a.json");
    expect_records(0, 30000);
    cr_expect_eq(f.rejects.v.len, 0);
    cr_expect_gt(f.blocks, 1);
    cr_expect_eq(f.records.v.items[29999].number + 0, f.numbers - 1);

    static const char pretty[] =
        "{\n \"id\": 0,\n \"text\": \"a\"\n}\n{\n \"id\": 1,\n "
        "\"text\": \"b\"\n}\n";
    cr_assert(tempdir_write(&dir, "b.json", pretty, strlen(pretty)));
    read_all("b.json");
    expect_records(0, 2);
    buf_release(&b);
}

/* A first line that was cut short does not make the rest one document. */
Test(input, damaged_first_line_stays_a_line)
{
    static const char text[] = "{\"id\":9,\"n\":{\"text\":\n{\"id\":0,\"text\":\"a\"}\n"
                               "{\"id\":1,\"text\":\"b\"}\n";
    cr_assert(tempdir_write(&dir, "a.jsonl", text, strlen(text)));
    read_all("a.jsonl");
    expect_records(0, 2);
    cr_expect_eq(f.rejects.v.len, 1);
}

Test(input, long_object_in_a_document_is_skipped)
{
    struct buf b = {0};
    f.config.record_bytes_max = 2500000;
    buf_put_str(&b, "[\n{\"id\":0,\"text\":\"a\"},\n");
    put_long(&b, 1, 3000000);
    buf_put_str(&b, ",\n{\"id\":2,\"text\":\"c\"}]");
    write_file("a.json", &b);
    read_all("a.json");
    cr_assert_eq(f.records.v.len, 2);
    cr_expect_str_eq(f.records.v.items[1].id, "2");
    cr_assert_eq(f.rejects.v.len, 1);
    cr_expect_not_null(strstr(f.rejects.v.items[0].reason, "--record-max"));
    buf_release(&b);
}

Test(input, utf16_json_is_told)
{
    cr_assert(tempdir_write(&dir, "a.jsonl", "\xFF\xFE{\0}\0", 6));
    read_all("a.jsonl");
    cr_expect_not_null(strstr(fixture_reject(&f)->reason, "UTF-16"));
}

/* --- sniffing -------------------------------------------------------------------------- */

Test(input, operands_are_known_by_their_first_bytes)
{
    static const char json[] =
        " {\"id\":0,\"text\":\"a\"}\n{\"id\":1,\"text\":\"b\"}\n";
    static const char matter[] = "---\ntitle: T\n---\nBody.\n";
    cr_assert(tempdir_write(&dir, "records.dat", json, strlen(json)));
    read_all("records.dat");
    expect_records(0, 2);
    cr_expect_eq(f.records.v.items[0].reader, READER_JSONL);
    cr_assert(tempdir_write(&dir, "post", matter, strlen(matter)));
    read_all("post");
    cr_expect_eq(fixture_one(&f)->reader, READER_MARKDOWN);
    cr_expect_str_eq(fixture_one(&f)->title, "T");
    cr_assert(tempdir_write(&dir, "words", "Just words.", 11));
    read_all("words");
    cr_expect_eq(fixture_one(&f)->reader, READER_TEXT);
    cr_assert(tempdir_write(&dir, "bin",
                            "\x7F"
                            "ELF\0\0\1",
                            7));
    read_all("bin");
    cr_expect_not_null(strstr(fixture_reject(&f)->reason, "NUL"));
}

/* --- compression ----------------------------------------------------------------------- */

Test(input, gzip_with_several_members_and_padding)
{
    struct buf lines = {0}, packed = {0};
    make_lines(&lines, 20000);
    gzip(&lines, &packed);
    buf_reset(&lines);
    for (unsigned i = 20000; i < 20010; i++)
        buf_printf(&lines, "{\"id\":%u,\"text\":\"x\"}\n", i);
    gzip(&lines, &packed);
    buf_put(&packed, "\0\0\0\0\0", 5);
    write_file("a.jsonl.gz", &packed);
    read_all("a.jsonl.gz");
    expect_records(0, 20010);
    cr_expect_eq(f.rejects.v.len + f.warnings.v.len, 0);

    buf_put_str(&packed, "trailing");
    write_file("a.jsonl.gz", &packed);
    read_all("a.jsonl.gz");
    expect_records(0, 20010);
    cr_assert_eq(f.warnings.v.len, 1);
    cr_expect_not_null(strstr(f.warnings.v.items[0].reason, "bytes after the end"));
    buf_release(&lines);
    buf_release(&packed);
}

Test(input, zstd_with_several_frames)
{
    struct buf lines = {0}, packed = {0};
    static const uint8_t skippable[] = {0x51, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3};
    buf_put(&packed, skippable, sizeof skippable);
    make_lines(&lines, 20000);
    zstd(&lines, &packed, 0, false);
    buf_put(&packed, skippable, sizeof skippable);
    buf_reset(&lines);
    for (unsigned i = 20000; i < 20010; i++)
        buf_printf(&lines, "{\"id\":%u,\"text\":\"x\"}\n", i);
    zstd(&lines, &packed, 0, true);
    write_file("a.jsonl.zst", &packed);
    read_all("a.jsonl.zst");
    expect_records(0, 20010);
    cr_expect_eq(f.rejects.v.len + f.warnings.v.len, 0);
    buf_release(&lines);
    buf_release(&packed);
}

/* Of a stream cut short the whole records before the place are used, and the place is told. A
 * flipped bit is told too, or changes nothing; what was decoded before the checksum spoke may
 * be anything. */
static void check_damaged(const char *name, const struct buf *packed, unsigned records)
{
    uint64_t state = 99;
    struct buf damaged = {0};
    for (int i = 0; i < 60; i++) {
        size_t at = fixture_random(&state) % packed->len;
        bool cut = i % 2 == 0;
        buf_reset(&damaged);
        buf_put(&damaged, packed->data, cut ? at : packed->len);
        if (!cut)
            damaged.data[at] ^= (uint8_t)(1u << (fixture_random(&state) % 8));
        write_file(name, &damaged);
        struct err err = {0};
        cr_assert_eq(read_named(name, &err), ITER_END, "%s", err.msg);
        size_t n = f.records.v.len;
        if (cut && at > 4) {
            cr_assert_eq(f.rejects.v.len, 1);
            cr_assert_not_null(strstr(f.rejects.v.items[0].reason, "at byte"), "%s",
                               f.rejects.v.items[0].reason);
            expect_records(0, (unsigned)n);
        }
        if (!cut && f.rejects.v.len == 0 && f.warnings.v.len == 0)
            expect_records(0, records); /* the bit meant nothing */
    }
    buf_release(&damaged);
}

Test(input, damaged_gzip)
{
    struct buf lines = {0}, packed = {0};
    make_lines(&lines, 5000);
    gzip(&lines, &packed);
    check_damaged("a.jsonl.gz", &packed, 5000);
    buf_release(&lines);
    buf_release(&packed);
}

Test(input, damaged_zstd)
{
    struct buf lines = {0}, packed = {0};
    make_lines(&lines, 5000);
    zstd(&lines, &packed, 0, false);
    check_damaged("a.jsonl.zst", &packed, 5000);
    buf_release(&lines);
    buf_release(&packed);
}

Test(input, truncated_text_is_no_record)
{
    struct buf lines = {0}, packed = {0};
    make_lines(&lines, 1000);
    gzip(&lines, &packed);
    packed.len -= 20;
    write_file("a.txt.gz", &packed);
    read_all("a.txt.gz");
    cr_expect_not_null(strstr(fixture_reject(&f)->reason, "gzip: ends within"));
    buf_release(&lines);
    buf_release(&packed);
}

/* --- the budget ------------------------------------------------------------------------ */

/* Two texts that repeat each other 40 MiB apart need the whole window. */
static void make_wide(struct buf *b)
{
    uint64_t state = 1;
    for (unsigned i = 0; i < 400000; i++)
        buf_printf(b,
                   "{\"id\":%u,\"text\":\"%016llx %016llx w%u\",\"pad\":\"%040u\"}\n",
                   i, (unsigned long long)fixture_random(&state),
                   (unsigned long long)fixture_random(&state), i, i);
}

Test(input, a_window_of_128_mib_needs_a_budget)
{
    struct buf lines = {0}, packed = {0};
    make_lines(&lines, 1000);
    zstd(&lines, &packed, 27, false);
    write_file("a.jsonl.zst", &packed);
    budget_init(&budget, UINT64_C(216) << 20);
    f.config.memory_bytes = UINT64_C(256) << 20;
    read_all("a.jsonl.zst");
    expect_records(0, 1000);
    cr_expect_geq(budget.peak_bytes, UINT64_C(128) << 20);
    cr_expect_leq(budget.peak_bytes, UINT64_C(130) << 20);

    budget_init(&budget, UINT64_C(216) << 20);
    f.config.memory_bytes = UINT64_C(255) << 20;
    read_all("a.jsonl.zst");
    const struct told *t = fixture_reject(&f);
    cr_expect_not_null(strstr(t->reason, "128 MiB"), "%s", t->reason);
    cr_expect_not_null(strstr(t->reason, "--memory"), "%s", t->reason);
    cr_expect_lt(budget.peak_bytes, UINT64_C(1) << 20);

    /* With the size in the header only that much is needed. */
    buf_reset(&packed);
    zstd(&lines, &packed, 27, true);
    write_file("a.jsonl.zst", &packed);
    read_all("a.jsonl.zst");
    expect_records(0, 1000);
    buf_release(&lines);
    buf_release(&packed);
}

Test(input, wide_window_is_read_right)
{
    struct buf lines = {0}, packed = {0};
    make_wide(&lines);
    zstd(&lines, &packed, 27, false);
    write_file("a.jsonl.zst", &packed);
    read_all("a.jsonl.zst");
    expect_records(0, 400000);
    buf_release(&lines);
    buf_release(&packed);
}

/* --- other things ---------------------------------------------------------------------- */

/* A bad file never costs a good one. */
Test(input, a_bad_input_between_good_ones)
{
    struct err err = {0};
    struct inputs *in = NULL;
    struct input_block *block = NULL;
    char path[1024];
    static const char good[] = "{\"text\":\"a\"}\n";
    cr_assert(tempdir_write(&dir, "1.jsonl", good, strlen(good)));
    cr_assert(
        tempdir_write(&dir, "2.jsonl.gz", "\x1F\x8Bnonsense, not gzip at all", 27));
    cr_assert(tempdir_write(&dir, "3.jsonl", good, strlen(good)));
    int rc = fixture_inputs(&f, &budget, (const char *const[]){dir.path, NULL}, &err);
    cr_assert_eq(rc, ITER_END);
    cr_expect_eq(f.records.v.len, 2);
    cr_expect_eq(f.rejects.v.len, 1);

    /* One that goes away between the walk and the reading. */
    fixture_reset(&f);
    const char *operands[] = {dir.path};
    f.config.inputs[0] = operands[0];
    f.config.n_inputs = 1;
    cr_assert_eq(inputs_open(&in, &f.config, &budget, NULL, NULL, &err), 0);
    cr_expect_eq(inputs_count(in), 3);
    cr_expect_eq(inputs_bytes(in), 13 + 27 + 13);
    cr_expect_null(inputs_file(in, 3));
    cr_assert(tempdir_path(&dir, "1.jsonl", path, sizeof path));
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(inputs_next(in, &block, &err), 0);
    cr_expect_eq(inputs_bytes_read(in), 27 + 13);
    cr_expect_str_eq(inputs_file(in, 2)->path,
                     block->pieces[block->n_pieces - 1].file->path);
    input_block_free(block);
    cr_expect_eq(inputs_next(in, &block, &err), ITER_END);
    inputs_close(in);
    inputs_close(NULL);
    input_block_free(NULL);
}

Test(input, a_file_that_changed_is_told)
{
    struct err err = {0};
    struct inputs *in = NULL;
    struct input_block *block = NULL;
    static const char text[] = "{\"id\":0,\"text\":\"a\"}\n{\"id\":1,\"te";
    char path[1024];
    cr_assert(tempdir_write(&dir, "a.jsonl", text, 20));
    cr_assert(tempdir_path(&dir, "a.jsonl", path, sizeof path));
    const char *operands[] = {path};
    f.config.inputs = calloc(1, sizeof *f.config.inputs);
    f.config.inputs[0] = operands[0];
    f.config.n_inputs = 1;
    cr_assert_eq(inputs_open(&in, &f.config, &budget, NULL, NULL, &err), 0);
    cr_assert(tempdir_write(&dir, "a.jsonl", text, strlen(text)));
    cr_assert_eq(inputs_next(in, &block, &err), 0);
    cr_expect_eq(block->len, strlen(text)); /* its reader rejects the half line */
    input_block_free(block);
    inputs_close(in);
}

Test(input, stopping)
{
    struct err err = {0};
    struct inputs *in = NULL;
    struct input_block *block = NULL;
    cr_assert(tempdir_write(&dir, "a.txt", "w", 1));
    const char *operands[] = {dir.path};
    f.config.inputs = calloc(1, sizeof *f.config.inputs);
    f.config.inputs[0] = operands[0];
    f.config.n_inputs = 1;
    cr_assert_eq(inputs_open(&in, &f.config, &budget, NULL, NULL, &err), 0);
    inputs_stop(in);
    cr_expect_eq(inputs_next(in, &block, &err), ERR_INTERRUPTED);
    inputs_close(in);
}

/* No worker waits long for the first block of a large file, and none for the one who has the last. */
Test(input, large_file_begins_and_ends_with_small_blocks)
{
    const size_t small = CONFIG_BATCH_BYTES / 8;
    struct buf lines = {0}, packed = {0};
    make_lines(&lines, 170000);
    cr_assert_gt(lines.len, 8 * CONFIG_BATCH_BYTES);
    write_file("a.jsonl", &lines);
    read_all("a.jsonl");
    expect_records(0, 170000);
    cr_expect_leq(f.block_max, CONFIG_BATCH_BYTES);
    cr_expect_leq(f.block_first, small);
    cr_expect_leq(f.block_last, small + 128);
    cr_expect_gt(f.block_max, CONFIG_BATCH_BYTES / 2);
    zstd(&lines, &packed, 0, true);
    write_file("a.jsonl.zst", &packed);
    read_all("a.jsonl.zst");
    expect_records(0, 170000);
    cr_expect_eq(f.blocks, lines.len / CONFIG_BATCH_BYTES + 1);
    buf_release(&lines);
    buf_release(&packed);
}

/* Whether the inputs that are named (ends with NULL; "-" is standard input) hardly make a reader wait. */
static bool seldom_wait(const char *const *names)
{
    char paths[2][1024];
    struct inputs *in = NULL;
    struct err err = {0};
    f.config.n_inputs = 0;
    for (; names[f.config.n_inputs]; f.config.n_inputs++) {
        size_t i = f.config.n_inputs;
        bool standard = strcmp(names[i], "-") == 0;
        cr_assert(standard || tempdir_path(&dir, names[i], paths[i], sizeof paths[i]));
        f.config.inputs[i] = standard ? names[i] : paths[i];
    }
    cr_assert_eq(inputs_open(&in, &f.config, &budget, NULL, NULL, &err), 0, "%s",
                 err.msg);
    bool yes = inputs_seldom_wait(in);
    inputs_close(in);
    return yes;
}

Test(input, only_large_plain_files_are_read_by_workers)
{
    struct buf lines = {0}, packed = {0}, line = {0};
    make_lines(&lines, 170000);
    make_lines(&line, 1);
    cr_assert_gt(lines.len, CUTTER_LARGE_BYTES);
    f.config.inputs = calloc(2, sizeof *f.config.inputs);
    write_file("a.jsonl", &lines);
    write_file("b.jsonl", &line);
    zstd(&lines, &packed, 0, true);
    write_file("a.jsonl.zst", &packed);
    write_file("big.jsonl.GZ", &lines); /* whatever is in it */
    cr_expect(seldom_wait((const char *const[]){"a.jsonl", NULL}));
    cr_expect_not(seldom_wait((const char *const[]){"b.jsonl", NULL}));
    cr_expect_not(seldom_wait((const char *const[]){"a.jsonl", "b.jsonl", NULL}));
    cr_expect_not(seldom_wait((const char *const[]){"a.jsonl.zst", NULL}));
    cr_expect_not(seldom_wait((const char *const[]){"a.jsonl", "big.jsonl.GZ", NULL}));
    cr_expect_not(seldom_wait((const char *const[]){"a.jsonl", "-", NULL}));
    buf_release(&lines);
    buf_release(&packed);
    buf_release(&line);
}

/* Standard input that comes in small pieces gives the same blocks. */
Test(input, standard_input)
{
    struct buf lines = {0}, packed = {0};
    struct err err = {0};
    int ends[2];
    make_lines(&lines, 30000);
    zstd(&lines, &packed, 0, false);
    cr_assert_eq(pipe(ends), 0);
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        for (size_t at = 0; at < packed.len;) {
            size_t n = packed.len - at < 777 ? packed.len - at : 777;
            ssize_t put = write(ends[1], packed.data + at, n);
            if (put <= 0)
                _exit(1);
            at += (size_t)put;
        }
        _exit(0);
    }
    (void)close(ends[1]);
    cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    int rc = fixture_inputs(&f, &budget, (const char *const[]){"-", NULL}, &err);
    cr_assert_eq(rc, ITER_END, "%s", err.msg);
    expect_records(0, 30000);
    cr_expect_eq(f.blocks, lines.len / CONFIG_BATCH_BYTES + 1);
    buf_release(&lines);
    buf_release(&packed);
}
