// Plugin: the base class of every plugin, and the macro that exports it.
//
//   class Hello : public kubus::Plugin {
//    public:
//     using Plugin::Plugin;
//     kubus::Status start() override { context().log().info("hello"); return {}; }
//   };
//   KUBUS_PLUGIN(Hello)
//
// Thread safety: the virtual functions run on the context's Loop, one at a time; the constructor
// and the destructor run on a loader thread while the loop does not run plugin code.
#pragma once

#include "kubus/context.h"
#include "kubus/plugin_abi.h"

namespace kubus {

class Plugin {
 public:
  explicit Plugin(Context& context) : context_(context) {}
  virtual ~Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  // Ok: ready (services registered so far become visible). Long preparations go to the pool: return
  // `starting()` and call ready() or context().fail() later.
  virtual Status start() = 0;
  // The instance is to end. New work is already refused; release what outsiders wait for.
  virtual void drain() {}
  // context().config() has new values for keys that are changeable at run time.
  virtual void reconfigure() {}

 protected:
  Context& context() { return context_; }
  // Return value of start() for "not applicable on this machine".
  static Status skip(std::string reason);
  // Return value of start() for "preparing; ready() will be called".
  static Status starting();
  // Any thread: preparations are done.
  void ready();

 private:
  Context& context_;
};

namespace detail {
// In libkubus, so that the error handling exists once.
Context& context_of(kubus_host* host);
int guard(kubus_error* error, const std::function<Status()>& body);
}  // namespace detail

}  // namespace kubus

#define KUBUS_PLUGIN(Class)                                                                   \
  extern "C" __attribute__((visibility("default"))) const kubus_plugin_descriptor_v1*         \
  kubus_plugin_entry_v1() {                                                                   \
    static constexpr auto self = [](kubus_instance* i) {                                      \
      return reinterpret_cast<::kubus::Plugin*>(i);                                           \
    };                                                                                        \
    static const kubus_plugin_descriptor_v1 descriptor = {                                    \
        sizeof(kubus_plugin_descriptor_v1),                                                   \
        1,                                                                                    \
        [](kubus_host* host, kubus_instance** out, kubus_error* error) {                      \
          return ::kubus::detail::guard(error, [&]() -> ::kubus::Status {                     \
            ::kubus::Plugin* made = new Class(::kubus::detail::context_of(host));             \
            *out = reinterpret_cast<kubus_instance*>(made);                                   \
            return {};                                                                        \
          });                                                                                 \
        },                                                                                    \
        [](kubus_instance* i, kubus_error* error) {                                           \
          return ::kubus::detail::guard(error, [&] { return self(i)->start(); });             \
        },                                                                                    \
        [](kubus_instance* i, kubus_error* error) {                                           \
          return ::kubus::detail::guard(error,                                                \
                                        [&] { return self(i)->drain(), ::kubus::Status(); }); \
        },                                                                                    \
        [](kubus_instance* i, kubus_error* error) {                                           \
          return ::kubus::detail::guard(                                                      \
              error, [&] { return self(i)->reconfigure(), ::kubus::Status(); });              \
        },                                                                                    \
        [](kubus_instance* i) { delete self(i); }};                                           \
    return &descriptor;                                                                       \
  }
