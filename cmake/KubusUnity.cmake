# Unity builds (preset check) join the files of a target; these targets have files that use the same
# names for themselves and stay apart.
foreach(_target kubus_bus_proto kubus_api apiserver_defaults apiserver_selector apiserver_table
        apiserver_validation apiserver_patch_test apiserver_selector_test apiserver_table_test
        apiserver_validation_test runtime_oci_logic
        runtime_oci_test runtime_oci_container_test)
  if(TARGET ${_target})
    set_target_properties(${_target} PROPERTIES UNITY_BUILD OFF)
  endif()
endforeach()
