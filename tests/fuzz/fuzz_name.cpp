// The lexical rules of names, addresses and schedules: each says what is wrong, or nothing.
#include "target.h"
#include "validation/cron_schedule.h"
#include "validation/field_error.h"
#include "validation/names.h"

namespace kubus::fuzz {

using namespace apiserver;

void run(std::string_view input) {
  for (const auto check :
       {check_dns1123_label, check_dns1123_subdomain, check_dns1123_subdomain_with_underscore,
        check_dns1035_label, check_wildcard_subdomain, check_qualified_name, check_label_value,
        check_env_name, check_config_key, check_port_name, check_http_header_name,
        check_c_identifier, check_percent, check_path_segment, check_ip, check_cidr}) {
    for (const auto& message : check(input)) require(!message.empty(), "an error says nothing");
  }
  if (check_dns1123_label(input).empty())
    require(check_dns1123_subdomain(input).empty() && check_path_segment(input).empty(),
            "a label is a subdomain and a path segment");
  (void)mask_trailing_dash(input);
  (void)check_schedule(input);
  require(quoted(input).size() >= input.size() + 2 || input.empty(), "a quoted text shrank");
}

std::vector<std::string> seeds() {
  return {"web-0",
          "a.example.com",
          "example.com/name",
          "*.example.com",
          "_http._tcp",
          "10.0.0.1",
          "10.0.0.0/8",
          "2001:db8::1",
          "::ffff:1.2.3.4",
          "fe80::/10",
          "*/5 * * * *",
          "@daily",
          "@every 1h30m",
          "0 9-17/2 1,15 jan-mar mon",
          "50%",
          "X-Header",
          "PATH",
          "http"};
}

}  // namespace kubus::fuzz
