// Its descriptor is shorter than what the loader knows.
#include <kubus/plugin_abi.h>

extern "C" __attribute__((visibility("default"))) const kubus_plugin_descriptor_v1*
kubus_plugin_entry_v1() {
  static const kubus_plugin_descriptor_v1 descriptor = {8,       1,       nullptr, nullptr,
                                                        nullptr, nullptr, nullptr};
  return &descriptor;
}
