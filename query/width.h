/* How many columns of a terminal text takes. */
#pragma once

#include <stdint.h>

#include "base/bytes.h"

/* 0 for marks, format characters and the vowels that Hangul syllables are put together with; 2 for what Unicode calls
 * wide or fullwidth (UAX #11, version 15.0); 1 for all else, controls too. */
unsigned width_character(uint32_t cp);
/* Of UTF-8 that log_sanitise has been over; ill-formed bytes count as one column each. */
uint64_t width_text(struct bytes text);
