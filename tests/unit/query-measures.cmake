# Measures of association, and the words that rows of them leave out.
if(TARGET stemma_query)
  foreach(module measures stopwords)
    stemma_test(test_${module} SOURCES "${CMAKE_SOURCE_DIR}/tests/unit/test_${module}.c" LINK stemma_query)
  endforeach()
endif()
