/* stemma-inspect: prints any section of any file of an index, one line an element. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "base/opt.h"
#include "formats/snapshot.h"
#include "tools/inspect_print.h"

struct options {
    const char *section; /* NULL: the tables only */
    uint64_t limit;
    bool help;
};

/* --- small files ------------------------------------------------------------------------ */

static void print_file(const struct inspect *in, const char *kind,
                       const struct manifest_file *f)
{
    if (f->len > 0)
        fprintf(in->out, "%s %s bytes %" PRIu64 " hash %016" PRIx64 "%016" PRIx64 "\n",
                kind, f->name, f->len, f->header_hash.high, f->header_hash.low);
}

static void print_manifest(const struct inspect *in, const struct manifest *m)
{
    fprintf(in->out,
            "generation %" PRIu64 "\nanalyser %" PRIu32 "\nseam %" PRIu32
            "\nstories %" PRIu64 "\nwordings %" PRIu64 "\narticles %" PRIu64
            "\ntokens %" PRIu64 "\nhomes %" PRIu64 "\narticle tokens %" PRIu64
            "\ntext bytes %" PRIu64 "\n",
            m->generation, m->analyser_version, m->seam, m->stories, m->wordings,
            m->articles, m->tokens, m->homes, m->article_tokens, m->text_bytes);
    print_file(in, "stories", &m->stories_file);
    print_file(in, "inputs", &m->inputs_file);
    for (size_t i = 0; i < m->segments.len; i++)
        print_file(in, "segment", &m->segments.items[i]);
}

/* MANIFEST-<n> or CURRENT; ITER_END if the file is neither. */
static int inspect_small(const struct inspect *in, const char *path, struct err *err)
{
    struct buf data = {0};
    struct manifest m = {0};
    struct current c;
    int rc = file_read_all(AT_FDCWD, path, MANIFEST_BYTES_MAX, &data, err);
    if (rc == ERR_LIMIT) {
        err_clear(err);
        rc = ITER_END;
    }
    if (rc != 0)
        goto out;
    if (bytes_starts(buf_bytes(&data), bytes_str("STMMANI\n"))) {
        rc = manifest_decode(buf_bytes(&data), path, &m, err);
        if (rc == 0)
            print_manifest(in, &m);
    } else if (bytes_starts(buf_bytes(&data), bytes_str("STMCURR\n"))) {
        rc = current_decode(buf_bytes(&data), path, &c, err);
        if (rc == 0)
            fprintf(in->out,
                    "names %s bytes %" PRIu64 " hash %016" PRIx64 "%016" PRIx64 "\n",
                    c.name, c.len, c.hash.high, c.hash.low);
    } else {
        rc = ITER_END;
    }
out:
    manifest_release(&m);
    buf_release(&data);
    return rc;
}

/* --- containers --------------------------------------------------------------------------- */

/* A section by its bytes, where it has no printer or its segment cannot be opened. */
static int inspect_raw(const struct inspect *in, struct container *c, const char *name,
                       struct err *err)
{
    for (size_t i = 0; i < container_n_sections(c); i++) {
        struct section s;
        int rc = container_nth_section(c, i, &s, err);
        if (rc != 0)
            return rc;
        if (strcmp(container_section_name(s.id), name) == 0)
            return inspect_bytes(in, &s, err);
    }
    return err_set(err, ERR_USAGE, "'%s': has no section '%s'", container_path(c),
                   name);
}

static int inspect_segment(const struct inspect *in, struct segment *s,
                           const char *section, struct err *err)
{
    inspect_container(in, s->container);
    if (!section)
        return 0;
    int rc = inspect_section(in, s, section, err);
    return rc == ERR_NOT_FOUND ? inspect_raw(in, s->container, section, err) : rc;
}

static int inspect_story_file(const struct inspect *in, const char *path,
                              const char *section, struct err *err)
{
    struct stories *s = NULL;
    int rc = stories_open(&s, AT_FDCWD, "", path, NULL, 0, err);
    if (rc == 0 && section && strcmp(section, "STORIES") == 0)
        rc = inspect_stories(in, s, err);
    stories_close(s);
    return rc;
}

static int inspect_input_file(const struct inspect *in, int dirfd, const char *dirname,
                              const char *name, struct err *err)
{
    struct inputlist l = {0};
    int rc = inputlist_open(&l, dirfd, dirname, name, NULL, 0, err);
    if (rc == 0)
        rc = inspect_inputs(in, &l, err);
    inputlist_close(&l);
    return rc;
}

