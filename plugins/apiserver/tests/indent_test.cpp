#include "respond/indent.h"

#include <gtest/gtest.h>

namespace kubus::apiserver {
namespace {

std::string indented(std::string_view json) {
  const auto whole = Bytes::copy(json);
  return indented_json({&whole, 1});
}

TEST(Indent, GivesEachMemberALineAndLeavesWhatIsEmptyOnOne) {
  EXPECT_EQ(indented(R"({"a":{},"b":[],"c":{"d":[1,true,null,"x"]}})"
                     "\n"),
            R"({
  "a": {},
  "b": [],
  "c": {
    "d": [
      1,
      true,
      null,
      "x"
    ]
  }
})");
}

TEST(Indent, LeavesTextsAlone) {
  EXPECT_EQ(indented(R"(["{\"a\": [1,2]}","\\"])"), R"([
  "{\"a\": [1,2]}",
  "\\"
])");
}

TEST(Indent, IsTheSameForWhatIsIndentedAlready) {
  const auto once = indented(R"({"a":[{"b":1.5e3},{}],"c":""})");
  EXPECT_EQ(indented(once), once);
}

TEST(Indent, DoesNotMindWhereThePiecesAreCut) {
  const std::string json = R"({"a":"x\"y","b":[{},{"c":-1}]})";
  const auto whole = indented(json);
  for (std::size_t cut = 0; cut <= json.size(); ++cut) {
    const std::vector<Bytes> pieces = {Bytes::copy(json.substr(0, cut)),
                                       Bytes::copy(json.substr(cut))};
    EXPECT_EQ(indented_json(pieces), whole) << cut;
  }
}

}  // namespace
}  // namespace kubus::apiserver
