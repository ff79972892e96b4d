# dups: columns, diffs, rows, pairs.
set(STEMMA_UNICODE_DIR "/usr/share/unicode" CACHE PATH "Where unicode-data is installed")
foreach(module diff column)
  stemma_test(test_${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LINK stemma_query stemma_testing)
endforeach()
target_compile_definitions(test_column PRIVATE STEMMA_UNICODE_DIR="${STEMMA_UNICODE_DIR}")
if(EXISTS "${CMAKE_CURRENT_LIST_DIR}/test_dups.c")
  stemma_test(test_dups SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_dups.c" LINK stemma_rows_fixture)
endif()
