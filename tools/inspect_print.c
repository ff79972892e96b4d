#include "tools/inspect_print.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "formats/reconstruct.h"

void inspect_text(const struct inspect *in, struct bytes text)
{
    struct buf safe = {0};
    log_sanitise(&safe, text, true);
    fputc('"', in->out);
    for (size_t i = 0; i < safe.len; i++) {
        uint8_t c = safe.data[i];
        if (c == '\n')
            fputs("\\n", in->out);
        else if (c == '\t')
            fputs("\\t", in->out);
        else if (c == '"' || c == '\\')
            fprintf(in->out, "\\%c", c);
        else
            fputc(c, in->out);
    }
    fputc('"', in->out);
    buf_release(&safe);
}

/* How many of n elements are printed. */
static uint64_t cut(const struct inspect *in, uint64_t n)
{
    return in->limit > 0 && n > in->limit ? in->limit : n;
}

static void tell_rest(const struct inspect *in, uint64_t n)
{
    if (cut(in, n) < n)
        fprintf(in->out, "... %" PRIu64 " more\n", n - cut(in, n));
}

void inspect_container(const struct inspect *in, struct container *c)
{
    const uint64_t *counts = container_counts(c);
    struct err err = {0};
    fprintf(in->out, "file %s\nanalyser %u\ncounts", container_path(c),
            container_analyser_version(c));
    for (size_t i = 0; i < CONTAINER_COUNTS; i++)
        fprintf(in->out, " %" PRIu64, counts[i]);
    fprintf(in->out, "\n");
    for (size_t i = 0; i < container_n_sections(c); i++) {
        struct section s;
        if (container_nth_section(c, i, &s, &err) != 0) {
            fprintf(in->out, "section %zu: %s\n", i, err.msg);
            err_clear(&err);
            continue;
        }
        fprintf(in->out,
                "section %2" PRIu32 " %-8s version %u bytes %" PRIu64 " count %" PRIu64
                "\n",
                s.id, container_section_name(s.id), s.version, s.len, s.count);
    }
}

int inspect_bytes(const struct inspect *in, const struct section *s, struct err *err)
{
    uint64_t lines = (s->len + 15) / 16;
    for (uint64_t i = 0; i < cut(in, lines); i++) {
        const uint8_t *at;
        uint64_t n = s->len - 16 * i < 16 ? s->len - 16 * i : 16;
        int rc = section_get(s, 16 * i, n, &at, err);
        if (rc != 0)
            return rc;
        fprintf(in->out, "%08" PRIx64 " ", 16 * i);
        for (uint64_t k = 0; k < n; k++)
            fprintf(in->out, " %02x", at[k]);
        fputc('\n', in->out);
    }
    tell_rest(in, lines);
    return 0;
}

/* --- terms and their lists --------------------------------------------------------------- */

static void print_key(const struct inspect *in, const struct term_entry *e)
{
    fprintf(in->out, "%" PRIu32 " ", e->id);
    inspect_text(in, bytes_of(e->key, e->key_len));
    if (e->span > 0)
        fprintf(in->out, " span %u", e->span);
}

static int print_term(const struct inspect *in, struct segment *s,
                      const struct term_entry *e, struct err *err)
{
    (void)s, (void)err;
    print_key(in, e);
    fprintf(in->out, " stories %" PRIu32 " occurrences %" PRIu64, e->stories,
            e->occurrences);
    if (e->n_inline > 0)
        fputs(" inline", in->out);
    for (uint32_t i = 0; i < e->n_inline; i++)
        fprintf(in->out, " %" PRIu32, e->inline_list[i]);
    if (e->n_inline == 0)
        fprintf(in->out, " pos %" PRIu64 "+%" PRIu64, e->pos.offset, e->pos.len);
    if (e->doc.len > 0)
        fprintf(in->out, " doc %" PRIu64 "+%" PRIu64, e->doc.offset, e->doc.len);
    fputc('\n', in->out);
    return 0;
}

