#include "validation/names.h"

#include <gtest/gtest.h>

#include <utility>

#include "validation/field_error.h"

namespace kubus::apiserver {
namespace {

struct Case {
  Messages (*check)(std::string_view);
  const char* good;
  const char* bad;
};

const Case kCases[] = {
    {check_dns1123_label, "a-1", "a.b"},
    {check_dns1123_label, "1a", "-a"},
    {check_dns1123_subdomain, "a.b-c.d", "a..b"},
    {check_dns1035_label, "a1", "1a"},
    {check_wildcard_subdomain, "*.a.b", "a.b"},
    {check_qualified_name, "a.b/C_d.e", "a/b/c"},
    {check_qualified_name, "a", "/a"},
    {check_label_value, "", "-"},
    {check_env_name, "A b", "a=b"},
    {check_config_key, "a.b_C-d", ".."},
    {check_port_name, "http-1", "1"},
    {check_port_name, "a", "a--b"},
    {check_http_header_name, "X-A", "X:A"},
    {check_c_identifier, "_a1", "1a"},
    {check_percent, "25%", "%"},
    {check_path_segment, "system:node", "a/b"},
    {check_ip, "::1", "1.2.3"},
    {check_cidr, "10.0.0.0/8", "10.0.0.0/33"},
};

TEST(Names, TellGoodFromBad) {
  for (const Case& c : kCases) {
    EXPECT_TRUE(c.check(c.good).empty()) << c.good;
    EXPECT_FALSE(c.check(c.bad).empty()) << c.bad;
  }
}

TEST(Names, SayWhatIsWrong) {
  EXPECT_EQ(check_dns1123_label("A")[0],
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or "
            "'-', and must start and end with an alphanumeric character (e.g. 'my-name',  or "
            "'123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')");
  EXPECT_EQ(check_dns1123_subdomain("A_b")[0],
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "
            "'-' or '.', and must start and end with an alphanumeric character (e.g. "
            "'example.com', regex used for validation is "
            "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
  EXPECT_EQ(check_dns1123_label(std::string(64, 'a'))[0], "must be no more than 63 characters");
  EXPECT_EQ(check_port_number(0)[0], "must be between 1 and 65535, inclusive");
}

TEST(FieldError, PrintsAsTheReferenceDoes) {
  ErrorList errors;
  const Path ports = Path("spec").child("ports");
  errors.required(ports);
  errors.invalid(ports.index(0).child("port"), 0, "must be between 1 and 65535, inclusive");
  errors.not_supported(Path("spec").child("type"), "x", {"b", "a"});
  errors.duplicate(ports.index(1).child("name"), "http");
  errors.forbidden(Path("spec"), "may not");
  errors.too_long(Path("data"), 10);
  EXPECT_EQ(join_errors(errors.errors()),
            "[spec.ports: Required value, spec.ports[0].port: Invalid value: 0: must be between 1 "
            "and 65535, inclusive, spec.type: Unsupported value: \"x\": supported values: \"b\", "
            "\"a\", spec.ports[1].name: Duplicate value: \"http\", spec: Forbidden: may not, data: "
            "Too long: may not be more than 10 bytes]");
}

TEST(FieldError, NamesARepeatedErrorOnce) {
  ErrorList errors;
  errors.required(Path("a"));
  errors.required(Path("a"));
  EXPECT_EQ(join_errors(errors.errors()), "a: Required value");
}

TEST(Names, AddressesAreWrittenInOneWay) {
  const std::pair<const char*, const char*> cases[] = {
      {"0:0::1:0", "::1:0"},   {"::a:b", "::a:b"},  {"::1", "::1"},
      {"::0", "::"},           {"::1:2:3", "::1:2:3"}, {"1:0:0:2::", "1:0:0:2::"},
      {"fd00:0:0:0::1", "fd00::1"}, {"10.1.2.3", "10.1.2.3"}, {"010.1.2.3", ""},
  };
  for (const auto& [text, written] : cases) EXPECT_EQ(canonical_ip(text), written) << text;
}

}  // namespace
}  // namespace kubus::apiserver
