# Measures of association.
if(TARGET stemma_query)
  stemma_test(test_measures SOURCES "${CMAKE_SOURCE_DIR}/tests/unit/test_measures.c" LINK stemma_query)
endif()
