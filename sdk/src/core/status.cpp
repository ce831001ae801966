#include "kubus/status.h"

#include <array>

namespace kubus {
namespace {

struct CodeInfo {
  std::string_view name;
  int http;
};

constexpr std::array<CodeInfo, 24> kCodes = {{
    {"Ok", 200},
    {"Unknown", 500},
    {"BadRequest", 400},
    {"Unauthorized", 401},
    {"Forbidden", 403},
    {"NotFound", 404},
    {"MethodNotAllowed", 405},
    {"NotAcceptable", 406},
    {"AlreadyExists", 409},
    {"Conflict", 409},
    {"Gone", 410},
    {"Expired", 410},
    {"RequestEntityTooLarge", 413},
    {"UnsupportedMediaType", 415},
    {"Invalid", 422},
    {"TooManyRequests", 429},
    {"InternalError", 500},
    {"ServerTimeout", 500},
    {"Timeout", 504},
    {"ServiceUnavailable", 503},
    {"StorageReadInitializing", 429},
    {"Cancelled", 499},
    {"Unavailable", 503},
    {"Draining", 503},
}};

const std::string kEmpty;

}  // namespace

std::string_view code_name(Code code) { return kCodes.at(static_cast<std::size_t>(code)).name; }

int http_code(Code code) { return kCodes.at(static_cast<std::size_t>(code)).http; }

Code code_from_name(std::string_view reason) {
  for (std::size_t i = 0; i < kCodes.size(); ++i)
    if (kCodes[i].name == reason) return static_cast<Code>(i);
  return Code::kUnknown;
}

Code code_from_http(int http) {
  switch (http) {
    case 409:
      return Code::kConflict;
    case 410:
      return Code::kGone;
    case 429:
      return Code::kTooManyRequests;
    case 500:
      return Code::kInternalError;
    case 503:
      return Code::kServiceUnavailable;
    default:
      break;
  }
  if (http >= 200 && http < 300) return Code::kOk;
  for (std::size_t i = 1; i < kCodes.size(); ++i)
    if (kCodes[i].http == http) return static_cast<Code>(i);
  return Code::kUnknown;
}

Status::Status(Code code, std::string message) {
  if (code != Code::kOk) rep_.reset(new Rep{code, std::move(message), {}});
}

Status::Status(const Status& other) : rep_(other.rep_ ? new Rep(*other.rep_) : nullptr) {}

Status& Status::operator=(const Status& other) {
  if (this != &other) rep_.reset(other.rep_ ? new Rep(*other.rep_) : nullptr);
  return *this;
}

Code Status::code() const { return rep_ ? rep_->code : Code::kOk; }
const std::string& Status::message() const { return rep_ ? rep_->message : kEmpty; }
const std::string& Status::details() const { return rep_ ? rep_->details : kEmpty; }

Status& Status::with_details(std::string details) {
  if (rep_) rep_->details = std::move(details);
  return *this;
}

Status Status::annotate(std::string_view what) const {
  Status copy = *this;
  if (copy.rep_) copy.rep_->message = std::string(what) + ": " + copy.rep_->message;
  return copy;
}

std::string Status::to_string() const {
  if (!rep_) return "Ok";
  return std::string(code_name(rep_->code)) + ": " + rep_->message;
}

}  // namespace kubus
