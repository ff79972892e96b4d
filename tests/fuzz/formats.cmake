# Formats, queries and text under fire: as readers.cmake has it, with STEMMA_FUZZ (clang) by libFuzzer, in
# every other build by standalone.c over the committed inputs and damaged copies of them.
set(fuzz_targets lists normalise)
set(fuzz_lists_links stemma_formats)
set(fuzz_normalise_links stemma_text)
if(TARGET stemma_hostile)
  list(APPEND fuzz_targets segment query)
  set(fuzz_segment_links stemma_hostile)
  set(fuzz_query_links stemma_hostile)
endif()

foreach(name IN LISTS fuzz_targets)
  set(corpus "${CMAKE_CURRENT_LIST_DIR}/corpus/${name}")
  add_executable(fuzz_${name} ${CMAKE_CURRENT_LIST_DIR}/fuzz_${name}.c)
  target_link_libraries(fuzz_${name} PRIVATE ${fuzz_${name}_links})
  if(STEMMA_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/corpus-${name}")
    set(runs 20000)
    if(name STREQUAL "segment")
      set(runs 500) # each asks a whole index
    endif()
    add_test(NAME fuzz_${name}
             COMMAND fuzz_${name} -runs=${runs} -seed=1 -max_len=4096 -timeout=20 -malloc_limit_mb=1024
                     -artifact_prefix=${CMAKE_BINARY_DIR}/ ${CMAKE_BINARY_DIR}/corpus-${name} ${corpus})
  else()
    target_sources(fuzz_${name} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/standalone.c)
    add_test(NAME fuzz_${name} COMMAND fuzz_${name} ${corpus})
  endif()
  set_tests_properties(fuzz_${name} PROPERTIES TIMEOUT 600 LABELS fuzz)
endforeach()
