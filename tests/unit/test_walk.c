#define _XOPEN_SOURCE 700 /* symlink, mkfifo */

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/walk.h"
#include "tests/support/tempdir.h"

struct list {
    char text[8192];
};

static struct tempdir dir;
static struct config config;
static struct list found, told, warned;

static void setup(void)
{
    cr_assert(tempdir_make(&dir));
    config_init(&config);
}

static void teardown(void)
{
    config_release(&config);
    tempdir_remove(&dir);
}

TestSuite(walk, .init = setup, .fini = teardown);

static void make_folder(const char *name)
{
    char path[1024];
    cr_assert(tempdir_path(&dir, name, path, sizeof path));
    cr_assert_eq(mkdir(path, 0755), 0);
}

static void make_file(const char *name)
{
    cr_assert(tempdir_write(&dir, name, name, strlen(name)), "%s", name);
}

/* The path without the temporary folder, and a blank. */
static void append(struct list *l, const char *path, const char *more)
{
    size_t n = strlen(l->text);
    if (strncmp(path, dir.path, strlen(dir.path)) == 0)
        path += strlen(dir.path) + 1;
    (void)snprintf(l->text + n, sizeof l->text - n, "%s%s ", path, more);
}

static void on_tell(void *arg, const struct reject *r)
{
    char words[512];
    (void)arg;
    (void)snprintf(words, sizeof words, "(%s)", r->reason);
    append(r->warning ? &warned : &told, r->path, words);
}

/* Walks operands below the temporary folder; "." is the folder itself. */
static int walk(const char *const *operands, struct err *err)
{
    static char paths[8][1024];
    const char *inputs[8];
    struct walk_files files = {0};
    size_t n = 0;
    for (; operands[n]; n++) {
        if (strcmp(operands[n], ".") == 0)
            (void)snprintf(paths[n], sizeof paths[n], "%s", dir.path);
        else if (strcmp(operands[n], "-") == 0)
            (void)snprintf(paths[n], sizeof paths[n], "-");
        else
            cr_assert(tempdir_path(&dir, operands[n], paths[n], sizeof paths[n]));
        inputs[n] = paths[n];
    }
    config.inputs = inputs;
    config.n_inputs = n;
    found = told = warned = (struct list){{0}};
    int rc = walk_inputs(&config, &files, on_tell, NULL, err);
    for (size_t i = 0; i < files.v.len; i++) {
        char kind[16];
        cr_expect_eq(files.v.items[i].number, i);
        (void)snprintf(kind, sizeof kind, "=%d", (int)files.v.items[i].reader);
        append(&found, files.v.items[i].path, kind);
    }
    walk_release(&files);
    config.inputs = NULL;
    config.n_inputs = 0;
    return rc;
}

#define WALK(...)                                                                    \
    do {                                                                             \
        struct err err_ = {0};                                                       \
        cr_assert_eq(walk((const char *const[]){__VA_ARGS__, NULL}, &err_), 0, "%s", \
                     err_.msg);                                                      \
    } while (0)

Test(walk, folders_in_byte_order)
{
    make_folder("b");
    make_folder("a");
    make_folder("a/z");
    make_file("b/1.jsonl");
    make_file("a/z/2.md");
    make_file("a/B.txt");
    make_file("a/a.txt");
    make_file("a/\xC3\xA9.txt");
    make_file("c");
    WALK(".");
    cr_expect_str_eq(
        found.text, "a/B.txt=2 a/a.txt=2 a/z/2.md=3 a/\xC3\xA9.txt=2 b/1.jsonl=1 c=2 ");
    cr_expect_str_eq(told.text, "");
    WALK("b", "a");
    cr_expect_str_eq(found.text,
                     "b/1.jsonl=1 a/B.txt=2 a/a.txt=2 a/z/2.md=3 a/\xC3\xA9.txt=2 ");
}

Test(walk, suffixes)
{
    static const struct {
        const char *name;
        int reader;
        bool none;
    } names[] = {
        {"a.jsonl", READER_JSONL, false},
        {"a.ndjson", READER_JSONL, false},
        {"a.json", READER_JSONL, false},
        {"a.JSONL.GZ", READER_JSONL, false},
        {"a.jsonl.zst", READER_JSONL, false},
        {"a.md", READER_MARKDOWN, false},
        {"a.markdown", READER_MARKDOWN, false},
        {"a.mkd.gz", READER_MARKDOWN, false},
        {"a.txt", READER_TEXT, false},
        {"a.text", READER_TEXT, false},
        {"a", READER_TEXT, true},
        {"a.gz", READER_TEXT, true},
        {"dir.md/a", READER_TEXT, true},
        {"No. 5", READER_TEXT, true},
        {"2023.10", READER_TEXT, true},
        {"a.pdf", 0, false},
        {"a.txt.bz2", 0, false},
        {"a.html.gz", 0, false},
        {".md", READER_TEXT, true},
        {"a.", READER_TEXT, true},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        bool none;
        cr_expect_eq(walk_reader(names[i].name, &none), names[i].reader, "%s",
                     names[i].name);
        cr_expect_eq(none, names[i].none, "%s", names[i].name);
    }
}

