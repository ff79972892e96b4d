/* Whole builds of archives made here, held against what went in: every record is read again
 * through its provenance and analysed again, and what the index says of it must be that. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "formats/inputlist.h"
#include "formats/reconstruct.h"
#include "formats/snapshot.h"
#include "indexer/build.h"
#include "tests/support/tempdir.h"
#include "tests/support/truth.h"

enum {
    PATHS = 700
};

struct fixture {
    struct tempdir dir;
    char index[PATHS], archive[PATHS], rejects[PATHS];
    const char *inputs[1];
    struct config config;
    struct snapshot snapshot;
};

static void put_nothing(void *arg, const char *text, bool overwrite)
{
    (void)arg;
    (void)text;
    (void)overwrite;
}

static void begin(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    cr_assert(tempdir_make(&f->dir));
    cr_assert(tempdir_path(&f->dir, "index", f->index, PATHS));
    cr_assert(tempdir_path(&f->dir, "archive", f->archive, PATHS));
    cr_assert(tempdir_path(&f->dir, "rejects", f->rejects, PATHS));
    cr_assert_eq(mkdir(f->archive, 0755), 0);
    config_init(&f->config);
    f->inputs[0] = f->archive;
    f->config.index = f->index;
    f->config.n_inputs = 1;
    f->config.rejects = f->rejects;
    f->config.threads = 2;
    f->config.quiet = true;
}

static int run(struct fixture *f, bool *skipped, struct err *err)
{
    struct buf words = {0};
    const char **inputs = malloc(sizeof *inputs);
    cr_assert(inputs);
    inputs[0] = f->inputs[0];
    f->config.inputs = inputs;
    int rc = build_run(&f->config, (struct report_sink){put_nothing, NULL, false},
                       skipped, &words, err);
    buf_release(&words);
    free(inputs);
    f->config.inputs = NULL;
    return rc;
}

static void end(struct fixture *f)
{
    snapshot_close(&f->snapshot);
    config_release(&f->config);
    tempdir_remove(&f->dir);
}

/* --- an archive -------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return *state >> 33;
}

static const char *const WORDS[] = {"the",
                                    "The",
                                    "harbour",
                                    "Ferry",
                                    "ferries",
                                    "al-Assad",
                                    "U.S.",
                                    "politi-cal",
                                    "a-b-c-d",
                                    "N.A.T.O.",
                                    "caf\xc3\xa9",
                                    "na\xc3\xafve",
                                    "\xd0\xbc\xd0\xb8\xd1\x80",
                                    "2016",
                                    "3.5",
                                    "don't",
                                    "Delano\xc3\xab",
                                    "\xe6\x9d\xb1\xe4\xba\xac\xe9\x83\xbd",
                                    "night",
                                    "shift",
                                    "strike",
                                    "counterrevolutionaries",
                                    "internationalization",
                                    "of",
                                    "and",
                                    "dock",
                                    "workers",
                                    "x",
                                    "state-of-the-art",
                                    "\xe0\xb8\x97\xe0\xb8\x94"};
static const char *const JOINTS[] = {
    " ",    " ",   " ",   " ",  " ", ", ", ". ", ".\n\n", " \xe2\x80\x94 ",
    "\n\n", " \"", "\" ", "; ", "? "};

static void put_text(struct buf *out, uint64_t *state, size_t words, bool json)
{
    for (size_t i = 0; i < words; i++) {
        size_t w = next_random(state) % (sizeof WORDS / sizeof *WORDS * 2);
        if (w < sizeof WORDS / sizeof *WORDS)
            buf_put_str(out, WORDS[w]);
        else
            buf_printf(out, "w%u", (unsigned)(next_random(state) % 3000));
        const char *joint =
            JOINTS[next_random(state) % (sizeof JOINTS / sizeof *JOINTS)];
        for (; *joint; joint++) {
            if (json && *joint == '\n')
                buf_put_str(out, "\\n");
            else if (json && *joint == '"')
                buf_put_str(out, "\\\"");
            else
                buf_put_u8(out, (uint8_t)*joint);
        }
    }
}

static void upper(struct buf *b, size_t from)
{
    for (size_t i = from; i < b->len; i++) {
        if (b->data[i] >= 'a' && b->data[i] <= 'z' &&
            (i == 0 || b->data[i - 1] != '\\'))
            b->data[i] = (uint8_t)(b->data[i] - 'a' + 'A');
    }
}

/* Records of many lengths; every fifth is an earlier one again, some in capitals, some with
 * another title, some identical to the byte. */
