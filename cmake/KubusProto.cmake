# kubus_generate_proto(TARGET <target> ROOT <dir> OUT <dir> PROTOS <file>... [LITE])
#
# Adds the C++ that protoc makes of the named files to an existing target, and OUT to its public
# include directories. Files are named relative to ROOT, which is also their import path. LITE asks
# for messages without descriptors: what a plugin uses for messages of its own, hidden in its file.
function(kubus_generate_proto)
  cmake_parse_arguments(ARG "LITE" "TARGET;ROOT;OUT" "PROTOS" ${ARGN})
  set(_cpp_options "")
  if(ARG_LITE)
    set(_cpp_options "lite:")
  endif()
  file(MAKE_DIRECTORY ${ARG_OUT})
  foreach(_proto ${ARG_PROTOS})
    string(REGEX REPLACE "\\.proto$" ".pb" _stem ${_proto})
    # protoc's own dependency file tells ninja of every import.
    add_custom_command(
      OUTPUT ${ARG_OUT}/${_stem}.cc ${ARG_OUT}/${_stem}.h
      COMMAND protobuf::protoc -I ${ARG_ROOT} --cpp_out=${_cpp_options}${ARG_OUT}
              --dependency_out=${ARG_OUT}/${_stem}.d ${_proto}
      DEPENDS ${ARG_ROOT}/${_proto}
      DEPFILE ${ARG_OUT}/${_stem}.d
      COMMENT "protoc ${_proto}"
      VERBATIM)
    target_sources(${ARG_TARGET} PRIVATE ${ARG_OUT}/${_stem}.cc ${ARG_OUT}/${_stem}.h)
  endforeach()
  target_include_directories(${ARG_TARGET} PUBLIC ${ARG_OUT})
endfunction()
