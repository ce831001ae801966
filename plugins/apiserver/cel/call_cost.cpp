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
  const bool opaque = kind_of(a[0]) == Kind::kOpaque && kind_of(a[1]) == Kind::kOpaque;
  if (!opaque || a[0].expr->type->name == "kubernetes.URL") return {smaller(a)};
  constexpr std::uint64_t kNameOfFormat = 7;
  return {a[0].expr->type->name == "kubernetes.NamedFormat" ? Span::exactly(kNameOfFormat) : kOne};
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

// Whether an address or a range is within a range, which a text must be read for.
template <int Compared>
CallEstimate within(Arguments a) {
  const auto read = kind_of(a[1]) == Kind::kString ? second_walked(a).cost : Span();
  return {Span::exactly(Compared) + read};
}

// Of the items of a list: what its place tells.
Span item_size(const Estimate& list) {
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

// A number that stands there; one below nothing is more than any.
std::optional<std::uint64_t> literal_of(const Estimate& argument) {
  if (argument.expr->kind != Expr::Kind::kLiteral) return std::nullopt;
  return static_cast<std::uint64_t>(argument.expr->literal.as_int());
}

CallEstimate split(Arguments a) {
  const auto size = a[0].known_size();
  auto most = size.most;
  if (a.size() > 2) most = literal_of(a[2]).value_or(most);
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
  const auto kind = kind_of(a[0]);
  if (kind != Kind::kString && kind != Kind::kDyn) return {kOne};
  const auto size = a[0].known_size();
  const auto walk = size.times(kTraversal);
  return {kind == Kind::kDyn ? walk.or_else(kOne) : walk,
          Span{size.least, saturating_multiply(size.most, 4)}};
}
// Of a value that is no text nobody says how long it is written.
CallEstimate to_text(Arguments a) {
  const auto kind = kind_of(a[0]);
  const auto size = a[0].known_size();
  if (kind == Kind::kString) return {kOne, size};
  if (kind == Kind::kDyn) return {size.times(kTraversal).or_else(kOne), Span{0, size.most}};
  if (kind != Kind::kBytes) return {kOne};
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

// What makes a list of `size` items with so much work for each.
CallEstimate list_made(Span work, Span size) {
  constexpr std::uint64_t kList = 10;
  return {work + Span::exactly(kList) + kOne, size};
}
CallEstimate reversed(Arguments a) {
  if (kind_of(a[0]) != Kind::kList) return {kOne};
  return list_made(a[0].known_size(), a[0].known_size());
}
CallEstimate sliced(Arguments a) {
  const auto from = literal_of(a[1]), to = literal_of(a[2]);
  const auto most = from && to ? *to - *from : to.value_or(a[0].known_size().most);
  const Span size = from && to ? Span::exactly(most) : Span{0, most};
  return list_made(size, size);
}
CallEstimate flattened(Arguments a) {
  const auto size = a[0].known_size();
  const auto depth = a.size() > 1 ? literal_of(a[1]).value_or(kUnbounded) : 1;
  return list_made(size * Span::exactly(depth), size);
}
// Each is compared with each; so many the reference takes the list for, too.
CallEstimate sorted(const Estimate& keys, bool by_text) {
  constexpr double kCompared = 2, kTextCompared = 2.1;
  const auto pairs = keys.known_size() * keys.known_size();
  return list_made(pairs.times(by_text ? kTextCompared : kCompared), pairs);
}
bool are_texts(const Estimate& list) {
  const auto& type = *list.expr->type;
  return type.kind == Kind::kList && is_text(type.params[0]->kind);
}
CallEstimate distinct(Arguments a) { return sorted(a[0], false); }
CallEstimate list_sorted(Arguments a) { return sorted(a[0], are_texts(a[0])); }
CallEstimate list_sorted_by(Arguments a) { return sorted(a[1], are_texts(a[1])); }
CallEstimate counted(Arguments a) {
  const auto count = literal_of(a[0]);
  const auto size = count ? Span::exactly(*count) : Span::unknown();
  return list_made(size, size);
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
    {"containsIP", within<4>},
    {"containsCIDR", within<7>},
    {"validate", validated},
    {"check", access_check},
    {"fieldSelector", second_walked},
    {"labelSelector", second_walked},
    {"slice", sliced},
    {"flatten", flattened},
    {"reverse", reversed},
    {"distinct", distinct},
    {"sort", list_sorted},
    {"@sortByAssociatedKeys", list_sorted_by},
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
    {"bytes", to_bytes},
    {"string", to_text},
    {"strings.quote", quoted},
    {"url", first_kept},
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
};

}  // namespace

CallEstimate estimate_call(const Expr& call, Arguments args) {
  const std::span<const Rule> rules = call.member ? std::span<const Rule>(kMembers) : kGlobals;
  for (const auto& rule : rules)
    if (rule.name == call.name) return rule.estimate(args);
  return {kOne};
}

}  // namespace kubus::apiserver::cel
