#include "cel/checker.h"

#include <algorithm>
#include <optional>

#include "cel/functions.h"

namespace kubus::apiserver::cel {
namespace {

// Names of types that are values: `type(x) == int`.
TypePtr named_type(std::string_view name) {
  for (const auto kind : {Kind::kBool, Kind::kInt, Kind::kUint, Kind::kDouble, Kind::kString,
                          Kind::kBytes, Kind::kList, Kind::kMap, Kind::kType})
    if (type_of(kind)->text() == name) return type_of(kind);
  if (name == "null_type") return type_of(Kind::kNull);
  if (name == "google.protobuf.Timestamp") return type_of(Kind::kTimestamp);
  if (name == "google.protobuf.Duration") return type_of(Kind::kDuration);
  if (name == "optional_type") return type_of(Kind::kOptional);
  if (name == "net.IP" || name == "net.CIDR" || name == "kubernetes.Quantity" ||
      name == "kubernetes.URL" || name == "kubernetes.Semver" ||
      name == "kubernetes.NamedFormat" || name.starts_with("kubernetes.authorization."))
    return opaque_type(name);
  return nullptr;
}

class Checker {
 public:
  Checker(const Declarations& declarations, std::vector<Fault>& faults)
      : faults_(faults), scope_(declarations) {}

  TypePtr check(Expr& expr) { return expr.type = type_at(expr); }

