# SPDX-License-Identifier: MIT
# Generates C from IDL files.
#
#   ioferry_generate(TARGET <target> IDL <file>... [REGISTRY] [PLAN] [OUT <variable>])
#
# adds the C of each interface to the target, which must exist, and puts the generated headers
# (<interface>_types.h, <interface>_stub.h) on its public include path. REGISTRY adds iof_interfaces[], of which
# a program may have one. PLAN adds what conformance tests are made of, with plan_interfaces[]. OUT names a variable for the
# list of generated files.

set(IOFERRY_CODEGEN "${CMAKE_CURRENT_LIST_DIR}/../codegen" CACHE INTERNAL "Folder of the package ioferryc")

function(_ioferry_find_python)
  if(IOFERRY_PYTHON)
    return()
  endif()
  set(tried "")
  foreach(candidate IN ITEMS "${Python3_EXECUTABLE}" python3 /usr/bin/python3)
    if(candidate STREQUAL "")
      continue()
    endif()
    execute_process(COMMAND "${candidate}" -c "import lark, jinja2" RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
    if(status EQUAL 0)
      find_program(python "${candidate}" NO_CACHE)
      set(IOFERRY_PYTHON "${python}" CACHE FILEPATH "python3 with the modules lark and jinja2")
      return()
    endif()
    list(APPEND tried "${candidate}")
  endforeach()
  list(JOIN tried ", " tried)
  message(FATAL_ERROR "No python3 with the modules lark and jinja2 (tried ${tried}). "
    "On Debian: apt-get install python3-lark python3-jinja2. Another interpreter: -DPython3_EXECUTABLE=...")
endfunction()

_ioferry_find_python()

function(ioferry_generate)
  cmake_parse_arguments(PARSE_ARGV 0 arg "REGISTRY;PLAN" "TARGET;OUT" "IDL")
  if(NOT arg_TARGET OR NOT arg_IDL)
    message(FATAL_ERROR "ioferry_generate(TARGET <target> IDL <file>...): TARGET or IDL is missing")
  endif()
  set(dir "${CMAKE_CURRENT_BINARY_DIR}/${arg_TARGET}_idl")
  set(inputs "")
  set(sources "")
  set(headers "")
  set(plan "")
  foreach(idl IN LISTS arg_IDL)
    get_filename_component(idl "${idl}" ABSOLUTE)
    get_filename_component(name "${idl}" NAME_WE)
    string(REPLACE "-" "_" name "${name}")
    list(APPEND inputs "${idl}")
    list(APPEND sources "${dir}/${name}.c" "${dir}/${name}_assertions.c")
    list(APPEND headers "${dir}/${name}_types.h" "${dir}/${name}_stub.h")
    if(arg_PLAN)
      list(APPEND sources "${dir}/${name}_plan.c")
    endif()
  endforeach()
  set(run "${CMAKE_COMMAND}" -E env "PYTHONPATH=${IOFERRY_CODEGEN}" PYTHONDONTWRITEBYTECODE=1
    "${IOFERRY_PYTHON}" -m ioferryc)
  if(arg_PLAN)
    list(APPEND sources "${dir}/plans.c")
    set(plan COMMAND ${run} plan --out "${dir}" ${inputs})
  endif()
  if(arg_REGISTRY)
    list(APPEND sources "${dir}/interfaces.c")
  endif()
  file(GLOB_RECURSE compiler CONFIGURE_DEPENDS
    "${IOFERRY_CODEGEN}/ioferryc/*.py" "${IOFERRY_CODEGEN}/ioferryc/*.lark" "${IOFERRY_CODEGEN}/ioferryc/*.j2")
  # The stamp is what ninja looks at: files whose content stays keep their times, so that nothing is compiled again.
  add_custom_command(
    OUTPUT "${dir}/stamp"
    BYPRODUCTS ${sources} ${headers}
    COMMAND ${run} gen --out "${dir}" ${inputs}
    ${plan}
    COMMAND "${CMAKE_COMMAND}" -E touch "${dir}/stamp"
    DEPENDS ${inputs} ${compiler}
    COMMENT "ioferryc: ${arg_TARGET}"
    VERBATIM)
  set_source_files_properties(${sources} ${headers} PROPERTIES GENERATED TRUE OBJECT_DEPENDS "${dir}/stamp")
  add_custom_target(${arg_TARGET}_generate DEPENDS "${dir}/stamp")
  add_dependencies(${arg_TARGET} ${arg_TARGET}_generate)
  target_sources(${arg_TARGET} PRIVATE ${sources})
  target_include_directories(${arg_TARGET} PUBLIC "${dir}")
  if(arg_OUT)
    set(${arg_OUT} ${sources} ${headers} PARENT_SCOPE)
  endif()
endfunction()