static void put_jsonl(const struct fixture *f, const char *name, uint64_t seed,
                      size_t n)
{
    struct buf out = {0};
    char path[64];
    for (size_t i = 0; i < n; i++) {
        uint64_t pick = i % 5 == 4 ? i - 1 - seed % 3 : i;
        uint64_t state = seed * 1000 + pick;
        if (i % 10 == 4)
            buf_printf(&out, "{\"id\":\"same\",");
        else
            buf_printf(&out, "{\"id\":\"%s-%zu\",", name, i);
        if (i % 3)
            buf_printf(&out, "\"date\":\"2016-%02u-%02u\",", (unsigned)(pick % 12 + 1),
                       (unsigned)(pick % 28 + 1));
        if (i % 4)
            buf_printf(&out, "\"title\":\"Title %u of %s\",", (unsigned)(pick % 50),
                       i % 2 ? "the day" : "THE NIGHT");
        buf_printf(&out, "\"url\":\"https://example.net/%u\",\"text\":\"",
                   (unsigned)(pick % 7));
        size_t at = out.len;
        put_text(&out, &state, 1 + next_random(&state) % (i % 20 == 9 ? 3000 : 200),
                 true);
        if (i % 15 == 14)
            upper(&out, at);
        buf_put_str(&out, "\"}\n");
    }
    cr_assert_not(out.failed);
    snprintf(path, sizeof path, "archive/%s.jsonl", name);
    cr_assert(tempdir_write(&f->dir, path, out.data, out.len));
    buf_release(&out);
}

static void put_file(const struct fixture *f, const char *name, uint64_t seed)
{
    struct buf out = {0};
    char path[64];
    put_text(&out, &seed, 500, false);
    snprintf(path, sizeof path, "archive/%s", name);
    cr_assert(tempdir_write(&f->dir, path, out.data, out.len));
    buf_release(&out);
}

static void make_archive(const struct fixture *f)
{
    put_jsonl(f, "b", 1, 400);
    put_jsonl(f, "a", 2, 300);
    put_file(f, "one.txt", 5);
    put_file(f, "two.txt", 5);
    put_file(f, "three.md", 6);
}

static void check_index(struct fixture *f, uint64_t articles, size_t segments)
{
    struct err err = {0};
    uint64_t seen = 0;
    struct snapshot_report report = {0};
    cr_assert_eq(snapshot_verify(f->index, &report, &err), 0, "%s", err.msg);
    cr_assert_eq(report.unknown.len, 0, "%.*s", (int)report.unknown.len,
                 (const char *)report.unknown.data);
    buf_release(&report.unknown);
    cr_assert_eq(snapshot_open(&f->snapshot, f->index, &err), 0, "%s", err.msg);
    if (segments)
        cr_assert_eq(f->snapshot.n_segments, segments);
    else
        cr_assert_gt(f->snapshot.n_segments, 3);
    for (size_t i = 0; i < f->snapshot.n_segments; i++) {
        truth_check(&f->config, &f->snapshot.segments[i]);
        seen += f->snapshot.segments[i].counts[SEGMENT_ARTICLES];
    }
    cr_assert_eq(seen, articles);
    cr_assert_eq(f->snapshot.manifest.articles, articles);
    cr_assert_leq(f->snapshot.manifest.wordings, articles);
}

Test(build, every_article_is_as_its_record_has_it)
{
    struct fixture f;
    struct err err = {0};
    bool skipped = true;
    begin(&f);
    make_archive(&f);
    cr_assert_eq(run(&f, &skipped, &err), 0, "%s", err.msg);
    cr_assert_not(skipped);
    check_index(&f, 703, 1);
    end(&f);
}

Test(build, many_segments_in_little_memory)
{
    struct fixture f;
    struct err err = {0};
    bool skipped;
    begin(&f);
    make_archive(&f);
    f.config.segment_tokens = 20000;
    f.config.memory_bytes = UINT64_C(96) << 20;
    f.config.threads = 1;
    cr_assert_eq(run(&f, &skipped, &err), 0, "%s", err.msg);
    check_index(&f, 703, 0);
    end(&f);
}

/* --- stories, rejects, generations -------------------------------------------------------- */

static void write_archive(const struct fixture *f, const char *text)
{
    cr_assert(tempdir_write(&f->dir, "archive/a.jsonl", text, strlen(text)));
}

