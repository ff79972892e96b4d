#include "text/compare.h"

#include <stdlib.h>
#include <string.h>

#include "text/compare_align.h"

const char *compare_relation_name(uint8_t relation)
{
    static const char *const names[] = {
#define COMPARE_NAME(name, word) [name] = (word),
        COMPARE_RELATIONS(COMPARE_NAME)
#undef COMPARE_NAME
    };
    return relation < COMPARE_N_RELATIONS ? names[relation] : "?";
}

bool compare_merges(uint8_t relation)
{
    return relation == COMPARE_EXACT || relation == COMPARE_NEAR ||
           relation == COMPARE_CONTAINS || relation == COMPARE_CONTAINED;
}

uint8_t compare_mirror(uint8_t relation)
{
    return relation == COMPARE_CONTAINS    ? COMPARE_CONTAINED
           : relation == COMPARE_CONTAINED ? COMPARE_CONTAINS
                                           : relation;
}

const char *compare_rule_name(uint8_t rule)
{
    static const char *const names[] = {
#define COMPARE_NAME(name, code, sentence) [name] = (code),
        COMPARE_RULES(COMPARE_NAME)
#undef COMPARE_NAME
    };
    return rule < COMPARE_N_RULES ? names[rule] : "?";
}

const char *compare_rule_sentence(uint8_t rule)
{
    static const char *const sentences[] = {
#define COMPARE_SENTENCE(name, code, sentence) [name] = (sentence),
        COMPARE_RULES(COMPARE_SENTENCE)
#undef COMPARE_SENTENCE
    };
    return rule < COMPARE_N_RULES ? sentences[rule] : "";
}

void compare_limits_init(struct compare_limits *l)
{
    *l = (struct compare_limits){
#define COMPARE_DEFAULT(name, value, meaning) .name = (value),
        COMPARE_LIMITS(COMPARE_DEFAULT)
#undef COMPARE_DEFAULT
    };
}

struct compare *compare_new(void)
{
    return calloc(1, sizeof(struct compare));
}

void compare_free(struct compare *c)
{
    if (c) {
        compare_index_release(&c->index);
        vec_release(&c->raw.v);
        vec_release(&c->spare.v);
        vec_release(&c->runs.v);
        vec_release(&c->gaps);
        free(c->partner[0]);
        free(c->partner[1]);
        free(c);
    }
}

size_t compare_bytes(const struct compare *c)
{
    size_t runs = c->raw.v.cap + c->spare.v.cap + c->runs.v.cap;
    size_t words = c->index.next_cap + c->partner_cap[0] + c->partner_cap[1];
    return sizeof *c + runs * sizeof(struct compare_run) + words * sizeof(uint32_t) +
           c->index.slots_cap * sizeof *c->index.slots +
           c->gaps.cap * sizeof *c->gaps.items;
}

void compare_thorough(struct compare *c, bool on)
{
    c->thorough = on;
}

uint64_t compare_steps(const struct compare *c)
{
    return c->steps;
}

static bool equal_bodies(const struct compare_text *a, const struct compare_text *b)
{
    return a->n == b->n && (a->n == 0 || memcmp(a->terms, b->terms,
                                                (size_t)a->n * sizeof *a->terms) == 0);
}

/* The figures of equal bodies. */
static int all_of_it(struct compare *c, const struct compare_limits *l,
                     const struct compare_text *a, const struct compare_text *b,
                     struct compare_evidence *out, struct err *err)
{
    if (a->n > 0 && !vec_push(&c->runs.v, (struct compare_run){0, 0, a->n})) {
        return err_set(err, ERR_NOMEM, "no memory to compare two texts");
    }
    if (!compare_no_partners(c, a->n, a->n)) {
        return err_set(err, ERR_NOMEM, "no memory to compare two texts");
    }
    compare_measure(c, l, a, b, out);
    /* Whatever there is of it. */
    out->covered[0] = out->covered[1] = COMPARE_ONE;
    out->matched = a->n;
    return 0;
}

/* The few figures of a pair that comes to nothing. */
static void no_more(const struct compare *c, const struct compare_text *a,
                    const struct compare_text *b, struct compare_evidence *out)
{
    vec_foreach(const struct compare_run, r, &c->raw.v) {
        out->run = r->len > out->run ? r->len : out->run;
        out->matched += r->len;
    }
    out->matched_own = out->matched; /* nobody has looked */
    out->own[0] = a->n;
    out->own[1] = b->n;
}

int compare_look(struct compare *c, const struct compare_limits *l,
                 const struct compare_text *a, const struct compare_text *b,
                 struct compare_evidence *out, bool *done, struct err *err)
{
    *out = (struct compare_evidence){.rare = COMPARE_ONE};
    *done = false;
    vec_reset(&c->raw.v);
    vec_reset(&c->runs.v);
    c->equal = equal_bodies(a, b);
    if (c->equal) {
        return 0;
    }
    bool hopeless;
    int rc = compare_index_make(&c->index, a, err);
    if (rc == 0) {
        rc = compare_find_runs(c, l, a, b, &hopeless, err);
    }
    if (rc) {
        return rc;
    }
    if (hopeless && !c->thorough) {
        no_more(c, a, b, out);
        *done = true;
    }
    return 0;
}

int compare_finish(struct compare *c, const struct compare_limits *l,
                   const struct compare_text *a, const struct compare_text *b,
                   struct compare_evidence *out, struct err *err)
{
    if (c->equal) {
        return all_of_it(c, l, a, b, out, err);
    }
    int rc = compare_pair_tokens(c, a, b, err);
    if (rc == 0) {
        compare_measure(c, l, a, b, out);
    }
    return rc;
}

int compare_match(struct compare *c, const struct compare_limits *l,
                  const struct compare_text *a, const struct compare_text *b,
                  struct compare_evidence *out, struct err *err)
{
    bool done;
    int rc = compare_look(c, l, a, b, out, &done, err);
    return rc || done ? rc : compare_finish(c, l, a, b, out, err);
}

int compare_resume(struct compare *c, const struct compare_limits *l,
                   const struct compare_text *a, const struct compare_text *b,
                   const struct compare_run *runs, size_t n,
                   struct compare_evidence *out, struct err *err)
{
    *out = (struct compare_evidence){.rare = COMPARE_ONE};
    vec_reset(&c->raw.v);
    vec_reset(&c->runs.v);
    c->equal = false;
    if (!vec_reserve(&c->runs.v, n) || !compare_no_partners(c, a->n, b->n)) {
        return err_set(err, ERR_NOMEM, "no memory to compare two texts");
    }
    for (size_t i = 0; i < n; i++) {
        compare_make_partners(c, runs[i]);
        c->runs.v.items[c->runs.v.len++] = runs[i];
    }
    compare_measure(c, l, a, b, out);
    return 0;
}

const struct compare_run *compare_runs(const struct compare *c, size_t *n)
{
    *n = c->runs.v.len;
    return c->runs.v.items;
}
