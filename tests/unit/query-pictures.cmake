# Pictures of counts, and what they are drawn with.
foreach(module scale label ticks force place heat pictures)
  stemma_test(test_${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LINK stemma_query stemma_testing)
endforeach()
