#include "validation/time_zone.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>

namespace kubus::apiserver {
namespace {

constexpr char kZones[] = "/usr/share/zoneinfo/";
constexpr std::size_t kLargestFile = 1 << 20;

bool is_zone_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '~' || c == '+' || c == '-';
}

// Big-endian numbers, and nothing beyond the end.
class Bytes {
 public:
  explicit Bytes(std::string_view text) : text_(text) {}
  bool ok() const { return ok_; }
  std::string_view take(std::size_t size) {
    ok_ &= size <= text_.size();
    const auto out = text_.substr(0, ok_ ? size : 0);
    text_.remove_prefix(out.size());
    return out;
  }
  std::int64_t number(std::size_t size) {
    std::uint64_t out = 0;
    const auto bytes = take(size);
    for (const unsigned char byte : bytes) out = out << 8 | byte;
    if (size < 8 && out >> (8 * size - 1) != 0) out |= ~std::uint64_t(0) << (8 * size);
    return static_cast<std::int64_t>(out);
  }
  std::string_view rest() const { return text_; }

 private:
  std::string_view text_;
  bool ok_ = true;
};

struct Header {
  char version = 0;
  std::size_t universal, standard, leaps, times, types, letters;

  std::size_t body(std::size_t time) const {
    return times * (time + 1) + types * 6 + letters + leaps * (time + 4) + standard + universal;
  }
};

bool read_header(Bytes& bytes, Header& header) {
  if (bytes.take(4) != "TZif") return false;
  const auto version = bytes.take(1);
  bytes.take(15);
  for (auto* count : {&header.universal, &header.standard, &header.leaps, &header.times,
                      &header.types, &header.letters}) {
    const auto number = bytes.number(4);
    if (number < 0 || number > static_cast<std::int64_t>(kLargestFile)) return false;
    *count = static_cast<std::size_t>(number);
  }
  if (!version.empty()) header.version = version[0];
  return bytes.ok() && header.types > 0;
}

std::string read_file(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return {};
  std::ifstream file(path, std::ios::binary);
  std::string out;
  std::istreambuf_iterator<char> at(file), end;
  for (; file && at != end && out.size() <= kLargestFile; ++at) out.push_back(*at);
  return out;
}

}  // namespace

