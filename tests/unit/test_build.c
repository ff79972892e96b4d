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

/* --- held against the source -------------------------------------------------------------- */

struct check {
    const struct segment *segment;
    struct reader *reader;
    struct analyser *analyser;
    struct provenance_cache *cache;
    uint64_t postings; /* that the articles looked at must have made */
    const struct provenance_row *row;
    article_id id;
    story_id story;
    bool first; /* of its wording: the stream spells this one */
    size_t seen;
};

static void check_posting(struct check *c, struct bytes key, uint8_t span, address at)
{
    struct term_entry e;
    struct address_cursor cursor;
    struct err err = {0};
    address found;
    cr_assert_eq(terms_find(&c->segment->terms, key, span, &e, &err), 0, "no '%.*s' %u",
                 (int)key.len, (const char *)key.data, span);
    cr_assert_eq(segment_addresses(c->segment, &e, &cursor, &err), 0);
    cr_assert_eq(addresses_seek(&cursor, at, &found, &err), 0);
    cr_assert_eq(found, at, "'%.*s' %u is not at %u", (int)key.len,
                 (const char *)key.data, span, at);
    c->postings++;
}

/* Every token, alias and joined entry is where the text has it. */
static void check_stream(struct check *c, const struct analysed *t)
{
    struct arena arena = {0};
    struct err err = {0};
    struct story_view story;
    struct bytes *terms = arena_alloc(&arena, t->n_tokens * sizeof *terms);
    uint8_t *breaks = arena_alloc(&arena, t->n_tokens);
    cr_assert(terms && breaks);
    cr_assert_eq(wordings_story(&c->segment->wordings, c->story, &story, &err), 0);
    cr_assert_eq(story.end - story.start, t->n_tokens);
    for (size_t i = 0; i < t->n_tokens; i++) {
        uint8_t folded[TERM_BYTES_MAX];
        size_t len = analyser_fold(analysed_surface(t, i), folded);
        terms[i] = arena_copy(&arena, bytes_of(folded, len));
        breaks[i] = t->tokens[i].brk;
    }
    for (size_t i = 0; i < t->n_tokens; i++) {
        address at = story.start + (address)i;
        uint8_t spans[2], alias[TERM_BYTES_MAX], joined[TERM_BYTES_MAX];
        uint64_t sentences, paragraphs, before;
        check_posting(c, terms[i], 0, at);
        size_t len = analyser_alias(terms[i], alias);
        if (len > 0)
            check_posting(c, bytes_of(alias, len), 1, at);
        size_t n = analyser_joins(terms, breaks, t->n_tokens, i, spans);
        for (size_t k = 0; k < n; k++) {
            len = 0;
            for (size_t j = i; j < i + spans[k]; j++) {
                memcpy(joined + len, terms[j].data, terms[j].len);
                len += terms[j].len;
            }
            check_posting(c, bytes_of(joined, len), spans[k], at);
        }
        cr_assert_eq(marks_rank(&c->segment->sentences, at, &sentences, &err), 0);
        cr_assert_eq(marks_rank(&c->segment->paragraphs, at, &paragraphs, &err), 0);
        if (at == 0)
            continue;
        cr_assert_eq(marks_rank(&c->segment->sentences, at - 1, &before, &err), 0);
        cr_assert_eq(sentences - before, i == 0 || breaks[i] == BREAK_SENTENCE ||
                                             breaks[i] == BREAK_PARAGRAPH);
        cr_assert_eq(marks_rank(&c->segment->paragraphs, at - 1, &before, &err), 0);
        cr_assert_eq(paragraphs - before, i == 0 || breaks[i] == BREAK_PARAGRAPH);
    }
    arena_release(&arena);
}

static void check_map(struct check *c, const struct offsetmap *expected)
{
    struct offsetmap map = {0};
    struct err err = {0};
    cr_assert_eq(articles_map(&c->segment->articles, c->id, &map, &err), 0);
    cr_assert_eq(map.out_len, expected->out_len);
    for (uint64_t at = 0; at < map.out_len; at += 13) {
        uint64_t a, b, x, y;
        offsetmap_span(&map, at, at + 1, &a, &b);
        offsetmap_span(expected, at, at + 1, &x, &y);
        cr_assert(a == x && b == y, "byte %zu", (size_t)at);
    }
    offsetmap_release(&map);
}

static int on_record(void *arg, const struct record *r, struct err *err)
{
    struct check *c = arg;
    struct analysed t;
    struct buf text = {0};
    cr_assert_eq(analyser_article(c->analyser, &r->title, &r->body, &t, err), 0);
    cr_assert_eq(reconstruct_article(c->segment, c->id, &text, err), 0, "%s", err->msg);
    cr_assert(bytes_equal(buf_bytes(&text), t.text), "article %u of %s", c->id,
              (const char *)c->row->input.data);
    cr_assert(bytes_equal(c->row->url, r->url) && c->row->day == r->day);
    check_map(c, t.map);
    if (c->first)
        check_stream(c, &t);
    buf_release(&text);
    c->seen++;
    return 0;
}

