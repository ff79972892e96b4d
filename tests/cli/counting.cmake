# Counts by group and over time, the dictionary, the archive.
if(TARGET stemma-query AND TARGET stemma-index)
  stemma_script_test(cli_counting COMMAND python3 "${CMAKE_CURRENT_LIST_DIR}/test_counting.py" LABELS cli)
endif()
