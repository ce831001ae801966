// What a fuzz target is: a parser of outside bytes and inputs it is known to take.
//
// Thread safety: none; one thread calls run() again and again.
//
// Each target is one file that defines the two functions; engine/ has the two programs around them.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace kubus::fuzz {

// Parses `input`, whatever it is, and checks what must hold for anything that was taken. A failure
// ends the program.
void run(std::string_view input);

// Sound inputs, from which others are made.
std::vector<std::string> seeds();

// Ends the program, saying what did not hold.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz target: %s\n", what);
  std::abort();
}

// The input up to the first newline, and what is behind it: for targets that take two texts.
inline std::pair<std::string_view, std::string_view> split_line(std::string_view input) {
  const auto end = input.find('\n');
  if (end == std::string_view::npos) return {input, {}};
  return {input.substr(0, end), input.substr(end + 1)};
}

}  // namespace kubus::fuzz
