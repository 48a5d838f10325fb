# SPDX-License-Identifier: MIT
# ioferry_vm_test(NAME name SINGLE script | HOST script GUEST script | PARTS part... [NATIVE_32 file...]
#                 [GUEST_QEMU argument...] [TIMEOUT seconds])
#
# Registers a test that boots VMs (tests/vm/README.md): label `vm`, one at a time, logs in BUILD/vm-logs/NAME.
# Scripts are relative to the calling folder. NATIVE_32 is a script that runs first, on a 32-bit kernel, and the
# programs that it runs. GUEST_QEMU is for the QEMU of a nested guest.
include_guard(DIRECTORY) # the variables below are of the including folder
find_package(Python3 COMPONENTS Interpreter REQUIRED)

# Targets whose folders are in PATH inside the VMs; those that this build lacks are left out.
set(IOFERRY_VM_PROGRAMS
  ioferry-hostd ioferry ioferry-cuse ioferry-fuse can4linux-send can4linux-dump can4linux-demo vm-i2cbus vm-equal
  conformance-can4linux mirror-can4linux)

function(ioferry_vm_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;SINGLE;HOST;GUEST;TIMEOUT" "PARTS;NATIVE_32;GUEST_QEMU")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 240)
  endif()
  set(command "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/tests/vm/bed.py" --build "${PROJECT_BINARY_DIR}"
    --name "${arg_NAME}" --timeout "${arg_TIMEOUT}")
  foreach(program IN LISTS IOFERRY_VM_PROGRAMS)
    list(APPEND command "$<$<TARGET_EXISTS:${program}>:--path=$<TARGET_FILE_DIR:${program}>>")
  endforeach()
  foreach(file IN LISTS arg_NATIVE_32)
    list(APPEND command --native-32 "${file}")
  endforeach()
  foreach(argument IN LISTS arg_GUEST_QEMU)
    list(APPEND command "--guest-qemu=${argument}")
  endforeach()
  if(arg_SINGLE)
    list(APPEND command run "${CMAKE_CURRENT_SOURCE_DIR}/${arg_SINGLE}")
  elseif(arg_PARTS)
    list(APPEND command parts ${arg_PARTS})
  else()
    list(APPEND command nested "${CMAKE_CURRENT_SOURCE_DIR}/${arg_HOST}" "${CMAKE_CURRENT_SOURCE_DIR}/${arg_GUEST}")
  endif()
  add_test(NAME "vm/${arg_NAME}" COMMAND ${command} COMMAND_EXPAND_LISTS)
  # The bed ends by itself and says why; ctest's own limit is for a bed that hangs.
  math(EXPR limit "${arg_TIMEOUT} + 120")
  set_tests_properties("vm/${arg_NAME}" PROPERTIES
    LABELS vm RESOURCE_LOCK vm SKIP_RETURN_CODE 77 TIMEOUT "${limit}")
endfunction()
