// Addresses that others write in another way, and ranges that say two things at once.
//
// Thread safety: pure functions. Each gives what is to be said of the text, in the words of the
// reference, and nothing for one that is no address.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kubus::apiserver {

std::vector<std::string> ip_warnings(std::string_view text, const std::string& path);
std::vector<std::string> cidr_warnings(std::string_view text, const std::string& path);

}  // namespace kubus::apiserver
