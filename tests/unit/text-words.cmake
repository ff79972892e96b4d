# Words, folding and characters (text/words, fold, join, utf8, unidata).
# ICU and utf8proc are oracles; without them the tests against them are left out.
pkg_check_modules(ICU IMPORTED_TARGET icu-uc>=72)
pkg_check_modules(UTF8PROC IMPORTED_TARGET libutf8proc>=2.8)
set(STEMMA_UNICODE_DIR "/usr/share/unicode" CACHE PATH "Where unicode-data is installed")

stemma_test(test_wordbreak SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_wordbreak.c LINK stemma_text)
target_compile_definitions(test_wordbreak PRIVATE STEMMA_UNICODE_DIR="${STEMMA_UNICODE_DIR}")
stemma_test(test_words SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_words.c LINK stemma_text)
stemma_test(test_utf8 SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_utf8.c LINK stemma_text)
stemma_test(test_join SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_join.c LINK stemma_text)
stemma_test(test_fold SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_fold.c LINK stemma_text)
target_compile_definitions(test_fold PRIVATE STEMMA_UNICODE_DIR="${STEMMA_UNICODE_DIR}")
if(ICU_FOUND)
  foreach(test IN ITEMS test_fold test_wordbreak)
    target_compile_definitions(${test} PRIVATE STEMMA_HAVE_ICU=1)
    target_link_libraries(${test} PRIVATE PkgConfig::ICU)
  endforeach()
endif()
if(UTF8PROC_FOUND)
  target_compile_definitions(test_fold PRIVATE STEMMA_HAVE_UTF8PROC=1)
  target_link_libraries(test_fold PRIVATE PkgConfig::UTF8PROC)
endif()

# The committed table is what the generator writes today.
find_package(Python3 COMPONENTS Interpreter REQUIRED)
stemma_script_test(unidata_is_current
  COMMAND sh "${CMAKE_CURRENT_LIST_DIR}/unidata_is_current.sh" "${Python3_EXECUTABLE}" "${STEMMA_UNICODE_DIR}")
