#include "indexer/cutter.h"

#include <string.h>
#include <sys/stat.h>

#include "indexer/walk.h"

enum {
    /* Read at once, and looked through for line ends while it lies in the second cache. */
    READ_STEP_BYTES = 128 * 1024,
    CARRY_KEEP_BYTES = 256 * 1024, /* between inputs */
    /* See block_bytes. */
    SMALLEST_BYTES = CONFIG_BATCH_BYTES / 8,
    LEFT_SHARE = 8,
    ASKED_AHEAD = 2 * CONFIG_BATCH_BYTES /* and as much again, see ask_ahead */
};

static void say(const struct cutter *c, uint64_t record, uint64_t offset,
                uint64_t length, const char *reason, bool warning)
{
    struct reject r = {c->file->path, record, offset, length, reason, warning};
    if (c->tell)
        c->tell(c->arg, &r);
}

/* Failures that end the build; every other one costs the input it is about. */
static bool is_fatal(int rc)
{
    return rc == ERR_NOMEM || rc == ERR_INTERRUPTED || rc == ERR_TERMINATED;
}

void cutter_close(struct cutter *c)
{
    stream_close(c->stream);
    c->file = NULL;
    if (c->carry.cap > CARRY_KEEP_BYTES)
        buf_release(&c->carry);
    else
        buf_reset(&c->carry);
}

void cutter_release(struct cutter *c)
{
    if (c->stream)
        cutter_close(c);
    buf_release(&c->carry);
}

void cutter_block_release(struct cutter_block *b)
{
    buf_release(&b->data);
    vec_release(&b->pieces.v);
}

/* --- first bytes ----------------------------------------------------------------------- */

static const uint8_t *skip_blanks(const uint8_t *p, const uint8_t *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
        p++;
    return p;
}

/* JSON that does not stand one object a line: an array of objects, or a first line that opens
 * an object, does not close it, and is followed by a key. (A line that was cut short is
 * followed by another object.) */
static bool is_json_values(struct bytes head)
{
    const uint8_t *end = head.data + head.len;
    const uint8_t *p = head.data;
    if (bytes_starts(head, bytes_str("\xEF\xBB\xBF")))
        p += 3;
    p = skip_blanks(p, end);
    if (p == end || *p != '{')
        return p < end && *p == '[';
    const uint8_t *eol = memchr(p, '\n', (size_t)(end - p));
    if (!eol)
        return false;
    struct json_splitter split = {0};
    (void)json_split(&split, p, (size_t)(eol - p), false);
    if (split.depth == 0 || split.in_string)
        return false;
    p = skip_blanks(eol, end);
    return p < end && (*p == '"' || *p == '}');
}

static enum reader_kind sniff(struct bytes head)
{
    const uint8_t *end = head.data + head.len;
    const uint8_t *p = head.data;
    if (bytes_starts(head, bytes_str("\xEF\xBB\xBF")))
        p += 3;
    p = skip_blanks(p, end);
    if (p < end && *p == '{')
        return READER_JSONL;
    if (p < end && *p == '[') {
        p = skip_blanks(p + 1, end);
        if (p < end && *p == '{')
            return READER_JSONL;
    }
    return READER_TEXT;
}

static bool is_utf16(struct bytes head)
{
    return bytes_starts(head, bytes_str("\xFF\xFE")) ||
           bytes_starts(head, bytes_str("\xFE\xFF"));
}

/* --- reading --------------------------------------------------------------------------- */

/* Appends `want` bytes, fewer only at the end. Damage is told and ends the input. */
static int pull(struct cutter *c, struct buf *to, size_t want, struct err *err)
{
    struct err e = {0};
    size_t got = 0;
    if (!buf_reserve(to, want))
        return err_set(err, ERR_NOMEM, "'%s': a block of records", c->file->path);
    int rc = stream_read(c->stream, to->data + to->len, want, &got, &e);
    to->len += got;
    c->total += got;
    if (got < want)
        c->ended = true;
    if (rc == 0)
        return 0;
    if (is_fatal(rc))
        return err_set(err, rc, "%s", e.msg);
    c->ended = c->failed = true;
    say(c, 0, c->total, 0, e.msg, false);
    return 0;
}

