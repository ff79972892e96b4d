# Differences between the records and the peers' tokens of them, led back to rules.
if(TARGET stemma-query AND TARGET stemma-index)
  stemma_script_test(cli_explain COMMAND python3 "${CMAKE_CURRENT_LIST_DIR}/test_explain.py" LABELS cli)
endif()
