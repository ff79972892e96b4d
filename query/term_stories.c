#include "query/term_stories.h"

#include <string.h>

#include "formats/addresses_match.h"
#include "query/scope.h"

enum {
    /* An entry with up to so many addresses for each story that is asked about gives all of its stories. */
    ADDRESSES_A_STORY = 2
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for stories");
}

/* --- with a list ----------------------------------------------------------------------------- */

static int fill_listed(const struct segment *segment, const struct leaf_entry *entry,
                       story_vec *out, struct err *err)
{
    struct story_cursor c;
    const story_id *block;
    uint32_t n, left = entry->stories;
    story_id lo = 0;
    if (!vec_reserve(out, entry->stories)) {
        return no_memory(err);
    }
    int rc = storylists_open(&c, &segment->doc, entry->doc, entry->stories, err);
    while (rc == 0 && left > 0) {
        rc = storylists_block(&c, lo, &block, &n, err);
        if (rc == 0 && (n > left || block[0] < lo ||
                        block[n - 1] >= segment->wordings.n_stories)) {
            rc = section_corrupt(&segment->doc, entry->doc.offset, err,
                                 "list: no story %u", (unsigned)block[n - 1]);
        }
        if (rc == 0) {
            memcpy(out->items + out->len, block, n * sizeof *block);
            out->len += n;
            left -= n;
            lo = block[n - 1] + 1;
        }
    }
    return rc < 0 ? rc : 0;
}

static int keep_listed(const struct segment *segment, const struct leaf_entry *entry,
                       story_vec *stories, struct err *err)
{
    struct story_cursor c;
    const story_id *block;
    story_id *v = stories->items;
    size_t i = 0, kept = 0, found;
    uint32_t n;
    int rc = storylists_open(&c, &segment->doc, entry->doc, entry->stories, err);
    while (rc == 0 && i < stories->len) {
        rc = storylists_block(&c, v[i], &block, &n, err);
        if (rc == 0) { /* all that this block answers for */
            i += addresses_match(block, v + i, stories->len - i, 0, block[n - 1],
                                 v + kept, &found);
            kept += found;
        }
    }
    stories->len = rc < 0 ? 0 : kept;
    return rc < 0 ? rc : 0;
}

/* --- with addresses -------------------------------------------------------------------------- */

static int open_addresses(const struct segment *segment, const struct leaf_entry *entry,
                          struct address_cursor *c, struct err *err)
{
    if (entry->n_inline > 0) {
        addresses_open_inline(c, entry->inline_list, entry->n_inline);
        return 0;
    }
    return addresses_open(c, &segment->pos, entry->pos, entry->count, err);
}

static int fill_addressed(const struct segment *segment, const struct leaf_entry *entry,
                          story_vec *out, struct err *err)
{
    struct address_cursor c;
    struct marks_walk walk;
    address a = 0;
    marks_walk_begin(&walk, &segment->wordings.starts);
    int rc = open_addresses(segment, entry, &c, err);
    while (rc == 0 && (rc = addresses_seek(&c, a, &a, err)) == 0) {
        struct scope_story s = {0};
        rc = scope_story_of(&walk, &segment->wordings, a, &s, err);
        if (rc == 0 && !vec_push(out, s.id)) {
            rc = no_memory(err);
        }
        a = s.end;
    }
    return rc < 0 ? rc : 0;
}

/* Keeps of v[0..n) what the other list has too; returns how many. */
static size_t intersect(story_id *v, size_t n, const story_vec *other)
{
    size_t kept = 0, k = 0;
    for (size_t i = 0; i < n && k < other->len;) {
        story_id a = v[i], b = other->items[k];
        v[kept] = a;
        kept += a == b;
        i += a <= b;
        k += b <= a;
    }
    return kept;
}

static int keep_addressed(const struct segment *segment, const struct leaf_entry *entry,
                          story_vec *stories, struct err *err)
{
    struct address_cursor c;
    struct scope_places places;
    size_t kept = 0;
    scope_places_begin(&places, &segment->wordings);
    int rc = open_addresses(segment, entry, &c, err);
    for (size_t i = 0; i < stories->len && rc == 0; i++) {
        struct scope_story s;
        address a;
        rc = scope_place_of(&places, stories->items[i], &s, err);
        if (rc == 0) {
            rc = addresses_seek(&c, s.start, &a, err);
        }
        if (rc == 0 && a < s.end) {
            stories->items[kept++] = s.id;
        }
    }
    stories->len = rc < 0 ? 0 : kept;
    return rc < 0 ? rc : 0;
}

/* --------------------------------------------------------------------------------------------- */

int term_stories_fill(const struct segment *segment, const struct leaf_entry *entry,
                      story_vec *out, struct err *err)
{
    return entry->doc.len > 0 ? fill_listed(segment, entry, out, err)
                              : fill_addressed(segment, entry, out, err);
}

int term_stories_keep(const struct segment *segment, const struct leaf_entry *entry,
                      story_vec *stories, story_vec *spare, struct err *err)
{
    if (entry->doc.len > 0) {
        return keep_listed(segment, entry, stories, err);
    }
    if (entry->count / ADDRESSES_A_STORY > stories->len) {
        return keep_addressed(segment, entry, stories, err);
    }
    vec_reset(spare);
    int rc = fill_addressed(segment, entry, spare, err);
    stories->len = rc ? 0 : intersect(stories->items, stories->len, spare);
    return rc;
}
