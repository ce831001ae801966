#include "cel/evaluator.h"

#include "cel/functions.h"

namespace kubus::apiserver::cel {
namespace {

constexpr std::uint64_t kListCost = 10;
constexpr std::uint64_t kMapCost = 30;

// The value of a field, as select and has see it.
Value field_of(const Value& target, const std::string& name) {
  if (target.is_error()) return target;
  if (target.kind() == Kind::kMap) {
    auto out = target.as_map().find(Value::view(name));
    return out.is_error() && out.as_text() == "no such key" ? Value::error("no such key: " + name)
                                                            : out;
  }
  return Value::error("no such overload");
}

// The items of a loop's range by its first variable: positions or keys, and the items themselves.
class Range {
 public:
  explicit Range(const Value& value) : value_(value) {
    if (value.kind() == Kind::kMap) keys_ = value.as_map().keys();
  }
  std::size_t size() const { return is_map() ? keys_.size() : value_.as_list().size(); }
  Value first(std::size_t index, bool alone) const {
    if (is_map()) return keys_[index];
    return alone ? value_.as_list().at(index) : Value::of(static_cast<std::int64_t>(index));
  }
  Value second(std::size_t index) const {
    return is_map() ? value_.as_map().find(keys_[index]) : value_.as_list().at(index);
  }

 private:
  bool is_map() const { return value_.kind() == Kind::kMap; }
  const Value& value_;
  std::vector<Value> keys_;
};

// What a loop has found so far.
struct Gathered {
  explicit Gathered(Loop loop) : loop(loop) {}

  // False when the rest does not matter.
  bool add(const Value& key, Value body) {
    switch (loop) {
      case Loop::kAll:
      case Loop::kExists:
        return add_test(body, loop == Loop::kExists);
      case Loop::kExistsOne:
        if (!need_bool(body)) return false;
        count += body.is_true();
        return true;
      case Loop::kFilter:
        if (!need_bool(body)) return false;
        if (body.is_true()) items.push_back(key);
        return true;
      case Loop::kMap:
      case Loop::kMapEntries:
      case Loop::kMapMerge:
        break;
    }
    if (body.is_error()) {
      error = body;
      return false;
    }
    if (loop == Loop::kMap)
      items.push_back(std::move(body));
    else if (loop == Loop::kMapMerge)
      return merge(body);
    else
      entries.emplace_back(key, std::move(body));
    return true;
  }

  Value result() {
    if (loop == Loop::kAll || loop == Loop::kExists) {
      if (decided) return Value::of(loop == Loop::kExists);
      return error.is_error() ? error : Value::of(loop == Loop::kAll);
    }
    if (error.is_error()) return error;
    if (loop == Loop::kExistsOne) return Value::of(count == 1);
    if (loop == Loop::kMapEntries) return Value::map(std::move(entries));
    if (loop == Loop::kMapMerge) {
      auto out = Value::map(std::move(entries));
      return out.is_error() ? Value::error("insert failed: key already exists") : out;
    }
    return Value::list(std::move(items));
  }

  bool add_test(const Value& body, bool deciding) {
    if (body.kind() == Kind::kBool) {
      decided = body.is_true() == deciding;
      return !decided;
    }
    if (!error.is_error()) error = body.is_error() ? body : Value::error("no such overload");
    return true;
  }
  bool merge(const Value& body) {
    if (body.kind() != Kind::kMap) {
      error = Value::error("no such overload");
      return false;
    }
    for (const auto& key : body.as_map().keys()) entries.emplace_back(key, body.as_map().find(key));
    return true;
  }
  bool need_bool(const Value& body) {
    if (body.kind() == Kind::kBool) return true;
    error = body.is_error() ? body : Value::error("no such overload");
    return false;
  }

