# stemma_library(NAME folder SOURCES ... HEADERS ... AVX2 ... AVX512 ... LINK ...)
# One static library for a folder; AVX2 and AVX512 sources get their own flags and are left out of a
# scalar build, or where the compiler has no such instructions.
function(stemma_library folder)
  cmake_parse_arguments(ARG "" "" "SOURCES;HEADERS;AVX2;AVX512;LINK" ${ARGN})
  add_library(stemma_${folder} STATIC ${ARG_SOURCES})
  set(avx2 -mavx2 -mbmi -mbmi2 -mlzcnt -mpopcnt)
  if(ARG_AVX2 AND STEMMA_AVX2)
    target_sources(stemma_${folder} PRIVATE ${ARG_AVX2})
    set_source_files_properties(${ARG_AVX2} PROPERTIES COMPILE_OPTIONS "${avx2}")
  endif()
  if(ARG_AVX512 AND STEMMA_AVX512)
    target_sources(stemma_${folder} PRIVATE ${ARG_AVX512})
    set_source_files_properties(${ARG_AVX512} PROPERTIES COMPILE_OPTIONS "${avx2};${STEMMA_AVX512_FLAGS}")
  endif()
  # CMake refuses base directories inside one another, and the presets build below the source.
  set(bases "${CMAKE_SOURCE_DIR}")
  cmake_path(IS_PREFIX CMAKE_SOURCE_DIR "${CMAKE_BINARY_DIR}" NORMALIZE below)
  if(NOT below)
    list(APPEND bases "${CMAKE_BINARY_DIR}/generated")
  endif()
  target_sources(stemma_${folder} PUBLIC FILE_SET HEADERS BASE_DIRS ${bases} FILES ${ARG_HEADERS})
  set_target_properties(stemma_${folder} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  target_link_libraries(stemma_${folder} PUBLIC stemma_flags ${ARG_LINK})
endfunction()

# stemma_program(NAME SOURCES ... LINK ...)
function(stemma_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE stemma_flags ${ARG_LINK})
endfunction()

# stemma_test(NAME SOURCES ... LINK ... LABELS ... TIMEOUT seconds)
# A Criterion program that ctest runs.
function(stemma_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE stemma_flags ${ARG_LINK} PkgConfig::CRITERION)
  add_test(NAME ${name} COMMAND ${name} -j1 WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  # The tests ask for impossible sizes; the sanitizer's allocator would end the process.
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
                       ENVIRONMENT "ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=1")
endfunction()

# stemma_script_test(NAME COMMAND ... LABELS ... TIMEOUT seconds)
# A test from outside: exit 0 passes, 77 is skipped (its data is not there).
function(stemma_script_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "COMMAND;LABELS" ${ARGN})
  add_test(NAME ${name} COMMAND ${ARG_COMMAND} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 600)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
                       SKIP_RETURN_CODE 77
                       ENVIRONMENT "STEMMA_BUILD=${CMAKE_BINARY_DIR}")
endfunction()
