/* Words with wildcards: * is any number of characters, ? exactly one. */
#pragma once

#include <stdbool.h>

#include "base/bytes.h"

enum {
    WILDCARD_BYTES_MAX = 255 /* of a pattern; no key is longer */
};

/* Does the pattern match all of the key? Both are UTF-8. Two * never stand side by side. */
bool wildcard_matches(struct bytes pattern, struct bytes key);

/* What every key that it matches begins with. */
struct bytes wildcard_beginning(struct bytes pattern);
