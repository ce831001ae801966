#include "cel/cost.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace kubus::apiserver::cel {
namespace {

constexpr Span kOne = Span::exactly(1);
constexpr Span kNothing = {};
constexpr Span kListCost = Span::exactly(10);
constexpr Span kMapCost = Span::exactly(30);

std::uint64_t scaled(std::uint64_t value, double factor) {
  const double out = std::ceil(static_cast<double>(value) * factor);
  return out >= 18446744073709551616.0 ? kUnbounded : static_cast<std::uint64_t>(out);
}

bool is_scalar(Kind kind) {
  return kind == Kind::kBool || kind == Kind::kInt || kind == Kind::kUint ||
         kind == Kind::kDouble || kind == Kind::kTimestamp || kind == Kind::kDuration;
}

const Type* unwrapped(const Type* place) {
  const bool wraps = place && place->kind == Kind::kOptional && !place->params.empty();
  return wraps ? place->params[0].get() : place;
}
const Type* item_of(const Type& place) {
  if (place.kind != Kind::kList && place.kind != Kind::kMap) return nullptr;
  return place.params.back().get();
}
const Type* key_of(const Type& place) {
  return place.kind == Kind::kMap ? place.params[0].get() : nullptr;
}
const Type* index_of(const Type&) { return nullptr; }

std::optional<Span> either(const std::optional<Span>& a, const std::optional<Span>& b) {
  return a && b ? std::optional(a->or_else(*b)) : std::nullopt;
}

class Coster {
 public:
  explicit Coster(const Declarations& declarations) {
    // Only rules of schemas are estimated so.
    const bool rule = !declarations.empty() && declarations[0].first == "self";
    root_ = rule ? unwrapped(declarations[0].second.get()) : nullptr;
    for (const auto& one : declarations)
      slots_.push_back({{}, nullptr, unwrapped(one.second.get()), true});
  }

  Estimate of(const Expr& expr) {
    auto out = node(expr);
    out.expr = &expr;
    return out;
  }

 private:
  Estimate node(const Expr& expr) {
    switch (expr.kind) {
      case Expr::Kind::kLiteral:
        return literal(expr);
      case Expr::Kind::kIdent: {
        auto out = slots_[expr.slot];
        out.cost = kOne;
        return out;
      }
      case Expr::Kind::kSelect:
        return select(expr);
      case Expr::Kind::kHas:
        return {of(*expr.args[0]).cost};
      case Expr::Kind::kCall:
        return call(expr);
      case Expr::Kind::kAnd:
      case Expr::Kind::kOr:
        return logic(expr);
      case Expr::Kind::kTernary:
        return ternary(expr);
      case Expr::Kind::kList:
      case Expr::Kind::kMap:
        return collection(expr);
      case Expr::Kind::kLoop:
        return loop(expr);
      case Expr::Kind::kBind:
        break;
    }
    return bind(expr);
  }

  // The first step from what stands nowhere leads to the root.
  template <class Step>
  Estimate below(const Estimate& from, const Step& step) const {
    Estimate out;
    out.placed = true;
    out.place = !from.placed ? root_ : from.place ? step(*from.place) : nullptr;
    return out;
  }

  Estimate literal(const Expr& expr) const {
    Estimate out;
    if (expr.literal.kind() == Kind::kType) {
      out = below({}, index_of);
      out.cost = kOne;  // it is a name
    } else {
      out.size = Span::exactly(size_of(expr.literal));
    }
    return out;
  }

  Estimate select(const Expr& expr) {
    const auto target = of(*expr.args[0]);
    const auto field = [&](const Type& place) -> const Type* {
      if (place.kind == Kind::kMap && place.params[1]->name == kAny) return place.params[1].get();
      const auto found = place.fields.find(expr.name);
      return found == place.fields.end() ? nullptr : found->second.get();
    };
    auto out = expr.optional ? Estimate() : below(target, field);
    out.cost = target.cost;
    const auto& type = *expr.args[0]->type;
    if (expr.optional || type.kind == Kind::kMap || type.kind == Kind::kObject)
      out.cost = out.cost + kOne;
    return out;
  }

  Estimate call(const Expr& expr) {
    std::vector<Estimate> args;
    Span sum;
    for (const auto& one : expr.args) {
      args.push_back(of(*one));
      sum = sum + args.back().cost;
    }
    const auto called = estimate_call(expr, args);
    Estimate out;
    // What is declared to be of any type is what it was.
    if (expr.name == "dyn" && !expr.member) {
      out.size = args[0].known_size();
      out.item_size = args[0].item_size;
    }
    if (expr.name == "_[_]") {
      out = below(args[0], item_of);
      out.size = args[0].item_size;
    }
    out.cost = sum + called.cost;
    if (called.size) out.size = called.size;
    if (expr.name == "_+_") out.item_size = either(args[0].item_size, args[1].item_size);
    return out;
  }

  // Either side may decide alone.
  Estimate logic(const Expr& expr) {
    Estimate out;
    for (const auto& one : expr.args) {
      const auto cost = of(*one).cost;
      out.cost.most = saturating_add(out.cost.most, cost.most);
      if (one == expr.args.front()) out.cost.least = cost.least;
    }
    return out;
  }

