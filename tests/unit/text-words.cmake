# Words, folding and characters (text/words, fold, join, utf8, unidata).
# ICU and utf8proc are oracles; without them the tests against them are left out.
pkg_check_modules(ICU IMPORTED_TARGET icu-uc>=72)
pkg_check_modules(UTF8PROC IMPORTED_TARGET libutf8proc>=2.8)
set(STEMMA_UNICODE_DIR "/usr/share/unicode" CACHE PATH "Where unicode-data is installed")

stemma_test(test_wordbreak SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_wordbreak.c LINK stemma_text)
target_compile_definitions(test_wordbreak PRIVATE STEMMA_UNICODE_DIR="${STEMMA_UNICODE_DIR}")
stemma_test(test_words SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_words.c LINK stemma_text)