static int on_reject(void *arg, uint64_t number, uint64_t offset, uint64_t len,
                     const char *reason, struct err *err)
{
    (void)arg;
    (void)number;
    (void)offset;
    (void)len;
    return err_set(err, ERR_INPUT, "%s", reason);
}

/* Reads the record that the row speaks of from its input, by offset and length. */
static void check_record(struct check *c, const struct provenance_row *row)
{
    struct err err = {0};
    char path[PATHS];
    size_t n = row->input.len;
    uint64_t numbers;
    memcpy(path, row->input.data, n);
    path[n] = '\0';
    uint8_t *data = calloc(1, (size_t)row->len + 64);
    int fd = file_open_read(AT_FDCWD, path, NULL, &err);
    cr_assert_geq(fd, 0, "%s", err.msg);
    cr_assert_eq(file_pread(fd, data, (size_t)row->len, row->offset, path, &err), 0);
    close(fd);
    struct hash128 digest = hash_digest(data, (size_t)row->len);
    cr_assert(digest.low == row->digest.low && digest.high == row->digest.high);
    struct input_file file = {.path = path, .reader = (enum reader_kind)row->reader};
    struct input_piece piece = {.file = &file, .len = (uint32_t)row->len};
    struct input_block block = {data, (size_t)row->len, (size_t)row->len + 64, &piece,
                                1};
    struct reader_events events = {on_record, on_reject, c, NULL};
    c->seen = 0;
    cr_assert_eq(reader_piece(c->reader, &block, &piece, &events, &numbers, &err), 0,
                 "%s", err.msg);
    cr_assert_eq(c->seen, 1);
    free(data);
}

static void check_ids(const struct segment *s, struct provenance_cache *cache)
{
    struct provenance_row row;
    struct err err = {0};
    uint32_t rank, n;
    for (article_id i = 0; i < s->counts[SEGMENT_ARTICLES]; i++) {
        char id[300];
        article_id found;
        cr_assert_eq(provenance_get(&s->provenance, cache, i, &row, &err), 0);
        size_t len = row.id.len;
        memcpy(id, row.id.data, len);
        cr_assert_eq(provenance_find_id(&s->provenance, cache, bytes_of(id, len), &rank,
                                        &n, &err),
                     0);
        cr_assert_geq(n, 1);
        cr_assert_eq(provenance_by_id(&s->provenance, rank, &found, &err), 0);
        cr_assert_eq(found, i);
    }
}

static uint64_t check_segment(const struct config *config, const struct segment *s)
{
    struct check c = {.segment = s, .reader = reader_new(config)};
    struct err err = {0};
    uint64_t occurrences = 0;
    c.analyser = analyser_new();
    c.cache = provenance_cache_new();
    cr_assert(c.reader && c.analyser && c.cache);
    wording_id last = UINT32_MAX;
    patch_vec patches = {0};
    for (c.id = 0; c.id < s->counts[SEGMENT_ARTICLES]; c.id++) {
        struct article_view view;
        struct provenance_row row;
        cr_assert_eq(articles_get(&s->articles, c.id, &view, &patches, &err), 0);
        cr_assert_eq(provenance_get(&s->provenance, c.cache, c.id, &row, &err), 0);
        cr_assert_eq(
            wordings_story_of_wording(&s->wordings, view.wording, &c.story, &err), 0);
        c.first = view.wording != last;
        last = view.wording;
        c.row = &row;
        check_record(&c, &row);
    }
    for (term_id t = 0; t < s->counts[SEGMENT_TERMS]; t++) {
        struct term_entry e;
        cr_assert_eq(terms_get(&s->terms, t, &e, &err), 0);
        occurrences += e.occurrences;
    }
    cr_assert_eq(occurrences, c.postings);
    check_ids(s, c.cache);
    vec_release(&patches);
    provenance_cache_free(c.cache);
    analyser_free(c.analyser);
    reader_free(c.reader);
    return s->counts[SEGMENT_ARTICLES];
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
    for (size_t i = 0; i < f->snapshot.n_segments; i++)
        seen += check_segment(&f->config, &f->snapshot.segments[i]);
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

/* Ties of day and length, few and many: by URL, each a prefix of others or nearly the same. */
Test(build, ties_are_ordered_by_url)
{
    struct fixture f;
    struct err err = {0};
    struct buf out = {0};
    bool skipped;
    begin(&f);
    for (uint32_t i = 0; i < 500; i++) {
        uint32_t k = i * 7919 % 500;
        buf_printf(&out,
                   "{\"url\":\"https://example.net/%.*s%u\",\"text\":\"word w%u\"%s}\n",
                   (int)(k % 17), "aaaaaaaaaaaaaaaaaaaa", k / 17, i,
                   k < 100 ? ",\"date\":\"2016-01-01\"" : "");
    }
    buf_put_u8(&out, 0);
    write_archive(&f, (const char *)out.data);
    cr_assert_eq(run(&f, &skipped, &err), 0, "%s", err.msg);
    cr_assert_eq(snapshot_open(&f.snapshot, f.index, &err), 0);
    struct provenance_cache *cache = provenance_cache_new();
    char last[100] = "";
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
