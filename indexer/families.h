/* Families: texts with what contains them, so that passages can be counted by story before there are
 * stories. Every text belongs to the longest text that is known to contain nearly all of it, that one to the longest that
 * contains it, and so on.
 *
 * A story printed a thousand times, cut wherever the page was full, is one family, whoever was first. A footer
 * that stands in a thousand articles makes none: the articles do not contain each other, and the page that is nothing
 * but footer joins one of them. */
#pragma once

#include "base/err.h"
#include "indexer/pairs.h"

/* families[text]: the text at the head of its family, itself if nothing contains it. From verdicts that were judged
 * without boilerplate, ascending. One thread. ERR_NOMEM, ERR_IO, ERR_CORRUPT. */
int families_make(const struct verify_pair_tables *t, const struct verdicts *known,
                  uint32_t *families, struct err *err);
