#include "indexer/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "base/budget.h"

enum {
    LINE_SECONDS = 5, /* between plain lines */
    BAR_CELLS = 30
};

static const char *const phase_names[] = {"scan", "link", "write", "commit"};

static double now_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu_seconds(void)
{
    struct rusage u;
    if (getrusage(RUSAGE_SELF, &u) != 0)
        return 0;
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

void report_init(struct report *r, const struct config *c, struct report_sink sink)
{
    *r = (struct report){.sink = sink, .quiet = c->quiet};
    r->kind = (enum progress_kind)c->progress;
    if (r->kind == PROGRESS_AUTO)
        r->kind = sink.terminal ? PROGRESS_BAR : PROGRESS_LINES;
    if (c->quiet)
        r->kind = PROGRESS_NONE;
    r->started_seconds = r->phase_started_seconds = now_seconds();
    r->last_line_seconds = r->started_seconds;
    r->phase_started_cpu = cpu_seconds();
}

static void end_step(struct report *r, double now, double cpu)
{
    if (r->in_step) {
        r->step_seconds[r->step] += now - r->step_started_seconds;
        r->step_cpu[r->step] += cpu - r->step_started_cpu;
    }
    r->in_step = false;
}

void report_step(struct report *r, enum report_step step)
{
    double now = now_seconds(), cpu = cpu_seconds();
    end_step(r, now, cpu);
    r->step = step;
    r->in_step = true;
    r->step_started_seconds = now;
    r->step_started_cpu = cpu;
}

static void end_phase(struct report *r, double now, double cpu)
{
    int phase = atomic_load(&r->phase);
    r->phase_seconds[phase] += now - r->phase_started_seconds;
    r->phase_cpu[phase] += cpu - r->phase_started_cpu;
    r->phase_started_seconds = now;
    r->phase_started_cpu = cpu;
}

void report_begin(struct report *r, enum report_phase phase, uint64_t steps)
{
    double now = now_seconds(), cpu = cpu_seconds();
    end_phase(r, now, cpu);
    if (phase != REPORT_LINK)
        end_step(r, now, cpu);
    atomic_store(&r->steps_done, 0);
    atomic_store(&r->steps_total, steps);
    atomic_store(&r->phase, (int)phase);
}

/* Parts of the phase done, in per mille; the scan is counted in bytes on disk. */
static unsigned per_mille(const struct report *r, int phase)
{
    uint64_t done = atomic_load(&r->steps_done), total = atomic_load(&r->steps_total);
    if (phase == REPORT_SCAN) {
        done = atomic_load(&r->bytes_done);
        total = atomic_load(&r->bytes_total);
    }
    if (total == 0)
        return 0;
    return done >= total ? 1000 : (unsigned)((double)done / (double)total * 1000);
}

static void bar(const struct report *r, int phase, char *out, size_t cap)
{
    char cells[BAR_CELLS + 1];
    unsigned part = per_mille(r, phase);
    for (unsigned i = 0; i < BAR_CELLS; i++)
        cells[i] = i * 1000 < part * BAR_CELLS ? '#' : '.';
    cells[BAR_CELLS] = '\0';
    snprintf(out, cap, "%-6s [%s] %3u%%  %" PRIu64 " articles", phase_names[phase],
             cells, part / 10, (uint64_t)atomic_load(&r->articles));
}

void report_tick(void *arg)
{
    struct report *r = arg;
    char text[256];
    int phase = atomic_load(&r->phase);
    double now = now_seconds();
    if (r->kind == PROGRESS_NONE)
        return;
    if (r->kind == PROGRESS_BAR) {
        bar(r, phase, text, sizeof text);
        r->sink.put(r->sink.arg, text, true);
        return;
    }
    if (now - r->last_line_seconds < LINE_SECONDS)
        return;
    r->last_line_seconds = now;
    unsigned part = per_mille(r, phase);
    uint64_t articles = atomic_load(&r->articles);
    if (r->kind == PROGRESS_JSON)
        snprintf(text, sizeof text,
                 "{\"phase\":\"%s\",\"done\":%u.%03u,\"articles\":%" PRIu64
                 ",\"seconds\":%.1f}",
                 phase_names[phase], part / 1000, part % 1000, articles,
                 now - r->started_seconds);
    else
        snprintf(text, sizeof text, "%s: %u.%u %%, %" PRIu64 " articles",
                 phase_names[phase], part / 10, part % 10, articles);
    r->sink.put(r->sink.arg, text, false);
}

void report_clear(struct report *r)
{
    if (r->kind == PROGRESS_BAR)
        r->sink.put(r->sink.arg, "", true);
}

static double mib(uint64_t bytes)
{
    return (double)bytes / (1024.0 * 1024.0);
}

static void put_repairs(const struct text_repairs *t, struct buf *out)
{
    buf_printf(out,
               "repairs   %" PRIu64 " links taken out, %" PRIu64
               " glued words split, %" PRIu64 " wraps joined, %" PRIu64
               " hyphens joined, %" PRIu64 " bad UTF-8, %" PRIu64 " words cut\n",
               t->links_removed, t->glued_split, t->wraps_joined, t->hyphens_joined,
               t->bad_utf8, t->words_cut);
}

static const char *const step_names[] = {
#define REPORT_NAME(name, word) [name] = (word),
    REPORT_STEPS(REPORT_NAME)
#undef REPORT_NAME
};

/* What copies cost of the CPU: fingerprints, and the steps of link that know about them. */
static double copies_cpu(const struct report *r)
{
    double sum = (double)atomic_load(&r->fingerprint_nanoseconds) / 1e9;
    for (int i = REPORT_EXACT; i < REPORT_N_STEPS; i++)
        sum += r->step_cpu[i];
    return sum;
}

static uint64_t saved_tokens(const struct report_copies *c)
{
    return c->tokens > c->stream ? c->tokens - c->stream : 0;
}

/* Text that is not stored again, by the mean length of a token and its separator. */
static uint64_t saved_bytes(const struct report *r)
{
    const struct report_copies *c = &r->copies;
    return c->tokens > 0 ? (uint64_t)((double)r->text_bytes * (double)saved_tokens(c) /
                                      (double)c->tokens)
                         : 0;
}

static void put_copies(const struct report *r, struct buf *out)
{
    const struct report_copies *c = &r->copies;
    uint64_t saved = saved_tokens(c);
    double bytes = (double)saved_bytes(r);
    buf_printf(out, "copies    %" PRIu64 " %s, the largest of %" PRIu64 " articles:",
               c->shared_stories,
               c->shared_stories == 1 ? "story has copies" : "stories have copies",
               c->largest);
    for (int i = RELATION_SAME; i <= RELATION_CONTAINED; i++)
        buf_printf(out, "%s %" PRIu64 " %s", i == RELATION_SAME ? "" : ",",
                   c->members[i], stories_relation_name((uint8_t)i));
    buf_printf(out,
               "\nlinks     %" PRIu64 " between stories; %" PRIu64
               " pairs proposed, %" PRIu64 " compared\n",
               c->links, c->candidates, c->pairs);
    buf_printf(out,
               "saved     %" PRIu64 " tokens of %" PRIu64
               " (%.1f %%), about %.1f %s of text, stored once\n",
               saved, c->tokens,
               c->tokens > 0 ? (double)saved / (double)c->tokens * 100 : 0,
               bytes / (bytes < 1e6 ? 1e3 : 1e6), bytes < 1e6 ? "KB" : "MB");
}

static void put_json_copies(const struct report *r, struct buf *out)
{
    const struct report_copies *c = &r->copies;
    buf_printf(out,
               ",\"copies\":{\"stories\":%" PRIu64 ",\"largest\":%" PRIu64
               ",\"candidates\":%" PRIu64 ",\"pairs\":%" PRIu64 ",\"links\":%" PRIu64
               ",\"tokens\":%" PRIu64 ",\"tokens_saved\":%" PRIu64
               ",\"bytes_saved\":%" PRIu64,
               c->shared_stories, c->largest, c->candidates, c->pairs, c->links,
               c->tokens, saved_tokens(c), saved_bytes(r));
    for (int i = RELATION_SAME; i <= RELATION_CONTAINED; i++)
        buf_printf(out, ",\"%s\":%" PRIu64, stories_relation_name((uint8_t)i),
                   c->members[i]);
    buf_printf(out, ",\"cpu_seconds\":%.3f}", copies_cpu(r));
}

static void put_json_times(const struct report *r, struct buf *out)
{
    buf_put_str(out, ",\"phases\":{");
    for (int i = 0; i <= REPORT_COMMIT; i++)
        buf_printf(out, "%s\"%s\":{\"wall_seconds\":%.3f,\"cpu_seconds\":%.3f}",
                   i ? "," : "", phase_names[i], r->phase_seconds[i], r->phase_cpu[i]);
    buf_printf(out, "},\"steps\":{\"fingerprints\":{\"cpu_seconds\":%.3f}",
               (double)atomic_load(&r->fingerprint_nanoseconds) / 1e9);
    for (int i = 0; i < REPORT_N_STEPS; i++)
        buf_printf(out, ",\"%s\":{\"wall_seconds\":%.3f,\"cpu_seconds\":%.3f}",
                   step_names[i], r->step_seconds[i], r->step_cpu[i]);
    buf_put_str(out, "}");
}

static void put_json(const struct report *r, double wall, double cpu, struct buf *out)
{
    const struct text_repairs *t = &r->repairs;
    buf_printf(out,
               "{\"phase\":\"done\",\"inputs\":%" PRIu64 ",\"articles\":%" PRIu64
               ",\"stories\":%" PRIu64 ",\"tokens\":%" PRIu64 ",\"text_bytes\":%" PRIu64
               ",\"rejects\":%" PRIu64 ",\"warnings\":%" PRIu64
               ",\"index_bytes\":%" PRIu64 ",\"spilled_bytes\":%" PRIu64
               ",\"peak_bytes\":%" PRIu64 ",\"wall_seconds\":%.2f,\"cpu_seconds\":%.2f",
               r->n_inputs, (uint64_t)atomic_load(&r->articles), r->stories, r->tokens,
               r->text_bytes, r->n_rejects, r->n_warnings, r->index_bytes,
               r->spilled_bytes, budget_peak_rss(), wall, cpu);
    buf_printf(out,
               ",\"repairs\":{\"links_removed\":%" PRIu64 ",\"glued_split\":%" PRIu64
               ",\"wraps_joined\":%" PRIu64 ",\"hyphens_joined\":%" PRIu64
               ",\"bad_utf8\":%" PRIu64 ",\"words_cut\":%" PRIu64 "}",
               t->links_removed, t->glued_split, t->wraps_joined, t->hyphens_joined,
               t->bad_utf8, t->words_cut);
    put_json_copies(r, out);
    put_json_times(r, out);
    buf_put_str(out, "}\n");
}

void report_end(struct report *r, struct buf *out)
{
    double now = now_seconds(), wall = now - r->started_seconds, cpu = cpu_seconds();
    double megabytes = (double)r->text_bytes / 1e6;
    end_phase(r, now, cpu);
    if (r->kind == PROGRESS_JSON) {
        put_json(r, wall, cpu, out);
        return;
    }
    buf_printf(out,
               "indexed   %" PRIu64 " articles in %" PRIu64 " stories from %" PRIu64
               " inputs\n",
               (uint64_t)atomic_load(&r->articles), r->stories, r->n_inputs);
    buf_printf(out, "text      %.1f MB, %" PRIu64 " tokens\n", megabytes, r->tokens);
    put_copies(r, out);
    buf_printf(out, "left out  %" PRIu64 " records or files, %" PRIu64 " warnings\n",
               r->n_rejects, r->n_warnings);
    put_repairs(&r->repairs, out);
    buf_printf(out, "speed     %.1f MB/s of text (%.1f MB/s of CPU time), %.2f s\n",
               wall > 0 ? megabytes / wall : 0, cpu > 0 ? megabytes / cpu : 0, wall);
    buf_printf(out, "phases    scan %.2f s, link %.2f s, write %.2f s, commit %.2f s\n",
               r->phase_seconds[REPORT_SCAN], r->phase_seconds[REPORT_LINK],
               r->phase_seconds[REPORT_WRITE], r->phase_seconds[REPORT_COMMIT]);
    buf_printf(out, "link      ");
    for (int i = 0; i < REPORT_N_STEPS; i++)
        buf_printf(out, "%s%s %.2f s", i ? ", " : "", step_names[i],
                   r->step_seconds[i]);
    buf_printf(out, "\n          copies took %.2f s of %.2f s of CPU time (%.1f %%)\n",
               copies_cpu(r), cpu, cpu > 0 ? copies_cpu(r) / cpu * 100 : 0);
    buf_printf(out, "memory    %.1f MiB at most", mib(budget_peak_rss()));
    if (r->spilled_bytes > 0)
        buf_printf(out, ", %.1f MiB of postings spilled", mib(r->spilled_bytes));
    buf_printf(out, "\nindex     %.1f MiB", mib(r->index_bytes));
    if (r->text_bytes > 0)
        buf_printf(out, ", %.1f %% of the text",
                   (double)r->index_bytes / (double)r->text_bytes * 100);
    buf_put_str(out, "\n");
}
