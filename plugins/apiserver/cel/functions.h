// The functions of expressions: one table for the checker, which reads the types, and the
// evaluator, which calls the code.
//
// Thread safety: the table is made on first use and immutable.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cel/value.h"

namespace kubus::apiserver::cel {

struct Args : std::span<const Value> {
  Args(std::span<const Value> values, Meter& work) : span(values), meter(work) {}
  Meter& meter;  // of the evaluation
};
using Code = Value (*)(Args);
// What a call costs; every call costs 1 unless it says otherwise.
using Cost = std::uint64_t (*)(Args);

// "[string] contains(string) bool": the type before the dot in brackets, then the name, the types
// of the arguments, the type of the result. Capital letters are parameters.
struct Signature {
  std::string_view text;
  Code code;
  Cost cost = nullptr;
};

struct Overload {
  std::vector<TypePtr> args;
  TypePtr result;
  Code code = nullptr;
  Cost cost = nullptr;
};

// All overloads of one name and style.
struct Function {
  std::string name;
  bool member = false;
  std::vector<Overload> overloads;
};

// Null when there is none.
const Function* find_function(std::string_view name, bool member);
// The first overload that takes these values; null when none does.
const Overload* match(const Function& function, std::span<const Value> args);

// "_+_(int, string)" is what no overload takes.
Value no_overload(std::string_view name);

// Each a part of the table.
std::span<const Signature> operators();
std::span<const Signature> conversions();
std::span<const Signature> time_functions();
std::span<const Signature> string_functions();
std::span<const Signature> format_functions();
std::span<const Signature> list_functions();
std::span<const Signature> set_functions();
std::span<const Signature> regex_functions();
std::span<const Signature> url_functions();
std::span<const Signature> address_functions();
std::span<const Signature> quantity_functions();
std::span<const Signature> semver_functions();
std::span<const Signature> optional_functions();
std::span<const Signature> collection_functions();
std::span<const Signature> named_format_functions();
std::span<const Signature> access_functions();

// Costs that several share: a tenth of what is walked through, rounded up.
std::uint64_t walk_first(Args args);
std::uint64_t walk_all(Args args);
std::uint64_t walk_product(Args args);
std::uint64_t tenth(std::uint64_t size);

}  // namespace kubus::apiserver::cel