  Estimate ternary(const Expr& expr) {
    const auto test = of(*expr.args[0]), yes = of(*expr.args[1]), no = of(*expr.args[2]);
    Estimate out;
    out.cost = test.cost + yes.cost.or_else(no.cost);
    out.size = yes.known_size().or_else(no.known_size());
    out.item_size = either(yes.item_size, no.item_size);
    return out;
  }

  Estimate collection(const Expr& expr) {
    const bool list = expr.kind == Expr::Kind::kList;
    const std::size_t step = list ? 1 : 2;
    Estimate out;
    out.cost = list ? kListCost : kMapCost;
    for (std::size_t i = 0; i < expr.args.size(); ++i) {
      const auto one = of(*expr.args[i]);
      out.cost = out.cost + one.cost;
      if (i % step != step - 1) continue;
      out.item_size = i < step ? one.known_size() : out.item_size->or_else(one.known_size());
    }
    out.size = Span::exactly(expr.args.size() / step);
    return out;
  }

  void enter(const Expr& expr, const Estimate& range) {
    const bool list = expr.args[0]->type->kind == Kind::kList;
    const auto item = below(range, item_of);
    const bool single = expr.second.empty();
    slots_.resize(expr.slot);
    slots_.push_back(!list ? below(range, key_of) : single ? item : below(range, index_of));
    if (!single) slots_.push_back(item);
  }

  Estimate loop(const Expr& expr) {
    const auto range = of(*expr.args[0]);
    enter(expr, range);
    const auto body = of(*expr.args[1]);
    const bool filtered = expr.args.size() > 2;
    const auto filter = filtered ? of(*expr.args[2]).cost : kNothing;
    const auto variable = slots_[expr.slot];
    slots_.resize(expr.slot);
    const auto count = range.known_size();
    Estimate out;
    out.cost = range.cost + beginning(expr.loop) + count * step(expr.loop, body.cost, filter,
                                                                filtered) + ending(expr.loop);
    if (beginning(expr.loop) == kNothing) return out;
    out.size = filtered || expr.loop == Loop::kFilter ? Span{0, count.most} : count;
    if (expr.loop == Loop::kMapMerge) out.size = Span::unknown();
    if (expr.loop == Loop::kMap) out.item_size = body.known_size();
    if (expr.loop == Loop::kFilter) out.item_size = variable.known_size();
    return out;
  }

  // What a loop begins with, does for each item and yields in the end, as the macro it stands for.
  static Span beginning(Loop loop) {
    if (loop == Loop::kMap || loop == Loop::kFilter) return kListCost;
    return loop == Loop::kMapEntries || loop == Loop::kMapMerge ? kMapCost : kNothing;
  }
  static Span ending(Loop loop) { return loop == Loop::kExistsOne ? Span::exactly(2) : kOne; }
  static Span step(Loop loop, Span body, Span filter, bool filtered) {
    const auto when = [&](Span done) { return filtered ? filter + done.or_else(kOne) : done; };
    switch (loop) {
      case Loop::kAll:
        return Span::exactly(2) + Span{1, saturating_add(1, body.most)};
      case Loop::kExists:
        return Span::exactly(3) + Span{1, saturating_add(1, body.most)};
      case Loop::kExistsOne:
        return body + Span{1, 2};
      case Loop::kFilter:
        return body + Span{1, 13};
      case Loop::kMap:
        return when(body + Span::exactly(12));
      case Loop::kMapEntries:
        return when(body + Span::exactly(3));
      case Loop::kMapMerge:
        break;
    }
    return when(body + Span::exactly(2));
  }

  // The macros for optionals ask whether there is a value, take it out and wrap what is made of it.
  Estimate bind(const Expr& expr) {
    const auto value = of(*expr.args[0]);
    const bool optional = expr.second != "bind";
    auto variable = value;
    if (optional) variable = Estimate();
    slots_.resize(expr.slot);
    slots_.push_back(variable);
    auto out = of(*expr.args[1]);
    slots_.resize(expr.slot);
    out.cost = value.cost + kListCost + out.cost;
    if (!optional) return out;
    const auto there = out.cost + (expr.second == "optMap" ? Span::exactly(2) : kOne);
    return {value.cost + kOne + there.or_else(kOne)};
  }

  const Type* root_;
  std::vector<Estimate> slots_;
};

}  // namespace

std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) {
  return a > kUnbounded - b ? kUnbounded : a + b;
}
std::uint64_t saturating_multiply(std::uint64_t a, std::uint64_t b) {
  return a != 0 && b > kUnbounded / a ? kUnbounded : a * b;
}

Span Span::operator+(Span other) const {
  return {saturating_add(least, other.least), saturating_add(most, other.most)};
}
Span Span::operator*(Span other) const {
  return {saturating_multiply(least, other.least), saturating_multiply(most, other.most)};
}
Span Span::times(double factor) const { return {scaled(least, factor), scaled(most, factor)}; }
Span Span::or_else(Span other) const {
  return {std::min(least, other.least), std::max(most, other.most)};
}

Span Estimate::known_size() const {
  if (size) return *size;
  if (place) return {0, place->most};
  return expr && is_scalar(expr->type->kind) ? Span::exactly(1) : Span::unknown();
}

Span estimate_cost(const Expr& root, const Declarations& declarations) {
  return Coster(declarations).of(root).cost;
}

}  // namespace kubus::apiserver::cel
