/* Asking for a cache line before it is needed.
 *
 * GCC takes a function that does nothing but __builtin_prefetch for one without effect and leaves out calls to it, unless it
 * was inlined early (GCC 12 at -O2). The empty statement says that there is an effect; it costs no instruction. */
#pragma once

static inline void prefetch_read(const void *p)
{
    __builtin_prefetch(p);
    __asm__ volatile("");
}

/* What will be written, too. */
static inline void prefetch_write(const void *p)
{
    __builtin_prefetch(p, 1);
    __asm__ volatile("");
}
