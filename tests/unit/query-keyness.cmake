# Pages of rows in an order of their own.
if(TARGET stemma_query)
  stemma_test(test_ordered SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_ordered.c" LINK stemma_query)
endif()
