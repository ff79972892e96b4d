# A plain program: Criterion does not start under ThreadSanitizer.  libuv's pool has one size
# in a process, so each number of threads is a run of its own.
add_executable(thread_pool "${CMAKE_SOURCE_DIR}/tests/thread/thread_pool.c")
target_link_libraries(thread_pool PRIVATE stemma_base)
foreach(threads 1 2 8)
  add_test(NAME thread_pool_${threads} COMMAND thread_pool ${threads})
  set_tests_properties(thread_pool_${threads} PROPERTIES TIMEOUT 120 LABELS tsan)
endforeach()