static int print_addresses(const struct inspect *in, struct segment *s,
                           const struct term_entry *e, struct err *err)
{
    struct address_cursor c;
    address at = 0;
    uint64_t n = 0;
    print_key(in, e);
    fputc(':', in->out);
    int rc = segment_addresses(s, e, &c, err);
    while (rc == 0 && n < cut(in, e->occurrences)) {
        rc = addresses_seek(&c, at, &at, err);
        if (rc == 0) {
            fprintf(in->out, " %" PRIu32, at++);
            n++;
        }
    }
    fputs(n < e->occurrences ? " ...\n" : "\n", in->out);
    return rc == ITER_END ? 0 : rc;
}

static int print_stories_of(const struct inspect *in, struct segment *s,
                            const struct term_entry *e, struct err *err)
{
    struct story_cursor c;
    story_id story, at = 0;
    uint64_t n = 0;
    if (e->doc.len == 0)
        return 0;
    print_key(in, e);
    fputc(':', in->out);
    int rc = storylists_open(&c, &s->doc, e->doc, e->stories, err);
    while (rc == 0 && n < cut(in, e->stories)) {
        rc = storylists_seek(&c, at, &story, err);
        if (rc == 0) {
            fprintf(in->out, " %" PRIu32, story);
            at = story + 1;
            n++;
        }
    }
    fputs(n < e->stories ? " ...\n" : "\n", in->out);
    return rc == ITER_END ? 0 : rc;
}

static int each_term(const struct inspect *in, struct segment *s,
                     int (*print)(const struct inspect *, struct segment *,
                                  const struct term_entry *, struct err *),
                     struct err *err)
{
    struct terms_iter it;
    const struct term_entry *e;
    uint64_t n = 0;
    int rc = terms_seek(&s->terms, bytes_of("", 0), &it, err);
    for (; rc == 0 && n < cut(in, s->terms.n_terms); n++) {
        rc = terms_next(&it, &e, err);
        if (rc == 0)
            rc = print(in, s, e, err);
    }
    tell_rest(in, s->terms.n_terms);
    return rc == ITER_END ? 0 : rc;
}

static int print_terms(const struct inspect *in, struct segment *s, struct err *err)
{
    return each_term(in, s, print_term, err);
}

static int print_pos(const struct inspect *in, struct segment *s, struct err *err)
{
    return each_term(in, s, print_addresses, err);
}

/* Pairs of words with their places: the id of each word's entry, and its key. */
static int print_bigrams(const struct inspect *in, struct segment *s, struct err *err)
{
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < cut(in, s->bigrams.n); i++) {
        struct term_entry first, second;
        struct address_cursor c;
        struct bigram pair;
        address at = 0;
        uint64_t n = 0;
        rc = bigrams_get(&s->bigrams, i, &pair, err);
        if (rc == 0)
            rc = terms_get(&s->terms, pair.first, &first, err);
        if (rc == 0)
            rc = terms_get(&s->terms, pair.second, &second, err);
        if (rc == 0)
            rc = addresses_open(&c, &s->bigrams.section, pair.list, pair.count, err);
        if (rc != 0)
            break;
        print_key(in, &first);
        fputc(' ', in->out);
        print_key(in, &second);
        fprintf(in->out, " addresses %" PRIu32 " list %" PRIu64 "+%" PRIu64 ":",
                pair.count, pair.list.offset, pair.list.len);
        while (rc == 0 && n < cut(in, pair.count)) {
            rc = addresses_seek(&c, at, &at, err);
            if (rc == 0) {
                fprintf(in->out, " %" PRIu32, at++);
                n++;
            }
        }
        fputs(n < pair.count ? " ...\n" : "\n", in->out);
        rc = rc == ITER_END ? 0 : rc;
    }
    tell_rest(in, s->bigrams.n);
    return rc;
}

static int print_doc(const struct inspect *in, struct segment *s, struct err *err)
{
    return each_term(in, s, print_stories_of, err);
}

/* --- the stream ---------------------------------------------------------------------------- */

static const char *break_name(uint8_t brk)
{
    static const char *const names[] = {"-", "sentence", "paragraph", "glued"};
    return brk < 4 ? names[brk] : "?";
}

