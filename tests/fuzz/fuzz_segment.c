/* Operations that change an index whose checksums are then mended (tests/support/mutate.h): opened,
 * verified and asked everything. What matters is what the sanitizers say. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "formats/snapshot.h"
#include "tests/support/mutate.h"
#include "tests/support/probe.h"
#include "tests/support/tempdir.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    FILES_MAX = 16,
    STEPS_MAX = 50 * 1000 *
                1000 /* stories, spans, tokens, bytes: far above the honest index's */
};

/* Made once, for all inputs. */
static struct {
    bool made;
    struct tempdir dir;
    struct mend_index clean, now;
    struct probe probe;
} state;

static void remove_folder(void)
{
    tempdir_remove(&state.dir);
    probe_release(&state.probe);
    mend_release(&state.clean);
    mend_release(&state.now);
}

static void make(void)
{
    struct err err = {0};
    if (!tempdir_make(&state.dir) ||
        probe_make_index(state.dir.path, PROBE_STORIES_FEW, &err) != 0 ||
        !mend_load(&state.clean, state.dir.path) ||
        !mend_load(&state.now, state.dir.path) || !probe_init(&state.probe) ||
        state.clean.files.len > FILES_MAX || atexit(remove_folder) != 0)
        abort();
    state.made = true;
}

static void save_changed(const struct mend_index *index, const bool *changed)
{
    for (size_t i = 0; i < index->files.len; i++)
        if (changed[i] && !mend_save_file(&index->files.items[i], state.dir.path))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool changed[FILES_MAX] = {false};
    struct err err = {0};
    struct snapshot_report report = {0};
    if (!state.made)
        make();
    for (size_t i = 0; i < state.clean.files.len; i++)
        memcpy(state.now.files.items[i].data.data, state.clean.files.items[i].data.data,
               state.clean.files.items[i].data.len);
    mutate_index(&state.now, data, size, changed);
    save_changed(&state.now, changed);
    int rc = snapshot_verify(state.dir.path, &report, &err);
    buf_release(&report.unknown);
    if (rc > 0 || rc != err.code || rc == ERR_NOMEM)
        abort();
    probe_run(&state.probe, state.dir.path);
    if (state.probe.steps > STEPS_MAX)
        abort();
    for (size_t i = 0; i < state.probe.n; i++) {
        const struct probe_answer *a = &state.probe.answers.items[i];
        if (a->rc > 0 || a->rc != a->err.code || a->rc == ERR_NOMEM)
            abort();
    }
    save_changed(&state.clean, changed);
    return 0;
}
