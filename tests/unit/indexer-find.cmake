# Copies are looked for (indexer/): equal bodies, sheets, candidates.
add_library(stemma_find_fixture STATIC ${CMAKE_CURRENT_LIST_DIR}/find_fixture.c)
target_link_libraries(stemma_find_fixture PUBLIC stemma_testing stemma_indexer PkgConfig::CRITERION)
foreach(name IN ITEMS texts sheet print_join candidates)
  stemma_test(test_${name} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_${name}.c
              LINK stemma_find_fixture TIMEOUT 600)
endforeach()
