#include "users.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <sstream>

namespace kubus::runtime_oci {
namespace {

std::optional<std::int64_t> number(const std::string& text) {
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() ||
      value < 0 || value > 0xfffffffeLL)
    return std::nullopt;
  return value;
}

std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, by);) parts.push_back(part);
  return parts;
}

// Calls `take` with the fields of each line until it returns true.
void each_line(const std::string& text, std::size_t fields,
               const std::function<bool(const std::vector<std::string>&)>& take) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    auto parts = split(line, ':');
    parts.resize(std::max(parts.size(), fields));
    if (!line.empty() && line[0] != '#' && take(parts)) return;
  }
}

struct PasswdEntry {
  std::string name;
  std::int64_t uid = 0;
  std::int64_t gid = 0;
  std::string home;
};

std::optional<PasswdEntry> find_user(const std::string& passwd, const std::string& key) {
  std::optional<PasswdEntry> found;
  const auto uid = number(key);
  each_line(passwd, 7, [&](const auto& parts) {
    const auto line_uid = number(parts[2]);
    const auto line_gid = number(parts[3]);
    if (!line_uid || !line_gid) return false;
    if (parts[0] != key && !(uid && *uid == *line_uid)) return false;
    found = PasswdEntry{parts[0], *line_uid, *line_gid, parts[5]};
    return true;
  });
  return found;
}

std::optional<std::int64_t> find_group(const std::string& group, const std::string& key) {
  if (const auto gid = number(key)) return gid;
  std::optional<std::int64_t> found;
  each_line(group, 4, [&](const auto& parts) {
    if (parts[0] == key) found = number(parts[2]);
    return found.has_value();
  });
  return found;
}

std::vector<std::int64_t> groups_of(const std::string& group, const std::string& user) {
  std::vector<std::int64_t> result;
  each_line(group, 4, [&](const auto& parts) {
    const auto members = split(parts[3], ',');
    const auto gid = number(parts[2]);
    if (gid && std::find(members.begin(), members.end(), user) != members.end())
      result.push_back(*gid);
    return false;
  });
  return result;
}

}  // namespace

Result<User> resolve_user(const std::string& spec, const runtime::SecurityContext& context,
                          const std::string& passwd, const std::string& group) {
  const auto colon = spec.find(':');
  std::string user_key = spec.substr(0, colon);
  std::string group_key = colon == std::string::npos ? "" : spec.substr(colon + 1);
  if (context.has_user() || !context.user_name().empty()) {
    user_key = context.has_user() ? std::to_string(context.user()) : context.user_name();
    group_key.clear();
  }
  if (context.has_group()) group_key = std::to_string(context.group());
  if (user_key.empty()) user_key = "0";

  User result;
  const auto entry = find_user(passwd, user_key);
  if (entry) {
    result.uid = entry->uid;
    result.gid = entry->gid;
    result.name = entry->name;
    if (!entry->home.empty()) result.home = entry->home;
  } else if (const auto uid = number(user_key)) {
    result.uid = *uid;
  } else {
    return Status(Code::kInvalid, "the image has no user \"" + user_key + "\"");
  }
  if (!group_key.empty()) {
    const auto gid = find_group(group, group_key);
    if (!gid) return Status(Code::kInvalid, "the image has no group \"" + group_key + "\"");
    result.gid = *gid;
  }
  if (!result.name.empty() && context.groups_policy() == runtime::MERGE)
    result.groups = groups_of(group, result.name);
  for (const auto gid : context.supplemental_groups()) result.groups.push_back(gid);
  std::sort(result.groups.begin(), result.groups.end());
  result.groups.erase(std::unique(result.groups.begin(), result.groups.end()), result.groups.end());
  return result;
}

}  // namespace kubus::runtime_oci
