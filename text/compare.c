#include "text/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

struct compare {
    VEC(struct compare_run) runs;
};

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
        vec_release(&c->runs);
        free(c);
    }
}

size_t compare_bytes(const struct compare *c)
{
    return sizeof *c + c->runs.cap * sizeof *c->runs.items;
}

int compare_match(struct compare *c, const struct compare_limits *l,
                  const struct compare_text *a, const struct compare_text *b,
                  struct compare_evidence *out, struct err *err)
{
    (void)l;
    uint32_t n = a->n < b->n ? a->n : b->n;
    uint32_t len = 0;
    while (len < n && a->terms[len] == b->terms[len]) {
        len++;
    }
    *out = (struct compare_evidence){.rare = COMPARE_ONE};
    vec_reset(&c->runs);
    if (len == 0) {
        return 0;
    }
    if (!vec_push(&c->runs, (struct compare_run){0, 0, len})) {
        return err_set(err, ERR_NOMEM, "no memory to compare two texts");
    }
    out->covered[0] = (uint16_t)((uint64_t)len * COMPARE_ONE / a->n);
    out->covered[1] = (uint16_t)((uint64_t)len * COMPARE_ONE / b->n);
    out->to[0] = out->to[1] = out->run = out->matched = len;
    for (uint32_t i = 0; i < len; i++) {
        out->run_rare += !(a->kinds[i] & COMPARE_COMMON);
        out->facts_agreed += (a->kinds[i] & COMPARE_FACT) != 0;
    }
    return 0;
}

const struct compare_run *compare_runs(const struct compare *c, size_t *n)
{
    *n = c->runs.len;
    return c->runs.items;
}

void compare_judge(const struct compare_limits *l, const struct compare_text *a,
                   const struct compare_text *b, struct compare_evidence *e)
{
    bool first = e->covered[0] >= l->contained, second = e->covered[1] >= l->contained;
    e->relation = COMPARE_UNRELATED;
    e->rule = COMPARE_RULE_NONE;
    if (a->n == b->n && e->matched == a->n) {
        e->relation = COMPARE_EXACT;
        e->rule = COMPARE_RULE_EQUAL;
    } else if (e->covered[0] >= l->near && e->covered[1] >= l->near) {
        e->relation = COMPARE_NEAR;
        e->rule = COMPARE_RULE_BOTH;
    } else if (first || second) {
        e->relation = second ? COMPARE_CONTAINS : COMPARE_CONTAINED;
        e->rule = COMPARE_RULE_ONE;
    }
    e->score = e->covered[0] > e->covered[1] ? e->covered[0] : e->covered[1];
}
