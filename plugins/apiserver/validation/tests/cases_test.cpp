// What is wrong with objects of every kind, and with changes of them: the cases are in cases/.
//
// A case is a line with version, kind and a name for people; the object, or two of which the first
// is what was there before; and one line "- error" for each error, in order. "status" behind the
// kind: only the status changes; "warning": the lines are what is said of an object that is right.
// A break within an error is written "\n".
#include <gtest/gtest.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "defaults/defaults.h"
#include "kubus/api/json.h"
#include "validation/validation.h"
#include "validation/warnings.h"

namespace kubus::apiserver {
namespace {

const std::filesystem::path kCases = KUBUS_VALIDATION_CASES;

using Object = std::unique_ptr<google::protobuf::Message>;

struct Case {
  int line = 0;
  std::string version, kind;
  bool status = false, warning = false;
  std::vector<std::string> objects;
  std::vector<std::string> errors;
};

std::string on_one_line(std::string text) {
  for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at))
    text.replace(at, 1, "\\n");
  return text;
}

std::vector<Case> read_cases(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<Case> cases;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with('{')) {
      cases.back().objects.push_back(line);
    } else if (line.starts_with("- ")) {
      cases.back().errors.push_back(line.substr(2));
    } else {
      Case next;
      next.line = number;
      std::string word;
      std::istringstream words(line);
      words >> next.version >> next.kind >> word;
      next.status = word == "status";
      next.warning = word == "warning";
      cases.push_back(next);
    }
  }
  return cases;
}

class CaseTest : public ::testing::TestWithParam<std::string> {
 protected:
  static Object decode(const ResourceInfo& resource, const std::string& json, bool changed) {
    Object object = new_message(resource);
    const auto read = from_json(json, *object);
    EXPECT_TRUE(read.ok()) << read.message();
    auto& metadata = *metadata_of(*object);
    if (metadata.name().empty()) metadata.set_name("x");
    if (resource.namespaced) metadata.set_namespace_("n");
    if (changed) metadata.set_resourceversion("1");
    apply_defaults(*object);
    return object;
  }

  static ErrorList errors_of(const Case& c, const ResourceInfo& resource) {
    const bool changed = c.objects.size() > 1;
    const auto object = decode(resource, c.objects.back(), changed);
    if (!changed) return validate_create(*object, resource);
    const auto old = decode(resource, c.objects.front(), true);
    return c.status ? validate_status_update(*object, *old, resource)
                    : validate_update(*object, *old, resource);
  }

  static std::vector<std::string> warnings_for(const Case& c, const ResourceInfo& resource) {
    const bool changed = c.objects.size() > 1;
    const auto object = decode(resource, c.objects.back(), changed);
    const auto old = changed ? decode(resource, c.objects.front(), true) : nullptr;
    std::vector<std::string> warnings;
    add_warnings(*object, old.get(), warnings);
    return warnings;
  }
};

TEST_P(CaseTest, HasTheErrorsOfTheReference) {
  for (const Case& c : read_cases(kCases / (GetParam() + ".txt"))) {
    SCOPED_TRACE(GetParam() + ".txt:" + std::to_string(c.line));
    const auto* message = find_message(c.version, c.kind);
    ASSERT_NE(message, nullptr) << c.version << " " << c.kind;
    ASSERT_FALSE(c.objects.empty());
    std::vector<std::string> errors;
    const ErrorList found = errors_of(c, *resource_of(*message));
    for (const auto& error : found.errors()) errors.push_back(on_one_line(error.to_string()));
    if (c.warning) {
      EXPECT_EQ(errors, std::vector<std::string>());
      EXPECT_EQ(warnings_for(c, *resource_of(*message)), c.errors);
    } else {
      EXPECT_EQ(errors, c.errors);
    }
  }
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kCases))
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Kinds, CaseTest, ::testing::ValuesIn(case_names()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace kubus::apiserver
