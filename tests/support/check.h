/* CHECK: a condition the test support's own code must keep. Unlike assert it stays in every
 * build, and what it evaluates may have effects. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

static inline void check_failed(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    abort();
}

#define CHECK(x) ((x) ? (void)0 : check_failed(__FILE__, __LINE__, #x))
