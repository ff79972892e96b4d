/* Writing the lists of pairs and their directory. */
#include <assert.h>

#include "base/endian.h"
#include "formats/bigrams.h"
#include "formats/bigrams_layout.h"

void bigrams_writer_init(struct bigrams_writer *w, struct section_writer *s)
{
    *w = (struct bigrams_writer){.section = s};
}

void bigrams_writer_release(struct bigrams_writer *w)
{
    vec_release(&w->pairs);
    *w = (struct bigrams_writer){0};
}

void bigrams_writer_put(struct bigrams_writer *w, term_id first, term_id second,
                        uint32_t count, struct bytes list)
{
    struct bigram b = {first, second, count, {section_tell(w->section), list.len}};
    const struct bigram *last = w->pairs.items + w->pairs.len - (w->pairs.len > 0);
    assert(count > 0 && (w->pairs.len == 0 || last->first < first ||
                         (last->first == first && last->second < second)));
    (void)last; /* where there are no assertions */
    if (!vec_push(&w->pairs, b))
        w->failed = true;
    section_put(w->section, list.data, list.len);
}

void bigrams_writer_finish(struct bigrams_writer *w)
{
    vec_foreach(const struct bigram, b, &w->pairs) {
        uint8_t entry[BIGRAMS_ENTRY];
        store_u32(entry + BIGRAMS_FIRST, b->first);
        store_u32(entry + BIGRAMS_SECOND, b->second);
        store_u32(entry + BIGRAMS_COUNT, b->count);
        store_u64(entry + BIGRAMS_END, b->list.offset + b->list.len);
        section_put(w->section, entry, sizeof entry);
    }
    if (w->failed) {
        struct err why = {0};
        err_set(&why, ERR_NOMEM, "pairs: out of memory");
        section_fail(w->section, &why);
    }
    section_finish(w->section, w->pairs.len);
}
