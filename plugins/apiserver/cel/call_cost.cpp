// What calls may cost, function by function. One that is not listed costs 1.
#include <algorithm>
#include <cmath>

#include "cel/cost.h"

namespace kubus::apiserver::cel {
namespace {

using Arguments = std::span<const Estimate>;

constexpr double kTraversal = 0.1;  // for each character that is looked at
constexpr double kPattern = 0.25;   // for each character of a regular expression
constexpr Span kOne = Span::exactly(1);

Kind kind_of(const Estimate& argument) { return argument.expr->type->kind; }
bool is_text(Kind kind) { return kind == Kind::kString || kind == Kind::kBytes; }

// What holds for texts, for other values, or for both where the type is not known.
CallEstimate by_kind(Kind kind, const CallEstimate& text, const CallEstimate& other) {
  if (is_text(kind)) return text;
  if (kind != Kind::kDyn) return other;
  const bool sized = text.size && other.size;
  return {text.cost.or_else(other.cost),
          sized ? std::optional(text.size->or_else(*other.size)) : std::nullopt};
}

CallEstimate joined(Arguments a) {
  const auto kind = kind_of(a[0]);
  if (!is_text(kind) && kind != Kind::kList && kind != Kind::kDyn) return {kOne};
  const auto size = a[0].known_size() + a[1].known_size();
  return by_kind(kind, {size.times(kTraversal), size}, {kOne, size});
}

Span smaller(Arguments a) {
  const auto most = std::min(a[0].known_size().most, a[1].known_size().most);
  return Span{most > 0 ? 1u : 0u, most}.times(kTraversal);
}
CallEstimate equality(Arguments a) {
  const bool fixed = kind_of(a[0]) == Kind::kOpaque && kind_of(a[1]) == Kind::kOpaque;
  return {fixed ? kOne : smaller(a)};
}
CallEstimate order(Arguments a) { return by_kind(kind_of(a[0]), {smaller(a)}, {kOne}); }

CallEstimate membership(Arguments a) {
  const auto kind = kind_of(a[1]);
  if (kind == Kind::kMap) return {kOne};
  const auto size = a[1].known_size();
  return {kind == Kind::kList ? size : size.or_else(kOne)};
}

CallEstimate first_walked(Arguments a) { return {a[0].known_size().times(kTraversal)}; }
CallEstimate first_walked_twice(Arguments a) { return {a[0].known_size().times(2 * kTraversal)}; }
CallEstimate second_walked(Arguments a) { return {a[1].known_size().times(kTraversal)}; }
CallEstimate first_kept(Arguments a) {
  return {a[0].known_size().times(kTraversal), a[0].known_size()};
}
CallEstimate contains(Arguments a) {
  return {a[0].known_size().times(kTraversal) * a[1].known_size().times(kTraversal)};
}

Span searched(Arguments a) {
  return (a[0].known_size() + kOne).times(kTraversal) * a[1].known_size().times(kPattern);
}
CallEstimate matches(Arguments a) { return {searched(a)}; }
CallEstimate found(Arguments a) { return {searched(a), a[0].known_size()}; }

CallEstimate parsed_text(Arguments a) {
  return kind_of(a[1]) == Kind::kString ? second_walked(a) : CallEstimate{kOne};
}

// Of the items of a list: what its place or what it is made of tells.
Span item_size(const Estimate& list) {
  if (list.item_size) return *list.item_size;
  const bool placed = list.place && list.place->kind == Kind::kList;
  return placed ? Span{0, list.place->params[0]->most} : Span::unknown();
}

CallEstimate each_compared(Arguments a) {
  const auto& type = *a[0].expr->type;
  if (type.kind != Kind::kList) return first_walked(a);
  auto cost = kOne;
  if (is_text(type.params[0]->kind)) cost = cost + item_size(a[0]).times(kTraversal);
  return {a[0].known_size() * cost};
}

CallEstimate list_joined(Arguments a) {
  const auto list = a[0].known_size();
  auto size = list * item_size(a[0]);
  const auto between = [](std::uint64_t items) { return items > 0 ? items - 1 : 0; };
  if (a.size() > 1)
    size = size + a[1].known_size() * Span{between(list.least), between(list.most)};
  return {size.times(kTraversal), size};
}

CallEstimate split(Arguments a) {
  const auto size = a[0].known_size();
  auto most = size.most;
  if (a.size() > 2 && a[2].expr->kind == Expr::Kind::kLiteral && a[2].expr->literal.as_int() >= 0)
    most = static_cast<std::uint64_t>(a[2].expr->literal.as_int());
  return {size.times(2 * kTraversal), Span{0, most}};
}

// The longest text that replacing may make of one of `size`, or the shortest with the ends of
// `from` and `to` turned around.
std::uint64_t times_found(std::uint64_t size, std::uint64_t part) {
  return static_cast<std::uint64_t>(
      std::ceil(static_cast<double>(size) / static_cast<double>(part)));
}
CallEstimate replaced(Arguments a) {
  const auto size = a[0].known_size(), from = a[1].known_size(), to = a[2].known_size();
  Span count, kept;
  // Nothing stands around every character.
  if (from.least == 0) {
    count.most = saturating_add(size.most, 1);
    kept.most = size.most;
  } else if (to.most <= from.least) {
    kept.most = size.most;
  } else {
    count.most = times_found(size.most, from.least);
  }
  if (from.most == 0) {
    count.least = saturating_add(size.least, 1);
    kept.least = size.least;
  } else if (from.most <= to.least) {
    kept.least = size.least;
  } else {
    count.least = times_found(size.least, from.most);
  }
  return {size.times(2 * kTraversal), count * to + kept};
}

CallEstimate to_bytes(Arguments a) {
  if (kind_of(a[0]) != Kind::kString) return {kOne};
  const auto size = a[0].known_size();
  return {size.times(kTraversal), Span{size.least, saturating_multiply(size.most, 4)}};
}
// The longest text that a value of fixed size is written as. The reference takes it for endless,
// and so refuses to add it to another.
std::optional<Span> written_size(Kind kind) {
  switch (kind) {
    case Kind::kBool:
      return Span{4, 5};
    case Kind::kInt:
    case Kind::kUint:
      return Span{1, 20};
    case Kind::kDouble:
    case Kind::kDuration:
      return Span{1, 25};
    case Kind::kTimestamp:
      return Span{20, 30};
    default:
      return std::nullopt;
  }
}
CallEstimate to_text(Arguments a) {
  const auto size = a[0].known_size();
  if (kind_of(a[0]) == Kind::kString) return {kOne, size};
  if (kind_of(a[0]) != Kind::kBytes) return {kOne, written_size(kind_of(a[0]))};
  return {size.times(kTraversal), Span{size.least / 4, size.most}};
}
CallEstimate quoted(Arguments a) {
  constexpr auto kQuotes = Span::exactly(2);
  const auto size = a[0].known_size();
  return {size.times(kTraversal),
          Span{size.least, saturating_multiply(size.most, 2)} + kQuotes};
}

template <int Factor>
CallEstimate sets(Arguments a) {
  return {(a[0].known_size() * a[1].known_size()).times(Factor) + kOne};
}

CallEstimate validated(Arguments a) {
  return {a[1].known_size().times(kTraversal).times(128 * kPattern)};
}
CallEstimate access_check(Arguments) { return {Span::exactly(350'000)}; }

// What makes a list of a list goes over it once.
CallEstimate list_made(Arguments a) {
  return {a[0].known_size() + kOne, Span{0, a[0].known_size().most}};
}
CallEstimate list_sorted(Arguments a) {
  const auto size = a[0].known_size();
  return {size * size + kOne, Span{0, size.most}};
}
CallEstimate counted(Arguments a) {
  const bool literal = a[0].expr->kind == Expr::Kind::kLiteral && a[0].expr->literal.as_int() >= 0;
  const auto size =
      literal ? Span::exactly(static_cast<std::uint64_t>(a[0].expr->literal.as_int()))
              : Span::unknown();
  return {size + kOne, size};
}

struct Rule {
  std::string_view name;
  CallEstimate (*estimate)(Arguments);
};
constexpr Rule kMembers[] = {
    {"startsWith", second_walked},
    {"endsWith", second_walked},
    {"contains", contains},
    {"matches", matches},
    {"find", found},
    {"findAll", found},
    {"format", first_walked},
    {"lowerAscii", first_kept},
    {"upperAscii", first_kept},
    {"substring", first_kept},
    {"trim", first_kept},
    {"replace", replaced},
    {"split", split},
    {"join", list_joined},
    {"isSorted", each_compared},
    {"sum", each_compared},
    {"min", each_compared},
    {"max", each_compared},
    {"indexOf", each_compared},
    {"lastIndexOf", each_compared},
    {"containsIP", parsed_text},
    {"containsCIDR", parsed_text},
    {"validate", validated},
    {"check", access_check},
    {"fieldSelector", second_walked},
    {"labelSelector", second_walked},
    {"slice", list_made},
    {"flatten", list_made},
    {"reverse", list_made},
    {"unwrapOpt", list_made},
    {"distinct", list_sorted},
    {"sort", list_sorted},
    {"@sortByAssociatedKeys", list_sorted},
};
constexpr Rule kGlobals[] = {
    {"_+_", joined},
    {"_==_", equality},
    {"_!=_", equality},
    {"_<_", order},
    {"_<=_", order},
    {"_>_", order},
    {"_>=_", order},
    {"@in", membership},
    {"matches", matches},
    {"bytes", to_bytes},
    {"string", to_text},
    {"strings.quote", quoted},
    {"url", first_walked},
    {"ip", first_walked},
    {"isIP", first_walked},
    {"ip.isCanonical", first_walked_twice},
    {"cidr", first_walked},
    {"isCIDR", first_walked},
    {"quantity", first_walked},
    {"isQuantity", first_walked},
    {"semver", first_walked},
    {"isSemver", first_walked},
    {"sets.contains", sets<1>},
    {"sets.intersects", sets<1>},
    {"sets.equivalent", sets<2>},
    {"lists.range", counted},
    {"optional.unwrap", list_made},
};

}  // namespace

CallEstimate estimate_call(const Expr& call, Arguments args) {
  const std::span<const Rule> rules = call.member ? std::span<const Rule>(kMembers) : kGlobals;
  for (const auto& rule : rules)
    if (rule.name == call.name) return rule.estimate(args);
  return {kOne};
}

}  // namespace kubus::apiserver::cel
