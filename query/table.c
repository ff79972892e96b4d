#include "query/table.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "formats/provenance.h"
#include "query/fields.h"

/* --- which columns ------------------------------------------------------------------------- */

static bool is_default(const struct table *t, const struct table_column *c)
{
    bool text = t->session->format == OUTPUT_TEXT;
    return !(c->flags & TABLE_EXTRA) && !(text && c->flags & TABLE_TEXT_HIDDEN);
}

/* Whether the format has the column at all. */
static bool is_there(const struct table *t, const struct table_column *c)
{
    return t->session->format == OUTPUT_TEXT || !(c->flags & TABLE_TEXT_ONLY);
}

/* Shows the columns that --fields names among those that there are; at: their places in the schema. */
static int add_named(struct table *t, const char *const *names, const uint32_t *at,
                     struct err *err)
{
    struct fields fields = {0};
    int rc = fields_choose(&fields, t->session->fields, names, err);
    vec_foreach(uint32_t, name, &fields.chosen) {
        if (rc == 0 && !vec_push(&t->shown, at[*name]))
            rc = err_set(err, ERR_NOMEM, "out of memory");
    }
    fields_release(&fields);
    return rc;
}

static int choose_named(struct table *t, struct err *err)
{
    const struct table_schema *s = t->schema;
    const char **names = calloc(s->n + 1, sizeof *names);
    uint32_t *at = calloc(s->n + 1, sizeof *at);
    int rc;
    if (names && at) {
        for (size_t i = 0, n = 0; i < s->n; i++) {
            if (is_there(t, &s->columns[i])) {
                names[n] = s->columns[i].name;
                at[n++] = (uint32_t)i;
            }
        }
        rc = add_named(t, names, at, err);
    } else {
        rc = err_set(err, ERR_NOMEM, "out of memory");
    }
    free(names);
    free(at);
    return rc;
}

static int choose(struct table *t, struct err *err)
{
    const struct table_schema *s = t->schema;
    if (t->session->fields)
        return choose_named(t, err);
    for (size_t i = 0; i < s->n; i++) {
        const struct table_column *c = &s->columns[i];
        if (is_there(t, c) && is_default(t, c) && !vec_push(&t->shown, (uint32_t)i))
            return err_set(err, ERR_NOMEM, "out of memory");
    }
    return 0;
}

bool table_wants(const struct table *t, size_t column)
{
    vec_foreach(uint32_t, shown, &t->shown) {
        if (*shown == column)
            return true;
    }
    return false;
}

/* --- one cell as a text ----------------------------------------------------------------------- */

static struct bytes text_of(const struct table *t, const struct table_cell *cell)
{
    return bytes_of((const char *)t->texts.data + cell->text.from, cell->text.len);
}

static bool is_null(const struct table_column *c, const struct table_cell *cell)
{
    return !cell->set || (c->kind == TABLE_REAL && !isfinite(cell->r));
}

/* The items of a list on one line. */
static struct bytes join_list(struct table *t, struct bytes list)
{
    buf_reset(&t->scratch);
    for (size_t i = 0; i < list.len; i++) {
        if (list.data[i] == PROVENANCE_ITEMS)
            buf_put_str(&t->scratch, "; ");
        else
            buf_put_u8(&t->scratch, list.data[i]);
    }
    return buf_bytes(&t->scratch);
}

/* What a line says of it; valid until the next call. Numbers and booleans are written to the scratch. */
static struct bytes spell(struct table *t, uint32_t column)
{
    const struct table_column *c = &t->schema->columns[column];
    const struct table_cell *cell = &t->cells[column];
    bool text = t->session->format == OUTPUT_TEXT;
    if (is_null(c, cell))
        return bytes_str("");
    if (c->kind == TABLE_TEXT)
        return text_of(t, cell);
    if (c->kind == TABLE_LIST)
        return join_list(t, text_of(t, cell));
    buf_reset(&t->scratch);
    switch (c->kind) {
    case TABLE_UINT: buf_printf(&t->scratch, "%" PRIu64, cell->u); break;
    case TABLE_INT: buf_printf(&t->scratch, "%" PRId64, cell->i); break;
    case TABLE_REAL:
        buf_printf(&t->scratch, c->flags & TABLE_FIGURES ? "%.*g" : "%.*f", c->digits,
                   cell->r);
        break;
    default:
        if (text)
            return bytes_str(cell->b ? "yes" : "no");
        return bytes_str(cell->b ? "1" : "0");
    }
    return buf_bytes(&t->scratch);
}

