#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/endian.h"
#include "base/file.h"
#include "formats/container_layout.h"
#include "tests/unit/formats_fixture.h"

/* A file with sections of odd sizes; FWD is written in place, the others out of order. */
static const struct {
    enum section_id id;
    size_t len;
} parts[] = {{SECTION_POS, 70000}, {SECTION_FWD, 9001}, {SECTION_TERMS, 4096},
             {SECTION_DOC, 0},     {SECTION_SURF, 100}, {SECTION_SENT, 4095}};
enum {
    N_PARTS = sizeof parts / sizeof *parts
};

static uint8_t byte_of(enum section_id id, size_t i)
{
    return (uint8_t)(i * 31 + i / 251 + (size_t)id);
}

/* With sections in memory, or without (NULL). */
static void make_with(struct tempdir *dir, const char *name, struct budget *budget,
                      struct hash128 *hash, uint64_t *len)
{
    struct err err = {0};
    struct container_writer *w;
    struct section_writer *s[N_PARTS];
    uint64_t counts[CONTAINER_COUNTS];
    for (uint64_t i = 0; i < CONTAINER_COUNTS; i++)
        counts[i] = i * i;
    cr_assert_eq(
        container_create(&w, CONTAINER_SEGMENT, dir->fd, dir->path, name, &err), 0);
    container_hold(w, budget);
    for (size_t i = 0; i < N_PARTS; i++)
        s[i] = container_open_section(w, parts[i].id, 3, parts[i].id == SECTION_FWD);
    for (size_t at = 0; at < 70000; at++)
        for (size_t i = 0; i < N_PARTS; i++)
            if (at < parts[i].len) {
                uint8_t b = byte_of(parts[i].id, at);
                section_put(s[i], &b, 1);
            }
    for (size_t i = 0; i < N_PARTS; i++) {
        cr_assert_eq(section_tell(s[i]), parts[i].len);
        section_finish(s[i], parts[i].len * 2);
    }
    int rc = container_finish(w, 42, counts, hash, len, &err);
    cr_assert_eq(rc, 0, "%s", err.msg);
}

static void make(struct tempdir *dir, const char *name, struct hash128 *hash,
                 uint64_t *len)
{
    make_with(dir, name, NULL, hash, len);
}

static int read_all(struct tempdir *dir, const char *name, const struct hash128 *hash,
                    uint64_t len, struct err *err)
{
    struct container *c = NULL;
    int rc =
        container_open(&c, dir->fd, dir->path, name, CONTAINER_SEGMENT, hash, len, err);
    if (rc == 0)
        rc = container_verify(c, err);
    container_close(c);
    return rc;
}

Test(container, round_trip)
{
    struct tempdir dir;
    struct err err = {0};
    struct hash128 hash;
    uint64_t len;
    struct container *c;
    cr_assert(tempdir_make(&dir));
    make(&dir, "a", &hash, &len);
    cr_assert_eq(
        container_open(&c, dir.fd, dir.path, "a", CONTAINER_SEGMENT, &hash, len, &err),
        0, "%s", err.msg);
    cr_assert_eq(container_analyser_version(c), 42u);
    cr_assert_eq(container_counts(c)[5], 25u);
    cr_assert_eq(container_n_sections(c), N_PARTS);
    for (size_t i = 0; i < N_PARTS; i++) {
        struct section s;
        const uint8_t *data = NULL;
        cr_assert_eq(container_section(c, parts[i].id, &s, &err), 0);
        cr_assert(s.len == parts[i].len && s.count == s.len * 2 && s.version == 3);
        cr_assert_eq(section_get(&s, 0, s.len, &data, &err), 0, "%s", err.msg);
        for (size_t k = 0; k < s.len; k++)
            cr_assert_eq(data[k], byte_of(parts[i].id, k));
        cr_assert_eq((uintptr_t)s.data % (s.len < 4096 ? 64 : 4096), 0u);
    }
    cr_assert_eq(container_verify(c, &err), 0, "%s", err.msg);
    container_close(c);
    cr_assert_eq(tempdir_count(&dir), 1, "temporary files are gone");
    tempdir_remove(&dir);
}

