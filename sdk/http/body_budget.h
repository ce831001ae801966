// How much memory the headers and bodies of all requests under way may take together.
//
// Thread safety: a budget from any thread; each share belongs to one connection.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace kubus::http {

class BodyBudget {
 public:
  explicit BodyBudget(std::size_t most) : most_(most) {}

  // What one request has of it.
  class Share {
   public:
    explicit Share(std::shared_ptr<BodyBudget> budget) : budget_(std::move(budget)) {}
    ~Share() { release(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // False when there is no room for that much; then it has what it had.
    bool grow_to(std::size_t bytes) {
      if (bytes <= mine_) return true;
      const auto more = bytes - mine_;
      if (budget_->used_.fetch_add(more) + more > budget_->most_) {
        budget_->used_ -= more;
        return false;
      }
      mine_ = bytes;
      return true;
    }
    const std::shared_ptr<BodyBudget>& budget() const { return budget_; }
    void release() { budget_->used_ -= std::exchange(mine_, 0); }

   private:
    std::shared_ptr<BodyBudget> budget_;
    std::size_t mine_ = 0;
  };

 private:
  const std::size_t most_;
  std::atomic<std::size_t> used_{0};
};

}  // namespace kubus::http
