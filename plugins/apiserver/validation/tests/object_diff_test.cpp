#include "validation/object_diff.h"

#include <gtest/gtest.h>
#include <k8s/core/v1/config_map.pb.h>

#include <algorithm>

#include "kubus/api/json.h"
#include "kubus/api/types.h"

namespace kubus::apiserver {
namespace {

core_v1::ConfigMap map_of(const std::string& json) {
  core_v1::ConfigMap map;
  EXPECT_TRUE(from_json(json, map).ok());
  return map;
}

struct Case {
  const char* name;
  const char* before;
  const char* now;
  const char* diff;
};

constexpr Case kCases[] = {
    {"equal", R"({"data":{"a":"1"}})", R"({"data":{"a":"1"}})", ""},
    {"value", R"({"data":{"a":"1","b":"{\"}"}})", R"({"data":{"a":"1","b":"y"}})",
     R"(@@ -4,6 +4,6 @@
   "metadata": {},
   "data": {
     "a": "1",
-    "b": "{\"}"
+    "b": "y"
   }
 }
)"},
    {"added", R"({"data":{"a":"1"}})", R"({"data":{"a":"1"},"immutable":true})",
     R"(@@ -2,6 +2,7 @@
   "kind": "ConfigMap",
   "apiVersion": "v1",
   "metadata": {},
+  "immutable": true,
   "data": {
     "a": "1"
   }
)"},
    {"far_apart", R"({"data":{"a":"1","b":"","c":"","d":"","e":"","f":"","g":"","h":"1"}})",
     R"({"data":{"a":"2","b":"","c":"","d":"","e":"","f":"","g":"","h":"2"}})",
     R"(@@ -3,13 +3,13 @@
   "apiVersion": "v1",
   "metadata": {},
   "data": {
-    "a": "1",
+    "a": "2",
     "b": "",
     "c": "",
     "d": "",
     "e": "",
     "f": "",
     "g": "",
-    "h": "1"
+    "h": "2"
   }
 }
)"},
    {"two_hunks", R"({"data":{"a":"1","b":"","c":"","d":"","e":"","f":"","g":"","h":"","i":"1"}})",
     R"({"data":{"a":"2","b":"","c":"","d":"","e":"","f":"","g":"","h":"","i":"2"}})",
     R"(@@ -3,7 +3,7 @@
   "apiVersion": "v1",
   "metadata": {},
   "data": {
-    "a": "1",
+    "a": "2",
     "b": "",
     "c": "",
     "d": "",
@@ -11,6 +11,6 @@
     "f": "",
     "g": "",
     "h": "",
-    "i": "1"
+    "i": "2"
   }
 }
)"},
};

class ObjectDiffTest : public testing::TestWithParam<Case> {};

TEST_P(ObjectDiffTest, ShowsChangedLinesAmongOthers) {
  const Case& c = GetParam();
  EXPECT_EQ(object_diff(to_json(map_of(c.before)), to_json(map_of(c.now))), c.diff);
}

INSTANTIATE_TEST_SUITE_P(Cases, ObjectDiffTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

TEST(ObjectDiff, IsBoundedForManyLines) {
  core_v1::ConfigMap before, now;
  constexpr int kLines = 20'000;
  for (int i = 0; i < kLines; ++i) {
    (*before.mutable_data())["a" + std::to_string(i)] = "";
    (*now.mutable_data())["b" + std::to_string(i)] = "";
  }
  const std::string diff = object_diff(to_json(before), to_json(now));
  EXPECT_EQ(std::count(diff.begin(), diff.end(), '\n'), 2 * kLines + 6);
}

}  // namespace
}  // namespace kubus::apiserver