Test(container, order_is_that_of_the_ids)
{
    struct tempdir dir;
    struct err err = {0};
    struct hash128 hash;
    uint64_t len;
    struct container *c;
    static const uint32_t order[] = {SECTION_FWD, SECTION_TERMS, SECTION_POS,
                                     SECTION_DOC, SECTION_SURF,  SECTION_SENT};
    cr_assert(tempdir_make(&dir));
    make(&dir, "a", &hash, &len);
    cr_assert_eq(
        container_open(&c, dir.fd, dir.path, "a", CONTAINER_SEGMENT, NULL, 0, &err), 0);
    for (size_t i = 0; i < N_PARTS; i++) {
        struct section s;
        cr_assert_eq(container_nth_section(c, i, &s, &err), 0);
        cr_assert_eq(s.id, order[i]);
    }
    cr_assert_eq(container_nth_section(c, N_PARTS, &(struct section){0}, &err),
                 ERR_NOT_FOUND);
    container_close(c);
    tempdir_remove(&dir);
}

Test(container, every_changed_byte_is_found, .timeout = 120)
{
    struct tempdir dir;
    struct err err = {0};
    struct hash128 hash;
    uint64_t len;
    size_t got;
    cr_assert(tempdir_make(&dir));
    make(&dir, "a", &hash, &len);
    uint8_t *bytes = tempdir_read(&dir, "a", &got);
    cr_assert_eq(got, len);
    cr_assert_eq(read_all(&dir, "a", NULL, 0, &err), 0, "%s", err.msg);
    /* every byte of header, gaps, checksums and table; the sections' in steps */
    for (size_t i = 0; i < got; i += (i > 8300 && i < got - 2000) ? 97 : 1) {
        uint8_t was = bytes[i];
        bytes[i] ^= (uint8_t)(1U << (i % 8));
        cr_assert(tempdir_write(&dir, "b", bytes, got));
        bytes[i] = was;
        err_clear(&err);
        int rc = read_all(&dir, "b", NULL, 0, &err);
        cr_assert_eq(rc, ERR_CORRUPT, "byte %zu: %d %s", i, rc, err.msg);
    }
    free(bytes);
    tempdir_remove(&dir);
}

Test(container, a_cut_or_longer_file_is_found)
{
    struct tempdir dir;
    struct err err = {0};
    struct hash128 hash;
    uint64_t len;
    size_t got;
    cr_assert(tempdir_make(&dir));
    make(&dir, "a", &hash, &len);
    uint8_t *bytes = tempdir_read(&dir, "a", &got); /* one zero byte follows */
    for (size_t cut = 0; cut < got; cut += 1009) {
        cr_assert(tempdir_write(&dir, "b", bytes, cut));
        err_clear(&err);
        cr_assert_eq(read_all(&dir, "b", NULL, 0, &err), ERR_CORRUPT);
    }
    cr_assert(tempdir_write(&dir, "b", bytes, got + 1));
    err_clear(&err);
    cr_assert_eq(read_all(&dir, "b", NULL, 0, &err), ERR_CORRUPT);
    free(bytes);
    tempdir_remove(&dir);
}

Test(container, first_touch_finds_damage)
{
    struct tempdir dir;
    struct err err = {0};
    struct hash128 hash;
    uint64_t len;
    size_t got;
    struct container *c;
    struct section s;
    cr_assert(tempdir_make(&dir));
    make(&dir, "a", &hash, &len);
    uint8_t *bytes = tempdir_read(&dir, "a", &got);
    bytes[4096 + 5000] ^= 4; /* FWD's second block */
    cr_assert(tempdir_write(&dir, "a", bytes, got));
    cr_assert_eq(
        container_open(&c, dir.fd, dir.path, "a", CONTAINER_SEGMENT, &hash, len, &err),
        0);
    cr_assert_eq(container_section(c, SECTION_FWD, &s, &err), 0);
    cr_assert_eq(section_check(&s, 0, 4096, &err), 0, "the first block is whole");
    cr_assert_eq(section_check(&s, 4095, 2, &err), ERR_CORRUPT);
    cr_assert(strstr(err.msg, "FWD at 8192") && strstr(err.msg, "/a'"), "%s", err.msg);
    err_clear(&err);
    cr_assert_eq(section_check(&s, 4096, 1, &err), ERR_CORRUPT, "and again");
    err_clear(&err);
    cr_assert_eq(section_check(&s, 8192, 809, &err), 0);
    cr_assert_eq(section_check(&s, 8192, 810, &err), ERR_CORRUPT, "beyond the section");
    err_clear(&err);
    cr_assert_eq(section_check(&s, UINT64_MAX, 2, &err), ERR_CORRUPT);
    section_willneed(&s, 0, UINT64_MAX);
    container_close(c);
    free(bytes);
    tempdir_remove(&dir);
}

