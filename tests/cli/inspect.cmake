# stemma-inspect over the example archive.
if(TARGET stemma-inspect AND TARGET stemma-index)
  stemma_script_test(cli_inspect COMMAND sh "${CMAKE_CURRENT_LIST_DIR}/test_inspect.sh" LABELS cli)
endif()
