# What stemma-query runs lies side by side in it (cmake/often.ld).
if(TARGET stemma-query AND TARGET stemma-index)
  stemma_script_test(cli_order COMMAND python3 "${CMAKE_CURRENT_LIST_DIR}/test_order.py" LABELS cli)
endif()
