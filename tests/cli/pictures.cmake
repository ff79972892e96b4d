# Pictures of counts.
if(TARGET stemma-query AND TARGET stemma-index)
  stemma_script_test(cli_pictures COMMAND python3 "${CMAKE_CURRENT_LIST_DIR}/test_pictures.py" LABELS cli)
endif()
