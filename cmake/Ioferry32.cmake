# SPDX-License-Identifier: MIT
# Code for 32-bit applications of a 64-bit x86 machine, in the same tree.
#
# IOFERRY_HAVE_M32 says whether the compiler makes such programs, with the options IOFERRY_M32; IOFERRY_32, whether the
# preload shim can be made. IOFERRY_LIB and IOFERRY_LIB_32 are what the loaders put for $LIB in LD_PRELOAD.
#
#   ioferry_twin_32(<target>...)
#
# adds <target>-32 for each: an object library of the target's sources as they are compiled there, but for i386.
include(CheckCSourceCompiles)

find_library(IOFERRY_PROTOBUF_C_32 libprotobuf-c.a PATHS /usr/lib/i386-linux-gnu NO_DEFAULT_PATH
  DOC "libprotobuf-c.a for i386, for the 32-bit preload shim")

# gcc-12-multilib brings no /usr/include/asm for -m32; the native one serves both.
set(IOFERRY_M32 -m32 -idirafter "/usr/include/${CMAKE_LIBRARY_ARCHITECTURE}")
list(JOIN IOFERRY_M32 " " CMAKE_REQUIRED_FLAGS)
set(CMAKE_REQUIRED_LINK_OPTIONS -m32)
check_c_source_compiles("#include <errno.h>\nint main(void) { return errno; }" IOFERRY_HAVE_M32)
unset(CMAKE_REQUIRED_FLAGS)
unset(CMAKE_REQUIRED_LINK_OPTIONS)

set(IOFERRY_32 OFF)
if(IOFERRY_SANITIZE)
  set(reason "not with sanitizers")
elseif(NOT CMAKE_SIZEOF_VOID_P EQUAL 8 OR NOT IOFERRY_HAVE_M32)
  set(reason "the compiler makes no programs with -m32 (Debian, amd64: gcc-12-multilib)")
elseif(NOT EXISTS "${IOFERRY_PROTOBUF_C_32}")
  set(reason "no i386 libprotobuf-c.a; install libprotobuf-c-dev:i386 or set IOFERRY_PROTOBUF_C_32")
else()
  set(IOFERRY_32 ON)
endif()
if(NOT IOFERRY_32)
  message(STATUS "The 32-bit preload shim is left out: ${reason}")
endif()

if(CMAKE_LIBRARY_ARCHITECTURE)
  set(IOFERRY_LIB "lib/${CMAKE_LIBRARY_ARCHITECTURE}")
  set(IOFERRY_LIB_32 lib/i386-linux-gnu)
else()
  set(IOFERRY_LIB "${CMAKE_INSTALL_LIBDIR}")
  set(IOFERRY_LIB_32 lib)
endif()

function(ioferry_twin_32)
  foreach(target IN LISTS ARGN)
    if(TARGET ${target}-32)
      continue()
    endif()
    get_target_property(folder ${target} SOURCE_DIR)
    get_target_property(sources ${target} SOURCES)
    list(TRANSFORM sources PREPEND "${folder}/" REGEX "^[^/]")
    add_library(${target}-32 OBJECT EXCLUDE_FROM_ALL ${sources})
    # What is generated for one serves both.
    add_dependencies(${target}-32 ${target})
    target_include_directories(${target}-32 PRIVATE $<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>)
    set_target_properties(${target}-32 PROPERTIES
      COMPILE_DEFINITIONS "$<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>"
      COMPILE_OPTIONS "$<TARGET_PROPERTY:${target},COMPILE_OPTIONS>;${IOFERRY_M32}")
  endforeach()
endfunction()
