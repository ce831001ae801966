// FieldSet: which fields of an object somebody owns, or a change has touched.
//
// Thread safety: a value.
//
// A tree along the paths: at each step an element may be a member itself, have members below it, or
// both. A set has nothing in it that is neither.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "apply/path_element.h"

namespace kubus::apiserver {

class FieldSet {
 public:
  struct Node;

  bool empty() const;
  // In their order.
  const std::vector<Node>& nodes() const { return nodes_; }
  bool has(std::span<const PathElement> path) const;
  // The node of an element at the top; null when nothing is there.
  const Node* find(const PathElement& element) const;
  void insert(std::span<const PathElement> path);
  // Every member: those of a step before those below it.
  void for_each(const std::function<void(const ElementPath&)>& visit) const;

  // For building a set one step at a time: nodes in any order, then sort() once.
  void append(PathElement element, bool member, FieldSet children);
  void sort();

  friend bool operator==(const FieldSet& a, const FieldSet& b);
  friend FieldSet unite(FieldSet a, FieldSet b);
  friend FieldSet subtract(FieldSet a, const FieldSet& b);
  friend FieldSet subtract_trees(FieldSet a, const FieldSet& b);

 private:
  void remove(const FieldSet& other, bool trees);
  void visit_below(ElementPath& path, const std::function<void(const ElementPath&)>& visit) const;

  std::vector<Node> nodes_;
};

struct FieldSet::Node {
  PathElement element;
  bool member = false;
  FieldSet children;
};

// What is given by value is worked on in place: hand over what is not needed any more.
FieldSet unite(FieldSet a, FieldSet b);
// The members of `a` that are not in `b`.
FieldSet subtract(FieldSet a, const FieldSet& b);
// The same, and what is below a member of `b` goes as well.
FieldSet subtract_trees(FieldSet a, const FieldSet& b);
FieldSet intersect(const FieldSet& a, const FieldSet& b);

}  // namespace kubus::apiserver
