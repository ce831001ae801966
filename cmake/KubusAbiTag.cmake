# The ABI tag names the exact build interface: SDK headers, API types and compiler. Two binaries
# with the same tag may share a process; any other pair is kept apart by the loader.
file(GLOB_RECURSE _abi_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sdk/include/*.h ${CMAKE_SOURCE_DIR}/sdk/api/*.proto
     ${CMAKE_SOURCE_DIR}/sdk/proto/*.proto)
list(SORT _abi_files)
# A changed header is a new interface, also between two runs of CMake.
set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${_abi_files})
set(_abi_text "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} ${KUBUS_SANITIZE}")
foreach(_file ${_abi_files})
  file(SHA256 ${_file} _hash)
  string(APPEND _abi_text ${_hash})
endforeach()
string(SHA256 _abi_hash "${_abi_text}")
string(SUBSTRING ${_abi_hash} 0 16 _abi_hash)
set(KUBUS_ABI_TAG "kubus-1-${_abi_hash}")
