# The normaliser, the sentence marks and the analyser.
foreach(name IN ITEMS markup survey wraps normalise sentences analyser seeds)
  set(source "${CMAKE_SOURCE_DIR}/tests/unit/test_${name}.c")
  stemma_test(test_${name} SOURCES "${source}" LINK stemma_text)
endforeach()
