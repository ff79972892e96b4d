# The inputs and the readers (indexer/): json-c is an oracle, without it that test is left out.
pkg_check_modules(JSONC IMPORTED_TARGET json-c)
add_library(stemma_readers_fixture STATIC ${CMAKE_CURRENT_LIST_DIR}/readers_fixture.c)
target_link_libraries(stemma_readers_fixture PUBLIC stemma_testing stemma_indexer PkgConfig::CRITERION)

foreach(name IN ITEMS charset config dates front_matter html_body input json_scan jsonl markdown reader_text tags walk)
  if(EXISTS ${CMAKE_CURRENT_LIST_DIR}/test_${name}.c)
    stemma_test(test_${name} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_${name}.c
                LINK stemma_readers_fixture)
  endif()
endforeach()
if(JSONC_FOUND AND TARGET test_jsonl)
  target_compile_definitions(test_jsonl PRIVATE STEMMA_HAVE_JSONC=1)
  target_link_libraries(test_jsonl PRIVATE PkgConfig::JSONC)
endif()