  Loop loop;
  Value error;  // null while there is none
  bool decided = false;
  std::size_t count = 0;
  std::vector<Value> items;
  std::vector<std::pair<Value, Value>> entries;
};

// Loops are macros in the reference, which pays for what they are made of: the question whether to
// go on, and what adds to what there is.
std::uint64_t asking_cost(Loop loop) {
  return loop == Loop::kAll ? 2 : loop == Loop::kExists ? 3 : 0;
}
std::uint64_t adding_cost(Loop loop, bool yes) {
  switch (loop) {
    case Loop::kAll:
    case Loop::kExists:
      return 1;
    case Loop::kExistsOne:
      return yes ? 2 : 1;
    case Loop::kFilter:
      return yes ? 13 : 1;
    case Loop::kMap:
      return 12;
    case Loop::kMapEntries:
      return 3;
    case Loop::kMapMerge:
      break;
  }
  return 2;
}

}  // namespace

Value Evaluator::evaluate(const Expr& expr) {
  if (stopped()) return Value::error("stopped");
  switch (expr.kind) {
    case Expr::Kind::kLiteral:
      return expr.literal;
    case Expr::Kind::kIdent:
      spend(1);
      return slots_[expr.slot];
    case Expr::Kind::kSelect:
      return select(expr);
    case Expr::Kind::kHas:
      return has(expr);
    case Expr::Kind::kCall:
      return call(expr);
    case Expr::Kind::kAnd:
    case Expr::Kind::kOr:
      return logic(expr);
    case Expr::Kind::kTernary:
      return ternary(expr);
    case Expr::Kind::kList:
      return list(expr);
    case Expr::Kind::kMap:
      return map(expr);
    case Expr::Kind::kLoop:
      return loop(expr);
    case Expr::Kind::kBind:
      break;
  }
  return bind(expr);
}

Value& Evaluator::slot(std::size_t index) {
  if (slots_.size() <= index) slots_.resize(index + 1);
  return slots_[index];
}

Value Evaluator::select(const Expr& expr) {
  const auto target = evaluate(*expr.args[0]);
  spend(1);
  if (target.is_error()) return target;
  if (target.kind() == Kind::kOptional) {
    if (!target.optional_value()) return target;
    auto out = field_of(*target.optional_value(), expr.name);
    return out.is_error() ? Value::none() : Value::some(std::move(out));
  }
  if (!expr.optional) return field_of(target, expr.name);
  if (target.kind() != Kind::kMap) return Value::error("no such overload");
  auto out = field_of(target, expr.name);
  return out.is_error() ? Value::none() : Value::some(std::move(out));
}

Value Evaluator::has(const Expr& expr) {
  auto target = evaluate(*expr.args[0]);
  if (target.is_error()) return target;
  if (target.kind() == Kind::kOptional) {
    if (!target.optional_value()) return Value::of(false);
    target = Value(*target.optional_value());
  }
  if (target.kind() != Kind::kMap) return Value::error("no such overload");
  return Value::of(!field_of(target, expr.name).is_error());
}

Value Evaluator::call(const Expr& expr) {
  std::vector<Value> args;
  args.reserve(expr.args.size());
  for (const auto& one : expr.args) {
    args.push_back(evaluate(*one));
    if (args.back().is_error()) return args.back();
  }
  const auto* overload = match(*expr.function, args);
  if (!overload) return Value::error("no such overload");
  for (const auto& one : args) meter_.take_text(one.as_text().size());
  const Args given(args, meter_);
  // What a call may cost is known before it is made.
  if (!stopped()) spend(overload->cost ? overload->cost(given) : 1);
  if (stopped()) return Value::error("stopped");
  auto out = overload->code(given);
  // Nor are long texts made for nothing.
  if (out.kind() == Kind::kString) spend(out.as_text().size() / 1000);
  return out;
}

Value Evaluator::logic(const Expr& expr) {
  const bool deciding = expr.kind == Expr::Kind::kOr;
  Value error;
  for (const auto& one : expr.args) {
    auto side = evaluate(*one);
    if (stopped()) return side;
    if (side.kind() == Kind::kBool) {
      if (side.is_true() == deciding) return side;
    } else if (!error.is_error()) {
      error = side.is_error() ? std::move(side) : Value::error("no such overload");
    }
  }
  return error.is_error() ? error : Value::of(!deciding);
}

Value Evaluator::ternary(const Expr& expr) {
  auto test = evaluate(*expr.args[0]);
  if (test.is_error()) return test;
  if (test.kind() != Kind::kBool) return Value::error("no such overload");
  return evaluate(*expr.args[test.is_true() ? 1 : 2]);
}

Value Evaluator::list(const Expr& expr) {
  spend(kListCost);
  std::vector<Value> items;
  items.reserve(expr.args.size());
  for (std::size_t i = 0; i < expr.args.size(); ++i) {
    auto item = evaluate(*expr.args[i]);
    if (item.is_error()) return item;
    if (expr.optional_at[i]) {
      if (item.kind() != Kind::kOptional)
        return Value::error("cannot initialize optional list element from non-optional value");
      if (!item.optional_value()) continue;
      item = Value(*item.optional_value());
    }
    items.push_back(std::move(item));
  }
  return Value::list(std::move(items));
}

Value Evaluator::map(const Expr& expr) {
  spend(kMapCost);
  std::vector<std::pair<Value, Value>> entries;
  for (std::size_t i = 0; i < expr.args.size(); i += 2) {
    auto key = evaluate(*expr.args[i]);
    if (key.is_error()) return key;
    if (key.kind() != Kind::kInt && key.kind() != Kind::kUint && key.kind() != Kind::kBool &&
        key.kind() != Kind::kString)
      return Value::error("unsupported key type");
    auto value = evaluate(*expr.args[i + 1]);
    if (value.is_error()) return value;
    if (expr.optional_at[i / 2]) {
      if (value.kind() != Kind::kOptional)
        return Value::error("cannot initialize optional entry from non-optional value");
      if (!value.optional_value()) continue;
      value = Value(*value.optional_value());
    }
    entries.emplace_back(std::move(key), std::move(value));
  }
  return Value::map(std::move(entries));
}

Value Evaluator::loop(const Expr& expr) {
  const auto range = evaluate(*expr.args[0]);
  if (range.is_error()) return range;
  if (range.kind() != Kind::kList && range.kind() != Kind::kMap)
    return Value::error("no such overload");
  const Range items(range);
  const bool alone = expr.second.empty();
  if (expr.loop == Loop::kMap || expr.loop == Loop::kFilter) spend(kListCost);
  if (expr.loop == Loop::kMapEntries || expr.loop == Loop::kMapMerge) spend(kMapCost);
  Gathered gathered(expr.loop);
  for (std::size_t i = 0; i < items.size() && !stopped(); ++i) {
    spend(asking_cost(expr.loop));
    const auto key = items.first(i, alone);
    slot(expr.slot) = key;
    if (!alone) slot(expr.slot + 1) = items.second(i);
    if (expr.args.size() > 2) {
      auto wanted = evaluate(*expr.args[2]);
      if (wanted.kind() != Kind::kBool)
        return wanted.is_error() ? wanted : Value::error("no such overload");
      if (!wanted.is_true()) {
        spend(1);
        continue;
      }
    }
    auto body = evaluate(*expr.args[1]);
    spend(adding_cost(expr.loop, body.is_true()));
    if (gathered.add(key, std::move(body))) continue;
    if (i + 1 < items.size()) spend(asking_cost(expr.loop));
    break;
  }
  spend(expr.loop == Loop::kExistsOne ? 2 : 1);
  return gathered.result();
}

Value Evaluator::bind(const Expr& expr) {
  auto value = evaluate(*expr.args[0]);
  if (value.is_error()) return value;
  const bool optional = expr.second != "bind";
  if (optional) {
    if (value.kind() != Kind::kOptional) return Value::error("no such overload");
    if (!value.optional_value()) return value;
    value = Value(*value.optional_value());
  }
  slot(expr.slot) = std::move(value);
  auto body = evaluate(*expr.args[1]);
  return expr.second == "optMap" && !body.is_error() ? Value::some(std::move(body)) : body;
}

}  // namespace kubus::apiserver::cel
