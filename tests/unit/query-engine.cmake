if(TARGET stemma_query)
  foreach(module exact filter filter_judge regex stem synonyms when syntax wildcard window span_union span_match span_keep span_join span_near)
    stemma_test(test_${module} SOURCES "${CMAKE_SOURCE_DIR}/tests/unit/test_${module}.c"
                LINK stemma_query stemma_testing)
  endforeach()
  foreach(unit near_match story_vec)
    stemma_test(test_${unit} SOURCES "${CMAKE_SOURCE_DIR}/tests/unit/test_${unit}.c"
                "${CMAKE_SOURCE_DIR}/tests/unit/formats_fixture.c"
                LINK stemma_query stemma_testing)
  endforeach()
endif()
if(TARGET stemma_oracle)
  foreach(module deadline suggest expand filters plan plan_cover scope carriers rank engine leaf seams)
    stemma_test(test_${module} SOURCES "${CMAKE_SOURCE_DIR}/tests/unit/test_${module}.c"
                "${CMAKE_SOURCE_DIR}/tests/unit/query_fixture.c"
                LINK stemma_oracle stemma_testing)
  endforeach()
endif()
