#include "client_memory.h"

#include <boost/json.hpp>
#include <exception>

namespace kubus::proxy_nftables {
namespace {

namespace json = boost::json;

std::int64_t seconds(const json::object& object, const char* key) {
  const json::value* value = object.if_contains(key);
  return value ? value->to_number<std::int64_t>() : 0;
}

// {"name":"clients-1","timeout":10800,"elem":[{"elem":{"val":"192.0.2.9","expires":10000}}]}
std::string set_text(const json::object& set, const Table& table) {
  const std::string name(set.at("name").as_string());
  const json::value* elements = set.if_contains("elem");
  if (!elements || !table.has_set(name)) return {};
  std::string list;
  for (const auto& item : elements->as_array()) {
    const json::object& element = item.at("elem").as_object();
    // Left out where it is the set's own.
    const auto timeout =
        element.contains("timeout") ? seconds(element, "timeout") : seconds(set, "timeout");
    const auto expires = seconds(element, "expires");
    if (expires < 1 || timeout < expires) continue;
    list += (list.empty() ? "" : ", ") + std::string(element.at("val").as_string()) + " timeout " +
            std::to_string(timeout) + "s expires " + std::to_string(expires) + "s";
  }
  if (list.empty()) return {};
  return "add element " + table_name(table.options().family) + " " + name + " { " + list + " }\n";
}

}  // namespace

std::string remembered_clients(const std::string& listing, const Table& table) {
  std::string out;
  try {
    const json::value all = json::parse(listing);
    for (const auto& item : all.at("nftables").as_array())
      if (const json::value* set = item.as_object().if_contains("set"))
        if (set->at("table").as_string() == kTable &&
            set->at("family").as_string() == family_word(table.options().family))
          out += set_text(set->as_object(), table);
  } catch (const std::exception&) {
    // Not what was expected: the clients get new endpoints, nothing worse.
    return {};
  }
  return out;
}

std::string remembered_clients(Nft& nft, const Table& table) {
  if (!table.has_client_sets()) return {};
  auto listing = nft.list(std::string("list sets ") + family_word(table.options().family));
  return listing.ok() ? remembered_clients(*listing, table) : std::string();
}

}  // namespace kubus::proxy_nftables
