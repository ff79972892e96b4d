# The flags every target of the project is compiled with, as one interface target.

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)

add_library(stemma_flags INTERFACE)
target_compile_definitions(stemma_flags INTERFACE _POSIX_C_SOURCE=200809L _FILE_OFFSET_BITS=64
                           STEMMA_VERSION="${PROJECT_VERSION}")
# Start-up is part of every query: no library is loaded that a program does not call.
target_link_options(stemma_flags INTERFACE -Wl,--as-needed)
target_include_directories(stemma_flags INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(stemma_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wcast-align -Wpointer-arith
  -Wundef -Wformat=2 -Wvla -Wnull-dereference -Wdouble-promotion -Wwrite-strings)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  target_compile_options(stemma_flags INTERFACE -Wcast-align=strict -Wduplicated-cond -Wlogical-op)
endif()
if(STEMMA_WERROR)
  target_compile_options(stemma_flags INTERFACE -Werror)
endif()

set(CMAKE_C_FLAGS_RELEASE "-O2 -g -DNDEBUG")

if(STEMMA_SANITIZE)
  target_compile_options(stemma_flags INTERFACE -fsanitize=${STEMMA_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(stemma_flags INTERFACE -fsanitize=${STEMMA_SANITIZE})
  if(STEMMA_SANITIZE MATCHES "undefined")
    target_compile_options(stemma_flags INTERFACE -fno-sanitize-recover=undefined)
    if(CMAKE_C_COMPILER_ID MATCHES "Clang")
      # It objects to NULL + 0, which an empty vector or view is made of and every compiler does as meant.
      target_compile_options(stemma_flags INTERFACE -fno-sanitize=pointer-overflow)
    endif()
  endif()
  # Instrumented code widens value ranges and draws this warning where there is no null.
  target_compile_options(stemma_flags INTERFACE -Wno-null-dereference)
endif()
if(STEMMA_COVERAGE)
  target_compile_options(stemma_flags INTERFACE --coverage)
  target_link_options(stemma_flags INTERFACE --coverage)
endif()
if(STEMMA_FUZZ)
  target_compile_options(stemma_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

set(STEMMA_AVX2 OFF)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" AND NOT STEMMA_SCALAR)
  set(STEMMA_AVX2 ON)
  target_compile_definitions(stemma_flags INTERFACE STEMMA_AVX2=1)
endif()

# What Ice Lake and Zen 4 brought; its kernels stand beside those for AVX2, which stay.
set(STEMMA_AVX512_FLAGS -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vbmi -mavx512vbmi2 -mavx512vpopcntdq -mgfni)
set(STEMMA_AVX512 OFF)
if(STEMMA_AVX2)
  include(CheckCCompilerFlag)
  list(JOIN STEMMA_AVX512_FLAGS " " flags)
  check_c_compiler_flag("${flags}" STEMMA_COMPILES_AVX512)
  if(STEMMA_COMPILES_AVX512)
    set(STEMMA_AVX512 ON)
    target_compile_definitions(stemma_flags INTERFACE STEMMA_AVX512=1)
  endif()
endif()
