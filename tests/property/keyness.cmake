if(TARGET stemma_oracle)
  stemma_test(test_keyness_property
    SOURCES "${CMAKE_SOURCE_DIR}/tests/property/test_keyness_property.c"
            "${CMAKE_SOURCE_DIR}/tests/support/oracle_keyness.c"
    LINK stemma_oracle stemma_testing
    TIMEOUT 900)
  stemma_test(test_ngrams_property
    SOURCES "${CMAKE_SOURCE_DIR}/tests/property/test_ngrams_property.c"
            "${CMAKE_SOURCE_DIR}/tests/support/oracle_ngrams.c"
    LINK stemma_oracle stemma_testing
    TIMEOUT 900)
endif()
# The same on texts that were built as any archive is.
if(TARGET stemma_planted)
  stemma_test(test_news_words
    SOURCES "${CMAKE_SOURCE_DIR}/tests/property/test_news_words.c"
            "${CMAKE_SOURCE_DIR}/tests/support/oracle_keyness.c"
            "${CMAKE_SOURCE_DIR}/tests/support/oracle_ngrams.c"
    LINK stemma_planted stemma_testing
    TIMEOUT 900)
  target_compile_definitions(test_news_words PRIVATE EXAMPLES="${CMAKE_SOURCE_DIR}/examples/archive")
endif()
