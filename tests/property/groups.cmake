if(TARGET stemma_oracle)
  stemma_test(test_groups_property
    SOURCES "${CMAKE_SOURCE_DIR}/tests/property/test_groups_property.c"
            "${CMAKE_SOURCE_DIR}/tests/support/oracle_groups.c"
    LINK stemma_oracle stemma_testing
    TIMEOUT 900)
endif()
