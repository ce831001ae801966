// Shuffle sharding: the few queues that a flow may use, out of many. Two flows seldom have all of
// them in common, so one that floods its own leaves others a way through.
//
// Thread safety: a value.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace kubus::apiserver::fairness {

// Different cards of a deck, the same ones for the same hash.
class Hand {
 public:
  // More than a 64-bit hash can choose: a larger hand is cut.
  static constexpr std::size_t kMost = 20;

  Hand(std::uint64_t hash, std::size_t deck, std::size_t size) {
    size = std::min({size, deck, kMost});
    std::array<std::size_t, kMost> sorted{};
    for (; size_ < size; ++size_) {
      const auto left = deck - size_;
      auto card = static_cast<std::size_t>(hash % left);
      hash /= left;
      // Counted among those that are still in the deck.
      std::size_t at = 0;
      for (; at < size_ && card >= sorted[at]; ++at) ++card;
      std::copy_backward(sorted.begin() + static_cast<std::ptrdiff_t>(at),
                         sorted.begin() + static_cast<std::ptrdiff_t>(size_),
                         sorted.begin() + static_cast<std::ptrdiff_t>(size_) + 1);
      sorted[at] = card;
      cards_[size_] = card;
    }
  }
  const std::size_t* begin() const { return cards_.data(); }
  const std::size_t* end() const { return cards_.data() + size_; }
  std::size_t size() const { return size_; }

 private:
  std::array<std::size_t, kMost> cards_{};
  std::size_t size_ = 0;
};

}  // namespace kubus::apiserver::fairness
