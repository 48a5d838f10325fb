# SPDX-License-Identifier: MIT
# ioferry_tree: the synthetic files (host/tree.h), for each transport that serves them.
if(NOT TARGET ioferry_tree)
  set(parts batches clock ctl folder nodes opens outgoing requests sessions tree)
  list(TRANSFORM parts PREPEND "${CMAKE_CURRENT_LIST_DIR}/host/")
  list(TRANSFORM parts APPEND ".c")
  add_library(ioferry_tree STATIC ${parts})
  target_include_directories(ioferry_tree PUBLIC "${PROJECT_SOURCE_DIR}")
  target_link_libraries(ioferry_tree PUBLIC ioferry_runtime Threads::Threads)
endif()
