# Completion for bash, zsh and fish: each program prints the scripts from its tables of options, so they are made when it is
# built. Not where what is built cannot be run.
if(CMAKE_CROSSCOMPILING)
  return()
endif()
set(completion_dir "${CMAKE_BINARY_DIR}/completion")
file(MAKE_DIRECTORY "${completion_dir}")
set(completion_scripts)
foreach(program stemma-index stemma-query)
  if(NOT TARGET ${program})
    continue()
  endif()
  foreach(shell_file_folder
      "bash:${program}:${CMAKE_INSTALL_DATADIR}/bash-completion/completions"
      "zsh:_${program}:${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions"
      "fish:${program}.fish:${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
    string(REPLACE ":" ";" parts "${shell_file_folder}")
    list(GET parts 0 shell)
    list(GET parts 1 file)
    list(GET parts 2 folder)
    add_custom_command(OUTPUT "${completion_dir}/${file}"
      COMMAND ${program} completion ${shell} > "${completion_dir}/${file}"
      DEPENDS ${program} COMMENT "Completion of ${program} for ${shell}")
    list(APPEND completion_scripts "${completion_dir}/${file}")
    install(FILES "${completion_dir}/${file}" DESTINATION "${folder}")
  endforeach()
endforeach()
add_custom_target(stemma-completion ALL DEPENDS ${completion_scripts})
