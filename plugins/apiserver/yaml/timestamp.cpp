#include <array>

#include "yaml/scalar.h"

namespace kubus::apiserver {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes from the front of a text what fits; once something does not, nothing does.
class Taker {
 public:
  explicit Taker(std::string_view rest) : rest_(rest) {}

  // A number of one or two digits, or of exactly `digits`, below `limit`.
  int number(int limit, std::size_t digits = 0) {
    std::size_t size = 0;
    int value = 0;
    const std::size_t most = digits == 0 ? 2 : digits;
    while (size < most && size < rest_.size() && is_digit(rest_[size]))
      value = value * 10 + (rest_[size++] - '0');
    ok_ = ok_ && size > 0 && (digits == 0 || size == digits) && value < limit;
    rest_.remove_prefix(size);
    return value;
  }
  void sign(char c) {
    if (!take(c)) ok_ = false;
  }
  bool take(char c) {
    if (!ok_ || rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void fraction() {
    if (rest_.size() < 2 || (rest_[0] != '.' && rest_[0] != ',') || !is_digit(rest_[1])) return;
    rest_.remove_prefix(1);
    while (!rest_.empty() && is_digit(rest_.front())) rest_.remove_prefix(1);
  }
  bool ended() const { return ok_ && rest_.empty(); }
  bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

bool has_day(int year, int month, int day) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || day < 1) return false;
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return day <= kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

bool is_zone(Taker& text) {
  if (text.take('Z')) return text.ended();
  if (!text.take('+') && !text.take('-')) return false;
  text.number(25, 2);
  text.sign(':');
  text.number(60, 2);
  return text.ended();
}

}  // namespace

bool is_timestamp(std::string_view whole) {
  Taker text(whole);
  const int year = text.number(10000, 4);
  text.sign('-');
  const int month = text.number(13);
  text.sign('-');
  const int day = text.number(32);
  if (!text.ok() || !has_day(year, month, day)) return false;
  if (text.ended()) return true;
  const bool zoned = text.take('T') || text.take('t');
  if (!zoned) text.sign(' ');
  text.number(24);
  text.sign(':');
  text.number(60);
  text.sign(':');
  text.number(60);
  text.fraction();
  return zoned ? is_zone(text) : text.ended();
}

}  // namespace kubus::apiserver
