# Fingerprints (text/winnow).
stemma_test(test_winnow SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_winnow.c LINK stemma_text)
