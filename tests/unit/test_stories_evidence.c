/* The coding of evidence: every mixture of figures that are as usual and of others. */
#include <criterion/criterion.h>
#include <string.h>

#include "formats/stories_layout.h"
#include "tests/unit/formats_fixture.h"

static uint16_t fraction(bool usual, uint64_t *state)
{
    return usual ? STORIES_SCORE_MAX : (uint16_t)(fixture_random(state) % 10000);
}

static struct evidence make(unsigned usual, uint64_t *state)
{
    struct evidence e = {.relation = RELATION_NEAR,
                         .rule = (uint8_t)(1 + fixture_random(state) % 30),
                         .score = fraction(usual & 1, state),
                         .covered_root = fraction(usual & 2, state),
                         .covered_member = fraction(usual & 4, state),
                         .rare = fraction(usual & 8, state),
                         .root_from = fixture_gap(state, UINT32_MAX / 2),
                         .facts_agreed = fixture_gap(state, 1000)};
    uint32_t len = fixture_gap(state, UINT32_MAX / 2);
    e.root_to = e.root_from + len;
    e.member_from = usual & 16 ? e.root_from : fixture_gap(state, UINT32_MAX / 2);
    e.member_to =
        e.member_from + (usual & 32 ? len : fixture_gap(state, UINT32_MAX / 2));
    e.run = usual & 64 ? len : fixture_gap(state, UINT32_MAX);
    e.facts_differ = usual & 128 ? 0 : fixture_gap(state, UINT32_MAX);
    return e;
}

Test(stories_evidence, comes_back)
{
    uint64_t state = 3;
    for (unsigned i = 0; i < 256 * 20; i++) {
        struct evidence e = make(i % 256, &state), back;
        struct buf out = {0};
        stories_evidence_put(&out, &e);
        struct cursor c = cursor_of(out.data, out.len);
        cr_assert(stories_evidence_get(&c, &back));
        cr_assert_eq(cursor_left(&c), 0);
        cr_assert(stories_evidence_equal(&e, &back));
        buf_release(&out);
    }
}

/* What is all as usual takes a byte for each of what never is. */
Test(stories_evidence, the_usual_is_short)
{
    struct evidence e = {.relation = RELATION_EXACT,
                         .rule = 1,
                         .score = STORIES_SCORE_MAX,
                         .covered_root = STORIES_SCORE_MAX,
                         .covered_member = STORIES_SCORE_MAX,
                         .rare = STORIES_SCORE_MAX,
                         .root_from = 9,
                         .root_to = 100,
                         .member_from = 9,
                         .member_to = 100,
                         .run = 91,
                         .facts_agreed = 4};
    struct buf out = {0};
    stories_evidence_put(&out, &e);
    cr_assert_eq(out.len, 6);
    /* Said otherwise it is no evidence: each has one coding. */
    for (unsigned bit = 0; bit < 8; bit++) {
        uint8_t other[16] = {0};
        struct evidence back;
        memcpy(other, out.data, out.len);
        other[1] ^= (uint8_t)(1U << bit);
        struct cursor c = cursor_of(other, sizeof other);
        if (stories_evidence_get(&c, &back))
            cr_assert_not(stories_evidence_equal(&e, &back));
    }
    buf_release(&out);
}
