# libstemmer comes without a pkg-config file.
find_path(SNOWBALL_INCLUDE_DIR libstemmer.h)
find_library(SNOWBALL_LIBRARY stemmer)
if(NOT SNOWBALL_INCLUDE_DIR OR NOT SNOWBALL_LIBRARY)
  message(FATAL_ERROR "libstemmer (Snowball) was not found: on Debian, install libstemmer-dev")
endif()
add_library(Snowball::stemmer INTERFACE IMPORTED)
set_target_properties(Snowball::stemmer PROPERTIES
  INTERFACE_LINK_LIBRARIES "${SNOWBALL_LIBRARY}"
  INTERFACE_INCLUDE_DIRECTORIES "${SNOWBALL_INCLUDE_DIR}")
