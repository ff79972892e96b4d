# What titles say where bodies leave a pair open.
stemma_test(test_language SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_language.c LINK stemma_text)
