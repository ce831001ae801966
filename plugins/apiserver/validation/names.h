// Names: the lexical rules that Kubernetes puts on names, label keys and values, ports and the
// like.
//
// Thread safety: pure functions.
//
// Each check returns what is wrong with the text, one sentence per broken rule, and nothing for a
// text that is fine. The sentences are part of the API: clients show them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace kubus::apiserver {

using Messages = std::vector<std::string>;

Messages check_dns1123_label(std::string_view text);
Messages check_dns1123_subdomain(std::string_view text);
Messages check_dns1123_subdomain_with_underscore(std::string_view text);
Messages check_dns1035_label(std::string_view text);
Messages check_wildcard_subdomain(std::string_view text);
// A label or annotation key: an optional DNS subdomain and '/', then a name.
Messages check_qualified_name(std::string_view text);
Messages check_label_value(std::string_view text);
Messages check_env_name(std::string_view text);
Messages check_config_key(std::string_view text);
// A named port, as IANA writes service names.
Messages check_port_name(std::string_view text);
Messages check_port_number(std::int64_t port);
Messages check_http_header_name(std::string_view text);
Messages check_c_identifier(std::string_view text);
Messages check_percent(std::string_view text);
// A name that can stand as one segment of a URL path.
Messages check_path_segment(std::string_view text);
// An IP address of either family, written in any accepted way.
Messages check_ip(std::string_view text);
Messages check_cidr(std::string_view text);
// Why other machines cannot be reached at the address.
Messages check_reachable(std::string_view ip);
// 4 or 6, or 0 for what is no address.
int ip_family(std::string_view text);
// The same address written the one way that is preferred; empty for what is none.
std::string canonical_ip(std::string_view text);
// Whether `inner` is a smaller part of `outer`; both must be valid.
bool is_subnet(std::string_view inner, std::string_view outer);

// All messages as one: "a,b".
std::string join_messages(const Messages& messages, std::string_view between = ",");
// With its ASCII letters small.
std::string lower_case(std::string text);

// The part before generateName's random suffix: a trailing dash is allowed.
std::string mask_trailing_dash(std::string_view name);

// "must be no more than N characters" and its sibling that counts bytes.
std::string max_length_message(std::size_t length);
std::string max_bytes_message(std::size_t length);
std::string range_message(std::int64_t low, std::int64_t high);
std::string pattern_message(std::string_view message, std::string_view pattern,
                            std::initializer_list<std::string_view> examples);

}  // namespace kubus::apiserver
