# Whole builds of archives full of copies, held against their inputs and the oracle.
if(TARGET stemma_planted)
  stemma_test(test_copies_property
    SOURCES "${CMAKE_SOURCE_DIR}/tests/property/test_copies_property.c"
    LINK stemma_planted stemma_testing
    TIMEOUT 900)
endif()
