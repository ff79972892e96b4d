# Groups, bins and bars of counts.
if(TARGET stemma_query)
  stemma_test(test_bins SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_bins.c" LINK stemma_query)
  stemma_test(test_collocates_count SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_collocates_count.c"
              LINK stemma_query stemma_formats_fixture)
  stemma_test(test_story_table SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_story_table.c"
              LINK stemma_query stemma_formats_fixture)
endif()
