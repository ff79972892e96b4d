/* What a record says its language is, as a language tag of BCP 47 (RFC 5646), so that "en_US", "ENG" and "English" are
 * one language to whoever counts or filters. The text is not looked at. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

enum {
    LANGUAGE_TAG_MAX = 64 /* bytes; longer ones are none */
};

/* Makes a tag of a tag in any case, with - or _ ("EN_us", the locale "en_US.UTF-8"), of a code of three letters, of one
 * that was withdrawn ("iw"), and of an English name: the shortest code (RFC 5646, 4.5), en-US, zh-Hant-TW. False if the text is none of
 * these; true and *len 0 if it says that no language is known ("und", "unknown"). */
bool language_tag(struct bytes text, char out[LANGUAGE_TAG_MAX], size_t *len);
