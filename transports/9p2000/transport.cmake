# SPDX-License-Identifier: MIT
include("${CMAKE_CURRENT_LIST_DIR}/../9p/tree.cmake")
set(HOST_SOURCES address.c answers.c attributes.c connection.c fids.c files.c folders.c listener.c message.c requests.c)
set(HOST_LIBRARIES ioferry_tree Threads::Threads)
