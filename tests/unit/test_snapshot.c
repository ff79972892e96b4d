/* Generations: opening, verifying, publishing over, cleaning up, and every kind of damage. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "formats/snapshot.h"
#include "tests/support/handmade.h"
#include "tests/unit/formats_fixture.h"

/* Publishes generation `g` of an index of random stories; its contents differ by g. */
static void publish(const struct tempdir *dir, uint64_t g, size_t segments)
{
    struct handmade h;
    struct err err = {0};
    uint64_t state = 1000 + g;
    handmade_init(&h, handmade_ascii(), (struct handmade_align){.extra = 3});
    for (size_t i = 0; i < 5; i++)
        handmade_random_story(&h, &state);
    cr_assert_eq(handmade_write(&h, dir->path, segments, g, &err), 0, "%s", err.msg);
    handmade_release(&h);
}

static int verify(const struct tempdir *dir, struct err *err)
{
    struct snapshot_report report = {0};
    int rc = snapshot_verify(dir->path, &report, err);
    buf_release(&report.unknown);
    return rc;
}

static bool exists(const struct tempdir *dir, const char *name)
{
    return faccessat(dir->fd, name, F_OK, 0) == 0;
}

Test(snapshot, no_index)
{
    struct tempdir dir;
    struct snapshot s;
    struct err err = {0};
    cr_assert(tempdir_make(&dir));
    cr_assert_eq(snapshot_open(&s, dir.path, &err), ERR_NOT_FOUND);
    cr_assert(strstr(err.msg, "stemma-index build"), "%s", err.msg);
    err_clear(&err);
    cr_assert_eq(snapshot_open(&s, "/nowhere/at/all", &err), ERR_NOT_FOUND);
    err_clear(&err);
    cr_assert(tempdir_write(&dir, "file", "x", 1));
    char path[600];
    cr_assert(tempdir_path(&dir, "file", path, sizeof path));
    cr_assert_eq(snapshot_open(&s, path, &err), ERR_INPUT, "%s", err.msg);
    snapshot_close(&s);
    tempdir_remove(&dir);
}

Test(snapshot, generations)
{
    struct tempdir dir;
    struct snapshot s;
    struct err err = {0};
    cr_assert(tempdir_make(&dir));
    for (uint64_t g = 1; g <= 4; g++) {
        publish(&dir, g, 1 + g % 3);
        cr_assert_eq(snapshot_clean(dir.fd, dir.path, &err), 0, "%s", err.msg);
        cr_assert_eq(snapshot_open(&s, dir.path, &err), 0, "%s", err.msg);
        cr_assert_eq(s.manifest.generation, g);
        cr_assert_eq(s.n_segments, 1 + g % 3);
        snapshot_close(&s);
        cr_assert_eq(verify(&dir, &err), 0, "%s", err.msg);
    }
    cr_assert(exists(&dir, "MANIFEST-4") && exists(&dir, "MANIFEST-3"));
    cr_assert_not(exists(&dir, "MANIFEST-2"));
    /* CURRENT; two manifests and story graphs; 2 and 1 segments */
    cr_assert_eq(tempdir_count(&dir), 1 + 4 + 2 + 1);
    tempdir_remove(&dir);
}

Test(snapshot, an_open_one_outlives_the_cleaning)
{
    struct tempdir dir;
    struct snapshot s;
    struct err err = {0};
    cr_assert(tempdir_make(&dir));
    publish(&dir, 1, 1);
    cr_assert_eq(snapshot_open(&s, dir.path, &err), 0);
    publish(&dir, 2, 1);
    publish(&dir, 3, 1);
    cr_assert_eq(snapshot_clean(dir.fd, dir.path, &err), 0);
    cr_assert_not(exists(&dir, "MANIFEST-1"));
    cr_assert_eq(segment_verify(&s.segments[0], &err), 0, "%s", err.msg);
    snapshot_close(&s);
    tempdir_remove(&dir);
}

