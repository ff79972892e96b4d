#include "query/span_match.h"

enum {
    TOKENS_MAX = SPAN_WINDOW_LISTS_MAX * SPAN_WINDOW_LISTS_MAX
};

struct matching {
    uint32_t who
        [TOKENS_MAX]; /* of each token, the last one first: a bit for each list that has it */
    size_t owned[SPAN_WINDOW_LISTS_MAX]; /* the token of a list, and 1 */
};

/* Finds a list for the token, and other tokens for those that give way (H. W. Kuhn, "The Hungarian method for the
 * assignment problem", Naval Research Logistics Quarterly 2, 1955). */
static bool match_token(struct matching *m, size_t token, uint32_t *tried)
{
    for (uint32_t i = 0; i < SPAN_WINDOW_LISTS_MAX; i++) {
        uint32_t bit = 1U << i;
        if (!(m->who[token] & bit) || (*tried & bit)) {
            continue;
        }
        *tried |= bit;
        if (m->owned[i] == 0 || match_token(m, m->owned[i] - 1, tried)) {
            m->owned[i] = token + 1;
            return true;
        }
    }
    return false;
}

/* Of a list only so many spans matter as there are lists: the others cannot take more. */
static bool are_tokens(const struct hits *h, size_t begun, size_t n, uint32_t lo)
{
    for (size_t k = 0; k < n && k < begun; k++) {
        const struct hit *x = &h->list.items[begun - 1 - k];
        if (x->first < lo) {
            break;
        }
        if (x->len != 1) {
            return false;
        }
    }
    return true;
}

/* The last token that is not taken yet, and who has it; who is 0: there is none. */
static uint32_t last_token(const struct hits *const *lists, const size_t *begun,
                           size_t *taken, size_t n, uint32_t lo, uint32_t *who)
{
    uint32_t token = 0;
    *who = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = begun[i] - taken[i];
        if (taken[i] == n || at == 0) {
            continue;
        }
        uint32_t first = lists[i]->list.items[at - 1].first;
        if (first < lo || (*who && first < token)) {
            continue;
        }
        *who = *who && first == token ? *who | 1U << i : 1U << i;
        token = first;
    }
    for (size_t i = 0; i < n; i++) {
        taken[i] += *who >> i & 1;
    }
    return token;
}

/* The lists that wait for another token: those without one, and those that have what they could take. */
static uint32_t lacking_lists(const struct matching *m, size_t n, size_t n_tokens)
{
    uint32_t lacking = 0, before;
    for (size_t i = 0; i < n; i++) {
        lacking |= m->owned[i] == 0 ? 1U << i : 0;
    }
    do {
        before = lacking;
        for (size_t i = 0; i < n; i++) {
            size_t token = m->owned[i];
            if (token > 0 && token <= n_tokens && (m->who[token - 1] & lacking)) {
                lacking |= 1U << i;
            }
        }
    } while (lacking != before);
    return lacking;
}

/* A token that was given to a list once stays with one, so tokens are added from the last to the first until each
 * list has its own; no window that begins later has enough. Where a token finds no list, those that were tried have theirs
 * from one another for good. */
uint64_t span_match(const struct hits *const *lists, const size_t *begun, size_t n,
                    uint32_t lo, uint32_t *lacking)
{
    struct matching m = {0};
    size_t taken[SPAN_WINDOW_LISTS_MAX] = {0}, matched = 0, k = 0;
    uint32_t closed = 0;
    *lacking = 0;
    for (size_t i = 0; i < n; i++) {
        if (!are_tokens(lists[i], begun[i], n, lo)) {
            return SPAN_MATCH_WIDE;
        }
    }
    for (; k < TOKENS_MAX; k++) {
        uint32_t tried = closed;
        uint32_t token = last_token(lists, begun, taken, n, lo, &m.who[k]);
        if (m.who[k] == 0) {
            break;
        }
        if (match_token(&m, k, &tried)) {
            matched++;
        } else {
            closed = tried;
        }
        if (matched == n) {
            return (uint64_t)token + 1;
        }
    }
    *lacking = lacking_lists(&m, n, k);
    return 0;
}
