# What `cmake --install` lays out: commands, libkubus, headers, the CMake package and the .pc file.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Every folder's targets: a plugin or a kubus-VERB is installed for being there.
function(_kubus_collect DIR OUT)
  get_property(_targets DIRECTORY ${DIR} PROPERTY BUILDSYSTEM_TARGETS)
  get_property(_children DIRECTORY ${DIR} PROPERTY SUBDIRECTORIES)
  foreach(_child ${_children})
    _kubus_collect(${_child} _more)
    list(APPEND _targets ${_more})
  endforeach()
  set(${OUT} ${_targets} PARENT_SCOPE)
endfunction()

set(KUBUS_INSTALL_PLUGINDIR lib/kubus/plugins)
set(KUBUS_INSTALL_LIBEXECDIR libexec/kubus)
set(KUBUS_INSTALL_CMAKEDIR ${CMAKE_INSTALL_LIBDIR}/cmake/Kubus)

# Found from wherever the file itself lies, so that the whole tree can be moved.
function(_kubus_install_program TARGET DIR)
  file(RELATIVE_PATH _up /${DIR} /${CMAKE_INSTALL_LIBDIR})
  set_target_properties(${TARGET} PROPERTIES INSTALL_RPATH "$ORIGIN/${_up}")
  get_target_property(_type ${TARGET} TYPE)
  if(_type STREQUAL "MODULE_LIBRARY")
    install(TARGETS ${TARGET} LIBRARY DESTINATION ${DIR})
  else()
    install(TARGETS ${TARGET} RUNTIME DESTINATION ${DIR})
  endif()
endfunction()

install(TARGETS kubus EXPORT KubusTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS kubus_http kubus_pki EXPORT KubusHttpTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS kubus_nft EXPORT KubusNftTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
_kubus_install_program(kubusd ${CMAKE_INSTALL_BINDIR})
_kubus_install_program(kubus_command ${CMAKE_INSTALL_BINDIR})
_kubus_install_program(kubus_host ${KUBUS_INSTALL_LIBEXECDIR})
_kubus_collect(${CMAKE_SOURCE_DIR}/plugins _targets)
foreach(_target ${_targets})
  get_target_property(_type ${_target} TYPE)
  set(_output "")
  if(NOT _type STREQUAL "INTERFACE_LIBRARY")
    get_target_property(_output ${_target} OUTPUT_NAME)
  endif()
  if(NOT _output)
    set(_output ${_target})
  endif()
  if(_type STREQUAL "MODULE_LIBRARY" AND _target MATCHES "^plugin_")
    _kubus_install_program(${_target} ${KUBUS_INSTALL_PLUGINDIR})
  elseif(_type STREQUAL "EXECUTABLE" AND _output MATCHES "^kubus-")
    _kubus_install_program(${_target} ${KUBUS_INSTALL_LIBEXECDIR})
  endif()
endforeach()

install(DIRECTORY ${CMAKE_SOURCE_DIR}/sdk/include/kubus DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")
install(DIRECTORY ${CMAKE_BINARY_DIR}/sdk/proto/kubus DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.pb.h")
install(DIRECTORY ${CMAKE_BINARY_DIR}/sdk/api/k8s DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.pb.h")
install(DIRECTORY ${CMAKE_SOURCE_DIR}/sdk/proto/kubus ${CMAKE_SOURCE_DIR}/sdk/api/k8s
        DESTINATION ${CMAKE_INSTALL_DATADIR}/kubus/proto FILES_MATCHING PATTERN "*.proto")
install(DIRECTORY ${CMAKE_SOURCE_DIR}/config/ DESTINATION ${CMAKE_INSTALL_SYSCONFDIR}/kubus
        FILES_MATCHING PATTERN "*.yaml" PATTERN "*.ini")

foreach(_export KubusTargets KubusHttpTargets KubusNftTargets)
  install(EXPORT ${_export} NAMESPACE Kubus:: DESTINATION ${KUBUS_INSTALL_CMAKEDIR})
endforeach()
# Of use only once installed: find_package() must not see it in a build whose bin is in PATH, as it
# would at the build's top. A build of before has it there still.
set(_package ${CMAKE_BINARY_DIR}/to_install)
file(REMOVE ${CMAKE_BINARY_DIR}/KubusConfig.cmake ${CMAKE_BINARY_DIR}/KubusConfigVersion.cmake)
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/KubusConfig.cmake.in
  ${_package}/KubusConfig.cmake INSTALL_DESTINATION ${KUBUS_INSTALL_CMAKEDIR})
write_basic_package_version_file(${_package}/KubusConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${_package}/KubusConfig.cmake ${_package}/KubusConfigVersion.cmake
  ${CMAKE_SOURCE_DIR}/cmake/KubusPlugin.cmake ${CMAKE_SOURCE_DIR}/cmake/KubusProto.cmake
  ${CMAKE_SOURCE_DIR}/cmake/plugin.map ${CMAKE_SOURCE_DIR}/cmake/plugin_manifest.cpp.in
  DESTINATION ${KUBUS_INSTALL_CMAKEDIR})
file(RELATIVE_PATH KUBUS_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_SOURCE_DIR}/cmake/kubus.pc.in ${CMAKE_BINARY_DIR}/kubus.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/kubus.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