/* While another process publishes and cleans, every opening finds a whole generation. */
Test(snapshot, opening_while_generations_pass, .timeout = 120)
{
    struct tempdir dir;
    cr_assert(tempdir_make(&dir));
    publish(&dir, 1, 1);
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        for (uint64_t g = 2; g < 30; g++) {
            publish(&dir, g, 1 + g % 2);
            if (snapshot_clean(dir.fd, dir.path, NULL) != 0)
                _exit(1);
        }
        _exit(0);
    }
    int status = 0;
    uint64_t last = 0;
    bool running = true;
    while (running) {
        struct snapshot s;
        struct err err = {0};
        running = waitpid(child, &status, WNOHANG) == 0;
        cr_assert_eq(snapshot_open(&s, dir.path, &err), 0, "%s", err.msg);
        cr_assert_geq(s.manifest.generation, last);
        last = s.manifest.generation;
        cr_assert_eq(s.n_segments, 1 + last % 2 - (last == 1));
        snapshot_close(&s);
    }
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    cr_assert_eq(last, 29);
    tempdir_remove(&dir);
}

Test(snapshot, litter_is_named_and_cleaned)
{
    struct tempdir dir;
    struct err err = {0};
    struct snapshot_report report = {0};
    static const char *const litter[] = {"segment-1.tmp", ".CURRENT.tmp",
                                         "seg-0123456789abcdef.stm", "MANIFEST-9"};
    cr_assert(tempdir_make(&dir));
    publish(&dir, 1, 1);
    cr_assert(tempdir_write(&dir, "notes.txt", "mine", 4));
    cr_assert(tempdir_write(&dir, "lock", "", 0));
    for (size_t i = 0; i < 4; i++)
        cr_assert(tempdir_write(&dir, litter[i], "x", 1));
    cr_assert_eq(snapshot_verify(dir.path, &report, &err), 0, "%s", err.msg);
    buf_put_u8(&report.unknown, 0);
    for (size_t i = 0; i < 4; i++)
        cr_assert(strstr((const char *)report.unknown.data, litter[i]));
    cr_assert(strstr((const char *)report.unknown.data, "notes.txt"));
    cr_assert_not(strstr((const char *)report.unknown.data, "lock"));
    buf_release(&report.unknown);
    cr_assert_eq(snapshot_clean(dir.fd, dir.path, &err), 0, "%s", err.msg);
    for (size_t i = 0; i < 4; i++)
        cr_assert_not(exists(&dir, litter[i]), "%s", litter[i]);
    cr_assert(exists(&dir, "notes.txt") && exists(&dir, "lock"));
    cr_assert_eq(verify(&dir, &err), 0, "%s", err.msg);
    tempdir_remove(&dir);
}

