/* A hostile index: damaged where it hurts, with every checksum mended. It may be believed or refused,
 * but nothing may crash, read out of bounds (the sanitizers watch), run on and on, or ask for
 * memory that an index of this size cannot need. STEMMA_HOSTILE_CASES and STEMMA_HOSTILE_SEED set
 * how many mutations are tried and where the random numbers begin. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/endian.h"
#include "formats/snapshot.h"
#include "tests/support/mutate.h"
#include "tests/support/probe.h"
#include "tests/support/tempdir.h"

enum {
    CASES = 700,
    FILES_MAX = 16,
    SECONDS_MAX = 20,
    STEPS_MAX = 50 * 1000 * 1000, /* stories, spans, tokens, bytes of one run */
    ADDRESS_SPACE_GIB = 2
};

struct fixture {
    struct tempdir dir;
    struct mend_index clean, now;
    struct probe probe;
};

static void copy_index(const struct mend_index *from, struct mend_index *to)
{
    for (size_t i = 0; i < from->files.len; i++) {
        if (i == to->files.len) {
            struct mend_file f = {0};
            memcpy(f.name, from->files.items[i].name, sizeof f.name);
            cr_assert(vec_push(&to->files, f));
        }
        buf_reset(&to->files.items[i].data);
        buf_put_bytes(&to->files.items[i].data, buf_bytes(&from->files.items[i].data));
    }
}

static void open_fixture(struct fixture *f, size_t n_stories)
{
    struct err err = {0};
    *f = (struct fixture){0};
    cr_assert(tempdir_make(&f->dir));
    cr_assert_eq(probe_make_index(f->dir.path, n_stories, &err), 0, "%s", err.msg);
    cr_assert(mend_load(&f->clean, f->dir.path) && f->clean.files.len <= FILES_MAX);
    cr_assert(probe_init(&f->probe));
#if !defined(__SANITIZE_ADDRESS__) /* which needs terabytes of addresses itself */
    struct rlimit limit = {(rlim_t)ADDRESS_SPACE_GIB << 30, RLIM_INFINITY};
    cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
#endif
}

static void close_fixture(struct fixture *f)
{
    probe_release(&f->probe);
    mend_release(&f->clean);
    mend_release(&f->now);
    tempdir_remove(&f->dir);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Asks the index everything. Codes must have words; memory must suffice. */
static void ask_all(struct fixture *f, const char *what)
{
    struct err err = {0};
    struct snapshot_report report = {0};
    double begin = seconds();
    int rc = snapshot_verify(f->dir.path, &report, &err);
    buf_release(&report.unknown);
    cr_assert_leq(rc, 0, "%s", what);
    cr_assert_eq(rc, err.code, "%s", what);
    cr_assert_neq(rc, ERR_NOMEM, "%s: verify: %s", what, err.msg);
    probe_run(&f->probe, f->dir.path);
    for (size_t i = 0; i < f->probe.n; i++) {
        const struct probe_answer *a = &f->probe.answers.items[i];
        cr_assert_leq(a->rc, 0, "%s: %s", what, a->question);
        cr_assert_eq(a->rc, a->err.code, "%s: %s", what, a->question);
        cr_assert_neq(a->rc, ERR_NOMEM, "%s: %s: %s", what, a->question, a->err.msg);
        cr_assert_not(a->text.failed, "%s: %s", what, a->question);
    }
    cr_assert_lt(f->probe.steps, STEPS_MAX, "%s", what);
    cr_assert_lt(seconds() - begin, SECONDS_MAX, "%s", what);
}

static void save_changed(struct fixture *f, const struct mend_index *index,
                         const bool *changed)
{
    for (size_t i = 0; i < index->files.len; i++)
        if (changed[i])
            cr_assert(mend_save_file(&index->files.items[i], f->dir.path));
}

static void try_ops(struct fixture *f, const uint8_t *ops, size_t len, const char *what)
{
    bool changed[FILES_MAX] = {false};
    copy_index(&f->clean, &f->now);
    mutate_index(&f->now, ops, len, changed);
    save_changed(f, &f->now, changed);
    ask_all(f, what);
    save_changed(f, &f->clean, changed);
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *value = getenv(name);
    return value ? strtoull(value, NULL, 10) : otherwise;
}

static uint64_t draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

/* A few operations, mostly one: the second seldom meets what the first left standing. */
Test(hostile, random_mutations)
{
    struct fixture f;
    uint8_t ops[4 * MUTATE_OP_BYTES];
    char what[100];
    uint64_t cases = from_environment("STEMMA_HOSTILE_CASES", CASES);
    uint64_t seed = from_environment("STEMMA_HOSTILE_SEED", 1);
    open_fixture(&f, PROBE_STORIES_FEW);
    for (; cases > 0; cases--, seed++) {
        uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
        for (size_t i = 0; i < sizeof ops; i += 8)
            store_u64(ops + i, draw(&state));
        size_t n = draw(&state) % 4 ? 1 : 1 + draw(&state) % 4;
        snprintf(what, sizeof what, "seed %llu", (unsigned long long)seed);
        try_ops(&f, ops, n * MUTATE_OP_BYTES, what);
    }
    close_fixture(&f);
}

/* Footers and tables of parts stand at the end of a section: each of their words, made extreme. */
Test(hostile, extreme_numbers)
{
    static const uint64_t numbers[] = {0, 1, UINT32_MAX, UINT64_MAX, UINT64_C(1) << 31};
    struct fixture f;
    char what[200];
    size_t turn = 0;
    open_fixture(&f, PROBE_STORIES_FEW);
    for (size_t file = 0; file < f.clean.files.len; file++) {
        struct mend_section s[32];
        bool container = mend_is_container(&f.clean.files.items[file]);
        size_t n = container ? mend_sections(&f.clean.files.items[file], s, 32) : 0;
        for (size_t i = 0; i < n; i++) {
            for (uint64_t back = 4; back <= 200 && back <= s[i].len; back += 4) {
                bool changed[FILES_MAX] = {false};
                copy_index(&f.clean, &f.now);
                uint8_t *at =
                    f.now.files.items[file].data.data + s[i].offset + s[i].len - back;
                uint64_t v = numbers[turn++ % 5];
                memcpy(at, &v, turn % 2 && back >= 8 ? 8 : 4);
                mend_all(&f.now);
                changed[file] = true;
                for (size_t k = 0; k < f.clean.files.len; k++)
                    changed[k] |= !mend_is_container(&f.clean.files.items[k]);
                save_changed(&f, &f.now, changed);
                snprintf(what, sizeof what, "%s: section %u: %llu at %llu from its end",
                         f.clean.files.items[file].name, s[i].id, (unsigned long long)v,
                         (unsigned long long)back);
                ask_all(&f, what);
                save_changed(&f, &f.clean, changed);
            }
        }
    }
    close_fixture(&f);
}
