// What an expression may cost, told before it runs: from the bounds of the documents it is about,
// by the rules of the reference (cel-go's checker, and the libraries of Kubernetes).
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "cel/ast.h"
#include "cel/checker.h"

namespace kubus::apiserver::cel {

// The name of the type of values, of any kind, that have one bound under all names of a map.
inline constexpr std::string_view kAny = "any";

inline constexpr std::uint64_t kUnbounded = std::numeric_limits<std::uint64_t>::max();

// From least to most, of a size or a cost. What is too much to count stays kUnbounded.
struct Span {
  std::uint64_t least = 0, most = 0;

  static constexpr Span exactly(std::uint64_t value) { return {value, value}; }
  static constexpr Span unknown() { return {0, kUnbounded}; }
  Span operator+(Span other) const;
  Span operator*(Span other) const;
  // Rounded up.
  Span times(double factor) const;
  // What holds for one or the other.
  Span or_else(Span other) const;
  bool operator==(const Span&) const = default;
};

std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b);
std::uint64_t saturating_multiply(std::uint64_t a, std::uint64_t b);

// Of the root of a checked expression.
Span estimate_cost(const Expr& root, const Declarations& declarations);

// What is known of a part of an expression.
struct Estimate {
  Span cost = {};
  const Expr* expr = nullptr;
  // Where it stands in the document, as far as that can be followed. The reference follows what
  // is made by an expression, too, as if it stood in the first variable.
  const Type* place = nullptr;
  bool placed = false;  // also where nothing is known of the place
  // Where it is known otherwise: of the value, of the items or values in it.
  std::optional<Span> size = {}, item_size = {};

  Span known_size() const;
};

struct CallEstimate {
  Span cost;  // without that of the arguments
  std::optional<Span> size = {};
};
// Of a call with these arguments, that before the dot first.
CallEstimate estimate_call(const Expr& call, std::span<const Estimate> args);

}  // namespace kubus::apiserver::cel