 private:
  TypePtr type_at(Expr& expr) {
    switch (expr.kind) {
      case Expr::Kind::kLiteral:
        return expr.literal.runtime_type();
      case Expr::Kind::kIdent:
        return ident(expr);
      case Expr::Kind::kSelect:
      case Expr::Kind::kHas:
        return select(expr);
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

  TypePtr fault(const Expr& at, std::string message) {
    faults_.push_back({at.position, std::move(message)});
    return type_of(Kind::kError);
  }

  // The slot of a variable, the innermost of its name.
  bool find(std::string_view name, std::size_t& slot) const {
    for (slot = scope_.size(); slot-- > 0;)
      if (scope_[slot].first == name) return true;
    return false;
  }

  TypePtr ident(Expr& expr) {
    if (find(expr.name, expr.slot)) return scope_[expr.slot].second;
    if (auto type = named_type(expr.name)) return literal_type(expr, std::move(type));
    return fault(expr, "undeclared reference to '" + expr.name + "' (in container '')");
  }
  static TypePtr literal_type(Expr& expr, TypePtr type) {
    expr.kind = Expr::Kind::kLiteral;
    expr.literal = Value::type(type);
    expr.args.clear();
    return type_of_type(std::move(type));
  }

  // "a.b.c" of names only, whose first is no variable; else empty.
  std::string dotted(const Expr& expr) const {
    std::size_t slot;
    if (expr.kind == Expr::Kind::kIdent) return find(expr.name, slot) ? "" : expr.name;
    if (expr.kind != Expr::Kind::kSelect || expr.optional) return {};
    auto before = dotted(*expr.args[0]);
    return before.empty() ? before : before + "." + expr.name;
  }

  // The slot of a variable whose name has a dot: "authorizer.requestResource".
  std::optional<std::size_t> dotted_variable(const Expr& expr) const {
    const auto& before = *expr.args[0];
    std::size_t slot;
    if (expr.kind != Expr::Kind::kSelect || expr.optional || before.kind != Expr::Kind::kIdent ||
        !find(before.name + "." + expr.name, slot))
      return std::nullopt;
    return slot;
  }

  TypePtr select(Expr& expr) {
    if (const auto name = dotted(expr); !name.empty())
      if (auto type = named_type(name)) return literal_type(expr, std::move(type));
    if (const auto slot = dotted_variable(expr)) {
      expr.kind = Expr::Kind::kIdent;
      expr.slot = *slot;
      expr.args.clear();
      return scope_[*slot].second;
    }
    const auto target = check(*expr.args[0]);
    auto field = field_of(expr, target);
    if (expr.kind == Expr::Kind::kHas)
      return field->kind == Kind::kError ? field : type_of(Kind::kBool);
    return field;
  }

  TypePtr field_of(const Expr& expr, const TypePtr& target) {
    switch (target->kind) {
      case Kind::kError:
      case Kind::kDyn:
        return expr.optional ? optional_of(type_of(Kind::kDyn)) : target;
      case Kind::kOptional: {
        const auto inner =
            field_of(expr, target->params.empty() ? type_of(Kind::kDyn) : target->params[0]);
        return inner->kind == Kind::kOptional || inner->kind == Kind::kError ? inner
                                                                             : optional_of(inner);
      }
      case Kind::kMap:
        return expr.optional ? optional_of(target->params[1]) : target->params[1];
      case Kind::kObject: {
        const auto found = target->fields.find(expr.name);
        if (found == target->fields.end())
          return fault(expr, "undefined field '" + expr.name + "'");
        return expr.optional ? optional_of(found->second) : found->second;
      }
      default:
        return fault(expr, "type '" + target->text() + "' does not support field selection");
    }
  }

  TypePtr call(Expr& expr) {
    // "sets.contains(a, b)" is no member of anything.
    if (expr.member) {
      const auto space = dotted(*expr.args[0]);
      if (!space.empty() && find_function(space + "." + expr.name, false)) {
        expr.name = space + "." + expr.name;
        expr.member = false;
        expr.args.erase(expr.args.begin());
      }
    }
    std::vector<TypePtr> args;
    const bool mixing = mixing_;
    mixing_ = mixing || (expr.member && expr.name == "format");
    for (auto& one : expr.args) args.push_back(check(*one));
    mixing_ = mixing;
    expr.function = find_function(expr.name, expr.member);
    if (!expr.function)
      return find_function(expr.name, !expr.member)
                 ? no_overload(expr, expr.name, args, expr.member)
                 : fault(expr, "undeclared reference to '" + expr.name + "' (in container '')");
    if (std::any_of(args.begin(), args.end(),
                    [](const TypePtr& one) { return one->kind == Kind::kError; }))
      return type_of(Kind::kError);
    auto result = is_strange_index(expr, args) ? nullptr : resolve(*expr.function, args);
    return result ? result : no_overload(expr, expr.name, args, expr.member);
  }

  // Only what is of any type may turn out to be a number that is no int.
  static bool is_strange_index(const Expr& expr, const std::vector<TypePtr>& args) {
    return expr.name == "_[_]" && args.size() == 2 && args[0]->kind == Kind::kList &&
           !may_be(args[1], Kind::kInt);
  }

  // The result of the overloads that take these types: what they agree on, dyn otherwise.
  static TypePtr resolve(const Function& function, const std::vector<TypePtr>& args) {
    TypePtr result;
    for (const auto& one : function.overloads) {
      if (one.args.size() != args.size()) continue;
      Bindings bindings;
      bool fits = true;
      for (std::size_t i = 0; i < args.size() && fits; ++i)
        fits = assignable(one.args[i], args[i], bindings);
      if (!fits) continue;
      auto found = substitute(one.result, bindings);
      if (result && !same_type(*result, *found)) return type_of(Kind::kDyn);
      if (!result) result = std::move(found);
    }
    return result;
  }

  static std::string applied(const std::vector<TypePtr>& args, bool member) {
    std::string out = member ? args[0]->text() + ".(" : "(";
    for (std::size_t i = member ? 1 : 0; i < args.size(); ++i)
      out += (out.back() == '(' ? "" : ", ") + args[i]->text();
    return out + ")";
  }

  static bool may_be(const TypePtr& type, Kind kind) {
    return type->kind == kind || type->kind == Kind::kDyn || type->kind == Kind::kError;
  }
  TypePtr no_overload(const Expr& at, const std::string& name, const std::vector<TypePtr>& args,
                      bool member = false) {
    return fault(at, "found no matching overload for '" + name + "' applied to '" +
                         applied(args, member) + "'");
  }

  TypePtr logic(Expr& expr) {
    for (auto& one : expr.args) need(*one, check(*one), Kind::kBool);
    return type_of(Kind::kBool);
  }

  TypePtr ternary(Expr& expr) {
    const auto test = check(*expr.args[0]);
    const auto yes = check(*expr.args[1]);
    const auto no = check(*expr.args[2]);
    Bindings bindings;
    if (!assignable(type_of(Kind::kBool), test, bindings) || !joined(yes, no))
      return no_overload(expr, "_?_:_", {test, yes, no});
    return joined(yes, no);
  }

  // The type of what is one or the other; null when there is none.
  static TypePtr joined(const TypePtr& a, const TypePtr& b) {
    Bindings bindings;
    if (a->kind == Kind::kDyn || b->kind == Kind::kDyn) return type_of(Kind::kDyn);
    if (a->kind == Kind::kNull && assignable(a, b, bindings)) return b;
    if (assignable(a, b, bindings)) return a;
    return assignable(b, a, bindings) ? b : nullptr;
  }

  // The type of the next item; `common` is that of those before.
  void add_item(const Expr& at, TypePtr type, bool optional, TypePtr& common) {
    if (optional) {
      if (type->kind == Kind::kOptional) {
        type = type->params.empty() ? type_of(Kind::kDyn) : type->params[0];
      } else if (type->kind != Kind::kDyn && type->kind != Kind::kError) {
        fault(at, "expected type 'optional_type(" + type->text() + ")' but found '" + type->text() +
                      "'");
      }
    }
    auto both = common ? joined(common, type) : type;
    if (!both && mixing_) both = type_of(Kind::kDyn);
    if (!both)
      fault(at, "expected type '" + common->text() + "' but found '" + type->text() + "'");
    else
      common = both;
  }

  TypePtr list(Expr& expr) {
    TypePtr item;
    for (std::size_t i = 0; i < expr.args.size(); ++i)
      add_item(*expr.args[i], check(*expr.args[i]), expr.optional_at[i], item);
    return list_of(item ? item : type_of(Kind::kDyn));
  }

  TypePtr map(Expr& expr) {
    TypePtr key, value;
    for (std::size_t i = 0; i < expr.args.size(); i += 2) {
      add_item(*expr.args[i], check(*expr.args[i]), false, key);
      add_item(*expr.args[i + 1], check(*expr.args[i + 1]), expr.optional_at[i / 2], value);
    }
    return map_of(key ? key : type_of(Kind::kDyn), value ? value : type_of(Kind::kDyn));
  }

  TypePtr loop(Expr& expr) {
    const auto range = check(*expr.args[0]);
    TypePtr first = type_of(Kind::kDyn), second = type_of(Kind::kDyn);
    if (range->kind == Kind::kList) {
      first = expr.second.empty() ? range->params[0] : type_of(Kind::kInt);
      second = range->params[0];
    } else if (range->kind == Kind::kMap) {
      first = range->params[0];
      second = range->params[1];
    } else if (range->kind != Kind::kDyn && range->kind != Kind::kError) {
      return fault(*expr.args[0], "expression of type '" + range->text() +
                                      "' cannot be range of a comprehension (must be list, map, "
                                      "or dynamic)");
    }
    expr.slot = scope_.size();
    scope_.emplace_back(expr.name, first);
    if (!expr.second.empty()) scope_.emplace_back(expr.second, second);
    const auto filter = expr.args.size() > 2 ? check(*expr.args[2]) : type_of(Kind::kBool);
    const auto body = check(*expr.args[1]);
    scope_.resize(expr.slot);
    const bool tests = expr.loop != Loop::kMap && expr.loop != Loop::kMapEntries &&
                       expr.loop != Loop::kMapMerge;
    const auto whole = expr.loop == Loop::kFilter ? list_of(first) : list_of(body);
    if (!may_be(filter, Kind::kBool)) no_overload(expr, "_?_:_", {filter, whole, whole});
    if (tests && !may_be(body, Kind::kBool)) no_test(expr, body, whole);
    if (expr.loop == Loop::kMap) return list_of(body);
    if (expr.loop == Loop::kMapEntries) return map_of(first, body);
    if (expr.loop == Loop::kMapMerge) {
      if (body->kind == Kind::kMap) return body;
      const auto any = map_of(type_of(Kind::kDyn), type_of(Kind::kDyn));
      if (!may_be(body, Kind::kMap)) no_overload(expr, "cel.@mapInsert", {any, body});
      return any;
    }
    return expr.loop == Loop::kFilter ? list_of(first) : type_of(Kind::kBool);
  }

  // Of the macro that the loop stands for.
  void no_test(const Expr& expr, const TypePtr& body, const TypePtr& whole) {
    if (expr.loop == Loop::kAll || expr.loop == Loop::kExists)
      need(*expr.args[1], body, Kind::kBool);
    else if (expr.loop == Loop::kExistsOne)
      no_overload(expr, "_?_:_", {body, type_of(Kind::kInt), type_of(Kind::kInt)});
    else
      no_overload(expr, "_?_:_", {body, whole, whole});
  }
  void need(const Expr& at, const TypePtr& type, Kind kind) {
    if (!may_be(type, kind))
      fault(at, "expected type '" + type_of(kind)->text() + "' but found '" + type->text() + "'");
  }

  TypePtr bind(Expr& expr) {
    auto value = check(*expr.args[0]);
    const bool optional = expr.second != "bind";
    if (optional) {
      if (value->kind == Kind::kOptional && !value->params.empty()) {
        value = value->params[0];
      } else if (value->kind != Kind::kDyn && value->kind != Kind::kError) {
        no_overload(expr, "hasValue", {value}, true);
        return no_overload(expr, "value", {value}, true);
      }
    }
    expr.slot = scope_.size();
    scope_.emplace_back(expr.name, value);
    auto body = check(*expr.args[1]);
    scope_.resize(expr.slot);
    if (expr.second == "optMap") return optional_of(body);
    if (optional && !may_be(body, Kind::kOptional))
      return no_overload(expr, "_?_:_",
                         {type_of(Kind::kBool), body, optional_of(type_of(Kind::kDyn))});
    return body;
  }

  std::vector<Fault>& faults_;
  Declarations scope_;
  bool mixing_ = false;  // within what is formatted, where items of one list differ
};

}  // namespace

TypePtr check(Expr& root, const Declarations& declarations, std::vector<Fault>& faults) {
  auto type = Checker(declarations, faults).check(root);
  std::stable_sort(faults.begin(), faults.end(),
                   [](const Fault& a, const Fault& b) { return a.position < b.position; });
  return type;
}

}  // namespace kubus::apiserver::cel