/* Flips bits of every file of two generations: verify always finds them. */
static void flip_file(const struct tempdir *dir, const char *name, unsigned rounds)
{
    size_t len;
    uint64_t state = 99;
    uint8_t *data = tempdir_read(dir, name, &len);
    cr_assert(data && len > 0);
    for (unsigned i = 0; i < rounds; i++) {
        size_t bit = (size_t)(fixture_random(&state) % (len * 8));
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        cr_assert(tempdir_write(dir, name, data, len));
        struct err err = {0};
        int rc = verify(dir, &err);
        cr_assert(rc == ERR_CORRUPT || rc == ERR_VERSION, "%s, bit %zu: %d %s", name,
                  bit, rc, err.msg);
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    cr_assert(tempdir_write(dir, name, data, len));
    free(data);
}

Test(snapshot, every_flipped_bit_is_found, .timeout = 240)
{
    struct tempdir dir;
    struct err err = {0};
    cr_assert(tempdir_make(&dir));
    publish(&dir, 1, 2);
    publish(&dir, 2, 1);
    DIR *d = opendir(dir.path);
    cr_assert(d);
    for (struct dirent *e; (e = readdir(d));) {
        if (e->d_name[0] != '.')
            flip_file(&dir, e->d_name, 60);
    }
    closedir(d);
    cr_assert_eq(verify(&dir, &err), 0, "%s", err.msg);
    tempdir_remove(&dir);
}

Test(snapshot, damaged_current_is_no_missing_index)
{
    struct tempdir dir;
    struct snapshot s;
    size_t len;
    cr_assert(tempdir_make(&dir));
    publish(&dir, 1, 1);
    uint8_t *data = tempdir_read(&dir, "CURRENT", &len);
    for (size_t cut = 0; cut < len; cut++) {
        cr_assert(tempdir_write(&dir, "CURRENT", data, cut));
        cr_assert_eq(snapshot_open(&s, dir.path, NULL), ERR_CORRUPT, "%zu", cut);
    }
    for (size_t bit = 0; bit < len * 8; bit++) {
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        cr_assert(tempdir_write(&dir, "CURRENT", data, len));
        cr_assert_eq(snapshot_open(&s, dir.path, NULL), ERR_CORRUPT, "bit %zu", bit);
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(data);
    tempdir_remove(&dir);
}

Test(snapshot, missing_files)
{
    struct tempdir dir;
    struct snapshot s;
    struct err err = {0};
    struct manifest m = {0};
    cr_assert(tempdir_make(&dir));
    publish(&dir, 1, 1);
    cr_assert_eq(snapshot_manifest(dir.fd, dir.path, &m, &err), 0);
    const char *names[] = {"MANIFEST-1", m.stories_file.name, m.segments.items[0].name};
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(renameat(dir.fd, names[i], dir.fd, "away"), 0);
        err_clear(&err);
        cr_assert_eq(snapshot_open(&s, dir.path, &err), ERR_CORRUPT, "%s", names[i]);
        cr_assert(strstr(err.msg, names[i]), "%s", err.msg);
        cr_assert_eq(renameat(dir.fd, "away", dir.fd, names[i]), 0);
    }
    cr_assert_eq(unlinkat(dir.fd, "CURRENT", 0), 0);
    err_clear(&err);
    /* as a first build that was killed before its end leaves it */
    cr_assert_eq(snapshot_open(&s, dir.path, &err), ERR_NOT_FOUND, "%s", err.msg);
    manifest_release(&m);
    tempdir_remove(&dir);
}

/* What counting needs is opened without the rest, and checked as it is. */
Test(snapshot, the_core)
{
    struct tempdir dir;
    struct snapshot s;
    struct err err = {0};
    struct manifest m = {0};
    cr_assert(tempdir_make(&dir));
    publish(&dir, 1, 3);
    cr_assert_eq(snapshot_open_core(&s, dir.path, &err), 0, "%s", err.msg);
    cr_assert_eq(s.n_segments, 3);
    cr_assert_null(s.stories);
    for (size_t i = 0; i < 3; i++) {
        const struct segment *g = &s.segments[i];
        cr_assert_eq(g->terms.n_terms, g->counts[SEGMENT_TERMS]);
        cr_assert_eq(g->wordings.n_addresses, g->counts[SEGMENT_TOKENS]);
        cr_assert_eq(g->articles.n_articles, g->counts[SEGMENT_ARTICLES]);
        cr_assert_null(g->articles.map_section.data);
        cr_assert_null(g->provenance.section.data);
        cr_assert_null(g->surfaces.section.data);
        cr_assert_null(g->forward.section.data);
    }
    snapshot_close(&s);
    cr_assert_eq(snapshot_manifest(dir.fd, dir.path, &m, &err), 0);
    cr_assert_eq(unlinkat(dir.fd, m.stories_file.name, 0), 0);
    cr_assert_eq(snapshot_open_core(&s, dir.path, &err), 0, "%s", err.msg);
    snapshot_close(&s);
    cr_assert_eq(snapshot_open(&s, dir.path, &err), ERR_CORRUPT);
    err_clear(&err);
    cr_assert_eq(unlinkat(dir.fd, m.segments.items[1].name, 0), 0);
    cr_assert_eq(snapshot_open_core(&s, dir.path, &err), ERR_CORRUPT);
    manifest_release(&m);
    tempdir_remove(&dir);
}

/* A manifest that is whole but tells of another seam: written by another version. */
Test(snapshot, another_seam)
{
    struct tempdir dir;
    struct snapshot s;
    struct err err = {0};
    struct manifest m = {0};
    cr_assert(tempdir_make(&dir));
    publish(&dir, 1, 1);
    cr_assert_eq(snapshot_manifest(dir.fd, dir.path, &m, &err), 0);
    m.generation = 2;
    m.seam = SEAM + 1;
    cr_assert_eq(snapshot_publish(dir.fd, dir.path, &m, &err), 0);
    cr_assert_eq(snapshot_open(&s, dir.path, &err), ERR_VERSION);
    manifest_release(&m);
    tempdir_remove(&dir);
}

Test(snapshot, wrong_totals)
{
    struct tempdir dir;
    struct err err = {0};
    struct manifest m = {0};
    cr_assert(tempdir_make(&dir));
    publish(&dir, 1, 1);
    cr_assert_eq(snapshot_manifest(dir.fd, dir.path, &m, &err), 0);
    m.generation = 2;
    m.homes++;
    cr_assert_eq(snapshot_publish(dir.fd, dir.path, &m, &err), 0);
    cr_assert_eq(verify(&dir, &err), ERR_CORRUPT);
    manifest_release(&m);
    tempdir_remove(&dir);
}