Test(container, another_file_is_told)
{
    struct tempdir dir;
    struct err err = {0};
    struct hash128 hash, other;
    uint64_t len;
    struct container *c = NULL;
    cr_assert(tempdir_make(&dir));
    make(&dir, "a", &hash, &len);
    other = hash;
    other.high ^= 1;
    cr_assert_eq(
        container_open(&c, dir.fd, dir.path, "a", CONTAINER_SEGMENT, &other, len, &err),
        ERR_CORRUPT);
    err_clear(&err);
    cr_assert_eq(container_open(&c, dir.fd, dir.path, "a", CONTAINER_SEGMENT, &hash,
                                len + 1, &err),
                 ERR_CORRUPT);
    err_clear(&err);
    cr_assert_eq(
        container_open(&c, dir.fd, dir.path, "a", CONTAINER_STORIES, NULL, 0, &err),
        ERR_CORRUPT);
    err_clear(&err);
    cr_assert_eq(
        container_open(&c, dir.fd, dir.path, "none", CONTAINER_SEGMENT, NULL, 0, &err),
        ERR_NOT_FOUND);
    tempdir_remove(&dir);
}

/* Changes the header and mends its checksum. */
static int open_patched(struct tempdir *dir, uint8_t *bytes, size_t len, size_t at,
                        uint8_t value)
{
    struct err err = {0};
    uint8_t *copy = malloc(len);
    memcpy(copy, bytes, len);
    copy[at] = value;
    struct hash128 h = hash128(copy, HEADER_HASH, HASH_SEED_CHECKSUM);
    store_u64(copy + HEADER_HASH, h.low);
    store_u64(copy + HEADER_HASH + 8, h.high);
    cr_assert(tempdir_write(dir, "b", copy, len));
    free(copy);
    return read_all(dir, "b", NULL, 0, &err);
}

Test(container, versions_and_features)
{
    struct tempdir dir;
    struct hash128 hash;
    uint64_t len;
    size_t got;
    cr_assert(tempdir_make(&dir));
    make(&dir, "a", &hash, &len);
    uint8_t *bytes = tempdir_read(&dir, "a", &got);
    cr_assert_eq(open_patched(&dir, bytes, got, HEADER_VERSION, CONTAINER_VERSION), 0);
    cr_assert_eq(open_patched(&dir, bytes, got, HEADER_VERSION, CONTAINER_VERSION - 1),
                 ERR_VERSION);
    cr_assert_eq(open_patched(&dir, bytes, got, HEADER_VERSION, CONTAINER_VERSION + 1),
                 ERR_VERSION);
    cr_assert_eq(open_patched(&dir, bytes, got, HEADER_INCOMPATIBLE, 1), ERR_VERSION);
    cr_assert_eq(open_patched(&dir, bytes, got, HEADER_SEAM, 9), ERR_VERSION);
    cr_assert_eq(open_patched(&dir, bytes, got, HEADER_COMPATIBLE, 1), 0);
    cr_assert_eq(open_patched(&dir, bytes, got, HEADER_READ_ONLY, 1), 0);
    cr_assert_eq(open_patched(&dir, bytes, got, HEADER_ENDIAN, 1), ERR_CORRUPT);
    cr_assert_eq(open_patched(&dir, bytes, got, HEADER_N_SECTIONS, 7), ERR_CORRUPT);
    free(bytes);
    tempdir_remove(&dir);
}

