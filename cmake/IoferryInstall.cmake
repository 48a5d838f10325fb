# SPDX-License-Identifier: MIT
# Configuration is installed in /etc/ioferry, whatever the prefix.
#
#   ioferry_install_unit(<name>)            packaging/systemd/<name>.in, with the paths of this build
#   ioferry_install_config(<file> <name>)   packaging/<file> as <name>, unless there is one, which may have been edited
#
# Included before GNUInstallDirs, whose default is PREFIX/etc.
set(CMAKE_INSTALL_SYSCONFDIR /etc CACHE PATH "Folder of ioferry/, with configuration")
include(GNUInstallDirs)

# The units name the programs, so a prefix given to `cmake --install` comes too late.
install(CODE "
  if(NOT CMAKE_INSTALL_PREFIX STREQUAL \"${CMAKE_INSTALL_PREFIX}\")
    message(FATAL_ERROR \"This build is for ${CMAKE_INSTALL_PREFIX}, which its systemd units name. Another prefix: \"
      \"configure with -DCMAKE_INSTALL_PREFIX=\${CMAKE_INSTALL_PREFIX}. A folder to make packages of: set DESTDIR.\")
  endif()")

function(ioferry_install_unit name)
  configure_file("${PROJECT_SOURCE_DIR}/packaging/systemd/${name}.in" "${CMAKE_CURRENT_BINARY_DIR}/${name}" @ONLY)
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${name}" DESTINATION lib/systemd/system)
endfunction()

function(ioferry_install_config file name)
  install(CODE "
    set(folder \"${CMAKE_INSTALL_FULL_SYSCONFDIR}/ioferry\")
    if(EXISTS \"\$ENV{DESTDIR}\${folder}/${name}\")
      message(STATUS \"Kept: \$ENV{DESTDIR}\${folder}/${name}\")
    else()
      file(INSTALL \"${PROJECT_SOURCE_DIR}/packaging/${file}\" DESTINATION \"\${folder}\" RENAME \"${name}\")
    endif()")
endfunction()
