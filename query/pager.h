/* A pager between the answer and the terminal: started when something is printed, waited for at the end. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

enum pager_mode {
    PAGER_AUTO,
    PAGER_ALWAYS,
    PAGER_NEVER
};

/* The command to run, NULL for none: $STEMMA_PAGER, else $PAGER, else `less`; none where that is empty or "cat". Never but on
 * a terminal; `auto`: only for text that people read, on a terminal that is not "dumb". The strings are those variables'
 * values, NULL where they are not set. */
const char *pager_choose(enum pager_mode mode, bool is_terminal, bool is_text,
                         const char *stemma_pager, const char *pager, const char *term,
                         const char *less);

/* Zeroed but for the command it is not started. */
struct pager {
    const char *command;                  /* for /bin/sh; NULL: none */
    bool tried;                           /* it was started, or could not be */
    pid_t pid;                            /* 0: it does not run */
    int fd;                               /* what it reads */
    int saved_stderr;                     /* -1 where standard error is no terminal */
    void (*interrupt)(int), (*pipe)(int); /* handlers that stood before */
};

/* The command for standard output, by the environment. */
void pager_init(struct pager *p, enum pager_mode mode, bool is_text);
/* Starts it: what is written to the returned descriptor is paged. Standard error goes there too if it is a terminal; an
 * interrupt from the keyboard is the pager's; writing to a pager that has gone away fails with EPIPE. -1 if it cannot be
 * started: then everything is as before. LESS=FRX is set for it unless LESS is set. */
int pager_start(struct pager *p);
/* Ends its input, waits for it and puts back what was changed. Returns its exit status, 0 if none ran. */
int pager_end(struct pager *p);
