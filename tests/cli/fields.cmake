# Sections, languages and tags from the record to the filter.
if(TARGET stemma-query AND TARGET stemma-index)
  stemma_script_test(cli_fields COMMAND python3 "${CMAKE_CURRENT_LIST_DIR}/test_fields.py" LABELS cli)
endif()
