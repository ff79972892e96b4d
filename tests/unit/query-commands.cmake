# What stemma-query prints: rows, snippets, output, and the small things they need.
add_library(stemma_rows_fixture STATIC "${CMAKE_CURRENT_LIST_DIR}/rows_fixture.c")
target_link_libraries(stemma_rows_fixture PUBLIC stemma_handmade stemma_query PRIVATE PkgConfig::CRITERION)

foreach(module rows shown snippet show print listing)
  stemma_test(test_${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LINK stemma_rows_fixture)
endforeach()
foreach(module output table pairs pager terminal calendar queries)
  stemma_test(test_${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LINK stemma_query stemma_testing)
endforeach()
