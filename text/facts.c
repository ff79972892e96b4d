#include "text/facts.h"

uint8_t facts_of(struct bytes term)
{
    for (size_t i = 0; i < term.len; i++) {
        if (term.data[i] >= '0' && term.data[i] <= '9') {
            return FACT_NUMBER;
        }
    }
    return FACT_NONE;
}
