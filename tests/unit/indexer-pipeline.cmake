# The pipeline (indexer/): its parts one by one, and whole builds against what went in.
foreach(name IN ITEMS intern surface_table word_keys glossary draft order invert story_map frequent_postings rank_tokens chunk_seps bigram_runs spool token_block ids patch rejects spares)
  stemma_test(test_${name} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_${name}.c
              LINK stemma_indexer stemma_testing TIMEOUT 600)
endforeach()
stemma_test(test_inputlist SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_inputlist.c
            LINK stemma_formats stemma_testing)
stemma_test(test_build SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_build.c
            LINK stemma_truth stemma_indexer stemma_testing TIMEOUT 600)
