#include "base/err.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Ends a message that did not fit with "...". */
static void mark_truncated(struct err *err)
{
    memcpy(err->msg + sizeof err->msg - 4, "...", 4);
}

static void set_words(struct err *err, int code, const char *fmt, va_list args)
    ERR_PRINTF(3, 0);

static void set_words(struct err *err, int code, const char *fmt, va_list args)
{
    err->code = code;
    int n = vsnprintf(err->msg, sizeof err->msg, fmt, args);
    if (n < 0)
        err->msg[0] = '\0';
    else if ((size_t)n >= sizeof err->msg)
        mark_truncated(err);
}

int err_set(struct err *err, int code, const char *fmt, ...)
{
    if (err && err->code == 0) {
        va_list args;
        va_start(args, fmt);
        set_words(err, code, fmt, args);
        va_end(args);
    }
    return code;
}

int err_sys(struct err *err, int code, int errnum, const char *fmt, ...)
{
    if (!err || err->code != 0)
        return code;
    va_list args;
    va_start(args, fmt);
    set_words(err, code, fmt, args);
    va_end(args);

    char reason[128];
    if (strerror_r(errnum, reason, sizeof reason) != 0)
        snprintf(reason, sizeof reason, "error %d", errnum);
    /* The reason is kept whole: it is the words before it that give way. */
    size_t tail = strlen(reason) + 2;
    size_t len = strlen(err->msg);
    if (len + tail >= sizeof err->msg) {
        len = sizeof err->msg - 1 - tail;
        memcpy(err->msg + len - 3, "...", 3);
    }
    snprintf(err->msg + len, sizeof err->msg - len, ": %s", reason);
    return code;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
    if (!err || err->code == 0)
        return ERR_IO;
    char words[sizeof err->msg];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(words, sizeof words, fmt, args);
    va_end(args);
    if (n < 0)
        return err->code;
    size_t len = strlen(words);
    size_t old = strlen(err->msg);
    bool fits = (size_t)n + 2 + old < sizeof err->msg;
    if (len + 2 >= sizeof err->msg)
        len = sizeof err->msg - 3;
    if (len + 2 + old >= sizeof err->msg)
        old = sizeof err->msg - 1 - len - 2;
    memmove(err->msg + len + 2, err->msg, old);
    memcpy(err->msg, words, len);
    memcpy(err->msg + len, ": ", 2);
    err->msg[len + 2 + old] = '\0';
    if (!fits)
        mark_truncated(err);
    return err->code;
}

void err_clear(struct err *err)
{
    if (err) {
        err->code = 0;
        err->msg[0] = '\0';
    }
}

int err_exit_status(int code)
{
    switch (code) {
#define ERR_STATUS(name, value, status, text) \
    case name: return status;
        ERR_CODES(ERR_STATUS) // NOLINT(bugprone-branch-clone)
#undef ERR_STATUS
    default: return code < 0 ? 3 : 0;
    }
}

const char *err_text(int code)
{
    switch (code) {
#define ERR_TEXT(name, value, status, text) \
    case name: return text;
        ERR_CODES(ERR_TEXT)
#undef ERR_TEXT
    default: return code < 0 ? "unknown error" : "no error";
    }
}
