# Batches of counts, and what stands near hits, on many threads, for ThreadSanitizer.
if(TARGET stemma_oracle)
  foreach(program thread_count thread_cooc)
    add_executable(${program} "${CMAKE_SOURCE_DIR}/tests/thread/${program}.c")
    target_link_libraries(${program} PRIVATE stemma_oracle stemma_testing)
    add_test(NAME ${program} COMMAND ${program})
    set_tests_properties(${program} PROPERTIES TIMEOUT 300 LABELS tsan)
  endforeach()
endif()