Test(build, stories_lie_in_canonical_order_of_their_originals)
{
    struct fixture f;
    struct err err = {0};
    bool skipped;
    begin(&f);
    write_archive(
        &f,
        "{\"id\":\"undated\",\"text\":\"words without a date\"}\n"
        "{\"id\":\"late\",\"date\":\"2017-02-01\",\"text\":\"the same words\"}\n"
        "{\"id\":\"short\",\"date\":\"2016-01-01\",\"text\":\"two words\"}\n"
        "{\"id\":\"long\",\"date\":\"2016-01-01\",\"text\":\"three words here\"}\n"
        "{\"id\":\"early\",\"date\":\"2016-01-02\",\"text\":\"The SAME words!\"}\n"
        "{\"id\":\"url-b\",\"url\":\"http://b\",\"date\":\"2018-01-01\",\"text\":\"x "
        "y\"}\n"
        "{\"id\":\"url-a\",\"url\":\"http://a\",\"date\":\"2018-01-01\",\"text\":\"y "
        "z\"}\n");
    cr_assert_eq(run(&f, &skipped, &err), 0, "%s", err.msg);
    cr_assert_eq(snapshot_open(&f.snapshot, f.index, &err), 0);
    static const char *const expected[] = {"long",  "short", "early",  "late",
                                           "url-a", "url-b", "undated"};
    const struct segment *s = &f.snapshot.segments[0];
    struct provenance_cache *cache = provenance_cache_new();
    cr_assert_eq(s->counts[SEGMENT_ARTICLES], 7);
    cr_assert_eq(s->counts[SEGMENT_STORIES], 6);
    for (article_id i = 0; i < 7; i++) {
        struct provenance_row row;
        cr_assert_eq(provenance_get(&s->provenance, cache, i, &row, &err), 0);
        cr_assert(bytes_equal(row.id, bytes_str(expected[i])), "%u: %.*s", i,
                  (int)row.id.len, (const char *)row.id.data);
    }
    struct story_record story;
    struct evidence member;
    cr_assert_eq(stories_get(f.snapshot.stories, 0, 2, &story, &err), 0);
    cr_assert(story.original == 2 && story.n_articles == 2);
    cr_assert_eq(stories_member(f.snapshot.stories, 0, 3, &member, &err), 0);
    cr_assert_eq(member.relation, RELATION_SAME);
    provenance_cache_free(cache);
    end(&f);
}

/* Ties of day and length, few and many: by URL, each a prefix of others or nearly the same, behind `same` bytes that all
 * begin with. */
static void ties_are_ordered_by_url(int same)
{
    struct fixture f;
    struct err err = {0};
    struct buf out = {0};
    bool skipped;
    begin(&f);
    for (uint32_t i = 0; i < 500; i++) {
        uint32_t k = i * 7919 % 500;
        buf_printf(&out,
                   "{\"url\":\"https://example.net/%0*d%.*s%u\",\"text\":\"word "
                   "w%u\"%s}\n",
                   same, 0, (int)(k % 17), "aaaaaaaaaaaaaaaaaaaa", k / 17, i,
                   k < 100 ? ",\"date\":\"2016-01-01\"" : "");
    }
    buf_put_u8(&out, 0);
    write_archive(&f, (const char *)out.data);
    cr_assert_eq(run(&f, &skipped, &err), 0, "%s", err.msg);
    cr_assert_eq(snapshot_open(&f.snapshot, f.index, &err), 0);
    struct provenance_cache *cache = provenance_cache_new();
    char last[500] = "";
    for (article_id i = 0; i < 500; i++) {
        struct provenance_row row;
        const struct provenance *p = &f.snapshot.segments[0].provenance;
        cr_assert_eq(provenance_get(p, cache, i, &row, &err), 0);
        cr_assert_eq(row.day == DAY_NONE, i >= 100);
        cr_assert_lt(row.url.len, sizeof last);
        if (i != 0 && i != 100)
            cr_assert_leq(bytes_compare(bytes_str(last), row.url), 0, "%u: %s", i,
                          last);
        memcpy(last, row.url.data, row.url.len);
        last[row.url.len] = '\0';
    }
    provenance_cache_free(cache);
    buf_release(&out);
    end(&f);
}

Test(build, ties_are_ordered_by_url)
{
    ties_are_ordered_by_url(1);
    ties_are_ordered_by_url(300); /* more than is looked at first */
}

Test(build, what_is_left_out_is_told)
{
    struct fixture f;
    struct err err = {0};
    bool skipped = false;
    size_t len;
    begin(&f);
    write_archive(&f,
                  "{\"text\":\"good words\"}\n{\"text\":\n{\"text\":\"... !\"}\n[]\n");
    cr_assert_eq(run(&f, &skipped, &err), 0, "%s", err.msg);
    cr_assert(skipped);
    char *rejects = tempdir_read(&f.dir, "rejects", &len);
    cr_assert(rejects);
    cr_assert(strstr(rejects, "\"record\":2,\"offset\":22,"), "%s", rejects);
    cr_assert(strstr(rejects, "no words in it"), "%s", rejects);
    cr_assert(strstr(rejects, "\"record\":4,"), "%s", rejects);
    free(rejects);
    cr_assert_eq(snapshot_open(&f.snapshot, f.index, &err), 0);
    cr_assert_eq(f.snapshot.manifest.articles, 1);
    const struct manifest_file *file = &f.snapshot.manifest.inputs_file;
    struct inputlist list;
    struct inputlist_row row;
    cr_assert_eq(inputlist_open(&list, f.snapshot.dirfd, f.index, file->name,
                                &file->header_hash, file->len, &err),
                 0);
    cr_assert_eq(inputlist_next(&list, &row, &err), 0);
    cr_assert(row.records == 1 && row.rejects == 3 && row.size == 51, "%u %u %u",
              (unsigned)row.records, (unsigned)row.rejects, (unsigned)row.size);
    inputlist_close(&list);
    end(&f);
}