/* --- lines -------------------------------------------------------------------------------------- */

static void end_line(struct table *t)
{
    buf_put_u8(&t->session->output.buf, t->session->null ? 0 : '\n');
}

/* With -0 a lone field is the value itself, so that xargs gets paths as they are; a terminal never does. */
static bool is_raw(const struct table *t)
{
    return t->session->null && t->shown.len == 1 && t->session->output.width == 0;
}

static void put_raw(struct output *o, struct bytes value)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.data[i] != 0)
            buf_put_u8(&o->buf, value.data[i]);
}

static void put_field(struct table *t, struct bytes value)
{
    struct output *o = &t->session->output;
    if (is_raw(t))
        put_raw(o, value);
    else if (t->session->format == OUTPUT_TSV)
        output_field(o, value);
    else if (value.len == 0 && t->shown.len == 1)
        output_put(o, "\"\""); /* an empty line would be no row */
    else
        output_csv(o, value);
}

static void put_line(struct table *t)
{
    for (size_t i = 0; i < t->shown.len; i++) {
        if (i > 0)
            output_put(&t->session->output,
                       t->session->format == OUTPUT_TSV ? "\t" : ",");
        put_field(t, spell(t, t->shown.items[i]));
    }
    end_line(t);
}

static int put_cells(struct table *t, bool head, struct err *err)
{
    vec_foreach(uint32_t, column, &t->shown)
        layout_cell(&t->layout, head ? bytes_str(t->schema->columns[*column].name)
                                     : spell(t, *column));
    return layout_row(&t->layout, head, err);
}

/* --- JSON --------------------------------------------------------------------------------------- */

static void put_list(struct output *o, const char *key, struct bytes list)
{
    output_open(o, key, '[');
    for (size_t from = 0, to; from < list.len; from = to + 1) {
        for (to = from; to < list.len && list.data[to] != PROVENANCE_ITEMS;)
            to++;
        output_json_str(o, NULL, bytes_of(list.data + from, to - from));
    }
    output_close(o, ']');
}

static void put_value(struct table *t, uint32_t column)
{
    struct output *o = &t->session->output;
    const struct table_column *c = &t->schema->columns[column];
    const struct table_cell *cell = &t->cells[column];
    if (is_null(c, cell)) {
        if (c->kind == TABLE_LIST)
            put_list(o, c->name, bytes_of(NULL, 0));
        else
            output_json_null(o, c->name);
        return;
    }
    switch (c->kind) {
    case TABLE_TEXT: output_json_str(o, c->name, text_of(t, cell)); break;
    case TABLE_LIST: put_list(o, c->name, text_of(t, cell)); break;
    case TABLE_UINT: output_json_uint(o, c->name, cell->u); break;
    case TABLE_INT: output_json_int(o, c->name, cell->i); break;
    case TABLE_REAL:
        if (c->flags & TABLE_FIGURES)
            output_json_figures(o, c->name, cell->r, c->digits);
        else
            output_json_real(o, c->name, cell->r);
        break;
    default: output_json_bool(o, c->name, cell->b); break;
    }
}

static void put_object(struct table *t)
{
    struct output *o = &t->session->output;
    output_open(o, NULL, '{');
    output_json_str(o, "schema", bytes_str(t->schema->row));
    vec_foreach(uint32_t, column, &t->shown)
        put_value(t, *column);
    output_close(o, '}');
}

static void open_results(struct table *t)
{
    if (t->session->format == OUTPUT_JSON && !t->in_results)
        output_open(&t->session->output, t->results ? t->results : "results", '[');
    t->in_results = true;
}

struct output *table_list(struct table *t)
{
    bool open = t->session->format == OUTPUT_JSON && !t->in_results;
    return open ? &t->session->output : NULL;
}

struct output *table_tail(struct table *t)
{
    if (t->session->format != OUTPUT_JSON)
        return NULL;
    open_results(t);
    if (!t->in_tail)
        output_close(&t->session->output, ']');
    t->in_tail = true;
    return &t->session->output;
}

/* --- the whole ---------------------------------------------------------------------------------- */

