if(TARGET stemma_oracle)
  stemma_test(test_kwic_property
    SOURCES "${CMAKE_SOURCE_DIR}/tests/property/test_kwic_property.c"
    LINK stemma_oracle stemma_testing
    TIMEOUT 900)
endif()
