// How `kubus image` prints images for people.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kubus/runtime.pb.h"

namespace kubus::runtime_oci {

// A row per tag, columns aligned; `now_ns` is the present time.
std::string image_table(const std::vector<runtime::Image>& images, std::int64_t now_ns);
std::string human_size(std::uint64_t bytes);                     // "4.3MB"
std::string human_age(std::int64_t since_ns, std::int64_t now);  // "3 days ago"

}  // namespace kubus::runtime_oci
