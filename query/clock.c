#include "query/clock.h"

#include <string.h>
#include <time.h>

#include "query/calendar.h"
#include "query/when.h"

static int32_t local_day(void)
{
    time_t seconds = time(NULL);
    struct tm tm = {.tm_year = 70, .tm_mday = 1};
    (void)localtime_r(&seconds, &tm);
    return calendar_day_of((struct calendar_date){
        tm.tm_year + 1900, (unsigned)tm.tm_mon + 1, (unsigned)tm.tm_mday});
}

int clock_today(const char *now, int32_t *day, struct err *err)
{
    struct when when;
    const char *wrong;
    if (!now || !*now) {
        *day = local_day();
        return 0;
    }
    bool good = when_read(bytes_of(now, strcspn(now, "T ")), &when, &wrong);
    if (!good || when.kind != WHEN_DAYS || when.first != when.last) {
        return err_set(err, ERR_USAGE, "STEMMA_NOW: '%.60s' is no day as 2016-12-05",
                       now);
    }
    *day = when.first;
    return 0;
}
