/* Paths of inputs, as links to them: OSC 8, "Hyperlinks in Terminal Emulators" (E. Koblinger, 2017), with file URLs of RFC 8089. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "query/output.h"

enum {
    URI_MOST = 2000, /* bytes; terminals take 2083 */
    HOST_BYTES = 256,
    CWD_BYTES = 4096
};

/* RFC 3986 section 2.3, and the slashes between. */
static bool is_plain(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~/", c));
}

static void put_encoded(struct buf *out, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (is_plain(p[i]))
            buf_put_u8(out, p[i]);
        else
            buf_printf(out, "%%%02X", p[i]);
    }
}

static bool is_there(struct bytes path)
{
    struct buf name = {0};
    buf_put_bytes(&name, path);
    buf_put_u8(&name, 0);
    bool there = !name.failed && memchr(path.data, 0, path.len) == NULL &&
                 access((const char *)name.data, F_OK) == 0;
    buf_release(&name);
    return there;
}

/* "file://host/absolute/path": the host says whose path it is, where the terminal shows another machine's. */
static bool make_uri(struct buf *out, struct bytes path)
{
    char host[HOST_BYTES], cwd[CWD_BYTES];
    if (path.len == 0 || !is_there(path) || gethostname(host, sizeof host) != 0)
        return false;
    host[sizeof host - 1] = 0;
    buf_put_str(out, "file://");
    put_encoded(out, (const uint8_t *)host, strlen(host));
    if (path.data[0] != '/') {
        if (!getcwd(cwd, sizeof cwd))
            return false;
        put_encoded(out, (const uint8_t *)cwd, strlen(cwd));
        buf_put_u8(out, '/');
    }
    while (path.len > 2 && path.data[0] == '.' && path.data[1] == '/')
        path = bytes_of(path.data + 2, path.len - 2);
    put_encoded(out, path.data, path.len);
    return !out->failed && out->len <= URI_MOST;
}

void output_path(struct output *o, struct bytes path)
{
    struct buf uri = {0};
    bool link = o->links && make_uri(&uri, path);
    if (link) {
        output_put(o, "\033]8;;");
        buf_put_bytes(&o->buf, buf_bytes(&uri));
        output_put(o, "\033\\");
    }
    output_line(o, path);
    if (link)
        output_put(o, "\033]8;;\033\\");
    buf_release(&uri);
}
