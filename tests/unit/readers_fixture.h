/* What the tests of the readers share: bytes in, copies of the records out. */
#pragma once

#include "base/vec.h"
#include "indexer/reader.h"

/* A copy of a record; strings end with a zero byte. */
struct seen {
    uint64_t number, offset;
    char *raw, *title, *body, *id, *url, *outlet, *author, *date, *section, *language;
    char *tags; /* with '|' between them */
    size_t raw_len, body_len;
    int32_t day;
    uint32_t second;
    enum date_from date_from;
    enum reader_kind reader;
    struct offsetmap title_map, body_map; /* also when the record had none */
};

/* A reject or a warning, or something told about an input. */
struct told {
    char *path, *reason;
    uint64_t record, offset, length;
};

struct fixture {
    struct config config;
    struct reader *reader;
    struct {
        VEC(struct seen) v;
    } records;
    struct {
        VEC(struct told) v;
    } rejects, warnings;
    uint64_t numbers; /* of the last piece */
    uint64_t blocks;  /* that fixture_inputs went through */
    size_t block_max; /* bytes of the largest */
    size_t block_first, block_last;
    uint64_t pieces;
    /* What fixture_bytes says of the piece. */
    uint64_t piece_number, piece_offset;
};

void fixture_init(struct fixture *f);
void fixture_release(struct fixture *f);
/* Forgets records, rejects and warnings. */
void fixture_reset(struct fixture *f);

/* Reads bytes as one piece of an input of that name. */
void fixture_bytes(struct fixture *f, const char *path, enum reader_kind kind,
                   bool values, const void *data, size_t len);
void fixture_jsonl(struct fixture *f, const char *text);
void fixture_file(struct fixture *f, const char *path, enum reader_kind kind,
                  const char *text);

/* Walks and reads the operands (ends with NULL) as a build does; returns the code that ended
 * it (ITER_END when all went well). */
int fixture_inputs(struct fixture *f, struct budget *budget,
                   const char *const *operands, struct err *err);

/* The only record, checked to be the only one; likewise a reject. */
const struct seen *fixture_one(const struct fixture *f);
const struct told *fixture_reject(const struct fixture *f);

/* True if every linear part of the map leads to the same bytes in the raw record, all parts
 * lie within it, and their lengths add up to the text's. */
bool fixture_map_holds(const char *text, size_t len, const struct offsetmap *map,
                       const char *raw, size_t raw_len);
/* The source of the first place where `word` stands in the body, as a string to be freed. */
char *fixture_source(const struct seen *s, const char *word);

/* A generator for repeatable random tests (xorshift64*). */
uint64_t fixture_random(uint64_t *state);
