#include <algorithm>
#include <iterator>
#include <utility>

#include "cel/parser.h"

namespace kubus::apiserver::cel {
namespace {

struct Macro {
  std::string_view name;
  Loop loop;
  std::size_t args;       // without the range
  std::size_t variables;  // how many of them name variables
};
constexpr Macro kMacros[] = {
    {"all", Loop::kAll, 2, 1},
    {"all", Loop::kAll, 3, 2},
    {"exists", Loop::kExists, 2, 1},
    {"exists", Loop::kExists, 3, 2},
    {"exists_one", Loop::kExistsOne, 2, 1},
    {"exists_one", Loop::kExistsOne, 3, 2},
    {"existsOne", Loop::kExistsOne, 3, 2},
    {"map", Loop::kMap, 2, 1},
    {"map", Loop::kMap, 3, 1},
    {"filter", Loop::kFilter, 2, 1},
    {"transformList", Loop::kMap, 3, 2},
    {"transformList", Loop::kMap, 4, 2},
    {"transformMap", Loop::kMapEntries, 3, 2},
    {"transformMap", Loop::kMapEntries, 4, 2},
    {"transformMapEntry", Loop::kMapMerge, 3, 2},
    {"transformMapEntry", Loop::kMapMerge, 4, 2},
};

const Macro* macro_of(const Expr& call) {
  for (const auto& one : kMacros)
    if (one.name == call.name && one.args + 1 == call.args.size()) return &one;
  return nullptr;
}

ExprPtr make_loop(ExprPtr call, const Macro& macro, std::vector<Fault>& faults) {
  for (std::size_t i = 1; i <= macro.variables; ++i) {
    auto& variable = *call->args[i];
    if (variable.kind != Expr::Kind::kIdent) {
      const bool old = macro.variables == 1 && (macro.loop == Loop::kMap ||
                                                macro.loop == Loop::kFilter);
      faults.push_back({variable.position, old ? "argument is not an identifier"
                                               : "argument must be a simple name"});
      return call;
    }
    (i == 1 ? call->name : call->second) = variable.name;
  }
  if (call->second == call->name) {
    faults.push_back({call->args[2]->position, "duplicate variable name: " + call->name});
    return call;
  }
  call->kind = Expr::Kind::kLoop;
  call->loop = macro.loop;
  call->member = false;
  // The filter comes before the body where both are there; in the tree it comes last.
  std::vector<ExprPtr> args;
  args.push_back(std::move(call->args[0]));
  args.push_back(std::move(call->args.back()));
  if (macro.args > macro.variables + 1) args.push_back(std::move(call->args[macro.variables + 1]));
  call->args = std::move(args);
  return call;
}

ExprPtr make_has(ExprPtr call, std::vector<Fault>& faults) {
  auto& field = call->args[0];
  if (field->kind != Expr::Kind::kSelect || field->optional) {
    faults.push_back({field->position, "invalid argument to has() macro"});
    return call;
  }
  field->kind = Expr::Kind::kHas;
  field->position = call->position;
  return std::move(field);
}

// cel.bind(name, value, body), and optional.optMap(name, body).
ExprPtr make_bind(ExprPtr call, std::vector<Fault>& faults) {
  const bool plain = call->name == "bind";
  if (call->args[1]->kind != Expr::Kind::kIdent) {
    faults.push_back({call->args[1]->position,
                      plain ? "cel.bind() variable names must be simple identifiers"
                            : call->name + "() variable name must be a simple identifier"});
    return call;
  }
  call->kind = Expr::Kind::kBind;
  call->second = call->name;
  call->name = call->args[1]->name;
  if (plain)
    call->args.erase(call->args.begin(), call->args.begin() + 2);
  else
    call->args.erase(call->args.begin() + 1);
  return call;
}

ExprPtr made(Expr::Kind kind, std::size_t position, std::string name, std::vector<ExprPtr> args) {
  auto out = std::make_unique<Expr>();
  out->kind = kind;
  out->position = position;
  out->name = std::move(name);
  out->args = std::move(args);
  for (const auto& one : out->args)
    out->height = std::max<std::uint16_t>(out->height, one->height + 1);
  return out;
}
template <class... Args>
std::vector<ExprPtr> list_of_parts(Args... args) {
  std::vector<ExprPtr> out;
  (out.push_back(std::move(args)), ...);
  return out;
}

// list.sortBy(name, key): the list by a list of keys, which is made of it.
ExprPtr make_sort(ExprPtr call, std::vector<Fault>& faults) {
  const auto at = call->position;
  const std::string input = "@__sortBy_input__";
  if (call->args[1]->kind != Expr::Kind::kIdent) {
    faults.push_back({call->args[1]->position, "argument is not an identifier"});
    return call;
  }
  auto keys = made(Expr::Kind::kLoop, at, call->args[1]->name,
                   list_of_parts(made(Expr::Kind::kIdent, at, input, {}),
                                 std::move(call->args[2])));
  keys->loop = Loop::kMap;
  auto sorted = made(Expr::Kind::kCall, at, "@sortByAssociatedKeys",
                     list_of_parts(made(Expr::Kind::kIdent, at, input, {}), std::move(keys)));
  sorted->member = true;
  auto out = made(Expr::Kind::kBind, at, input,
                  list_of_parts(std::move(call->args[0]), std::move(sorted)));
  out->second = "bind";
  return out;
}

}  // namespace

ExprPtr expand_macro(ExprPtr call, bool binds, std::vector<Fault>& faults) {
  if (!call->member && call->name == "has" && call->args.size() == 1)
    return make_has(std::move(call), faults);
  if (!call->member) return call;
  const auto& target = *call->args[0];
  if (binds && call->name == "bind" && call->args.size() == 4 &&
      target.kind == Expr::Kind::kIdent && target.name == "cel")
    return make_bind(std::move(call), faults);
  if ((call->name == "optMap" || call->name == "optFlatMap") && call->args.size() == 3)
    return make_bind(std::move(call), faults);
  if (call->name == "sortBy" && call->args.size() == 3) return make_sort(std::move(call), faults);
  if (const auto* macro = macro_of(*call)) return make_loop(std::move(call), *macro, faults);
  return call;
}

}  // namespace kubus::apiserver::cel
