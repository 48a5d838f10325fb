# SPDX-License-Identifier: MIT
pkg_check_modules(FUSE3 REQUIRED IMPORTED_TARGET fuse3)
include("${CMAKE_CURRENT_LIST_DIR}/tree.cmake")
set(GUEST_SOURCES guest/file.c guest/link.c guest/probe.c guest/reaper.c guest/send.c)
set(HOST_SOURCES host/share.c host/mount.c host/operations.c)
set(HOST_LIBRARIES ioferry_tree PkgConfig::FUSE3 Threads::Threads)