/* Says what is odd about an input that was read to its end, and closes it. */
static void finish(struct cutter *c)
{
    struct stat st;
    const struct input_file *f = c->file;
    if (c->stream->remark)
        say(c, 0, c->total, 0, c->stream->remark, true);
    if (!c->stream->waits && fstat(c->stream->fd, &st) == 0 &&
        ((uint64_t)st.st_size != f->size || walk_mtime_ns(&st) != f->mtime_ns))
        say(c, 0, 0, 0, "changed since it was listed; read as it was then", true);
    cutter_close(c);
}

int cutter_open(struct cutter *c, struct input_file *file, struct err *err)
{
    c->file = file;
    c->carry_scanned = 0;
    c->total = c->asked = c->offset = c->number = c->count = 0;
    c->started = c->ended = c->failed = false;
    c->split = (struct json_splitter){0};
    buf_reset(&c->carry);
    int rc = pull(c, &c->carry, CUTTER_PEEK_BYTES, err);
    if (rc != 0) {
        cutter_close(c);
        return rc;
    }
    struct bytes head = buf_bytes(&c->carry);
    if (file->reader == 0)
        file->reader = sniff(head);
    if (file->reader == READER_JSONL && is_utf16(head)) {
        say(c, 0, 0, 0, "UTF-16: JSON has to be UTF-8", false);
        c->carry.len = 0;
        c->ended = c->failed = true;
    }
    file->values = file->reader == READER_JSONL && is_json_values(head);
    return 0;
}

/* --- pieces ---------------------------------------------------------------------------- */

static int put_piece(struct cutter *c, struct cutter_block *b, size_t at, bool last,
                     struct err *err)
{
    struct input_piece piece = {
        .file = c->file,
        .offset = c->offset,
        .number = c->number,
        .at = (uint32_t)at,
        .len = (uint32_t)(b->data.len - at),
        .first = !c->started,
        .last = last,
    };
    if (!vec_push(&b->pieces.v, piece))
        return err_set(err, ERR_NOMEM, "'%s': a block of records", c->file->path);
    c->offset += piece.len;
    c->number = c->count;
    c->started = true;
    return 0;
}

static int take_carry(struct cutter *c, struct cutter_block *b, struct err *err)
{
    buf_put_bytes(&b->data, buf_bytes(&c->carry));
    buf_reset(&c->carry);
    return buf_check(&b->data, err);
}

/* A file that is one record. */
static int fill_whole(struct cutter *c, struct cutter_block *b, struct err *err)
{
    size_t at = b->data.len, max = (size_t)c->config->record_bytes_max;
    int rc = take_carry(c, b, err);
    while (rc == 0 && !c->ended && b->data.len - at <= max)
        rc = pull(c, &b->data, READ_STEP_BYTES, err);
    if (rc != 0)
        return rc;
    if (b->data.len - at > max) {
        say(c, 1, 0, c->stream->kind == STREAM_PLAIN ? c->file->size : 0,
            "longer than --record-max", false);
        b->data.len = at;
        cutter_close(c);
        return 0;
    }
    if (c->failed) { /* it was told, and half a record is none */
        b->data.len = at;
    } else {
        c->count = 1;
        rc = put_piece(c, b, at, true, err);
    }
    if (rc == 0)
        finish(c);
    return rc;
}

/* The last end of a record in n new bytes, as the offset behind it (0: none); counts them. */
static size_t scan_lines(struct cutter *c, const uint8_t *p, size_t n)
{
    const uint8_t *at = p, *end = p + n, *eol; /* at: behind a line end */
    for (; (eol = memchr(at, '\n', (size_t)(end - at))) != NULL; at = eol + 1)
        c->count++;
    return (size_t)(at - p);
}

static size_t scan_ends(struct cutter *c, const uint8_t *p, size_t n)
{
    if (!c->file->values)
        return scan_lines(c, p, n);
    size_t last = json_split(&c->split, p, n, false);
    c->count = c->split.objects;
    return last;
}

/* The first end of a record in n new bytes. */
static size_t scan_first(struct cutter *c, const uint8_t *p, size_t n)
{
    if (c->file->values) {
        size_t end = json_split(&c->split, p, n, true);
        c->count = c->split.objects;
        return end;
    }
    const uint8_t *eol = memchr(p, '\n', n);
    c->count += eol != NULL;
    return eol ? (size_t)(eol - p) + 1 : 0;
}

/* The bytes of b from `at` on are the start of a record that is too long: drops them and what
 * follows to its end. What was read beyond is left in b. */
