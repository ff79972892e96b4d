# stemma-index from outside.
if(TARGET stemma-index)
  stemma_script_test(cli_build COMMAND python3 "${CMAKE_CURRENT_LIST_DIR}/test_build.py" LABELS cli TIMEOUT 900)
endif()
