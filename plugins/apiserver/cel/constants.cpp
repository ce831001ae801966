#include "cel/constants.h"

#include <re2/re2.h>

#include <algorithm>

#include "cel/functions.h"
#include "cel/regex_error.h"

namespace kubus::apiserver::cel {
namespace {

bool is_literal(const Expr& expr, Kind kind) {
  return expr.kind == Expr::Kind::kLiteral && expr.literal.kind() == kind;
}

std::string pattern_error(const Expr& literal) {
  const auto text = literal.literal.as_text();
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 pattern(re2::StringPiece(text.data(), text.size()), options);
  return pattern.ok() ? std::string() : regex_error(pattern);
}

Value called(const Expr& call, const std::vector<Value>& args) {
  const auto* overload = match(*call.function, args);
  Meter meter;
  return overload ? overload->code(Args(args, meter)) : Value();
}

void check_time(const Expr& call, std::vector<Fault>& faults) {
  const auto& argument = *call.args[0];
  const bool number = is_literal(argument, Kind::kInt);
  if (!number && !is_literal(argument, Kind::kString)) return;
  // A number is a time, but nobody says of what a duration is so many.
  if (number ? call.name == "duration" : called(call, {argument.literal}).is_error())
    faults.push_back({argument.position, "invalid " + call.name + " argument"});
}

// Of constants only: what is told of their number and of the text itself.
void check_format(const Expr& call, std::vector<Fault>& faults) {
  const auto& list = *call.args[1];
  if (!is_literal(*call.args[0], Kind::kString) || list.kind != Expr::Kind::kList) return;
  std::vector<Value> items;
  for (const auto& item : list.args) {
    if (item->kind != Expr::Kind::kLiteral) return;
    items.push_back(item->literal);
  }
  const auto made = called(call, {call.args[0]->literal, Value::list(std::move(items))});
  if (!made.is_error()) return;
  const auto why = made.as_text();
  if (why.starts_with("index ") || why.starts_with("unexpected end"))
    faults.push_back({call.position, std::string(why)});
}

void check_call(const Expr& call, std::vector<Fault>& faults) {
  if (!call.member && call.args.size() == 1 &&
      (call.name == "duration" || call.name == "timestamp"))
    return check_time(call, faults);
  if (call.member && call.name == "format" && call.args.size() == 2)
    return check_format(call, faults);
  if (call.name != "matches" || call.args.size() != 2) return;
  // The first argument, which is the text where there is nothing before the dot.
  const auto& pattern = *call.args[call.member ? 1 : 0];
  if (is_literal(pattern, Kind::kString) && !pattern_error(pattern).empty())
    faults.push_back({pattern.position, "invalid matches argument"});
}

void walk(const Expr& expr, std::vector<Fault>& faults) {
  if (expr.kind == Expr::Kind::kCall) check_call(expr, faults);
  for (const auto& one : expr.args) walk(*one, faults);
}

}  // namespace

void check_constants(const Expr& root, std::vector<Fault>& faults) {
  walk(root, faults);
  std::stable_sort(faults.begin(), faults.end(),
                   [](const Fault& a, const Fault& b) { return a.position < b.position; });
}

std::string instantiation_error(const Expr& root) {
  for (const auto& one : root.args)
    if (auto error = instantiation_error(*one); !error.empty()) return error;
  const bool searches = root.kind == Expr::Kind::kCall && root.args.size() >= 2 &&
                        (root.name == "matches" || root.name == "find" || root.name == "findAll");
  if (!searches || !is_literal(*root.args[1], Kind::kString)) return {};
  return pattern_error(*root.args[1]);
}

}  // namespace kubus::apiserver::cel
