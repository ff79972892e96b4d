# Words near hits.
if(TARGET stemma-query AND TARGET stemma-index)
  stemma_script_test(cli_collocates COMMAND python3 "${CMAKE_CURRENT_LIST_DIR}/test_collocates.py" LABELS cli)
endif()
