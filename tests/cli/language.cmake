# Fields of a query from outside.
if(TARGET stemma-query AND TARGET stemma-index)
  stemma_script_test(cli_language COMMAND python3 "${CMAKE_CURRENT_LIST_DIR}/test_language.py" LABELS cli)
endif()
