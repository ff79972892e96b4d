# Limits, terminals, near misses.
if(TARGET stemma-query AND TARGET stemma-index)
  stemma_script_test(cli_limits COMMAND python3 "${CMAKE_CURRENT_LIST_DIR}/test_limits.py" LABELS cli)
endif()
