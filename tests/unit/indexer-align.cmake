# Wordings laid into the stream of their story.
foreach(name IN ITEMS places align)
  stemma_test(test_${name} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_${name}.c
              LINK stemma_indexer stemma_formats_fixture TIMEOUT 120)
endforeach()
