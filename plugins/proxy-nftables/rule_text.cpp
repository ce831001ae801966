#include "rule_text.h"

#include <utility>

namespace kubus::proxy_nftables {

void RuleText::line(const char* command, const std::string& name, const std::string& rest) {
  close_list();
  text_ += command;
  text_ += ' ';
  text_ += table_;
  text_ += name;
  if (!rest.empty()) text_ += ' ' + rest;
  text_ += '\n';
}

void RuleText::add_set(const std::string& name, const std::string& definition) {
  line("add set", name, "{ " + definition + " }");
}
void RuleText::delete_set(const std::string& name) { line("delete set", name); }
void RuleText::add_chain(const std::string& name) { line("add chain", name); }
void RuleText::flush_chain(const std::string& name) { line("flush chain", name); }
void RuleText::delete_chain(const std::string& name) { line("delete chain", name); }

void RuleText::add_rules(const std::string& chain, std::string_view rules) {
  while (!rules.empty()) {
    const auto end = rules.find('\n');
    line("add rule", chain, std::string(rules.substr(0, end)));
    rules.remove_prefix(end == std::string_view::npos ? rules.size() : end + 1);
  }
}

void RuleText::add_element(const ElementKey& key, const std::string& value) {
  element("add element", key, value.empty() ? value : " : " + value);
}

void RuleText::delete_element(const ElementKey& key) { element("delete element", key, {}); }

void RuleText::element(const char* command, const ElementKey& key, const std::string& value) {
  std::string head = std::string(command) + " " + table_ + name_of(key.container) + " {";
  if (head == list_) {
    text_ += ',';
  } else {
    close_list();
    text_ += head;
    list_ = std::move(head);
  }
  text_ += "\n " + key.key + value;
}

void RuleText::close_list() {
  if (list_.empty()) return;
  text_ += " }\n";
  list_.clear();
}

std::string RuleText::take() {
  close_list();
  return std::exchange(text_, {});
}

}  // namespace kubus::proxy_nftables
