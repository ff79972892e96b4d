#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

#define BAD "\xef\xbf\xbd"

static void check(const char *text, size_t len, bool keep_lines, const char *expected)
{
    struct buf b = {0};
    log_sanitise(&b, bytes_of(text, len), keep_lines);
    buf_put_u8(&b, 0);
    cr_assert_str_eq((const char *)b.data, expected);
    buf_release(&b);
}

#define SANE(text, keep, expected) check(text, sizeof text - 1, keep, expected)

Test(log, plain_text_stays)
{
    SANE("", false, "");
    SANE("The Harbour, 'open'.", false, "The Harbour, 'open'.");
    SANE("na\xc3\xafve \xe2\x82\xac \xf0\x9f\x9a\xa2 \xd8\xad\xd9\x84\xd8\xa8", false,
         "na\xc3\xafve \xe2\x82\xac \xf0\x9f\x9a\xa2 \xd8\xad\xd9\x84\xd8\xa8");
    SANE("\xc2\xa0\xe2\x80\xa9", false, "\xc2\xa0\xe2\x80\xa9");
}

Test(log, controls_are_replaced)
{
    SANE("a\x1b[31mb", false, "a" BAD "[31mb");
    SANE("a\0b", false, "a" BAD "b");
    SANE("\r\x07\x7f", false, BAD BAD BAD);
    SANE("a\nb\tc", false, "a b c");
    SANE("a\nb\tc\r", true, "a\nb\tc" BAD);
    SANE("\xc2\x80\xc2\x9b\xc2\x9f", false, BAD BAD BAD); /* C1 */
    for (int c = 0; c < 0x20; c++) {
        char text = (char)c;
        if (c != '\n' && c != '\t')
            check(&text, 1, true, BAD);
    }
}

Test(log, bidi_controls_are_replaced)
{
    for (int c = 0xaa; c <= 0xae; c++) { /* U+202A to U+202E */
        const char text[] = {'\xe2', '\x80', (char)c, 'x', '\0'};
        check(text, 4, true, BAD "x");
    }
    for (int c = 0xa6; c <= 0xa9; c++) { /* U+2066 to U+2069 */
        const char text[] = {'\xe2', '\x81', (char)c, 'x', '\0'};
        check(text, 4, true, BAD "x");
    }
    SANE("\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa", true,
         "\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa"); /* their neighbours */
}

Test(log, damaged_utf8_is_replaced)
{
    SANE("\xff\xfe", false, BAD BAD);
    SANE("a\x80z", false, "a" BAD "z");
    SANE("\xc3", false, BAD);
    SANE("\xc3z", false, BAD "z");
    SANE("\xe2\x82", false, BAD);
    SANE("\xe2\x82z", false, BAD "z");
    SANE("\xf0\x9f\x9az", false, BAD "z");
    SANE("\xc0\xaf", false, BAD BAD);                 /* overlong */
    SANE("\xe0\x80\xaf", false, BAD BAD BAD);         /* overlong */
    SANE("\xed\xa0\x80", false, BAD BAD BAD);         /* a surrogate */
    SANE("\xf4\x90\x80\x80", false, BAD BAD BAD BAD); /* over U+10FFFF */
    SANE("\xe2\x82\x1b[m", false, BAD BAD "[m");      /* an escape is not swallowed */
}

static void redirect(void)
{
    cr_redirect_stderr();
}

Test(log, lines_carry_program_and_level, .init = redirect)
{
    log_set_program("prog");
    log_print(LOG_ERROR, "cannot %s", "open\n\x1b[31m");
    log_print(LOG_WARNING, "odd");
    log_print(LOG_INFO, "so");
    log_print(LOG_DEBUG, "hidden");
    log_set_level(LOG_ERROR);
    log_print(LOG_WARNING, "hidden");
    log_set_level(LOG_DEBUG);
    log_print(LOG_DEBUG, "%d", 5);
    fflush(stderr);
    cr_assert_stderr_eq_str("prog: error: cannot open " BAD "[31m\n"
                            "prog: warning: odd\nprog: so\nprog: 5\n");
}

Test(log, long_messages_are_cut, .init = redirect)
{
    static char words[20000];
    memset(words, 'w', sizeof words - 1);
    log_print(LOG_INFO, "%s", words);
    fflush(stderr);
    static char expected[5000];
    size_t n = (size_t)snprintf(expected, sizeof expected, "stemma: ");
    memset(expected + n, 'w', 4092);
    snprintf(expected + n + 4092, sizeof expected - n - 4092, "...\n");
    cr_assert_stderr_eq_str(expected);
}
