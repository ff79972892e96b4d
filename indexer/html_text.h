/* The text in raw HTML, as Markdown has it among its own: tags and comments fall away, what a
 * script or a style holds too. No parser of pages: it knows where tags end and which of them
 * part words. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum {
    HTML_TEXT_NAME_MAX = 16
};

enum html_text_gap {
    HTML_TEXT_JOINED, /* <b>, <span>: the text goes on */
    HTML_TEXT_BLANK,  /* <br> */
    HTML_TEXT_BLOCK   /* <p>, <div>, <td>: another paragraph */
};

/* What the caller does with what is found; pointers are into the bytes fed. */
struct html_text_sink {
    void (*run)(void *arg, const uint8_t *p, size_t len);
    void (*gap)(void *arg, enum html_text_gap gap);
    void *arg;
};

/* Where the last feed stopped. A zeroed struct is the start. */
struct html_text {
    int state;     /* of html_text.c */
    uint8_t quote; /* around an attribute's value */
    char name[HTML_TEXT_NAME_MAX];
    size_t name_len;
    uint8_t last[2];                    /* bytes before, in a comment */
    char skip_name[HTML_TEXT_NAME_MAX]; /* script or style that is being left out */
};

/* How a tag of this name (in small letters, a / before it or not) parts the words around it. */
enum html_text_gap html_text_gap_of(const char *name);
void html_text_feed(struct html_text *h, struct bytes bytes,
                    const struct html_text_sink *sink);
