// Makes new inputs of known ones, the same in every run.
//
// Thread safety: an object belongs to one thread.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace kubus::fuzz {

class Mutator {
 public:
  // `seeds` has at least one member.
  explicit Mutator(std::vector<std::string> seeds);
  // At most kLargest bytes.
  std::string next();

  static constexpr std::size_t kLargest = 64 << 10;

 private:
  std::size_t below(std::size_t bound);
  void change(std::string& input);

  const std::vector<std::string> seeds_;
  const std::vector<std::string> tokens_;
  std::mt19937_64 random_{20};
};

}  // namespace kubus::fuzz