/* A hostile table with right hashes: no offset or length may lead out of the file. */
Test(container, hostile_tables)
{
    struct tempdir dir;
    struct err err = {0};
    struct hash128 hash;
    uint64_t len, state = 3;
    size_t got;
    cr_assert(tempdir_make(&dir));
    make(&dir, "a", &hash, &len);
    uint8_t *bytes = tempdir_read(&dir, "a", &got);
    uint64_t table = load_u64(bytes + HEADER_TABLE);
    for (unsigned round = 0; round < 600; round++) {
        uint8_t *copy = malloc(got);
        memcpy(copy, bytes, got);
        size_t field = (size_t)(fixture_random(&state) % (got - table) / 8 * 8);
        uint64_t value =
            round % 2 ? fixture_random(&state)
                      : load_u64(copy + table + field) + fixture_random(&state) % 9 - 4;
        store_u64(copy + table + field, value);
        store_u64(copy + HEADER_TABLE_HASH,
                  hash64(copy + table, got - table, HASH_SEED_CHECKSUM));
        struct hash128 h = hash128(copy, HEADER_HASH, HASH_SEED_CHECKSUM);
        store_u64(copy + HEADER_HASH, h.low);
        store_u64(copy + HEADER_HASH + 8, h.high);
        cr_assert(tempdir_write(&dir, "b", copy, got));
        free(copy);
        err_clear(&err);
        (void)read_all(&dir, "b", NULL, 0, &err);
    }
    free(bytes);
    tempdir_remove(&dir);
}

/* Sections in place one after another, of lengths about a page, in the order of their turns. */
Test(container, some_in_place)
{
    static const struct {
        enum section_id id;
        size_t len;
        bool in_place;
    } turns[] = {{SECTION_FWD, 5000, true},  {SECTION_SURF, 4095, true},
                 {SECTION_POS, 0, true},     {SECTION_DOC, 4096, true},
                 {SECTION_MAP, 1, true},     {SECTION_SENT, 9000, false},
                 {SECTION_TERMS, 10, false}, {SECTION_PROV, 12289, true}};
    enum {
        N = sizeof turns / sizeof *turns
    };
    static const uint32_t order[N] = {SECTION_FWD,   SECTION_SURF, SECTION_POS,
                                      SECTION_DOC,   SECTION_MAP,  SECTION_PROV,
                                      SECTION_TERMS, SECTION_SENT};
    struct tempdir dir;
    struct err err = {0};
    struct container_writer *w;
    struct section_writer *s[N];
    struct container *c;
    uint64_t counts[CONTAINER_COUNTS] = {0}, len;
    struct hash128 hash;
    cr_assert(tempdir_make(&dir));
    cr_assert_eq(container_create(&w, CONTAINER_SEGMENT, dir.fd, dir.path, "a", &err),
                 0);
    for (size_t i = 0; i < N; i++)
        s[i] = container_open_section(w, turns[i].id, 1, i == 0);
    for (size_t i = 0; i < N; i++) {
        if (i > 0 && turns[i].in_place)
            container_put_in_place(w, s[i]);
        for (size_t k = 0; k < turns[i].len; k++) {
            uint8_t b = byte_of(turns[i].id, k);
            section_put(s[i], &b, 1);
        }
        cr_assert_eq(section_tell(s[i]), turns[i].len);
        section_finish(s[i], i);
    }
    cr_assert_eq(container_finish(w, 1, counts, &hash, &len, &err), 0, "%s", err.msg);
    cr_assert_eq(
        container_open(&c, dir.fd, dir.path, "a", CONTAINER_SEGMENT, &hash, len, &err),
        0, "%s", err.msg);
    for (size_t i = 0; i < N; i++) {
        struct section section;
        cr_assert_eq(container_nth_section(c, i, &section, &err), 0);
        cr_assert_eq(section.id, order[i], "%zu", i);
        cr_assert_eq(container_section(c, turns[i].id, &section, &err), 0);
        cr_assert(section.len == turns[i].len && section.count == i);
        for (size_t k = 0; k < section.len; k++)
            cr_assert_eq(section.data[k], byte_of(turns[i].id, k));
    }
    cr_assert_eq(container_verify(c, &err), 0, "%s", err.msg);
    container_close(c);
    cr_assert_eq(tempdir_count(&dir), 1);
    tempdir_remove(&dir);
}

