// What is to be said of persistent volumes and of Services that are right.
//
// Thread safety: pure functions. Each adds what it finds to `out`, in the words of the reference.
#pragma once

#include <string>
#include <vector>

#include "kubus/api/types.h"

namespace k8s::io::api::core::v1 {
class PersistentVolume;
class Service;
}  // namespace k8s::io::api::core::v1

namespace kubus::apiserver {

void warn_of_volume(const core_v1::PersistentVolume& volume, std::vector<std::string>& out);
void warn_of_service(const core_v1::Service& service, std::vector<std::string>& out);

}  // namespace kubus::apiserver
