#include "server/followed_file.h"

#include <utility>

#include "kubus/metrics.h"
#include "kubus/pki/files.h"

namespace kubus::apiserver {
namespace {

// The time of the reference, after which nobody uses what was replaced.
constexpr std::chrono::minutes kSweepAfter{1};

void count(const std::string& name, bool used) {
  metrics::counter("apiserver_" + name + "_controller_automatic_reloads_total",
                   "Changes of the file that were used, and that could not be",
                   {{"status", used ? "success" : "failure"}})
      .add();
}

}  // namespace

FollowedFile::FollowedFile(Context& context, std::string name, std::string file, Use use,
                           Sweep sweep)
    : context_(context),
      name_(std::move(name)),
      file_(std::move(file)),
      use_(std::move(use)),
      sweep_(std::move(sweep)),
      watch_(context, [this] { return look(); }) {}

Status FollowedFile::open() {
  if (file_.empty()) return {};
  auto text = pki::read_file(file_);
  if (!text.ok()) return text.status().annotate(name_);
  text_ = std::move(*text);
  return use_(text_).annotate(name_ + ": " + file_);
}

void FollowedFile::start() {
  if (!file_.empty()) watch_.start({file_});
}

std::optional<Duration> FollowedFile::look() {
  const auto later = [this]() -> std::optional<Duration> {
    if (sweep_()) return kSweepAfter;
    return std::nullopt;
  };
  auto text = pki::read_file(file_);
  if (text.ok() && *text == text_) return later();
  const auto status = text.ok() ? use_(*text) : text.status();
  if (text.ok()) text_ = std::move(*text);
  count(name_, status.ok());
  if (!status.ok()) {
    context_.log().error("a configuration file cannot be used: what it said before stays in force",
                         {{"setting", name_}, {"file", file_}, {"error", status.message()}});
    return later();
  }
  context_.log().info("a configuration file was read again",
                      {{"setting", name_}, {"file", file_}});
  return kSweepAfter;
}

}  // namespace kubus::apiserver
