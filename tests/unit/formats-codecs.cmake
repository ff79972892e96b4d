# The container and the codings (formats/, part one).
add_library(stemma_formats_fixture STATIC ${CMAKE_CURRENT_LIST_DIR}/formats_fixture.c)
target_link_libraries(stemma_formats_fixture PUBLIC stemma_testing stemma_formats PkgConfig::CRITERION)

foreach(name coding container frame pfor addresses bigrams storylists marks marks_ranks terms surfaces forward)
  if(EXISTS ${CMAKE_CURRENT_LIST_DIR}/test_${name}.c)
    stemma_test(test_${name} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_${name}.c
                LINK stemma_formats_fixture)
  endif()
endforeach()
