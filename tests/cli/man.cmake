# The manual pages.
if(TARGET stemma-query AND TARGET stemma-index)
  stemma_script_test(cli_man COMMAND python3 "${CMAKE_CURRENT_LIST_DIR}/test_man.py" LABELS cli)
endif()
