# Compiler and linker settings shared by every target of the tree.
set(KUBUS_SANITIZE "" CACHE STRING "Sanitizers: address,undefined or thread")
set(KUBUS_LINKER "" CACHE STRING "Linker passed as -fuse-ld=, e.g. mold or lld")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# -O2, not the -O3 that CMake would choose: it compiles faster.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(KUBUS_CCACHE ccache)
if(KUBUS_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # ccache keeps results made with a precompiled header only when told that this is fine.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      ${KUBUS_CCACHE})
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Woverloaded-virtual
                    -fdata-sections -ffunction-sections)
if(KUBUS_LINKER)
  add_link_options(-fuse-ld=${KUBUS_LINKER})
endif()
add_link_options(-Wl,--gc-sections)

if(KUBUS_SANITIZE)
  add_compile_options(-fsanitize=${KUBUS_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${KUBUS_SANITIZE})
  if(KUBUS_BUILD_FUZZERS)
    # libFuzzer is led by what our own code does with an input, not by what protoc generated.
    add_compile_options(
      $<$<NOT:$<BOOL:$<TARGET_PROPERTY:KUBUS_GENERATED>>>:-fsanitize=fuzzer-no-link>)
  endif()
  if(KUBUS_SANITIZE STREQUAL "thread")
    # Protobuf's maps have two members more where this is defined, and the library of the
    # distribution has them not. The standard library is told in its own way.
    add_compile_options(-U__SANITIZE_THREAD__ -D_GLIBCXX_TSAN=1)
  endif()
  # For targets with coroutines. Clang 14 puts the marks of this check into the parts that it splits
  # a coroutine into, where the assembler cannot resolve them.
  set(KUBUS_COROUTINE_OPTIONS $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
  # An unmapped library has no symbols in a leak report.
  add_compile_definitions(KUBUS_NO_DLCLOSE=1)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-fno-gnu-unique)
endif()
