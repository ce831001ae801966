#include "patch/element_order.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "patch/engines.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

// Positions of elements by key.
class Positions {
 public:
  Positions(const json::array& elements, std::string_view merge_key) : merge_key_(merge_key) {
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const json::value* key = element_key(elements[i], merge_key);
      if (key != nullptr) index_.emplace(*key, i);
    }
  }

  std::size_t of(const json::value& element) const {
    const json::value* key = element_key(element, merge_key_);
    if (key == nullptr) return kNowhere;
    const auto found = index_.find(*key);
    return found == index_.end() ? kNowhere : found->second;
  }

 private:
  std::string_view merge_key_;
  std::unordered_map<json::value, std::size_t> index_;
};

void sort_by(json::array& elements, const Positions& positions) {
  std::vector<std::pair<std::size_t, std::size_t>> order;
  order.reserve(elements.size());
  for (std::size_t i = 0; i < elements.size(); ++i)
    order.emplace_back(positions.of(elements[i]), i);
  std::sort(order.begin(), order.end());
  json::array sorted;
  sorted.reserve(elements.size());
  for (const auto& [position, i] : order) sorted.push_back(std::move(elements[i]));
  elements = std::move(sorted);
}

}  // namespace

const json::value* element_key(const json::value& element, std::string_view merge_key) {
  const json::object* object = element.if_object();
  if (object == nullptr) return &element;
  return object->if_contains(merge_key);
}

Status no_merge_key(const json::value& element, std::string_view merge_key) {
  return {Code::kUnknown, "map: " + go_text(element) +
                              " does not contain declared merge key: " + std::string(merge_key)};
}

Result<json::array> order_elements(json::array merged, const json::array& wanted,
                                   const json::array& live, std::string_view merge_key) {
  const Positions wanted_at(wanted, merge_key);
  const Positions live_at(live, merge_key);
  json::array named;
  json::array others;
  for (json::value& element : merged) {
    if (element_key(element, merge_key) == nullptr) return no_merge_key(element, merge_key);
    (wanted_at.of(element) == kNowhere ? others : named).push_back(std::move(element));
  }
  sort_by(named, wanted_at);
  sort_by(others, live_at);
  json::array out;
  out.reserve(named.size() + others.size());
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < others.size() && j < named.size()) {
    const std::size_t other = live_at.of(others[i]);
    const std::size_t name = live_at.of(named[j]);
    const bool other_first = other != kNowhere && name != kNowhere && other < name;
    out.push_back(std::move(other_first ? others[i++] : named[j++]));
  }
  while (i < others.size()) out.push_back(std::move(others[i++]));
  while (j < named.size()) out.push_back(std::move(named[j++]));
  return out;
}

}  // namespace kubus::apiserver
