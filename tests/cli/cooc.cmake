# Pairs of queries, matrices, timelines of a pair.
if(TARGET stemma-query AND TARGET stemma-index)
  stemma_script_test(cli_cooc COMMAND python3 "${CMAKE_CURRENT_LIST_DIR}/test_cooc.py" LABELS cli)
endif()
