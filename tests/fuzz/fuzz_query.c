/* Any bytes as a query: parsed, printed, planned and run on a hand-made index. What cannot be parsed
 * must be refused with words, or be a literal phrase with a note that syntax_caret can show. */
#include <stdlib.h>
#include <string.h>

#include "text/utf8.h"
#include "formats/snapshot.h"
#include "query/engine.h"
#include "query/syntax.h"
#include "tests/support/probe.h"
#include "tests/support/tempdir.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    ARENA_MAX = 256 << 20,
    ROWS = 5
};

/* Made once, for all inputs. */
static struct {
    bool made;
    struct tempdir dir;
    struct snapshot snapshot;
    struct analyser *analyser;
    uint64_t stories;
} state;

static void remove_folder(void)
{
    snapshot_close(&state.snapshot);
    analyser_free(state.analyser);
    tempdir_remove(&state.dir);
}

static void make(void)
{
    struct err err = {0};
    state.analyser = analyser_new();
    if (!state.analyser || !tempdir_make(&state.dir) ||
        probe_make_index(state.dir.path, PROBE_STORIES_FEW, &err) != 0 ||
        snapshot_open(&state.snapshot, state.dir.path, &err) != 0 ||
        atexit(remove_folder) != 0)
        abort();
    state.stories = state.snapshot.manifest.stories;
    state.made = true;
}

static void check(bool right)
{
    if (!right)
        abort();
}

/* Every node's text lies in the query and in its parent's. */
static size_t check_tree(const struct ast *node, uint32_t from, uint32_t to,
                         unsigned depth)
{
    size_t n = 1;
    check(node->start >= from && node->len <= to - node->start);
    check(depth <= 4 * SYNTAX_DEPTH_MAX);
    for (size_t i = 0; i < node->n_children; i++)
        n += check_tree(node->children[i], from, to, depth + 1);
    return n;
}

static void check_note(struct bytes query, const struct syntax_note *note)
{
    struct buf caret = {0};
    check(note->position <= query.len);
    check(memchr(note->text, 0, sizeof note->text) != NULL);
    syntax_caret(query, note, &caret);
    check(!caret.failed && caret.len > 0);
    for (size_t i = 0; i < caret.len; i++)
        check(caret.data[i] >= 0x20 || caret.data[i] == '\n');
    check(utf8_valid_prefix(buf_bytes(&caret)) == caret.len);
    buf_release(&caret);
}

static void run(const struct ast *tree, struct arena *arena)
{
    struct err err = {0};
    struct plan *plan = NULL;
    struct engine_totals totals = {0};
    struct ranked_story top[ROWS];
    struct buf printed = {0};
    size_t n = 0;
    int rc = plan_make(&state.snapshot, tree, arena, &plan, &err);
    check(rc == 0 || rc == ERR_LIMIT || rc == ERR_USAGE); /* an ID that nothing has */
    check(arena->allocated_bytes <= ARENA_MAX);
    if (rc == 0) {
        plan_print(plan, &printed);
        rc = engine_top(plan, ROWS, top, &n, &totals, &err);
        check(rc == 0 || rc == ERR_LIMIT);
        check(totals.stories <= state.stories);
        check(totals.hits <= totals.hits_all && totals.stories <= totals.articles);
    }
    buf_release(&printed);
    plan_release(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes query = {data, size};
    if (!state.made)
        make();
    for (int strict = 0; strict < 2; strict++) {
        struct arena arena = {0};
        struct err err = {0};
        struct syntax_result parsed = {0};
        struct buf printed = {0};
        int rc = syntax_parse(query, strict, state.analyser, &arena, &parsed, &err);
        check(rc == 0 ? parsed.tree != NULL : rc == ERR_SYNTAX && err.msg[0]);
        if (rc == 0) {
            check(!strict || !parsed.literal);
            check(check_tree(parsed.tree, 0, (uint32_t)size, 0) <= SYNTAX_NODES_MAX);
            if (parsed.literal || parsed.note.text[0])
                check_note(query, &parsed.note);
            ast_print(parsed.tree, &printed);
            if (!strict)
                run(parsed.tree, &arena);
        }
        buf_release(&printed);
        arena_release(&arena);
    }
    return 0;
}