static int skip_record(struct cutter *c, struct cutter_block *b, size_t at,
                       struct err *err)
{
    uint64_t dropped = b->data.len - at;
    size_t end = 0;
    int rc = 0;
    b->data.len = at;
    while (rc == 0 && !c->ended && end == 0) {
        rc = pull(c, &b->data, READ_STEP_BYTES, err);
        size_t n = b->data.len - at;
        if (rc == 0)
            end = scan_first(c, b->data.data + at, n);
        if (end == 0) {
            dropped += n;
            b->data.len = at;
        }
    }
    if (rc != 0)
        return rc;
    dropped += end;
    memmove(b->data.data + at, b->data.data + at + end, b->data.len - at - end);
    b->data.len -= end;
    say(c, c->number + 1, c->offset, dropped, "longer than --record-max", false);
    c->offset += dropped;
    c->number = c->count;
    return 0;
}

/* How long it is, is known of a plain file. */
static bool is_large(const struct cutter *c)
{
    return c->stream->kind == STREAM_PLAIN && c->file->size >= CUTTER_LARGE_BYTES;
}

/* Has the system read what follows while blocks are worked on: nobody may wait for the disk then. */
static void ask_ahead(struct cutter *c)
{
    if (!is_large(c) || c->asked > c->total + ASKED_AHEAD)
        return;
    uint64_t from = c->asked > c->total ? c->asked : c->total;
    c->asked = c->total + 2 * (uint64_t)ASKED_AHEAD;
    stream_expect(c->stream, from, c->asked - from);
}

/* So many bytes the next block is to have. A large file begins with small blocks, so that no worker waits long for his
 * first, and ends with small ones, so that all workers end at nearly the same time. */
static size_t block_bytes(const struct cutter *c)
{
    uint64_t size = c->file->size, done = c->offset, bytes = CONFIG_BATCH_BYTES;
    if (!is_large(c))
        return CONFIG_BATCH_BYTES;
    uint64_t left = done < size ? (size - done) / LEFT_SHARE : 0;
    if (bytes > done + SMALLEST_BYTES)
        bytes = done + SMALLEST_BYTES;
    if (bytes > left)
        bytes = left;
    return bytes < SMALLEST_BYTES ? SMALLEST_BYTES : (size_t)bytes;
}

/* Reads on until b can be cut behind a record, or the input ends; *cut is the offset of that
 * place behind `at`. */
static int read_records(struct cutter *c, struct cutter_block *b, size_t at,
                        size_t *cut, struct err *err)
{
    size_t enough = block_bytes(c);
    ask_ahead(c);
    size_t scanned = c->carry_scanned;
    int rc = take_carry(c, b, err);
    *cut = 0;
    while (rc == 0) {
        size_t n = b->data.len - at - scanned;
        size_t end = scan_ends(c, b->data.data + at + scanned, n);
        if (end > 0)
            *cut = scanned + end;
        scanned += n;
        size_t len = b->data.len, want = READ_STEP_BYTES;
        if (c->ended || (*cut > 0 && len >= enough))
            return 0;
        if (*cut == 0 && scanned > c->config->record_bytes_max &&
            scanned > CONFIG_BATCH_BYTES) {
            rc = skip_record(c, b, at, err);
            scanned = 0;
            continue;
        }
        if (len < enough && enough - len < want)
            want = enough - len;
        rc = pull(c, &b->data, want, err);
    }
    return rc;
}

static int fill_records(struct cutter *c, struct cutter_block *b, struct err *err)
{
    size_t at = b->data.len, cut = 0;
    int rc = read_records(c, b, at, &cut, err);
    if (rc != 0)
        return rc;
    size_t len = b->data.len - at;
    if (c->ended && !c->failed)
        cut = len; /* the last record needs no end of line */
    buf_put(&c->carry, b->data.data + at + cut, len - cut);
    c->carry_scanned = len - cut;
    rc = buf_check(&c->carry, err);
    if (rc != 0)
        return rc;
    b->data.len = at + cut;
    rc = put_piece(c, b, at, c->ended, err);
    if (rc == 0 && c->ended)
        finish(c);
    return rc;
}

int cutter_fill(struct cutter *c, struct cutter_block *b, struct err *err)
{
    if (b->data.cap == 0 && !buf_reserve(&b->data, block_bytes(c) + CUTTER_PAD_BYTES))
        return err_set(err, ERR_NOMEM, "'%s': a block of records", c->file->path);
    if (c->file->reader == READER_JSONL)
        return fill_records(c, b, err);
    return fill_whole(c, b, err);
}