static int inspect_file(const struct inspect *in, const char *path, const char *section,
                        struct err *err)
{
    static const enum container_kind kinds[] = {CONTAINER_SEGMENT, CONTAINER_STORIES,
                                                CONTAINER_INPUTS};
    struct container *c = NULL;
    struct segment s = {0};
    int rc = inspect_small(in, path, err);
    if (rc != ITER_END)
        return rc;
    /* The kind is known when the file opens as one. */
    size_t kind = 0;
    for (; kind < 3; kind++) {
        err_clear(err);
        rc = container_open(&c, AT_FDCWD, "", path, kinds[kind], NULL, 0, err);
        if (rc == 0)
            break;
    }
    if (rc != 0)
        return rc;
    if (kinds[kind] == CONTAINER_SEGMENT &&
        segment_open(&s, AT_FDCWD, "", path, NULL, 0, err) == 0) {
        rc = inspect_segment(in, &s, section, err);
        segment_close(&s);
    } else {
        if (err->code != 0)
            fprintf(in->out, "%s\n", err->msg);
        err_clear(err);
        inspect_container(in, c);
        if (kinds[kind] == CONTAINER_STORIES)
            rc = inspect_story_file(in, path, section, err);
        else if (section && strcmp(section, "INPUTS") == 0)
            rc = inspect_input_file(in, AT_FDCWD, "", path, err);
        else if (section)
            rc = inspect_raw(in, c, section, err);
    }
    container_close(c);
    return rc;
}

static int inspect_index(const struct inspect *in, const char *path,
                         const char *section, struct err *err)
{
    struct snapshot s;
    int rc = snapshot_open(&s, path, err);
    if (rc != 0)
        return rc;
    if (!section)
        print_manifest(in, &s.manifest);
    if (section && strcmp(section, "STORIES") == 0) {
        rc = inspect_stories(in, s.stories, err);
    } else if (section && strcmp(section, "INPUTS") == 0 &&
               s.manifest.inputs_file.len > 0) {
        rc = inspect_input_file(in, s.dirfd, path, s.manifest.inputs_file.name, err);
    } else {
        for (size_t i = 0; rc == 0 && i < s.n_segments; i++)
            rc = inspect_segment(in, &s.segments[i], section, err);
    }
    snapshot_close(&s);
    return rc;
}

/* --- the program ---------------------------------------------------------------------------- */

static int run(int argc, char **argv, struct err *err)
{
    struct options o = {.limit = 20};
    struct inspect in = {.out = stdout};
    struct stat st;
    int operands;
    const struct opt table[] = {
        {.name = "section",
         .type = OPT_STRING,
         .target = &o.section,
         .value = "NAME",
         .help = "Prints a section's elements: TERMS, POS, DOC, FWD, SURF, SENT, PARA, "
                 "WORDING, ARTICLE, MAP, PROV, STORIES, INPUTS; any other as bytes."},
        {.name = "limit",
         .letter = 'n',
         .type = OPT_UINT,
         .target = &o.limit,
         .value = "N",
         .help = "Prints at most N elements (20; 0 for all)."},
        {.name = "help",
         .letter = 'h',
         .type = OPT_FLAG,
         .target = &o.help,
         .help = "Prints this."},
        {0}};
    int rc = opt_parse(table, argc, argv, &operands, err);
    if (rc != 0)
        return rc;
    if (o.help) {
        struct buf help = {0};
        opt_help(table, &help);
        printf("usage: stemma-inspect INDEX|FILE [--section NAME] [--limit N]\n\n");
        (void)fwrite(help.data, 1, help.len, stdout);
        buf_release(&help);
        return 0;
    }
    if (operands != 1)
        return err_set(err, ERR_USAGE, "give one index or one file (see --help)");
    in.limit = o.limit;
    if (stat(argv[1], &st) == 0 && S_ISDIR(st.st_mode))
        rc = inspect_index(&in, argv[1], o.section, err);
    else
        rc = inspect_file(&in, argv[1], o.section, err);
    if ((fflush(stdout) != 0 || ferror(stdout)) && rc == 0)
        rc = err_set(err, ERR_OUTPUT, "cannot write");
    return rc;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    log_set_program("stemma-inspect");
    file_guard_maps();
    int rc = run(argc, argv, &err);
    if (rc < 0)
        log_print(LOG_ERROR, "%s", err.msg);
    return err_exit_status(rc);
}
