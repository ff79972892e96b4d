# stemma-query linked without shared libraries, where their archives are there: loading and relocating them is more than
# half of what a process that does nothing takes (bench/README.md, docs/DECISIONS.md 135).
#
# A program for which STEMMA_STATIC_PROGRAM is set gets the archives, everything else what pkg-config says.
option(STEMMA_STATIC "Link stemma-query without shared libraries, if their archives are installed" ON)

include(CheckCSourceCompiles)
include(CheckLinkerFlag)

set(STEMMA_STATIC_WHY "")
if(NOT STEMMA_STATIC)
  set(STEMMA_STATIC_WHY "STEMMA_STATIC is off")
elseif(STEMMA_SANITIZE OR STEMMA_COVERAGE OR STEMMA_FUZZ)
  set(STEMMA_STATIC_WHY "instrumented code needs shared libraries")
else()
  set(CMAKE_REQUIRED_LINK_OPTIONS -static -no-pie)
  set(CMAKE_REQUIRED_LIBRARIES m)
  check_c_source_compiles("#include <math.h>\nint main(int argc, char **argv) { (void)argv; return (int)sqrt(argc); }"
                          STEMMA_STATIC_LINKS)
  unset(CMAKE_REQUIRED_LINK_OPTIONS)
  unset(CMAKE_REQUIRED_LIBRARIES)
  if(NOT STEMMA_STATIC_LINKS)
    set(STEMMA_STATIC_WHY "the C library's archive is missing")
  endif()
endif()

# stemma_archive(TARGET NAME...): the imported target's archive, by its names, for programs that are linked so.
function(stemma_archive target)
  if(STEMMA_STATIC_WHY)
    return()
  endif()
  set(names ${ARGN})
  list(TRANSFORM names REPLACE "(.+)" "lib\\1.a")
  list(GET ARGN 0 first)
  find_library(STEMMA_ARCHIVE_${first} NAMES ${names})
  mark_as_advanced(STEMMA_ARCHIVE_${first})
  if(NOT STEMMA_ARCHIVE_${first})
    set(STEMMA_STATIC_WHY "lib${first}.a is missing" PARENT_SCOPE)
    return()
  endif()
  get_target_property(shared ${target} INTERFACE_LINK_LIBRARIES)
  # What the archive itself needs (threads, dl, rt) is part of the C library since glibc 2.34.
  set(wanted "$<BOOL:$<TARGET_PROPERTY:STEMMA_STATIC_PROGRAM>>")
  set_property(TARGET ${target} PROPERTY INTERFACE_LINK_LIBRARIES
               "$<IF:${wanted},${STEMMA_ARCHIVE_${first}},${shared}>")
endfunction()

# The order and the mapping of what is in the program, if the linker takes them: what nearly every process runs first, a list
# that tools/order-program makes, what is seldom needed last.
set(STEMMA_STATIC_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/often.ld" "${CMAKE_CURRENT_LIST_DIR}/rare.ld")
set(STEMMA_STATIC_ORDER -Wl,-z,noseparate-code)
foreach(script IN LISTS STEMMA_STATIC_SCRIPTS)
  list(APPEND STEMMA_STATIC_ORDER "-Wl,-T,${script}")
endforeach()
if(NOT STEMMA_STATIC_WHY)
  set(CMAKE_REQUIRED_LINK_OPTIONS -static -no-pie ${STEMMA_STATIC_ORDER})
  check_c_source_compiles("int main(void) { return 0; }" STEMMA_STATIC_ORDERS)
  unset(CMAKE_REQUIRED_LINK_OPTIONS)
endif()
if(STEMMA_STATIC_ORDERS AND NOT STEMMA_STATIC_WHY)
  target_compile_options(stemma_flags INTERFACE -ffunction-sections -fdata-sections) # which the list has by their names
endif()
# Whether the C library's start takes our answer to where the program lies (query/origin.c).
set(STEMMA_STATIC_ORIGIN OFF)
if(NOT STEMMA_STATIC_WHY)
  set(CMAKE_REQUIRED_LINK_OPTIONS -static -no-pie)
  check_c_source_compiles("#include <features.h>
#ifndef __GLIBC__
#error another C library
#endif
const char *_dl_get_origin(void);
const char *_dl_get_origin(void) { return (const char *)-1; }
int main(void) { return 0; }" STEMMA_STATIC_ORIGIN_LINKS)
  unset(CMAKE_REQUIRED_LINK_OPTIONS)
  if(STEMMA_STATIC_ORIGIN_LINKS)
    set(STEMMA_STATIC_ORIGIN ON)
  endif()
endif()

find_program(STEMMA_DD dd)
mark_as_advanced(STEMMA_DD)

# stemma_written_whole(NAME): writes the linked file once more, with one call. The linker writes it in small pieces, each of
# which the page cache then keeps by itself until it is dropped; of a file that came in one piece 2 MiB lie together
# and are mapped at once.
function(stemma_written_whole name)
  if(STEMMA_DD)
    add_custom_command(TARGET ${name} POST_BUILD
      COMMAND "${CMAKE_COMMAND}" -E copy "$<TARGET_FILE:${name}>" "$<TARGET_FILE:${name}>.whole"
      COMMAND "${STEMMA_DD}" "if=$<TARGET_FILE:${name}>" "of=$<TARGET_FILE:${name}>.whole" bs=64M status=none
      COMMAND "${CMAKE_COMMAND}" -E rename "$<TARGET_FILE:${name}>.whole" "$<TARGET_FILE:${name}>"
      VERBATIM)
  endif()
endfunction()

# stemma_static_program(NAME): links it so, or says why not.
function(stemma_static_program name)
  if(STEMMA_STATIC_WHY)
    message(STATUS "${name} is linked with shared libraries: ${STEMMA_STATIC_WHY}")
    return()
  endif()
  set_target_properties(${name} PROPERTIES STEMMA_STATIC_PROGRAM ON)
  target_link_options(${name} PRIVATE -static -no-pie -Wl,--gc-sections)
  if(STEMMA_STATIC_ORDERS)
    target_link_options(${name} PRIVATE ${STEMMA_STATIC_ORDER})
    set_target_properties(${name} PROPERTIES LINK_DEPENDS "${STEMMA_STATIC_SCRIPTS}")
    stemma_written_whole(${name})
  endif()
  # libuv can look up the home folder of a user, which glibc warns of; nothing here asks it to.
  check_linker_flag(C -Wl,--no-warnings STEMMA_LINKER_NO_WARNINGS)
  if(STEMMA_LINKER_NO_WARNINGS)
    target_link_options(${name} PRIVATE -Wl,--no-warnings)
  endif()
endfunction()
