/* From JSON to numbered words: the steps of the scan, each by itself. */
#include "base/buf.h"
#include "base/vec.h"
#include "text/fold.h"
#include "text/utf8.h"
#include "text/words.h"
#include "formats/frame.h"
#include "bench/micro/micro.h"
#include "indexer/intern.h"
#include "indexer/json.h"

enum {
    GROUP = 64,  /* words whose keys are made together */
    PACKED = 128 /* records in a frame */
};

struct text {
    struct bytes lines;
    struct buf texts; /* owned, as all here; without JSON's escapes */
    VEC(size_t) ends; /* of each */
    struct buf rest;  /* of the records: what the provenance would hold */
    VEC(size_t) rest_ends;
    struct token_vec tokens; /* offsets in `texts` */
    struct intern table;
    struct frame_coder coder;
    struct buf packed, raw;
    struct err *err;
    int rc;
};

/* Calls each on every member of every line. */
static void walk(struct text *t,
                 void (*each)(struct text *t, const struct json_value *key,
                              const struct json_value *value),
                 void (*line_end)(struct text *t))
{
    const uint8_t *p = t->lines.data, *end = p + t->lines.len;
    while (p < end && t->rc == 0) {
        const uint8_t *eol = memchr(p, '\n', (size_t)(end - p));
        struct json_cursor c = {.p = p, .end = eol ? eol : end};
        struct json_value key, value;
        if (json_enter(&c, '{') == 0) {
            for (bool first = true; json_member(&c, first, &key, &value) == 0;
                 first = false) {
                each(t, &key, &value);
            }
            line_end(t);
        }
        p = c.end + 1;
    }
}

static void keep(struct text *t, const struct json_value *key,
                 const struct json_value *value)
{
    struct json_unescaped what;
    bool text = bytes_equal(key->text, bytes_str("text"));
    if (value->kind != JSON_STRING) {
        return;
    }
    if (json_unescape(value, 0, text ? &t->texts : &t->rest, NULL, &what) != 0) {
        return; /* of a few records less is measured */
    }
    if (text) {
        t->rc = vec_push(&t->ends, t->texts.len)
                    ? 0
                    : err_set(t->err, ERR_NOMEM, "out of memory");
    }
}

static void keep_end(struct text *t)
{
    t->rc = vec_push(&t->rest_ends, t->rest.len)
                ? t->rc
                : err_set(t->err, ERR_NOMEM, "out of memory");
}

static void pass(struct text *t, const struct json_value *key,
                 const struct json_value *value)
{
    t->raw.len += key->text.len + value->text.len; /* a sum, no bytes */
}

static void pass_end(struct text *t)
{
    (void)t;
}

static uint64_t parse(void *arg)
{
    struct text *t = arg;
    t->raw.len = 0;
    walk(t, pass, pass_end);
    uint64_t sum = t->raw.len;
    t->raw.len = 0;
    return sum;
}

static uint64_t split(void *arg)
{
    struct text *t = arg;
    struct json_splitter s = {0};
    return json_split(&s, t->lines.data, t->lines.len, false);
}

static uint64_t validate(void *arg)
{
    struct text *t = arg;
    return utf8_valid_prefix(buf_bytes(&t->texts));
}

static uint64_t find_with(struct text *t, int (*find)(struct bytes text, size_t from,
                                                      size_t to, struct token_vec *out,
                                                      uint64_t *cut, struct err *err))
{
    uint64_t cut = 0;
    size_t from = 0;
    vec_reset(&t->tokens.v);
    vec_foreach(size_t, end, &t->ends) {
        t->rc = t->rc
                    ? t->rc
                    : find(buf_bytes(&t->texts), from, *end, &t->tokens, &cut, t->err);
        from = *end;
    }
    return t->tokens.v.len;
}

static uint64_t find_words(void *arg)
{
    return find_with(arg, words_find);
}
static uint64_t find_words_scalar(void *arg)
{
    return find_with(arg, words_find_scalar);
}

static struct bytes word_of(const struct text *t, size_t i)
{
    const struct token *k = &t->tokens.v.items[i];
    return bytes_of(t->texts.data + k->start, k->len);
}

static uint64_t fold_words(void *arg)
{
    struct text *t = arg;
    uint8_t term[TERM_BYTES_MAX];
    uint64_t sum = 0;
    for (size_t i = 0; i < t->tokens.v.len; i++) {
        sum += fold_term(word_of(t, i), term, sizeof term);
    }
    return sum;
}

