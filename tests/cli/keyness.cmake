# Words of a part of an archive, sequences of words, articles like one.
if(TARGET stemma-query AND TARGET stemma-index)
  stemma_script_test(cli_keyness COMMAND python3 "${CMAKE_CURRENT_LIST_DIR}/test_keyness.py" LABELS cli)
endif()
