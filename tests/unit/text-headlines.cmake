# What titles say where bodies leave a pair open.
stemma_test(test_headlines SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_headlines.c LINK stemma_text)
