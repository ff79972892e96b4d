/* Groonga beside Stemma (ask.h has the calls). Its index is made in one go from a column that has the texts, which stays: an
 * index without its column cannot be opened. */
#include <groonga.h>
#include <sys/stat.h>

#include "bench/peers/ask.h"

struct groonga {
    grn_ctx context;
    grn_obj *articles, *body;
};

static void check(grn_ctx *g, const char *what)
{
    if (g->rc != GRN_SUCCESS) {
        fprintf(stderr, "groonga: %s: %s\n", what, g->errbuf);
        exit(2);
    }
}

/* An index is several files: a folder holds them. */
static void path_in(const char *folder, char *out, size_t room)
{
    snprintf(out, room, "%s/db", folder);
}

static grn_obj *column(grn_ctx *g, grn_obj *table, const char *name,
                       grn_column_flags flags, grn_obj *type)
{
    grn_obj *made = grn_column_create(g, table, name, (unsigned)strlen(name), NULL,
                                      flags | GRN_OBJ_PERSISTENT, type);
    check(g, name);
    return made;
}

static void make_index(grn_ctx *g, grn_obj *articles, grn_obj *body)
{
    grn_obj *words = grn_table_create(g, "Words", 5, NULL,
                                      GRN_OBJ_TABLE_PAT_KEY | GRN_OBJ_PERSISTENT,
                                      grn_ctx_at(g, GRN_DB_SHORT_TEXT), NULL);
    check(g, "Words");
    grn_obj_set_info(g, words, GRN_INFO_DEFAULT_TOKENIZER,
                     grn_ctx_get(g, "TokenDelimit", 12));
    grn_obj *index = column(g, words, "index",
                            GRN_OBJ_COLUMN_INDEX | GRN_OBJ_WITH_POSITION, articles);
    grn_obj source;
    grn_id id = grn_obj_id(g, body);
    GRN_UINT32_INIT(&source, 0);
    GRN_UINT32_SET(g, &source, id);
    grn_obj_set_info(g, index, GRN_INFO_SOURCE, &source);
    check(g, "index");
    GRN_OBJ_FIN(g, &source);
}

static void build(struct groonga *s, const char *tokens, const char *folder)
{
    grn_ctx *g = &s->context;
    char path[4096], *line = NULL;
    size_t room = 0;
    ssize_t n;
    grn_obj value;
    FILE *in = fopen(tokens, "r");
    path_in(folder, path, sizeof path);
    if (!in || mkdir(folder, 0777) != 0) {
        ask_fail(in ? folder : tokens);
    }
    grn_obj *db = grn_db_create(g, path, NULL);
    check(g, path);
    s->articles = grn_table_create(
        g, "Articles", 8, NULL, GRN_OBJ_TABLE_NO_KEY | GRN_OBJ_PERSISTENT, NULL, NULL);
    check(g, "Articles");
    s->body = column(g, s->articles, "body", GRN_OBJ_COLUMN_SCALAR,
                     grn_ctx_at(g, GRN_DB_TEXT));
    GRN_TEXT_INIT(&value, 0);
    while ((n = getline(&line, &room, in)) > 0) {
        grn_id id = grn_table_add(g, s->articles, NULL, 0, NULL);
        GRN_TEXT_SET(g, &value, line, (size_t)n - 1);
        grn_obj_set_value(g, s->body, id, &value, GRN_OBJ_SET);
    }
    check(g, "articles");
    make_index(g, s->articles, s->body);
    GRN_OBJ_FIN(g, &value);
    grn_obj_close(g, db);
    free(line);
    fclose(in);
}

static int put_query(char *out, size_t room, enum ask_kind kind,
                     const struct ask_query *q)
{
    if (kind == ASK_PHRASE) {
        return snprintf(out, room, "\"%s\"", q->line);
    }
    if (kind == ASK_NEAR) {
        return snprintf(out, room, "*N%d\"%s\"", ASK_NEAR_WORDS, q->line);
    }
    int n = 0;
    for (int i = 0; i < q->n; i++) {
        n += snprintf(out + n, room - (size_t)n, "%s\"%s\"", i == 0 ? "" : " ",
                      q->word[i]);
    }
    return n;
}

static long answer(void *arg, enum ask_kind kind, const struct ask_query *q)
{
    struct groonga *s = arg;
    grn_ctx *g = &s->context;
    grn_obj *query, *unused;
    char text[2 * ASK_LINE];
    int n = put_query(text, sizeof text, kind, q);
    GRN_EXPR_CREATE_FOR_QUERY(g, s->articles, query, unused);
    check(g, "query");
    grn_expr_parse(g, query, text, (unsigned)n, s->body, GRN_OP_MATCH, GRN_OP_AND,
                   GRN_EXPR_SYNTAX_QUERY);
    check(g, text);
    grn_obj *found = grn_table_select(g, s->articles, query, NULL, GRN_OP_OR);
    check(g, text);
    long articles = (long)grn_table_size(g, found);
    grn_obj_unlink(g, found);
    grn_obj_unlink(g, query);
    return articles;
}

static void open_index(struct groonga *s, const char *folder)
{
    char path[4096];
    path_in(folder, path, sizeof path);
    grn_db_open(&s->context, path);
    check(&s->context, path);
    s->articles = grn_ctx_get(&s->context, "Articles", 8);
    s->body = grn_ctx_get(&s->context, "Articles.body", 13);
}

int main(int argc, char **argv)
{
    struct groonga s;
    if (argc < 4) {
        fputs("usage: groonga build TOKENS INDEX | ask INDEX KIND QUERIES PASSES | "
              "once INDEX KIND WORDS\n",
              stderr);
        return 2;
    }
    grn_init();
    grn_ctx_init(&s.context, 0);
    if (strcmp(argv[1], "build") == 0) {
        build(&s, argv[2], argv[3]);
    } else {
        open_index(&s, argv[2]);
        if (strcmp(argv[1], "once") == 0 && argc > 4) {
            ask_once(argv[4], ask_kind_of(argv[3]), answer, &s);
        } else if (argc > 5) {
            ask_file(argv[4], ask_kind_of(argv[3]), atoi(argv[5]), answer, &s);
        }
    }
    grn_ctx_fin(&s.context);
    grn_fin();
    return 0;
}
