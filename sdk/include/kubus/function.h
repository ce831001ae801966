// UniqueFunction: a move-only callable, so that a task may own what it works on.
//
// Thread safety: a value; calling is as safe as the wrapped callable.
//
// The wrapped object's code lies in whoever made it: a task made by a plugin must be gone before
// that plugin is unmapped. Loop, Pool and the bus guarantee it for everything posted to them.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace kubus {

template <class Signature>
class UniqueFunction;

template <class R, class... Args>
class UniqueFunction<R(Args...)> {
 public:
  UniqueFunction() = default;
  UniqueFunction(std::nullptr_t) {}  // NOLINT(google-explicit-constructor)
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, UniqueFunction> &&
           std::is_invocable_r_v<R, std::decay_t<F>&, Args...>)
      UniqueFunction(F&& f)  // NOLINT(google-explicit-constructor)
      : callable_(std::make_unique<Model<std::decay_t<F>>>(std::forward<F>(f))) {}
  UniqueFunction(UniqueFunction&&) noexcept = default;
  UniqueFunction& operator=(UniqueFunction&&) noexcept = default;

  explicit operator bool() const { return callable_ != nullptr; }
  // Undefined when empty.
  R operator()(Args... args) { return callable_->call(std::forward<Args>(args)...); }

 private:
  struct Concept {
    virtual ~Concept() = default;
    virtual R call(Args... args) = 0;
  };
  template <class F>
  struct Model final : Concept {
    explicit Model(F&& f) : f_(std::move(f)) {}
    explicit Model(const F& f) : f_(f) {}
    R call(Args... args) override { return static_cast<R>(f_(std::forward<Args>(args)...)); }
    F f_;
  };
  std::unique_ptr<Concept> callable_;
};

}  // namespace kubus
