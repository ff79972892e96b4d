foreach(module err buf arena vec hash file budget opt log pool offsetmap)
  stemma_test(test_${module} SOURCES "${CMAKE_SOURCE_DIR}/tests/unit/test_${module}.c"
              LINK stemma_base stemma_testing)
endforeach()
