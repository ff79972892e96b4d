# What the shells complete.
if(TARGET stemma-query AND TARGET stemma-index)
  stemma_script_test(cli_completion COMMAND python3 "${CMAKE_CURRENT_LIST_DIR}/test_completion.py" LABELS cli)
endif()