/* Keys of a group are made and their slots asked for before the first is looked up, as the scan does it. */
static uint64_t number_words(void *arg)
{
    struct text *t = arg;
    struct intern_key keys[GROUP];
    uint64_t sum = 0;
    bool is_new;
    if (!intern_reset(&t->table)) {
        t->rc = err_set(t->err, ERR_NOMEM, "out of memory");
        return 0;
    }
    for (size_t i = 0; i < t->tokens.v.len; i += GROUP) {
        size_t n = t->tokens.v.len - i < GROUP ? t->tokens.v.len - i : GROUP;
        struct intern_view view = intern_view(&t->table);
        for (size_t k = 0; k < n; k++) {
            struct bytes word = word_of(t, i + k);
            intern_key(&t->table, word,
                       (size_t)(t->texts.data + t->texts.cap - word.data), 0, &keys[k]);
            intern_prefetch(view, keys[k].hash);
        }
        for (size_t k = 0; k < n; k++) {
            sum += intern_put(&t->table, &keys[k], &is_new);
        }
    }
    return sum;
}

static uint64_t pack(void *arg)
{
    struct text *t = arg;
    size_t from = 0;
    buf_reset(&t->packed);
    for (size_t i = 0; t->rc == 0 && i < t->rest_ends.len; i += PACKED) {
        size_t last = i + PACKED <= t->rest_ends.len ? i + PACKED : t->rest_ends.len;
        size_t to = t->rest_ends.items[last - 1];
        t->rc = frame_put(&t->coder, bytes_of(t->rest.data + from, to - from), NULL,
                          &t->packed, t->err);
        from = to;
    }
    return t->packed.len;
}

static uint64_t unpack(void *arg)
{
    struct text *t = arg;
    uint64_t sum = 0;
    for (size_t at = 0, used; t->rc == 0 && at < t->packed.len; at += used) {
        buf_reset(&t->raw);
        t->rc = frame_get(&t->coder, bytes_of(t->packed.data + at, t->packed.len - at),
                          NULL, FRAME_RAW_MAX, &t->raw, &used, t->err);
        sum += t->raw.len;
    }
    return sum;
}

static void measure(struct micro *m, struct text *t)
{
    const char *copied = "copied";
    double limit = 1 / m->limits.copy, read = 1 / m->limits.read;
    double lines = (double)t->lines.len, texts = (double)t->texts.len,
           rest = (double)t->rest.len;
    micro_title("text");
    micro_put_rate("JSON, ends of records found", micro_ns(m, split, t, lines),
                   "memory read through", read);
    micro_put_rate("JSON, members found and checked", micro_ns(m, parse, t, lines),
                   copied, limit);
    micro_put_rate("UTF-8 validated", micro_ns(m, validate, t, texts),
                   "memory read through", read);
    micro_put_rate("words found", micro_ns(m, find_words, t, texts), copied, limit);
    micro_put_rate("words found, scalar", micro_ns(m, find_words_scalar, t, texts),
                   copied, limit);
    double n = (double)t->tokens.v.len;
    micro_put_ns("words folded, each", micro_ns(m, fold_words, t, n), NULL, 0);
    micro_put_ns("words numbered, each", micro_ns(m, number_words, t, n),
                 "a line at random, many at once", m->limits.spread);
    if (rest > 0) {
        micro_put_rate("other fields compressed (zstd 3)", micro_ns(m, pack, t, rest),
                       copied, limit);
        micro_put_rate("other fields decompressed", micro_ns(m, unpack, t, rest),
                       copied, limit);
    }
}

int micro_text(struct micro *m, struct bytes lines, struct err *err)
{
    struct text t = {.lines = lines, .err = err};
    intern_init(&t.table, false);
    walk(&t, keep, keep_end);
    if (t.rc == 0 && (t.texts.failed || t.rest.failed)) {
        t.rc = err_set(err, ERR_NOMEM, "out of memory");
    }
    if (t.rc == 0 && t.texts.len == 0) {
        t.rc = err_set(err, ERR_INPUT, "no record has a member \"text\"");
    }
    if (t.rc == 0) {
        measure(m, &t);
    }
    intern_release(&t.table);
    frame_coder_release(&t.coder);
    buf_release(&t.texts);
    buf_release(&t.rest);
    buf_release(&t.packed);
    buf_release(&t.raw);
    vec_release(&t.ends);
    vec_release(&t.rest_ends);
    vec_release(&t.tokens.v);
    return t.rc;
}
