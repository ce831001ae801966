// Status and Result: how every fallible operation of Kubus reports its outcome.
//
// Thread safety: values; distinct objects are independent, a const object may be shared.
//
// The codes are Kubernetes' status reasons (meta/v1 StatusReason), so that a bus error becomes an
// API error by table and the other way round. A successful Status costs one null pointer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace kubus {

enum class Code : std::uint8_t {
  kOk = 0,
  kUnknown,
  kBadRequest,
  kUnauthorized,
  kForbidden,
  kNotFound,
  kMethodNotAllowed,
  kNotAcceptable,
  kAlreadyExists,
  kConflict,
  kGone,
  kExpired,
  kRequestEntityTooLarge,
  kUnsupportedMediaType,
  kInvalid,
  kTooManyRequests,
  kInternalError,
  kServerTimeout,
  kTimeout,
  kServiceUnavailable,
  kStorageReadInitializing,
  // Not Kubernetes reasons: outcomes of the bus itself.
  kCancelled,    // the caller gave up
  kUnavailable,  // no provider, or it vanished; whether the call took effect is unknown
  kDraining,     // refused before any work was done; safe to send again elsewhere
};

// The Kubernetes reason ("NotFound"), or the bus's own word for the last three codes.
std::string_view code_name(Code code);
// The HTTP status code that Kubernetes pairs with the reason.
int http_code(Code code);
// The code for a Kubernetes reason; kUnknown for a word that is none.
Code code_from_name(std::string_view reason);
// The code for an HTTP status without a reason in its body.
Code code_from_http(int http);

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message);
  Status(const Status& other);
  Status& operator=(const Status& other);
  Status(Status&&) noexcept = default;
  Status& operator=(Status&&) noexcept = default;
  ~Status() = default;

  bool ok() const { return !rep_; }
  explicit operator bool() const { return ok(); }
  Code code() const;
  // Empty when ok.
  const std::string& message() const;
  // A serialised meta.v1 StatusDetails (kind, causes, retryAfterSeconds), or empty.
  const std::string& details() const;
  Status& with_details(std::string details);
  // The same status with "what: " before its message; ok stays ok.
  Status annotate(std::string_view what) const;
  // "NotFound: pods \"a\" not found" or "Ok".
  std::string to_string() const;

 private:
  struct Rep {
    Code code;
    std::string message;
    std::string details;
  };
  std::unique_ptr<Rep> rep_;
};

// Either a value or a Status that is not ok.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}         // NOLINT(google-explicit-constructor)
  Result(Status status) : status_(std::move(status)) {  // NOLINT(google-explicit-constructor)
    if (status_.ok()) status_ = Status(Code::kInternalError, "result without a value");
  }
  Result(Code code, std::string message) : status_(code, std::move(message)) {}

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Status& status() const { return status_; }
  Code code() const { return status_.code(); }

  // Undefined unless ok().
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return std::move(*value_); }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return std::move(*value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace kubus

// Returns from the enclosing function when `expr` yields a Status that is not ok.
#define KUBUS_TRY(expr)                                    \
  do {                                                     \
    ::kubus::Status kubus_try_status_ = (expr);            \
    if (!kubus_try_status_.ok()) return kubus_try_status_; \
  } while (false)
