# kwic (the fixture is that of query-commands.cmake, which comes before this).
stemma_test(test_kwic SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_kwic.c" LINK stemma_rows_fixture)
