#include "query/pairs.h"

#include <inttypes.h>
#include <stdio.h>

#include "query/fields.h"

static void put_row(struct pairs *p, const char *name, struct bytes value)
{
    struct output *o = &p->session->output;
    bool csv = p->session->format == OUTPUT_CSV;
    if (p->prefix)
        output_printf(o, "%s.", p->prefix);
    output_put(o, name);
    output_put(o, csv ? "," : "\t");
    if (csv)
        output_csv(o, value);
    else
        output_field(o, value);
    buf_put_u8(&o->buf, p->session->null ? 0 : '\n');
}

int pairs_begin(struct pairs *p, struct session *s, const char *schema,
                const char *const *names, struct err *err)
{
    *p = (struct pairs){.session = s, .json = session_is_json(s)};
    int rc = session_keys(s, names, err);
    if (rc < 0)
        return rc;
    if (p->json)
        output_open_row(&s->output, schema);
    else if (!s->null)
        output_put(&s->output,
                   s->format == OUTPUT_CSV ? "name,value\n" : "name\tvalue\n");
    return 0;
}

void pairs_end(struct pairs *p)
{
    if (p->json)
        output_close_row(&p->session->output);
}

void pairs_open(struct pairs *p, const char *key, const char *prefix)
{
    p->group = key;
    p->prefix = prefix;
    if (p->json)
        output_open(&p->session->output, key, '{');
}

void pairs_close(struct pairs *p)
{
    p->group = p->prefix = NULL;
    if (p->json)
        output_close(&p->session->output, '}');
}

static bool is_wanted(const struct pairs *p, const char *name)
{
    const char *key = p->group ? p->group : name;
    return !p->session->fields || fields_take(p->session->fields, bytes_str(key));
}

void pairs_text(struct pairs *p, const char *name, struct bytes value)
{
    if (p->json)
        output_json_str(&p->session->output, name, value);
    else if (is_wanted(p, name))
        put_row(p, name, value);
}

void pairs_null(struct pairs *p, const char *name)
{
    if (p->json)
        output_json_null(&p->session->output, name);
    else if (is_wanted(p, name))
        put_row(p, name, bytes_str(""));
}

void pairs_opt(struct pairs *p, const char *name, struct bytes value)
{
    if (value.len > 0)
        pairs_text(p, name, value);
    else
        pairs_null(p, name);
}

void pairs_uint(struct pairs *p, const char *name, uint64_t value)
{
    char text[32];
    if (p->json) {
        output_json_uint(&p->session->output, name, value);
        return;
    }
    snprintf(text, sizeof text, "%" PRIu64, value);
    pairs_text(p, name, bytes_str(text));
}

void pairs_real(struct pairs *p, const char *name, double value, unsigned digits)
{
    char text[400]; /* of the greatest double */
    if (p->json) {
        output_json_real(&p->session->output, name, value);
        return;
    }
    snprintf(text, sizeof text, "%.*f", (int)digits, value);
    pairs_text(p, name, bytes_str(text));
}

void pairs_bool(struct pairs *p, const char *name, bool value)
{
    if (p->json)
        output_json_bool(&p->session->output, name, value);
    else
        pairs_text(p, name, bytes_str(value ? "1" : "0"));
}
