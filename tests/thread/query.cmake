# A batch of counts on many threads, for ThreadSanitizer.
if(TARGET stemma_oracle)
  add_executable(thread_count "${CMAKE_SOURCE_DIR}/tests/thread/thread_count.c")
  target_link_libraries(thread_count PRIVATE stemma_oracle stemma_testing)
  add_test(NAME thread_count COMMAND thread_count)
  set_tests_properties(thread_count PROPERTIES TIMEOUT 300 LABELS tsan)
endif()