Test(build, nothing_to_index_is_an_error_and_the_old_index_stays)
{
    struct fixture f;
    struct err err = {0};
    bool skipped;
    begin(&f);
    write_archive(&f, "{\"text\":\"good words\"}\n");
    cr_assert_eq(run(&f, &skipped, &err), 0, "%s", err.msg);
    write_archive(&f, "\n");
    cr_assert_eq(run(&f, &skipped, &err), ERR_INPUT);
    err_clear(&err);
    cr_assert_eq(snapshot_open(&f.snapshot, f.index, &err), 0);
    cr_assert(f.snapshot.manifest.generation == 1 && f.snapshot.manifest.articles == 1);
    end(&f);
}

Test(build, two_generations_are_kept)
{
    struct fixture f;
    struct err err = {0};
    bool skipped;
    begin(&f);
    for (int i = 1; i <= 4; i++) {
        char text[100];
        snprintf(text, sizeof text, "{\"text\":\"words of round %d\"}\n", i);
        write_archive(&f, text);
        cr_assert_eq(run(&f, &skipped, &err), 0, "%s", err.msg);
    }
    cr_assert_eq(snapshot_open(&f.snapshot, f.index, &err), 0);
    cr_assert_eq(f.snapshot.manifest.generation, 4);
    struct tempdir index = {.fd = f.snapshot.dirfd};
    cr_assert(tempdir_path(&f.dir, "index", index.path, sizeof index.path));
    /* CURRENT, the lock, and for each generation a manifest, a segment, inputs; the story
     * graphs are the same file. */
    cr_assert_eq(tempdir_count(&index), 2 + 3 + 3 + 1);
    /* Nothing has changed: the same generation, and the one before it is still kept. */
    snapshot_close(&f.snapshot);
    cr_assert_eq(run(&f, &skipped, &err), 0, "%s", err.msg);
    cr_assert_eq(snapshot_open(&f.snapshot, f.index, &err), 0);
    cr_assert_eq(f.snapshot.manifest.generation, 4);
    index.fd = f.snapshot.dirfd;
    cr_assert_eq(tempdir_count(&index), 2 + 3 + 3 + 1);
    end(&f);
}

Test(build, a_folder_of_other_things_is_refused)
{
    struct fixture f;
    struct err err = {0};
    bool skipped;
    begin(&f);
    write_archive(&f, "{\"text\":\"good words\"}\n");
    f.config.index = f.archive;
    cr_assert_eq(run(&f, &skipped, &err), ERR_USAGE);
    cr_assert(strstr(err.msg, "a.jsonl"), "%s", err.msg);
    struct tempdir archive = {.fd = open(f.archive, O_RDONLY | O_DIRECTORY)};
    cr_assert(tempdir_path(&f.dir, "archive", archive.path, sizeof archive.path));
    cr_assert_eq(tempdir_count(&archive), 1);
    close(archive.fd);
    end(&f);
}

Test(build, one_build_at_a_time_and_litter_is_removed)
{
    struct fixture f;
    struct err err = {0};
    bool skipped;
    begin(&f);
    write_archive(&f, "{\"text\":\"good words\"}\n");
    int dirfd = file_open_dir(f.index, true, &err);
    int lock = file_lock(dirfd, f.index, SNAPSHOT_LOCK, &err);
    cr_assert_geq(lock, 0);
    cr_assert_eq(run(&f, &skipped, &err), ERR_LOCKED);
    cr_assert_eq(err_exit_status(ERR_LOCKED), 75);
    close(lock);
    err_clear(&err);
    cr_assert(tempdir_write(&f.dir, "index/seg-new-0.tmp", "left", 4));
    cr_assert(tempdir_write(&f.dir, "index/stories-new.tmp", "left", 4));
    cr_assert(tempdir_write(&f.dir, "index/.CURRENT.tmp", "left", 4));
    cr_assert_eq(run(&f, &skipped, &err), 0, "%s", err.msg);
    close(dirfd);
    check_index(&f, 1, 1);
    end(&f);
}
