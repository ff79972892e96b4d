# Copies to stories (indexer/): stars by themselves, and whole archives full of copies.
foreach(name IN ITEMS bodies stars group)
  stemma_test(test_${name} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_${name}.c
              LINK stemma_indexer stemma_testing TIMEOUT 600)
endforeach()
