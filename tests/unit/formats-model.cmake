# The model of the data on disk: stories, wordings, articles, segments and generations.
foreach(module IN ITEMS columns groups map manifest wordings articles reconstruct provenance segment stories
                        snapshot handmade)
  set(source "${CMAKE_SOURCE_DIR}/tests/unit/test_${module}.c")
  if(EXISTS "${source}")
    stemma_test(test_${module} SOURCES "${source}" LINK stemma_handmade)
  endif()
endforeach()
