/* A damaged index: verify reports every change, and whatever is asked has the right answer or an
 * error that names the file. STEMMA_DAMAGE_EVERY sets how many bits apart the flipped ones
 * are, 1 flips each bit of each file; STEMMA_DAMAGE_STORIES how many stories the index has. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "formats/container_layout.h"
#include "formats/snapshot.h"
#include "tests/support/mend.h"
#include "tests/support/probe.h"
#include "tests/support/tempdir.h"

enum {
    BITS_APART = 2503, /* a prime, so that each bit of a byte has its turn */
    HEADER_BYTES_APART = 7,
    PAGE = 4096
};

struct fixture {
    struct tempdir dir;
    struct mend_index clean; /* as it was written */
    struct probe right, now;
};

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *value = getenv(name);
    uint64_t n = value ? strtoull(value, NULL, 10) : 0;
    return n ? n : otherwise;
}

static void open_fixture(struct fixture *f)
{
    struct err err = {0};
    struct snapshot_report report = {0};
    cr_assert(tempdir_make(&f->dir));
    size_t n = from_environment("STEMMA_DAMAGE_STORIES", PROBE_STORIES_MANY);
    cr_assert_eq(probe_make_index(f->dir.path, n, &err), 0, "%s", err.msg);
    cr_assert(mend_load(&f->clean, f->dir.path));
    cr_assert(probe_init(&f->right) && probe_init(&f->now));
    probe_run(&f->right, f->dir.path);
    for (size_t i = 0; i < f->right.n; i++)
        cr_assert_eq(f->right.answers.items[i].rc, 0, "%s: %s",
                     f->right.answers.items[i].question,
                     f->right.answers.items[i].err.msg);
    cr_assert_eq(snapshot_verify(f->dir.path, &report, &err), 0, "%s", err.msg);
    cr_assert_eq(report.n_files, f->clean.files.len);
    cr_assert_eq(report.unknown.len, 0);
    buf_release(&report.unknown);
}

static void close_fixture(struct fixture *f)
{
    probe_release(&f->right);
    probe_release(&f->now);
    mend_release(&f->clean);
    tempdir_remove(&f->dir);
}

/* The folder as it is now: reported by verify, and never a wrong answer. */
static void check_damage(struct fixture *f, const char *what)
{
    struct err err = {0};
    struct snapshot_report report = {0};
    int rc = snapshot_verify(f->dir.path, &report, &err);
    buf_release(&report.unknown);
    cr_assert_lt(rc, 0, "%s: not noticed", what);
    cr_assert_eq(rc, err.code, "%s", what);
    cr_assert_neq(rc, ERR_NOMEM, "%s: %s", what, err.msg);
    cr_assert_not_null(strstr(err.msg, f->dir.path), "%s: %s", what, err.msg);
    probe_run(&f->now, f->dir.path);
    const char *wrong = probe_compare(&f->right, &f->now, f->dir.path);
    cr_assert_null(wrong, "%s: %s", what, wrong);
}

static void put_back(struct fixture *f, const struct mend_file *file)
{
    cr_assert(mend_save_file(file, f->dir.path));
}

Test(damage, flipped_bits)
{
    struct fixture f;
    char what[200];
    uint64_t every = from_environment("STEMMA_DAMAGE_EVERY", BITS_APART), bit = 0;
    open_fixture(&f);
    vec_foreach(struct mend_file, file, &f.clean.files) {
        uint64_t n = 8 * (uint64_t)file->data.len;
        for (; bit < n; bit += every) {
            uint8_t *at = &file->data.data[bit / 8], mask = (uint8_t)(1U << bit % 8);
            *at ^= mask;
            put_back(&f, file);
            *at ^= mask;
            snprintf(what, sizeof what, "%s: bit %u of byte %llu", file->name,
                     (unsigned)(bit % 8), (unsigned long long)(bit / 8));
            check_damage(&f, what);
        }
        bit -= n;
        put_back(&f, file);
    }
    close_fixture(&f);
}

/* Bytes of what says where things are: the small files, headers, tables. */
Test(damage, bytes_of_headers)
{
    struct fixture f;
    char what[200];
    size_t every = from_environment("STEMMA_DAMAGE_EVERY", HEADER_BYTES_APART);
    open_fixture(&f);
    vec_foreach(struct mend_file, file, &f.clean.files) {
        bool container = mend_is_container(file);
        uint64_t table = container ? load_u64(file->data.data + HEADER_TABLE) : 0;
        for (size_t i = 0; i < file->data.len; i += every) {
            if (container && i >= HEADER_ZERO + 8 && i < HEADER_HASH)
                i = HEADER_HASH; /* zeros */
            if (container && i >= HEADER_LEN && i < table)
                i = table;
            uint8_t was = file->data.data[i];
            file->data.data[i] = (uint8_t)(was ^ (i % 2 ? 0xff : 0x80));
            put_back(&f, file);
            file->data.data[i] = was;
            snprintf(what, sizeof what, "%s: byte %zu", file->name, i);
            check_damage(&f, what);
        }
        put_back(&f, file);
    }
    close_fixture(&f);
}

