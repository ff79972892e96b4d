#include "tests/unit/formats_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct section_writer *fixture_create(struct fixture *f, enum section_id id,
                                      bool in_place)
{
    struct err err = {0};
    *f = (struct fixture){0};
    cr_assert(tempdir_make(&f->dir));
    int rc = container_create(&f->writer, CONTAINER_SEGMENT, f->dir.fd, f->dir.path,
                              "file", &err);
    cr_assert_eq(rc, 0, "%s", err.msg);
    return container_open_section(f->writer, id, 1, in_place);
}

void fixture_open(struct fixture *f, enum section_id id)
{
    struct err err = {0};
    uint64_t counts[CONTAINER_COUNTS] = {0};
    struct hash128 hash;
    uint64_t len;
    int rc = container_finish(f->writer, 1, counts, &hash, &len, &err);
    f->writer = NULL;
    cr_assert_eq(rc, 0, "%s", err.msg);
    rc = container_open(&f->container, f->dir.fd, f->dir.path, "file",
                        CONTAINER_SEGMENT, &hash, len, &err);
    cr_assert_eq(rc, 0, "%s", err.msg);
    cr_assert_eq(container_section(f->container, id, &f->section, &err), 0, "%s",
                 err.msg);
}

void fixture_release(struct fixture *f)
{
    container_close(f->container);
    container_abort(f->writer);
    tempdir_remove(&f->dir);
}

static void damage(uint8_t *copy, size_t *len, unsigned round, uint64_t *state)
{
    size_t at = (size_t)(fixture_random(state) % *len);
    switch (round % 5) {
    case 0: copy[at] ^= (uint8_t)(1U << (fixture_random(state) % 8)); break;
    case 1: copy[at] = (uint8_t)fixture_random(state); break;
    case 2: *len = at; break;
    case 3:
        for (size_t i = at; i < at + 8 && i < *len; i++)
            copy[i] = 0xff;
        break;
    default:
        for (unsigned i = 0; i < 16; i++)
            copy[fixture_random(state) % *len] = (uint8_t)fixture_random(state);
    }
}

void fixture_damage(const struct section *s, unsigned rounds,
                    void (*read)(const struct section *damaged, void *arg), void *arg)
{
    uint64_t state = 20240229;
    for (unsigned round = 0; round < rounds; round++) {
        size_t len = (size_t)s->len;
        uint8_t *copy = malloc(len);
        cr_assert(copy);
        memcpy(copy, s->data, len);
        if (len > 0)
            damage(copy, &len, round, &state);
        /* placed so that a read beyond the section and its slack is seen */
        uint8_t *placed = calloc(1, len + CONTAINER_OVERREAD);
        cr_assert(placed);
        memcpy(placed, copy, len);
        struct section damaged = section_memory(placed, len, s->id, s->count);
        read(&damaged, arg);
        free(placed);
        free(copy);
    }
}

void fixture_golden(const char *name, const void *data, size_t len)
{
    fixture_golden_version(name, 1, data, len);
}

void fixture_golden_version(const char *name, unsigned version, const void *data,
                            size_t len)
{
    char path[256];
    snprintf(path, sizeof path, "tests/golden/%s-v%u.bin", name, version);
    if (getenv("STEMMA_GOLDEN_UPDATE")) {
        FILE *out = fopen(path, "wb");
        cr_assert(out && fwrite(data, 1, len, out) == len && fclose(out) == 0, "%s",
                  path);
        return;
    }
    FILE *in = fopen(path, "rb");
    cr_assert(in, "%s: not there", path);
    uint8_t *golden = malloc(len + 1);
    size_t got = fread(golden, 1, len + 1, in);
    fclose(in);
    cr_assert_eq(got, len, "%s: its length", path);
    cr_assert_eq(memcmp(golden, data, len), 0, "%s: its bytes", path);
    free(golden);
}

uint64_t fixture_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint32_t fixture_gap(uint64_t *state, uint32_t max)
{
    unsigned bits = (unsigned)(fixture_random(state) % 33);
    uint64_t gap = fixture_random(state) & ((UINT64_C(1) << bits) - 1);
    return gap < max ? (uint32_t)gap : max;
}