Test(walk, what_is_left_out)
{
    char path[1024];
    make_folder(".git");
    make_file(".git/a.txt");
    make_file(".hidden.txt");
    make_file("a.pdf");
    make_file("b.html.gz");
    make_file("c.txt");
    cr_assert(tempdir_path(&dir, "d.txt", path, sizeof path));
    cr_assert_eq(symlink("c.txt", path), 0);
    cr_assert(tempdir_path(&dir, "e.txt", path, sizeof path));
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_assert(tempdir_path(&dir, "f", path, sizeof path));
    cr_assert_eq(symlink(".", path), 0);
    WALK(".");
    cr_expect_str_eq(found.text, "c.txt=2 ");
    cr_expect_str_eq(
        told.text,
        "a.pdf(no reader for .pdf) b.html.gz(no reader for .html.gz) "
        "d.txt(a symbolic link) e.txt(not a regular file) f(a symbolic link) ");
}

Test(walk, operands)
{
    char path[1024];
    struct err err = {0};
    make_folder("d");
    make_file("d/x.txt");
    make_file("odd.pdf");
    make_file("plain");
    cr_assert(tempdir_path(&dir, "link", path, sizeof path));
    cr_assert_eq(symlink("d", path), 0);
    cr_assert(tempdir_path(&dir, "flink", path, sizeof path));
    cr_assert_eq(symlink("d/x.txt", path), 0);
    /* Given by name: to be told by its first bytes; a folder by a link to it. */
    WALK("odd.pdf", "plain", "-", "link");
    cr_expect_str_eq(found.text, "odd.pdf=0 plain=0 -=0 link/x.txt=2 ");
    cr_expect_eq(walk((const char *const[]){"missing", NULL}, &err), ERR_NOT_FOUND);
    err_clear(&err);
    cr_expect_eq(walk((const char *const[]){"flink", NULL}, &err), ERR_INPUT);
    err_clear(&err);
    cr_assert(tempdir_path(&dir, "fifo", path, sizeof path));
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_expect_eq(walk((const char *const[]){"fifo", NULL}, &err), ERR_INPUT);
}

Test(walk, the_same_file_twice)
{
    char from[1024], to[1024];
    make_folder("d");
    make_file("d/x.txt");
    make_file("d/y.txt");
    cr_assert(tempdir_path(&dir, "d/x.txt", from, sizeof from));
    cr_assert(tempdir_path(&dir, "d/z.txt", to, sizeof to));
    cr_assert_eq(link(from, to), 0);
    WALK("d/y.txt", "d", "d/x.txt");
    cr_expect_str_eq(found.text, "d/y.txt=2 d/x.txt=2 ");
    cr_expect_not_null(strstr(warned.text, "d/z.txt(the same file"), "%s", warned.text);
    cr_expect_not_null(strstr(warned.text, "d/y.txt(the same file"), "%s", warned.text);
    cr_expect_str_eq(told.text, "");
}

static void give(struct opt_list *list, const char **items, size_t n)
{
    list->items = items;
    list->len = n;
}

Test(walk, globs)
{
    const char *include[] = {"*.md", "old/*.txt"}, *exclude[] = {"draft*", "old/b/*"};
    make_folder("old");
    make_folder("old/b");
    make_folder("drafts");
    make_file("a.md");
    make_file("a.txt");
    make_file("draft.md");
    make_file("drafts/x.md");
    make_file("old/x.txt");
    make_file("old/b/x.txt");
    give(&config.include, include, 2);
    WALK(".");
    cr_expect_str_eq(found.text,
                     "a.md=3 draft.md=3 drafts/x.md=3 old/b/x.txt=2 old/x.txt=2 ");
    give(&config.exclude, exclude, 2);
    WALK(".", "a.txt");
    cr_expect_str_eq(found.text, "a.md=3 old/x.txt=2 a.txt=2 ");
    give(&config.include, NULL, 0);
    give(&config.exclude, NULL, 0);
}

Test(walk, depth_limit)
{
    char path[2048];
    size_t n = (size_t)snprintf(path, sizeof path, "%s", dir.path);
    for (int i = 0; i < WALK_DEPTH_MAX + 2; i++) {
        n += (size_t)snprintf(path + n, sizeof path - n, "/d");
        cr_assert_eq(mkdir(path, 0755), 0);
        if (i == WALK_DEPTH_MAX - 1) {
            FILE *f;
            (void)snprintf(path + n, sizeof path - n, "/in.txt");
            f = fopen(path, "w");
            cr_assert_not_null(f);
            (void)fclose(f);
            path[n] = '\0';
        }
    }
    WALK(".");
    cr_expect_not_null(strstr(found.text, "/in.txt"));
    cr_expect_not_null(strstr(told.text, "(over 256 folders deep)"));
}

Test(walk, folder_that_cannot_be_read)
{
    char path[1024];
    if (geteuid() == 0) /* may read all */
        cr_skip("run by root");
    make_folder("locked");
    make_file("x.txt");
    cr_assert(tempdir_path(&dir, "locked", path, sizeof path));
    cr_assert_eq(chmod(path, 0), 0);
    WALK(".");
    cr_assert_eq(chmod(path, 0755), 0);
    cr_expect_str_eq(found.text, "x.txt=2 ");
    cr_expect_not_null(strstr(told.text, "locked(the folder cannot be read)"));
}
