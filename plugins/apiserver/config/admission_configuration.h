// AdmissionConfiguration of apiserver.config.k8s.io/v1: the configurations of admission plugins,
// written in it or in files that it names.
//
// Thread safety: a free function.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "kubus/status.h"

namespace kubus::apiserver::config {

// The text, in YAML or JSON, of the configuration of each plugin that has one. Paths are relative
// to the file's directory. kInvalid, with the name of the file, for what makes no sense, and for a
// plugin that is not among `known`: its configuration would do nothing.
Result<std::map<std::string, std::string>> read_admission_configuration(
    const std::string& file, std::initializer_list<std::string_view> known);

}  // namespace kubus::apiserver::config