/* What is laid out before the last section gets its bytes lies where it would lie at the end. */
static void make_last(struct tempdir *dir, const char *name, size_t last_len,
                      bool early, struct budget *budget)
{
    static const enum section_id ids[] = {SECTION_FWD, SECTION_PROV, SECTION_TERMS,
                                          SECTION_BIGRAM};
    enum {
        N = sizeof ids / sizeof *ids
    };
    const size_t lens[N] = {9000, 300000, 100, last_len};
    struct err err = {0};
    struct container_writer *w;
    struct section_writer *s[N];
    uint64_t counts[CONTAINER_COUNTS] = {0}, len;
    struct hash128 hash;
    cr_assert_eq(
        container_create(&w, CONTAINER_SEGMENT, dir->fd, dir->path, name, &err), 0);
    container_hold(w, budget);
    for (size_t i = 0; i < N; i++)
        s[i] = container_open_section(w, ids[i], 1, i == 0);
    for (size_t i = 0; i < N; i++) {
        if (i == N - 1 && early)
            container_put_last(w, s[i]);
        for (size_t k = 0; k < lens[i]; k++) {
            uint8_t b = byte_of(ids[i], k);
            section_put(s[i], &b, 1);
        }
        section_finish(s[i], i);
    }
    cr_assert_eq(container_finish(w, 1, counts, &hash, &len, &err), 0, "%s", err.msg);
    cr_assert_eq(read_all(dir, name, &hash, len, &err), 0, "%s", err.msg);
}

Test(container, the_last_section_may_come_to_its_place)
{
    static const size_t lens[] = {0, 1, 4095, 4096, 70000};
    struct tempdir dir;
    struct err err = {0};
    struct budget budget;
    uint64_t free_bytes = UINT64_C(64) << 20;
    budget_init(&budget, free_bytes);
    cr_assert(tempdir_make(&dir));
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        struct buf late = {0}, early = {0}, held = {0};
        make_last(&dir, "a", lens[i], false, NULL);
        make_last(&dir, "b", lens[i], true, NULL);
        make_last(&dir, "c", lens[i], true, &budget);
        cr_assert_eq(budget_free(&budget), free_bytes);
        cr_assert_eq(file_read_all(dir.fd, "a", SIZE_MAX, &late, &err), 0);
        cr_assert_eq(file_read_all(dir.fd, "b", SIZE_MAX, &early, &err), 0);
        cr_assert_eq(file_read_all(dir.fd, "c", SIZE_MAX, &held, &err), 0);
        cr_assert(bytes_equal(buf_bytes(&late), buf_bytes(&early)));
        cr_assert(bytes_equal(buf_bytes(&late), buf_bytes(&held)));
        cr_assert_eq(file_remove(dir.fd, "a", &err), 0);
        cr_assert_eq(file_remove(dir.fd, "b", &err), 0);
        cr_assert_eq(file_remove(dir.fd, "c", &err), 0);
        buf_release(&late);
        buf_release(&early);
        buf_release(&held);
    }
    tempdir_remove(&dir);
}

/* A section that failed before is told at the end, as always. */
Test(container, a_failure_before_the_last_section_is_told)
{
    struct tempdir dir;
    struct err err = {0}, why = {.code = ERR_LIMIT, .msg = "too much"};
    struct container_writer *w;
    uint64_t counts[CONTAINER_COUNTS] = {0}, len;
    struct hash128 hash;
    cr_assert(tempdir_make(&dir));
    cr_assert_eq(container_create(&w, CONTAINER_SEGMENT, dir.fd, dir.path, "a", &err),
                 0);
    struct section_writer *s = container_open_section(w, SECTION_PROV, 1, false);
    struct section_writer *last = container_open_section(w, SECTION_BIGRAM, 1, false);
    section_put(s, "abc", 3);
    section_fail(s, &why);
    section_finish(s, 1);
    container_put_last(w, last);
    section_put(last, "abc", 3);
    section_finish(last, 1);
    cr_assert_eq(container_finish(w, 1, counts, &hash, &len, &err), ERR_LIMIT);
    cr_assert_eq(tempdir_count(&dir), 0);
    tempdir_remove(&dir);
}

