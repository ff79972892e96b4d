# stemma-query dups from outside, over archives with planted copies.
if(TARGET stemma-query AND TARGET stemma-index)
  stemma_script_test(cli_dups COMMAND python3 "${CMAKE_CURRENT_LIST_DIR}/test_dups.py" LABELS cli)
endif()
