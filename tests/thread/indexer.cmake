# A whole build, for ThreadSanitizer: many small batches, chunks and partitions in flight.
add_executable(thread_build "${CMAKE_SOURCE_DIR}/tests/thread/thread_build.c")
target_link_libraries(thread_build PRIVATE stemma_indexer stemma_testing)
add_test(NAME thread_build COMMAND thread_build)
set_tests_properties(thread_build PROPERTIES TIMEOUT 600 LABELS tsan)
