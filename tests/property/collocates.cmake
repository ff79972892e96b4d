if(TARGET stemma_oracle)
  stemma_test(test_collocates_property
    SOURCES "${CMAKE_SOURCE_DIR}/tests/property/test_collocates_property.c"
            "${CMAKE_SOURCE_DIR}/tests/support/oracle_collocates.c"
    LINK stemma_oracle stemma_testing
    TIMEOUT 900)
endif()