static int print_stream(const struct inspect *in, struct segment *s, struct err *err)
{
    int rc = 0;
    for (uint64_t a = 0; rc == 0 && a < cut(in, s->forward.n_tokens); a++) {
        surface_id surface;
        sep_id sep;
        struct bytes text, between;
        uint8_t brk;
        rc = reconstruct_stream(s, (address)a, 1, &surface, &sep, err);
        if (rc == 0)
            rc = surfaces_sep(&s->surfaces, sep, &brk, &between, err);
        if (rc == 0)
            rc = surfaces_get(&s->surfaces, surface, &text, err);
        if (rc != 0)
            break;
        fprintf(in->out, "%" PRIu64 " %s ", a, break_name(brk));
        inspect_text(in, between);
        fputc(' ', in->out);
        inspect_text(in, text);
        fputc('\n', in->out);
    }
    tell_rest(in, s->forward.n_tokens);
    return rc;
}

static int print_surfaces(const struct inspect *in, struct segment *s, struct err *err)
{
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < cut(in, s->surfaces.n_surfaces); i++) {
        struct bytes text;
        term_id term;
        rc = surfaces_get(&s->surfaces, i, &text, err);
        if (rc == 0)
            rc = surfaces_term(&s->surfaces, i, &term, err);
        if (rc != 0)
            break;
        fprintf(in->out, "surface %" PRIu32 " term %" PRIu32 " ", i, term);
        inspect_text(in, text);
        fputc('\n', in->out);
    }
    tell_rest(in, s->surfaces.n_surfaces);
    for (uint32_t i = 0; rc == 0 && i < cut(in, s->surfaces.n_seps); i++) {
        struct bytes text;
        uint8_t brk;
        rc = surfaces_sep(&s->surfaces, i, &brk, &text, err);
        if (rc != 0)
            break;
        fprintf(in->out, "separator %" PRIu32 " %s ", i, break_name(brk));
        inspect_text(in, text);
        fputc('\n', in->out);
    }
    tell_rest(in, s->surfaces.n_seps);
    return rc;
}

static int print_marks(const struct inspect *in, const struct marks *m, struct err *err)
{
    int rc = 0;
    for (uint64_t i = 0; rc == 0 && i < cut(in, marks_count(m)); i++) {
        uint64_t value;
        rc = marks_select(m, i, &value, err);
        if (rc == 0)
            fprintf(in->out, "%" PRIu64 "\n", value);
    }
    tell_rest(in, marks_count(m));
    return rc;
}

static int print_sentences(const struct inspect *in, struct segment *s, struct err *err)
{
    return print_marks(in, &s->sentences, err);
}

static int print_paragraphs(const struct inspect *in, struct segment *s,
                            struct err *err)
{
    return print_marks(in, &s->paragraphs, err);
}

/* --- stories, wordings, articles -------------------------------------------------------------- */

static int print_story(const struct inspect *in, struct segment *s, story_id id,
                       struct err *err)
{
    struct story_view v;
    block_vec blocks = {0};
    piece_vec pieces = {0};
    break_vec breaks = {0};
    int rc = wordings_story(&s->wordings, id, &v, err);
    if (rc == 0)
        rc = wordings_blocks(&s->wordings, id, &blocks, err);
    if (rc != 0)
        goto out;
    fprintf(in->out,
            "story %" PRIu32 " [%" PRIu32 ", %" PRIu32 ") homes %" PRIu32
            " wordings %" PRIu32 "+%" PRIu32 "\n",
            id, v.start, v.end, v.homes, v.first_wording, v.n_wordings);
    vec_foreach(struct block, b, &blocks) {
        fprintf(in->out, "  block %" PRIu32 "+%" PRIu32, b->start, b->len);
        if (b->lead_home != (address)ADDRESS_NONE)
            fprintf(in->out, " lead %" PRIu32, b->lead_home);
        if (b->tail_home != (address)ADDRESS_NONE)
            fprintf(in->out, " tail %" PRIu32, b->tail_home);
        fputc('\n', in->out);
    }
    for (uint32_t i = 0; !v.simple && i < v.n_wordings; i++) {
        rc = wordings_pieces(&s->wordings, v.first_wording + i, &pieces, err);
        if (rc == 0)
            rc = wordings_breaks(&s->wordings, v.first_wording + i, &breaks, err);
        if (rc != 0)
            goto out;
        fprintf(in->out, "  wording %" PRIu32 ":", v.first_wording + i);
        vec_foreach(struct piece, p, &pieces)
            fprintf(in->out, " %" PRIu32 "+%" PRIu32 "/%" PRIu32, p->start, p->own,
                    p->look);
        vec_foreach(struct word_break, b, &breaks)
            fprintf(in->out, " %s@%" PRIu32, break_name(b->brk), b->at);
        fputc('\n', in->out);
    }
out:
    vec_release(&blocks);
    vec_release(&pieces);
    vec_release(&breaks);
    return rc;
}

