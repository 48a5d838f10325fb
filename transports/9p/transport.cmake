# SPDX-License-Identifier: MIT
pkg_check_modules(FUSE3 REQUIRED IMPORTED_TARGET fuse3)
set(GUEST_SOURCES guest/file.c guest/link.c guest/probe.c guest/reaper.c guest/send.c)
set(HOST_SOURCES host/share.c host/mount.c host/operations.c host/batches.c host/clock.c host/ctl.c host/folder.c host/nodes.c host/opens.c
  host/outgoing.c host/requests.c host/sessions.c host/tree.c)
set(HOST_LIBRARIES PkgConfig::FUSE3 Threads::Threads)