Test(container, sections_in_memory_come_to_the_same_bytes)
{
    struct tempdir dir;
    struct err err = {0};
    struct hash128 hash, held_hash;
    uint64_t len, held_len, free_bytes = UINT64_C(64) << 20;
    struct buf file = {0}, held = {0};
    struct budget budget;
    budget_init(&budget, free_bytes);
    cr_assert(tempdir_make(&dir));
    make(&dir, "a", &hash, &len);
    make_with(&dir, "b", &budget, &held_hash, &held_len);
    cr_assert_eq(budget_free(&budget), free_bytes);
    cr_assert_eq(file_read_all(dir.fd, "a", SIZE_MAX, &file, &err), 0);
    cr_assert_eq(file_read_all(dir.fd, "b", SIZE_MAX, &held, &err), 0);
    cr_assert(bytes_equal(buf_bytes(&file), buf_bytes(&held)));
    buf_release(&file);
    buf_release(&held);
    tempdir_remove(&dir);
}

Test(container, a_failure_removes_the_file)
{
    struct tempdir dir;
    struct err err = {0}, why = {.code = ERR_LIMIT, .msg = "too much"};
    struct container_writer *w;
    uint64_t counts[CONTAINER_COUNTS] = {0}, len;
    struct hash128 hash;
    cr_assert(tempdir_make(&dir));
    cr_assert_eq(container_create(&w, CONTAINER_STORIES, dir.fd, dir.path, "a", &err),
                 0);
    struct section_writer *s = container_open_section(w, SECTION_STORIES, 1, false);
    section_put(s, "abc", 3);
    section_fail(s, &why);
    section_put(s, "abc", 3);
    section_finish(s, 1);
    cr_assert_eq(container_check(w, &err), ERR_LIMIT);
    err_clear(&err);
    cr_assert_eq(container_finish(w, 1, counts, &hash, &len, &err), ERR_LIMIT);
    cr_assert_str_eq(err.msg, "too much");
    cr_assert_eq(tempdir_count(&dir), 0);
    err_clear(&err);
    cr_assert_eq(container_create(&w, CONTAINER_STORIES, dir.fd, dir.path, "a", &err),
                 0);
    container_abort(w);
    cr_assert_eq(tempdir_count(&dir), 0);
    container_abort(NULL);
    tempdir_remove(&dir);
}

Test(container, alignment_inside_a_section)
{
    struct fixture f;
    struct section_writer *s = fixture_create(&f, SECTION_SENT, false);
    section_put(s, "abc", 3);
    section_align(s, 8);
    cr_assert_eq(section_tell(s), 8u);
    section_align(s, 8);
    cr_assert_eq(section_tell(s), 8u);
    section_align(s, 16384);
    cr_assert_eq(section_tell(s), 16384u);
    section_finish(s, 1);
    fixture_open(&f, SECTION_SENT);
    cr_assert_eq(f.section.data[3], 0);
    fixture_release(&f);
}

Test(container, large_checksum_arrays_have_parts)
{
    struct fixture f;
    struct err err = {0};
    uint8_t chunk[4096];
    size_t n = 1100; /* blocks of 4 KiB: checksums pass two parts of 512 */
    struct section_writer *s = fixture_create(&f, SECTION_FWD, true);
    for (size_t i = 0; i < n; i++) {
        memset(chunk, (int)(i % 251), sizeof chunk);
        section_put(s, chunk, sizeof chunk);
    }
    section_finish(s, n);
    fixture_open(&f, SECTION_FWD);
    cr_assert_eq(section_check(&f.section, (n - 1) * 4096, 4096, &err), 0, "%s",
                 err.msg);
    cr_assert_eq(container_verify(f.container, &err), 0, "%s", err.msg);
    fixture_release(&f);
}

Test(container, golden)
{
    struct tempdir dir;
    struct hash128 hash;
    uint64_t len;
    size_t got;
    cr_assert(tempdir_make(&dir));
    make(&dir, "a", &hash, &len);
    uint8_t *bytes = tempdir_read(&dir, "a", &got);
    fixture_golden("container", bytes, HEADER_LEN);
    free(bytes);
    tempdir_remove(&dir);
}