static int print_wordings(const struct inspect *in, struct segment *s, struct err *err)
{
    int rc = 0;
    for (story_id id = 0; rc == 0 && id < cut(in, s->wordings.n_stories); id++)
        rc = print_story(in, s, id, err);
    tell_rest(in, s->wordings.n_stories);
    return rc;
}

static void print_patch(const struct inspect *in, const struct patch *p)
{
    static const char *const names[] = {"?", "surface", "separator", "upper"};
    fprintf(in->out, " %s@%" PRIu32, names[p->kind & 3], p->at);
    if (p->kind == PATCH_UPPER)
        fprintf(in->out, "+%" PRIu32, p->len);
    else
        fprintf(in->out, "=%" PRIu32, p->value);
}

static int print_articles(const struct inspect *in, struct segment *s, struct err *err)
{
    patch_vec patches = {0};
    int rc = 0;
    for (article_id id = 0; rc == 0 && id < cut(in, s->articles.n_articles); id++) {
        struct article_view v;
        rc = articles_get(&s->articles, id, &v, &patches, err);
        if (rc != 0)
            break;
        fprintf(in->out,
                "article %" PRIu32 " wording %" PRIu32 " title %" PRIu32
                " first_sep %" PRIu32 " tail %" PRIu32,
                id, v.wording, v.title_tokens, v.first_sep, v.tail);
        vec_foreach(struct patch, p, &patches)
            print_patch(in, p);
        fputc('\n', in->out);
    }
    tell_rest(in, s->articles.n_articles);
    vec_release(&patches);
    return rc;
}

static int print_maps(const struct inspect *in, struct segment *s, struct err *err)
{
    struct offsetmap map = {0};
    int rc = 0;
    for (article_id id = 0; rc == 0 && id < cut(in, s->articles.n_articles); id++) {
        rc = articles_map(&s->articles, id, &map, err);
        if (rc != 0)
            break;
        fprintf(in->out, "article %" PRIu32 " bytes %" PRIu64 ":", id, map.out_len);
        for (size_t i = 0; i < cut(in, map.segments.len); i++) {
            const struct offset_segment *x = &map.segments.items[i];
            if (x->out_len == x->in_len)
                fprintf(in->out, " %" PRIu32 "@%" PRIu64, x->out_len, x->in_pos);
            else
                fprintf(in->out, " %" PRIu32 "<%" PRIu32 "@%" PRIu64, x->out_len,
                        x->in_len, x->in_pos);
        }
        fputs(cut(in, map.segments.len) < map.segments.len ? " ...\n" : "\n", in->out);
    }
    tell_rest(in, s->articles.n_articles);
    offsetmap_release(&map);
    return rc;
}

static void print_field(const struct inspect *in, const char *name, struct bytes text)
{
    if (text.len == 0)
        return;
    fprintf(in->out, " %s ", name);
    inspect_text(in, text);
}

static void print_row(const struct inspect *in, article_id id,
                      const struct provenance_row *r)
{
    char hex[33];
    hash128_hex(r->digest, hex);
    fprintf(in->out, "article %" PRIu32, id);
    print_field(in, "id", r->id);
    print_field(in, "input", r->input);
    print_field(in, "member", r->member);
    fprintf(in->out,
            " record %" PRIu64 " offset %" PRIu64 " len %" PRIu64
            " digest %s reader %u/%u",
            r->record, r->offset, r->len, hex, r->reader, r->reader_version);
    if (r->day != DAY_NONE)
        fprintf(in->out, " day %" PRId32 " from %u", r->day, r->date_from);
    if (r->second != UINT32_MAX)
        fprintf(in->out, " second %" PRIu32, r->second);
    print_field(in, "date", r->date_text);
    print_field(in, "outlet", r->outlet);
    print_field(in, "author", r->author);
    print_field(in, "section", r->section);
    print_field(in, "lang", r->language);
    print_field(in, "tags", r->tags);
    print_field(in, "title", r->title);
    print_field(in, "url", r->url);
    fputc('\n', in->out);
}

