# kwic, show and export from outside, over archives that stemma-index built.
if(TARGET stemma-query AND TARGET stemma-index)
  stemma_script_test(cli_reading COMMAND python3 "${CMAKE_CURRENT_LIST_DIR}/test_reading.py" LABELS cli)
endif()
