/* SQLite's FTS5 beside Stemma (ask.h has the calls). Its table keeps no texts, is filled in one transaction with a large
 * hash, and is optimised into one segment. */
#include <sqlite3.h>

#include "bench/peers/ask.h"

static void run(sqlite3 *db, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) {
        fprintf(stderr, "fts5: %s: %s\n", sql, message);
        exit(2);
    }
}

static sqlite3 *open_index(const char *path, int flags)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK) {
        fprintf(stderr, "fts5: %s: %s\n", path, sqlite3_errmsg(db));
        exit(2);
    }
    return db;
}

static void build(const char *tokens, const char *path)
{
    sqlite3 *db = open_index(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    sqlite3_stmt *insert = NULL;
    FILE *in = fopen(tokens, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    if (!in) {
        ask_fail(tokens);
    }
    run(db,
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-200000");
    run(db, "CREATE VIRTUAL TABLE article USING fts5(body, content='')");
    run(db, "INSERT INTO article(article, rank) VALUES ('hashsize', 268435456); BEGIN");
    sqlite3_prepare_v2(db, "INSERT INTO article(rowid, body) VALUES (?, ?)", -1,
                       &insert, NULL);
    for (sqlite3_int64 id = 1; (n = getline(&line, &room, in)) > 0; id++) {
        sqlite3_bind_int64(insert, 1, id);
        sqlite3_bind_text(insert, 2, line, (int)n - 1, SQLITE_STATIC);
        if (sqlite3_step(insert) != SQLITE_DONE) {
            fprintf(stderr, "fts5: %s\n", sqlite3_errmsg(db));
            exit(2);
        }
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    run(db, "COMMIT; INSERT INTO article(article) VALUES ('optimize'); VACUUM");
    sqlite3_close(db);
    free(line);
    fclose(in);
}

static int put_match(char *out, size_t room, enum ask_kind kind,
                     const struct ask_query *q)
{
    int n = 0;
    if (kind == ASK_PHRASE) {
        return snprintf(out, room, "\"%s\"", q->line);
    }
    n = snprintf(out, room, "%s", kind == ASK_NEAR ? "NEAR(" : "");
    for (int i = 0; i < q->n; i++) {
        n += snprintf(out + n, room - (size_t)n, "%s\"%s\"",
                      i == 0             ? ""
                      : kind == ASK_NEAR ? " "
                                         : " AND ",
                      q->word[i]);
    }
    if (kind == ASK_NEAR) { /* FTS5 counts the words between */
        n += snprintf(out + n, room - (size_t)n, ", %d)", ASK_NEAR_WORDS - 1);
    }
    return n;
}

static long answer(void *arg, enum ask_kind kind, const struct ask_query *q)
{
    sqlite3_stmt *count = arg;
    char match[2 * ASK_LINE];
    int n = put_match(match, sizeof match, kind, q);
    long articles = -1;
    sqlite3_bind_text(count, 1, match, n, SQLITE_STATIC);
    while (sqlite3_step(count) == SQLITE_ROW) {
        articles = (long)sqlite3_column_int64(count, 0);
    }
    sqlite3_reset(count);
    return articles;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "build") == 0) {
        build(argv[2], argv[3]);
        return 0;
    }
    if (argc < 5) {
        fputs("usage: fts5 build TOKENS INDEX | ask INDEX KIND QUERIES PASSES | once "
              "INDEX KIND WORDS\n",
              stderr);
        return 2;
    }
    sqlite3 *db = open_index(argv[2], SQLITE_OPEN_READONLY);
    sqlite3_stmt *count = NULL;
    run(db, "PRAGMA cache_size=-500000; PRAGMA mmap_size=8589934592");
    sqlite3_prepare_v2(db, "SELECT count(*) FROM article WHERE article MATCH ?", -1,
                       &count, NULL);
    if (strcmp(argv[1], "once") == 0) {
        ask_once(argv[4], ask_kind_of(argv[3]), answer, count);
    } else if (argc > 5) {
        ask_file(argv[4], ask_kind_of(argv[3]), atoi(argv[5]), answer, count);
    }
    sqlite3_finalize(count);
    sqlite3_close(db);
    return 0;
}
