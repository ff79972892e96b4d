if(TARGET stemma_oracle)
  stemma_test(test_cooc_property
    SOURCES "${CMAKE_SOURCE_DIR}/tests/property/test_cooc_property.c"
            "${CMAKE_SOURCE_DIR}/tests/support/oracle_cooc.c"
    LINK stemma_oracle stemma_testing
    TIMEOUT 900)
endif()