Test(damage, cut_and_extended)
{
    struct fixture f;
    char what[200];
    open_fixture(&f);
    vec_foreach(struct mend_file, file, &f.clean.files) {
        size_t len = file->data.len;
        for (size_t k = 0; k <= 24; k++) {
            struct mend_file other = *file;
            struct buf longer = {0};
            if (k < 16) { /* 0 bytes, a sixteenth, ... */
                other.data.len = len * k / 16;
            } else if (k < 20) { /* one byte less, two, a word, a table's entry */
                other.data.len = len - ((size_t[]){1, 2, 8, 64})[k - 16];
            } else { /* zeros, or itself once more */
                buf_put(&longer, file->data.data, len);
                for (size_t n = ((size_t[]){1, 8, 4096, 65536, 0})[k - 20]; n > 0; n--)
                    buf_put_u8(&longer, 0);
                if (k == 24)
                    buf_put(&longer, file->data.data, len);
                other.data = longer;
            }
            put_back(&f, &other);
            snprintf(what, sizeof what, "%s: %zu bytes", file->name, other.data.len);
            check_damage(&f, what);
            buf_release(&longer);
        }
        put_back(&f, file);
    }
    close_fixture(&f);
}

Test(damage, pages_swapped_and_zeroed)
{
    struct fixture f;
    char what[200];
    uint8_t page[PAGE];
    open_fixture(&f);
    vec_foreach(struct mend_file, file, &f.clean.files) {
        for (size_t at = 0; at < file->data.len; at += PAGE) {
            uint8_t *data = file->data.data;
            size_t left = file->data.len - at, n = left < PAGE ? left : PAGE;
            memcpy(page, data + at, n);
            memset(data + at, 0, n);
            if (memcmp(page, data + at, n) != 0) {
                put_back(&f, file);
                snprintf(what, sizeof what, "%s: zeros at %zu", file->name, at);
                check_damage(&f, what);
            }
            size_t other = at >= PAGE ? at - PAGE : 0;
            memcpy(data + at, data + other, n);
            memcpy(data + other, page, n);
            if (other != at && memcmp(data + at, page, n) != 0) {
                put_back(&f, file);
                snprintf(what, sizeof what, "%s: pages %zu and %zu", file->name, other,
                         at);
                check_damage(&f, what);
            }
            memcpy(data + other, data + at, n);
            memcpy(data + at, page, n);
        }
        put_back(&f, file);
    }
    close_fixture(&f);
}

/* Whole blocks of one section in place of another's, with the checksums that belong to them. */
Test(damage, sections_exchanged)
{
    struct fixture f;
    char what[200];
    open_fixture(&f);
    vec_foreach(struct mend_file, file, &f.clean.files) {
        struct mend_section s[SECTIONS_MAX];
        size_t n = mend_is_container(file) ? mend_sections(file, s, SECTIONS_MAX) : 0;
        for (size_t i = 0; i + 1 < n; i++) {
            struct mend_file other = {.data = {0}};
            memcpy(other.name, file->name, sizeof other.name);
            buf_put_bytes(&other.data, buf_bytes(&file->data));
            uint64_t len = s[i].len < s[i + 1].len ? s[i].len : s[i + 1].len;
            memcpy(other.data.data + s[i].offset, file->data.data + s[i + 1].offset,
                   len);
            memcpy(other.data.data + s[i + 1].offset, file->data.data + s[i].offset,
                   len);
            if (bytes_equal(buf_bytes(&other.data), buf_bytes(&file->data))) {
                buf_release(&other.data); /* one of them is empty */
                continue;
            }
            put_back(&f, &other);
            snprintf(what, sizeof what, "%s: sections %u and %u", file->name, s[i].id,
                     s[i + 1].id);
            check_damage(&f, what);
            buf_release(&other.data);
        }
        put_back(&f, file);
    }
    close_fixture(&f);
}

Test(damage, files_exchanged_and_missing)
{
    struct fixture f;
    char what[200];
    char path[1024];
    open_fixture(&f);
    for (size_t i = 0; i < f.clean.files.len; i++) {
        const struct mend_file *a = &f.clean.files.items[i];
        for (size_t k = i + 1; k < f.clean.files.len; k++) {
            const struct mend_file *b = &f.clean.files.items[k];
            struct mend_file x = *a, y = *b;
            x.data = b->data;
            y.data = a->data;
            put_back(&f, &x);
            put_back(&f, &y);
            snprintf(what, sizeof what, "%s and %s", a->name, b->name);
            check_damage(&f, what);
            put_back(&f, b);
        }
        if (strcmp(a->name, "MANIFEST-1") != 0) { /* without it nothing is kept */
            cr_assert(tempdir_path(&f.dir, a->name, path, sizeof path));
            cr_assert_eq(remove(path), 0);
            snprintf(what, sizeof what, "%s: removed", a->name);
            check_damage(&f, what);
        }
        put_back(&f, a);
    }
    close_fixture(&f);
}
