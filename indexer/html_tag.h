/* The tags in a text that may be HTML: where one ends and what it is called. For html_body.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

enum {
    HTML_TAG_NAME_MAX = 16 /* longer names are cut */
};

struct html_tags {
    struct bytes text;
    size_t last; /* offset behind the last '>' */
    /* What was looked for once and is not there need not be looked for again. */
    bool no_quotes, no_comment;
};

struct html_tag {
    char name
        [HTML_TAG_NAME_MAX]; /* in small letters; empty: a comment, <!...> or <?...> */
    bool closing;
    bool capital; /* the name began with a capital letter */
    size_t end;   /* offset behind it */
};

void html_tags_init(struct html_tags *t, struct bytes text);
/* The tag at the '<' at `at`; false if there is none: "a < b", "<https://...>", "<name@host>", no end. */
bool html_tags_read(struct html_tags *t, size_t at, struct html_tag *out);
