/* Errors: a code with an exit status, and the words that say what, where and what to do.
 *
 * Functions return 0 or a negative code; ITER_END is the one positive value and means
 * "no more". The words travel in a struct err that the caller owns, because a job fails
 * on one thread and is reported on another. Outputs are written only on success. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* name, value, exit status of a program that ends with it, text */
#define ERR_CODES(X)                                     \
    X(ERR_USAGE, -1, 2, "bad usage")                     \
    X(ERR_SYNTAX, -2, 2, "bad query")                    \
    X(ERR_NOMEM, -3, 3, "out of memory")                 \
    X(ERR_IO, -4, 3, "input/output error")               \
    X(ERR_CORRUPT, -5, 3, "damaged")                     \
    X(ERR_VERSION, -6, 3, "of another version")          \
    X(ERR_NOT_FOUND, -7, 3, "not found")                 \
    X(ERR_LIMIT, -8, 3, "over a limit")                  \
    X(ERR_INPUT, -9, 3, "bad input")                     \
    X(ERR_LOCKED, -10, 75, "locked")                     \
    X(ERR_STOPPED, -11, 4, "stopped by a limit")         \
    X(ERR_OUTPUT, -12, 5, "output could not be written") \
    X(ERR_INTERRUPTED, -13, 130, "interrupted")          \
    X(ERR_TERMINATED, -14, 143, "terminated")

enum err_code {
#define ERR_ENUM(name, value, status, text) name = (value),
    ERR_CODES(ERR_ENUM)
#undef ERR_ENUM
};

/* An iterator or a cursor has no more; never an error. */
enum {
    ITER_END = 1
};

struct err {
    int code;       /* 0 or an err_code */
    char msg[1000]; /* always terminated; truncated with "..." if too long */
};

#if defined(__GNUC__)
#define ERR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define ERR_PRINTF(fmt, args)
#endif

/* Sets code and words, returns code; err may be NULL. The first error stays if err already
 * holds one (what failed first is what is told). */
int err_set(struct err *err, int code, const char *fmt, ...) ERR_PRINTF(3, 4);

/* As err_set, with ": strerror(errnum)" after the words. */
int err_sys(struct err *err, int code, int errnum, const char *fmt, ...)
    ERR_PRINTF(4, 5);

/* Puts "words: " before the message that err holds; returns err's code, or ERR_IO where err is
 * NULL or holds nothing, so that no failure becomes a success. */
int err_wrap(struct err *err, const char *fmt, ...) ERR_PRINTF(2, 3);

/* Forgets what err holds. */
void err_clear(struct err *err);

/* The exit status of a code (0 for 0); the code's own text. */
int err_exit_status(int code);
const char *err_text(int code);
