# The model of the data on disk: stories, wordings, articles, segments and generations
# (formats/, part two). After formats-codecs.cmake, whose fixture they use.
foreach(module IN ITEMS columns groups map manifest wordings articles reconstruct provenance segment stories stories_evidence
                        snapshot handmade)
  set(source "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c")
  if(EXISTS "${source}")
    stemma_test(test_${module} SOURCES "${source}" LINK stemma_handmade stemma_formats_fixture)
  endif()
endforeach()
