# kubus_add_plugin(NAME <name> SOURCES <file>... [MANIFEST plugin.yaml] [LIBS <target>...])
#
# The one recipe for plugins, in-tree and third-party: a MODULE that exports only its entry symbol,
# resolves everything at load, and carries its manifest and ABI tag in sections that can be read
# without running any of its code.
get_filename_component(_kubus_plugin_dir ${CMAKE_CURRENT_LIST_DIR} ABSOLUTE)
set(KUBUS_PLUGIN_CMAKE_DIR ${_kubus_plugin_dir} CACHE INTERNAL "")

function(kubus_add_plugin)
  cmake_parse_arguments(ARG "" "NAME;MANIFEST" "SOURCES;LIBS" ${ARGN})
  if(NOT ARG_NAME OR NOT ARG_SOURCES)
    message(FATAL_ERROR "kubus_add_plugin: NAME and SOURCES are required")
  endif()
  if(NOT ARG_MANIFEST)
    set(ARG_MANIFEST plugin.yaml)
  endif()
  get_filename_component(_manifest ${ARG_MANIFEST} ABSOLUTE)
  set(KUBUS_MANIFEST_FILE ${_manifest})
  set(_sections ${CMAKE_CURRENT_BINARY_DIR}/${ARG_NAME}_manifest.cpp)
  configure_file(${KUBUS_PLUGIN_CMAKE_DIR}/plugin_manifest.cpp.in ${_sections} @ONLY)
  set_source_files_properties(${_sections} PROPERTIES OBJECT_DEPENDS ${_manifest}
                              SKIP_UNITY_BUILD_INCLUSION ON)

  set(_target plugin_${ARG_NAME})
  add_library(${_target} MODULE ${ARG_SOURCES} ${_sections})
  set_target_properties(${_target} PROPERTIES
    PREFIX "" OUTPUT_NAME ${ARG_NAME}
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_features(${_target} PRIVATE cxx_std_20)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${_target} PRIVATE -fno-gnu-unique)
  endif()
  target_link_libraries(${_target} PRIVATE ${ARG_LIBS} Kubus::kubus)
  target_link_options(${_target} PRIVATE
    -Wl,--version-script=${KUBUS_PLUGIN_CMAKE_DIR}/plugin.map -Wl,-z,now -Wl,--build-id)
  if(NOT KUBUS_SANITIZE)
    target_link_options(${_target} PRIVATE -Wl,-z,defs)
  endif()
  if(COMMAND kubus_use_pch)
    foreach(_part ${_target} ${ARG_LIBS})
      if(TARGET ${_part})
        kubus_use_pch(${_part} hidden)
      endif()
    endforeach()
  endif()
  set_property(TARGET ${_target} APPEND PROPERTY LINK_DEPENDS ${KUBUS_PLUGIN_CMAKE_DIR}/plugin.map)
endfunction()
