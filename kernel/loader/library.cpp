#include "loader/library.h"

#include "loader/thread_check.h"

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>
#include <cstddef>
#include <cstdlib>
#include <fstream>

namespace kubus::kernel {
namespace {

constexpr char kEntry[] = "kubus_plugin_entry_v1";

bool keep_mapped() {
#ifdef KUBUS_NO_DLCLOSE
  return true;
#else
  const char* value = std::getenv("KUBUS_NO_DLCLOSE");
  return value && *value && std::string_view(value) != "0";
#endif
}

Status check(const kubus_plugin_descriptor_v1* descriptor) {
  if (!descriptor) return {Code::kInvalid, "its entry returned no descriptor"};
  if (descriptor->version != 1)
    return {Code::kInvalid,
            "its descriptor has version " + std::to_string(descriptor->version) + ", not 1"};
  if (descriptor->struct_size < sizeof(kubus_plugin_descriptor_v1))
    return {Code::kInvalid,
            "its descriptor is too short: " + std::to_string(descriptor->struct_size) + " of " +
                std::to_string(sizeof(kubus_plugin_descriptor_v1)) + " bytes"};
  if (!descriptor->create || !descriptor->start || !descriptor->drain || !descriptor->reconfigure ||
      !descriptor->destroy)
    return {Code::kInvalid, "its descriptor lacks a function"};
  return {};
}

// An exception of the plugin's own type must die while the plugin is mapped.
Result<const kubus_plugin_descriptor_v1*> call_entry(kubus_plugin_entry_fn entry) {
  try {
    const auto* descriptor = entry();
    KUBUS_TRY(check(descriptor));
    return descriptor;
  } catch (...) {
    return Status(Code::kInvalid, "its entry threw an exception");
  }
}

}  // namespace

struct Library::Impl {
  boost::dll::shared_library library;
};

Library::Library(std::string path, std::unique_ptr<Impl> impl)
    : path_(std::move(path)), impl_(std::move(impl)) {}

Library::~Library() { (void)close(); }

Result<std::unique_ptr<Library>> Library::open(const std::string& path) {
  using boost::dll::load_mode::rtld_local;
  using boost::dll::load_mode::rtld_now;
  auto impl = std::make_unique<Impl>();
  try {
    impl->library.load(path, rtld_now | rtld_local);
    std::unique_ptr<Library> library(new Library(path, std::move(impl)));
    if (!library->impl_->library.has(kEntry))
      return Status(Code::kInvalid, std::string("it does not export ") + kEntry);
    auto descriptor =
        call_entry(library->impl_->library.get<const kubus_plugin_descriptor_v1*()>(kEntry));
    if (!descriptor.ok()) return descriptor.status();
    library->descriptor_ = *descriptor;
    return library;
  } catch (const std::exception& e) {
    return Status(Code::kInvalid, std::string("cannot be loaded: ") + e.what());
  }
}

Status Library::close() {
  if (!impl_) return {};
  auto impl = std::move(impl_);
  descriptor_ = nullptr;
  auto inside = threads_inside(path_);
  if (inside > 0 || keep_mapped()) {
    [[maybe_unused]] auto* kept = impl.release();
    if (inside == 0) return {};
    return {Code::kInternalError,
            "stays in memory: threads it started itself still run: " + std::to_string(inside)};
  }
  impl->library.unload();
  if (is_mapped(path_)) return {Code::kInternalError, "stays in memory: something in it pins it"};
  return {};
}

bool is_mapped(const std::string& path) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find(path) != std::string::npos) return true;
  return false;
}

}  // namespace kubus::kernel
