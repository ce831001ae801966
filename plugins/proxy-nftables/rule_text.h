// RuleText: writes commands of the nftables language for one table, neighbours of one kind joined.
//
// Thread safety: none.
#pragma once

#include <string>
#include <string_view>

#include "fragment.h"

namespace kubus::proxy_nftables {

class RuleText {
 public:
  explicit RuleText(Family family) : table_(table_name(family) + " ") {}

  void add_set(const std::string& name, const std::string& definition);
  void delete_set(const std::string& name);
  void add_chain(const std::string& name);
  void flush_chain(const std::string& name);
  void delete_chain(const std::string& name);
  // `rules` holds one a line.
  void add_rules(const std::string& chain, std::string_view rules);
  void add_element(const ElementKey& key, const std::string& value);
  void delete_element(const ElementKey& key);
  std::string take();

 private:
  void line(const char* command, const std::string& name, const std::string& rest = {});
  void element(const char* command, const ElementKey& key, const std::string& value);
  void close_list();

  std::string table_;
  std::string text_;
  std::string list_;  // head of the list of elements being written; empty: none
};

}  // namespace kubus::proxy_nftables
