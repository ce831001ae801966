#include "registry/write_options.h"

#include <algorithm>
#include <cstdio>

#include "kubus/api/json.h"
#include "kubus/api/utf8.h"
#include "validation/field_error.h"

namespace kubus::apiserver {
namespace {

char32_t code_point(std::string_view rune) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rune[i]); };
  if (rune.size() == 1) return byte(0);
  char32_t point = byte(0) & (0x7F >> rune.size());
  for (std::size_t i = 1; i < rune.size(); ++i) point = point << 6 | (byte(i) & 0x3F);
  return point;
}

const char* options_kind(std::string_view verb) {
  if (verb == "create") return "CreateOptions";
  return verb == "update" ? "UpdateOptions" : "PatchOptions";
}

std::vector<Cause> manager_problems(std::string_view manager) {
  std::vector<Cause> causes;
  if (manager.size() > kLongestManager)
    causes.push_back(
        {"FieldValueTooLong",
         "Too long: may not be more than " + std::to_string(kLongestManager) + " bytes",
         "fieldManager"});
  std::size_t position = 0;
  for (const auto rune : runes_of(manager)) {
    if (!is_printable(rune)) {
      char point[16];
      std::snprintf(point, sizeof(point), "U+%04X", static_cast<unsigned>(code_point(rune)));
      causes.push_back({"FieldValueInvalid",
                        "Invalid value: " + quoted(manager) + ": invalid character " + point +
                            " (at position " + std::to_string(position) + ")",
                        "fieldManager"});
    }
    position += rune.size();
  }
  return causes;
}

}  // namespace

std::vector<std::string_view> runes_of(std::string_view text) {
  std::vector<std::string_view> runes;
  while (!text.empty()) {
    const auto size = std::max<std::size_t>(utf8_length(text, 0), 1);
    runes.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return runes;
}

bool is_printable(std::string_view rune) {
  const auto point = code_point(rune);
  const bool control = point < 0x20 || (point >= 0x7F && point <= 0xA0) || point == 0xAD;
  const bool space = point >= 0x2000 && point <= 0x200F;
  return !control && !space && point != 0x2028 && point != 0x2029 && point != 0x3000;
}

std::vector<Cause> dry_run_problems(std::string_view value) {
  if (value.empty() || value == "All") return {};
  std::string message = "Unsupported value: [";
  append_json_string(value, message);
  return {{"FieldValueNotSupported", message + "]: supported values: \"All\"", "dryRun"}};
}

Status check_write_options(const Call& call) {
  std::vector<Cause> causes;
  const auto manager = call.query.get("fieldManager");
  if (call.info.verb == "patch") {
    if (call.patch_type == kApplyPatch) {
      if (manager.empty())
        causes.push_back(
            {"FieldValueRequired", "Required value: is required for apply patch", "fieldManager"});
    } else if (call.query.has("force")) {
      causes.push_back(
          {"FieldValueForbidden", "Forbidden: may not be specified for non-apply patch", "force"});
    }
  }
  const auto dry = dry_run_problems(call.query.get("dryRun"));
  causes.insert(causes.end(), dry.begin(), dry.end());
  auto problems = manager_problems(manager);
  causes.insert(causes.end(), problems.begin(), problems.end());
  if (causes.empty()) return {};
  return errors::invalid({"meta.k8s.io", options_kind(call.info.verb), ""}, causes);
}

}  // namespace kubus::apiserver
