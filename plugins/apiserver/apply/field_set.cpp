#include "apply/field_set.h"

#include <algorithm>
#include <utility>

namespace kubus::apiserver {
namespace {

using Node = FieldSet::Node;

bool precedes(const Node& node, const PathElement& element) {
  return compare(node.element, element) < 0;
}

}  // namespace

bool FieldSet::empty() const { return nodes_.empty(); }

bool operator==(const FieldSet& a, const FieldSet& b) {
  return std::equal(a.nodes_.begin(), a.nodes_.end(), b.nodes_.begin(), b.nodes_.end(),
                    [](const Node& left, const Node& right) {
                      return left.member == right.member && left.element == right.element &&
                             left.children == right.children;
                    });
}

const Node* FieldSet::find(const PathElement& element) const {
  const auto found = std::lower_bound(nodes_.begin(), nodes_.end(), element, precedes);
  return found != nodes_.end() && found->element == element ? &*found : nullptr;
}

bool FieldSet::has(std::span<const PathElement> path) const {
  if (path.empty()) return false;
  const Node* node = find(path.front());
  if (!node) return false;
  return path.size() == 1 ? node->member : node->children.has(path.subspan(1));
}

void FieldSet::insert(std::span<const PathElement> path) {
  if (path.empty()) return;
  auto at = std::lower_bound(nodes_.begin(), nodes_.end(), path.front(), precedes);
  if (at == nodes_.end() || at->element != path.front())
    at = nodes_.insert(at, Node{path.front(), false, {}});
  if (path.size() == 1)
    at->member = true;
  else
    at->children.insert(path.subspan(1));
}

void FieldSet::visit_below(ElementPath& path,
                           const std::function<void(const ElementPath&)>& visit) const {
  for (const bool members : {true, false}) {
    for (const Node& node : nodes_) {
      path.push_back(node.element);
      if (members && node.member) visit(path);
      if (!members) node.children.visit_below(path, visit);
      path.pop_back();
    }
  }
}

void FieldSet::for_each(const std::function<void(const ElementPath&)>& visit) const {
  ElementPath path;
  visit_below(path, visit);
}

void FieldSet::append(PathElement element, bool member, FieldSet children) {
  if (!member && children.empty()) return;
  nodes_.push_back(Node{std::move(element), member, std::move(children)});
}

void FieldSet::sort() {
  const auto before = [](const Node& a, const Node& b) {
    return compare(a.element, b.element) < 0;
  };
  if (!std::is_sorted(nodes_.begin(), nodes_.end(), before))
    std::sort(nodes_.begin(), nodes_.end(), before);
  // The same element may have been appended more than once.
  std::size_t kept = 0;
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    if (nodes_[kept].element == nodes_[i].element) {
      nodes_[kept].member |= nodes_[i].member;
      nodes_[kept].children =
          unite(std::move(nodes_[kept].children), std::move(nodes_[i].children));
    } else if (++kept != i) {
      nodes_[kept] = std::move(nodes_[i]);
    }
  }
  if (!nodes_.empty()) nodes_.resize(kept + 1);
}

FieldSet unite(FieldSet a, FieldSet b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  FieldSet out;
  out.nodes_.reserve(a.nodes_.size() + b.nodes_.size());
  auto left = a.nodes_.begin(), right = b.nodes_.begin();
  while (left != a.nodes_.end() || right != b.nodes_.end()) {
    int order = left == a.nodes_.end() ? 1 : -1;
    if (left != a.nodes_.end() && right != b.nodes_.end())
      order = compare(left->element, right->element);
    if (order == 0) {
      left->member |= right->member;
      left->children = unite(std::move(left->children), std::move(right->children));
      ++right;
    }
    out.nodes_.push_back(std::move(order <= 0 ? *left++ : *right++));
  }
  return out;
}

void FieldSet::remove(const FieldSet& other, bool trees) {
  auto right = other.nodes_.begin();
  std::erase_if(nodes_, [&](Node& node) {
    int order = 1;
    while (right != other.nodes_.end() && (order = compare(right->element, node.element)) < 0)
      ++right;
    if (right == other.nodes_.end() || order != 0) return false;
    if (right->member && trees) return true;
    if (right->member) node.member = false;
    node.children.remove(right->children, trees);
    return !node.member && node.children.empty();
  });
}

FieldSet subtract(FieldSet a, const FieldSet& b) {
  if (!b.empty()) a.remove(b, false);
  return a;
}

FieldSet subtract_trees(FieldSet a, const FieldSet& b) {
  if (!b.empty()) a.remove(b, true);
  return a;
}

FieldSet intersect(const FieldSet& a, const FieldSet& b) {
  FieldSet out;
  if (a.empty() || b.empty()) return out;
  auto left = a.nodes().begin(), right = b.nodes().begin();
  while (left != a.nodes().end() && right != b.nodes().end()) {
    const int order = compare(left->element, right->element);
    if (order == 0)
      out.append(left->element, left->member && right->member,
                 intersect(left->children, right->children));
    if (order <= 0) ++left;
    if (order >= 0) ++right;
  }
  return out;
}

}  // namespace kubus::apiserver