static int print_provenance(const struct inspect *in, struct segment *s,
                            struct err *err)
{
    struct provenance_cache *cache = provenance_cache_new();
    int rc = cache ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    for (article_id id = 0; rc == 0 && id < cut(in, s->provenance.n_articles); id++) {
        struct provenance_row row;
        rc = provenance_get(&s->provenance, cache, id, &row, err);
        if (rc == 0)
            print_row(in, id, &row);
    }
    tell_rest(in, s->provenance.n_articles);
    provenance_cache_free(cache);
    return rc;
}

/* --- by name ------------------------------------------------------------------------------------ */

int inspect_section(const struct inspect *in, struct segment *s, const char *name,
                    struct err *err)
{
    static const struct {
        const char *name;
        int (*print)(const struct inspect *in, struct segment *s, struct err *err);
    } printers[] = {
        {"TERMS", print_terms},      {"POS", print_pos},
        {"BIGRAM", print_bigrams},   {"DOC", print_doc},
        {"FWD", print_stream},       {"SURF", print_surfaces},
        {"SENT", print_sentences},   {"PARA", print_paragraphs},
        {"WORDING", print_wordings}, {"ARTICLE", print_articles},
        {"MAP", print_maps},         {"PROV", print_provenance},
    };
    for (size_t i = 0; i < sizeof printers / sizeof *printers; i++) {
        if (strcmp(printers[i].name, name) == 0)
            return printers[i].print(in, s, err);
    }
    return ERR_NOT_FOUND;
}

int inspect_stories(const struct inspect *in, const struct stories *s, struct err *err)
{
    int rc = 0;
    for (uint32_t g = 0; rc == 0 && g < stories_n_segments(s); g++) {
        uint32_t n, articles;
        article_id article = 0;
        rc = stories_counts(s, g, &n, &articles, err);
        if (rc != 0)
            break;
        fprintf(in->out,
                "segment %" PRIu32 " stories %" PRIu32 " articles %" PRIu32 "\n", g, n,
                articles);
        for (story_id id = 0; rc == 0 && id < cut(in, n); id++) {
            struct story_record r;
            struct evidence m;
            rc = stories_get(s, g, id, &r, err);
            if (rc != 0)
                break;
            fprintf(in->out, "story %" PRIu32 " original %" PRIu32 " fullest %" PRIu32,
                    id, r.original, r.fullest);
            for (uint32_t i = 0; rc == 0 && i < r.n_articles; i++, article++) {
                rc = stories_member(s, g, article, &m, err);
                if (rc == 0)
                    fprintf(in->out, " %" PRIu32 ":%s/%u", article,
                            stories_relation_name(m.relation), m.score);
            }
            fputc('\n', in->out);
        }
        tell_rest(in, n);
    }
    return rc;
}

int inspect_inputs(const struct inspect *in, struct inputlist *l, struct err *err)
{
    struct inputlist_row r;
    uint64_t n = l->left;
    int rc = 0;
    for (uint64_t i = 0; rc == 0 && i < cut(in, n); i++) {
        rc = inputlist_next(l, &r, err);
        if (rc != 0)
            break;
        fputs("input ", in->out);
        inspect_text(in, r.path);
        fprintf(in->out,
                " size %" PRIu64 " mtime_ns %" PRIu64 " reader %u records %" PRIu64
                " rejects %" PRIu64 " warnings %" PRIu64 "\n",
                r.size, r.mtime_ns, r.reader, r.records, r.rejects, r.warnings);
    }
    tell_rest(in, n);
    return rc == ITER_END ? 0 : rc;
}