/* The layout's columns and the line of names. */
static int begin_text(struct table *t, struct err *err)
{
    t->layout.output = &t->session->output;
    vec_foreach(uint32_t, shown, &t->shown) {
        const struct table_column *c = &t->schema->columns[*shown];
        bool number =
            c->kind == TABLE_UINT || c->kind == TABLE_INT || c->kind == TABLE_REAL;
        struct layout_column column = {.right = number || c->flags & TABLE_RIGHT,
                                       .wide = c->flags & TABLE_WIDE};
        if (!vec_push(&t->layout.columns, column))
            return err_set(err, ERR_NOMEM, "out of memory");
    }
    return put_cells(t, true, err);
}

/* Names of columns; with -0 there are only rows. */
static void put_names(struct table *t)
{
    struct output *o = &t->session->output;
    for (size_t i = 0; i < t->shown.len && !t->session->null; i++) {
        if (i > 0)
            output_put(o, t->session->format == OUTPUT_TSV ? "\t" : ",");
        output_put(o, t->schema->columns[t->shown.items[i]].name);
    }
    if (!t->session->null)
        output_put(o, "\n");
}

bool table_is_asked(const struct session *s)
{
    return s->format == OUTPUT_TSV || s->format == OUTPUT_CSV ||
           (s->format == OUTPUT_TEXT && s->fields);
}

int table_begin(struct table *t, struct session *s, const struct table_schema *schema,
                struct err *err)
{
    t->session = s;
    t->schema = schema;
    t->cells = calloc(schema->n, sizeof *t->cells);
    int rc = t->cells ? choose(t, err) : err_set(err, ERR_NOMEM, "out of memory");
    if (rc < 0)
        return rc;
    switch (s->format) {
    case OUTPUT_TEXT: return begin_text(t, err);
    case OUTPUT_TSV:
    case OUTPUT_CSV: put_names(t); break;
    case OUTPUT_JSON:
        output_open(&s->output, NULL, '{');
        output_json_str(&s->output, "schema", bytes_str(schema->list));
        break;
    default: break;
    }
    return 0;
}

void table_release(struct table *t)
{
    vec_release(&t->shown);
    free(t->cells);
    buf_release(&t->texts);
    buf_release(&t->scratch);
    layout_release(&t->layout);
    *t = (struct table){0};
}

static struct table_cell *cell_of(struct table *t, size_t column, enum table_kind kind)
{
    assert(column < t->schema->n && t->schema->columns[column].kind == kind);
    (void)kind; /* without assertions */
    t->cells[column].set = true;
    return &t->cells[column];
}

void table_text(struct table *t, size_t column, struct bytes value)
{
    bool list = t->schema->columns[column].kind == TABLE_LIST;
    struct table_cell *cell = cell_of(t, column, list ? TABLE_LIST : TABLE_TEXT);
    cell->text.from = t->texts.len;
    cell->text.len = value.len;
    buf_put_bytes(&t->texts, value);
    if (t->texts.failed)
        cell->set = false;
}

void table_opt(struct table *t, size_t column, struct bytes value)
{
    if (value.len > 0)
        table_text(t, column, value);
    else
        table_null(t, column);
}

void table_uint(struct table *t, size_t column, uint64_t value)
{
    cell_of(t, column, TABLE_UINT)->u = value;
}

void table_int(struct table *t, size_t column, int64_t value)
{
    cell_of(t, column, TABLE_INT)->i = value;
}

void table_real(struct table *t, size_t column, double value)
{
    cell_of(t, column, TABLE_REAL)->r = value;
}

void table_bool(struct table *t, size_t column, bool value)
{
    cell_of(t, column, TABLE_BOOL)->b = value;
}

void table_null(struct table *t, size_t column)
{
    assert(column < t->schema->n);
    t->cells[column].set = false;
}

int table_row(struct table *t, struct err *err)
{
    int rc = buf_check(&t->texts, err);
    if (rc < 0)
        return rc;
    open_results(t);
    switch (t->session->format) {
    case OUTPUT_TEXT: rc = put_cells(t, false, err); break;
    case OUTPUT_TSV:
    case OUTPUT_CSV: put_line(t); break;
    default: put_object(t); break;
    }
    for (size_t i = 0; i < t->schema->n; i++)
        t->cells[i].set = false;
    buf_reset(&t->texts);
    t->n_rows++;
    return rc < 0 ? rc : output_flush_large(&t->session->output, err);
}

int table_end(struct table *t, struct err *err)
{
    int rc = 0;
    if (t->session->format == OUTPUT_TEXT)
        rc = layout_end(&t->layout, err);
    else if (table_tail(t))
        output_close(&t->session->output, '}');
    return rc < 0 ? rc : output_flush_large(&t->session->output, err);
}
