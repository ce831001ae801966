#include "registry/write_options.h"

#include <algorithm>

#include "kubus/api/json.h"
#include "validation/field_error.h"
#include "validation/metadata.h"
#include "validation/printable.h"

namespace kubus::apiserver {
namespace {

const char* options_kind(std::string_view verb) {
  if (verb == "create") return "CreateOptions";
  return verb == "update" ? "UpdateOptions" : "PatchOptions";
}

std::vector<Cause> manager_problems(std::string_view manager) {
  std::vector<Cause> causes;
  if (manager.size() > kLongestFieldManager)
    causes.push_back(
        {"FieldValueTooLong",
         "Too long: may not be more than " + std::to_string(kLongestFieldManager) + " bytes",
         "fieldManager"});
  for (const auto& why : unprintable_in(manager))
    causes.push_back(
        {"FieldValueInvalid", "Invalid value: " + quoted(manager) + ": " + why, "fieldManager"});
  return causes;
}

std::vector<Cause> validation_problems(std::string_view mode) {
  if (mode.empty() || mode == "Ignore" || mode == "Strict" || mode == "Warn") return {};
  return {{"FieldValueNotSupported",
           "Unsupported value: " + quoted(mode) +
               ": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"",
           "fieldValidation"}};
}

}  // namespace

std::vector<Cause> dry_run_problems(const Query& query) {
  const auto values = query.all("dryRun");
  const auto is_all = [](const std::string& value) { return value == "All"; };
  if (std::all_of(values.begin(), values.end(), is_all)) return {};
  std::string list;
  for (const auto& value : values) {
    list += list.empty() ? "" : ",";
    append_json_string(value, list);
  }
  return {{"FieldValueNotSupported",
           "Unsupported value: [" + list + "]: supported values: \"All\"", "dryRun"}};
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
  for (const auto& problems : {manager_problems(manager), dry_run_problems(call.query),
                               validation_problems(call.query.get("fieldValidation"))})
    causes.insert(causes.end(), problems.begin(), problems.end());
  if (causes.empty()) return {};
  return errors::invalid({"meta.k8s.io", options_kind(call.info.verb), ""}, causes);
}

}  // namespace kubus::apiserver