bool is_zone_name(std::string_view name) {
  for (;;) {
    const std::size_t slash = name.find('/');
    const std::string_view part = name.substr(0, slash);
    const bool good = !part.empty() && part != "." && part != ".." && part.front() != '-' &&
                      std::all_of(part.begin(), part.end(), is_zone_character);
    if (!good) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

// "CET-1CEST,M3.5.0,M10.5.0/3"
class TimeZone::RuleReader {
 public:
  explicit RuleReader(std::string_view text) : text_(text) {}

  bool read(Rule& out) {
    if (!name() || !offset(out.standard)) return false;
    out.standard = -out.standard;
    if (text_.empty()) return true;
    if (!name()) return false;
    out.has_summer = true;
    out.summer = out.standard + 3600;
    if (!text_.starts_with(',')) {
      if (!offset(out.summer)) return false;
      out.summer = -out.summer;
    }
    return change(out.begin) && change(out.end) && text_.empty();
  }

 private:
  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool name() {
    const bool quoted = take('<');
    std::size_t size = 0;
    while (size < text_.size() && (quoted ? text_[size] != '>' : is_letter(text_[size]))) ++size;
    text_.remove_prefix(size);
    return size > 0 && (!quoted || take('>'));
  }
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
  bool number(int& out) {
    std::size_t size = 0;
    for (out = 0; size < text_.size() && size < 3 && text_[size] >= '0' && text_[size] <= '9';)
      out = out * 10 + (text_[size++] - '0');
    text_.remove_prefix(size);
    return size > 0;
  }
  bool offset(std::int64_t& out) {
    const int sign = take('-') ? -1 : 1;
    take('+');
    int hours = 0, minutes = 0, seconds = 0;
    if (!number(hours) || (take(':') && !number(minutes)) || (take(':') && !number(seconds)))
      return false;
    out = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
  }
  bool change(Change& out) {
    if (!take(',')) return false;
    if (take('M')) {
      if (!number(out.month) || !take('.') || !number(out.week) || !take('.') ||
          !number(out.weekday))
        return false;
      if (out.month < 1 || out.month > 12 || out.week < 1 || out.week > 5 || out.weekday > 6)
        return false;
    } else {
      out.day = take('J') ? Change::Day::kJulian : Change::Day::kDayOfYear;
      if (!number(out.month) || out.month > 365) return false;
    }
    return !take('/') || offset(out.time);
  }

  std::string_view text_;
};

std::shared_ptr<const TimeZone> TimeZone::parse(std::string_view file) {
  Bytes bytes(file);
  Header header{};
  if (!read_header(bytes, header)) return nullptr;
  std::size_t time = 4;
  // From the second version on the same comes twice, the second time in full width.
  if (header.version >= '2') {
    bytes.take(header.body(4));
    if (!bytes.ok() || !read_header(bytes, header)) return nullptr;
    time = 8;
  }
  auto out = std::make_shared<TimeZone>();
  for (std::size_t i = 0; i < header.times; ++i) out->times_.push_back(bytes.number(time));
  const auto types = bytes.take(header.times);
  std::vector<std::int32_t> offsets;
  for (std::size_t i = 0; i < header.types && bytes.ok(); ++i) {
    offsets.push_back(static_cast<std::int32_t>(bytes.number(4)));
    bytes.take(2);
  }
  bytes.take(header.letters + header.leaps * (time + 4) + header.standard + header.universal);
  if (!bytes.ok() || !std::is_sorted(out->times_.begin(), out->times_.end())) return nullptr;
  for (const unsigned char type : types) {
    if (type >= offsets.size()) return nullptr;
    out->offsets_.push_back(offsets[type]);
  }
  out->first_ = offsets[0];
  if (time == 8) {
    auto footer = bytes.rest();
    if (footer.starts_with('\n')) footer.remove_prefix(1);
    out->has_rule_ = RuleReader(footer.substr(0, footer.find('\n'))).read(out->rule_);
  }
  return out;
}

std::int64_t TimeZone::when(const Change& change, int year) {
  using namespace std::chrono;
  const std::chrono::year in(year);
  sys_days day = in / January / 1;
  if (change.day == Change::Day::kMonthWeek) {
    const auto of = in / month(static_cast<unsigned>(change.month));
    const weekday on(static_cast<unsigned>(change.weekday));
    day = change.week == 5 ? sys_days(of / on[last])
                           : sys_days(of / on[static_cast<unsigned>(change.week)]);
  } else {
    const bool counts_leap_day = change.day == Change::Day::kDayOfYear;
    day += days(change.month - (counts_leap_day ? 0 : 1));
    if (!counts_leap_day && in.is_leap() && change.month > 59) day += days(1);
  }
  return day.time_since_epoch().count() * std::int64_t(86400) + change.time;
}

std::int64_t TimeZone::offset_by_rule(std::int64_t time) const {
  using namespace std::chrono;
  if (!rule_.has_summer) return rule_.standard;
  const auto today = floor<days>(sys_seconds(seconds(time + rule_.standard)));
  const int year = static_cast<int>(year_month_day(today).year());
  const auto begin = when(rule_.begin, year) - rule_.standard;
  const auto end = when(rule_.end, year) - rule_.summer;
  const bool summer = begin < end ? time >= begin && time < end : time >= begin || time < end;
  return summer ? rule_.summer : rule_.standard;
}

std::int64_t TimeZone::offset_at(std::int64_t time) const {
  const auto after = std::upper_bound(times_.begin(), times_.end(), time);
  if (after == times_.end() && has_rule_) return offset_by_rule(time);
  if (after == times_.begin()) return first_;
  return offsets_[static_cast<std::size_t>(after - times_.begin()) - 1];
}

std::shared_ptr<const TimeZone> find_time_zone(std::string_view name) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const TimeZone>, std::less<>> known;
  if (!is_zone_name(name)) return nullptr;
  const std::lock_guard lock(mutex);
  if (const auto found = known.find(name); found != known.end()) return found->second;
  auto zone = TimeZone::parse(read_file(kZones + std::string(name)));
  if (!zone && name == "UTC") zone = std::make_shared<const TimeZone>();
  // Only what exists is kept, so that names cannot fill the memory.
  if (zone) known.emplace(name, zone);
  return zone;
}

}  // namespace kubus::apiserver
