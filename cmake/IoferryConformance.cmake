# SPDX-License-Identifier: MIT
# The conformance test of one IDL file (docs/testing.md).
#
#   ioferry_conformance(<file.idl>)
#
# adds conformance-<interface>, the test, and mirror-<interface>, the host's side of it, with the generated plan in both.
# Everything else of both is the library ioferry_conformance (tests/conformance). A build without the host has no mirrors:
# its tests are run with --mirror and a program of another build.
function(ioferry_conformance idl)
  get_filename_component(name "${idl}" NAME_WE)
  string(REPLACE "-" "_" name "${name}")
  add_library(plan_${name} STATIC EXCLUDE_FROM_ALL)
  ioferry_generate(TARGET plan_${name} IDL "${idl}" REGISTRY PLAN)
  target_link_libraries(plan_${name} PUBLIC ioferry_plan ioferry_runtime)
  # Both registries are looked for by libraries that the linker sees later.
  target_link_options(plan_${name} INTERFACE "LINKER:-u,iof_interfaces" "LINKER:-u,plan_interfaces")

  add_executable(conformance-${name} EXCLUDE_FROM_ALL "${IOFERRY_CONFORMANCE}/main.c")
  target_link_libraries(conformance-${name} PRIVATE plan_${name} ioferry_conformance)
  if(NOT TARGET ioferry_host)
    return()
  endif()
  add_executable(mirror-${name} EXCLUDE_FROM_ALL "${IOFERRY_CONFORMANCE}/mirror_main.c")
  target_link_libraries(mirror-${name} PRIVATE plan_${name} ioferry_conformance ioferry_backend_mirror ioferry_host)
  add_dependencies(conformance-${name} mirror-${name})
endfunction()
