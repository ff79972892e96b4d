# The readers under fire. With STEMMA_FUZZ (clang) by libFuzzer, in every other build by a
# driver that runs the committed inputs, their beginnings and damaged copies of them.
add_library(stemma_fuzz_reader STATIC ${CMAKE_CURRENT_LIST_DIR}/fuzz_reader.c)
target_link_libraries(stemma_fuzz_reader PUBLIC stemma_indexer)

foreach(name IN ITEMS jsonl markdown front_matter)
  set(corpus "${CMAKE_CURRENT_LIST_DIR}/corpus/${name}")
  add_executable(fuzz_${name} ${CMAKE_CURRENT_LIST_DIR}/fuzz_${name}.c)
  target_link_libraries(fuzz_${name} PRIVATE stemma_fuzz_reader)
  if(STEMMA_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    # What is found goes to the build folder, never to the committed inputs.
    file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/corpus-${name}")
    add_test(NAME fuzz_${name}
             COMMAND fuzz_${name} -runs=50000 -seed=1 -max_len=4096 -timeout=20
                     -artifact_prefix=${CMAKE_BINARY_DIR}/ ${CMAKE_BINARY_DIR}/corpus-${name} ${corpus})
  else()
    target_sources(fuzz_${name} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/standalone.c)
    add_test(NAME fuzz_${name} COMMAND fuzz_${name} ${corpus})
  endif()
  set_tests_properties(fuzz_${name} PROPERTIES TIMEOUT 600 LABELS fuzz)
endforeach()
