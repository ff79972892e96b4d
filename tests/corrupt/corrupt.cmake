# Damaged and hostile indexes, hostile queries.
stemma_test(test_linear SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_linear.c LINK stemma_text LABELS corrupt)

if(TARGET stemma_query)
  # An index kept in memory and mended, and all that can be asked of one.
  add_library(stemma_hostile STATIC
    ${CMAKE_SOURCE_DIR}/tests/support/hostile_query.c
    ${CMAKE_SOURCE_DIR}/tests/support/mend.c
    ${CMAKE_SOURCE_DIR}/tests/support/mutate.c
    ${CMAKE_SOURCE_DIR}/tests/support/probe.c)
  target_link_libraries(stemma_hostile PUBLIC stemma_handmade stemma_query stemma_text m)

  stemma_test(test_damage SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_damage.c
              LINK stemma_hostile LABELS corrupt TIMEOUT 600)
  stemma_test(test_hostile SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_hostile.c
              LINK stemma_hostile LABELS corrupt TIMEOUT 600)
  stemma_test(test_hostile_queries SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_hostile_queries.c
              LINK stemma_hostile LABELS corrupt TIMEOUT 600)

  # Many of them against any index, by hand and by tests/accept/hostile_queries.sh.
  add_executable(query-storm ${CMAKE_CURRENT_LIST_DIR}/query_storm.c)
  target_link_libraries(query-storm PRIVATE stemma_flags stemma_hostile)
endif()
