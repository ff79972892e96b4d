# Two texts side by side (text/compare*, text/facts).
foreach(name IN ITEMS facts compare compare_index compare_property)
  set(source "${CMAKE_SOURCE_DIR}/tests/unit/test_${name}.c")
  stemma_test(test_${name} SOURCES "${source}" LINK stemma_text)
endforeach()
