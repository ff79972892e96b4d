#include "query/fields.h"

#include <string.h>

#include "base/buf.h"
#include "base/opt.h"

enum {
    NAME_MAX_BYTES = 64 /* of a name in a message */
};

void fields_release(struct fields *f)
{
    vec_release(&f->chosen);
}

struct bytes fields_next(const char **list)
{
    const char *from = *list + strspn(*list, ", ");
    size_t len = strcspn(from, ",");
    *list = from + len;
    while (len > 0 && from[len - 1] == ' ')
        len--;
    return bytes_of(from, len);
}

static int unknown(struct bytes name, const char *const *names, struct err *err)
{
    char word[NAME_MAX_BYTES + 1];
    size_t len = name.len < NAME_MAX_BYTES ? name.len : NAME_MAX_BYTES;
    memcpy(word, name.data, len);
    word[len] = 0;
    const char *near = opt_nearest(word, names);
    if (near)
        return err_set(err, ERR_USAGE,
                       "--fields: there is no field '%s'; did you mean '%s'?", word,
                       near);
    struct buf all = {0};
    for (; *names; names++) {
        buf_put_str(&all, all.len ? ", " : "");
        buf_put_str(&all, *names);
    }
    int rc = buf_check(&all, err);
    if (rc == 0)
        rc = err_set(err, ERR_USAGE, "--fields: there is no field '%s'; there are %.*s",
                     word, (int)all.len, (const char *)all.data);
    buf_release(&all);
    return rc;
}

static int add(struct fields *f, struct bytes name, const char *const *names,
               struct err *err)
{
    uint32_t at = 0;
    while (names[at] && !bytes_equal(bytes_str(names[at]), name))
        at++;
    if (!names[at])
        return unknown(name, names, err);
    vec_foreach(uint32_t, other, &f->chosen) {
        if (*other == at)
            return err_set(err, ERR_USAGE, "--fields: '%s' is there twice", names[at]);
    }
    return vec_push(&f->chosen, at) ? 0 : err_set(err, ERR_NOMEM, "out of memory");
}

int fields_choose(struct fields *f, const char *list, const char *const *names,
                  struct err *err)
{
    struct bytes name;
    int rc = 0;
    vec_reset(&f->chosen);
    while (rc == 0 && (name = fields_next(&list)).len > 0)
        rc = add(f, name, names, err);
    if (rc == 0 && f->chosen.len == 0)
        rc = err_set(err, ERR_USAGE, "--fields takes names, as in --fields %s,%s",
                     names[0], names[0] && names[1] ? names[1] : "...");
    return rc;
}

/* a is b, or an object that b lies in. */
static bool is_within(struct bytes a, struct bytes b)
{
    return a.len <= b.len && memcmp(a.data, b.data, a.len) == 0 &&
           (a.len == b.len || b.data[a.len] == '.');
}

bool fields_take(const char *list, struct bytes path)
{
    struct bytes name;
    while ((name = fields_next(&list)).len > 0) {
        if (is_within(name, path) || is_within(path, name))
            return true;
    }
    return false;
}
