# stemma-query from outside, over archives that stemma-index built.
if(TARGET stemma-query AND TARGET stemma-index)
  stemma_script_test(cli_query COMMAND python3 "${CMAKE_CURRENT_LIST_DIR}/test_query.py" LABELS cli)
endif()
