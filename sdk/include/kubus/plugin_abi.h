/* The C edge between loader and plugin: one symbol, `kubus_plugin_entry_v1`, which returns a
 * constant descriptor. Structures start with their own size and only ever grow at the end.
 * Authors do not use this file: KUBUS_PLUGIN in kubus/plugin.h writes the descriptor. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kubus_instance; /* the plugin's */
struct kubus_host;     /* the loader's; a kubus::Context inside libkubus */

struct kubus_error {
  uint32_t struct_size;
  uint32_t code;     /* kubus::Code */
  char message[500]; /* copied, terminated */
};

/* Every function returns 0 or fills `error`. None lets an exception out. */
struct kubus_plugin_descriptor_v1 {
  uint32_t struct_size;
  uint32_t version; /* 1 */
  int (*create)(struct kubus_host* host, struct kubus_instance** out, struct kubus_error* error);
  /* On the instance's loop. Returns 0 ready, 1 failed, 2 skipped (not applicable here), 3 starting
   * (it will say when it is ready). */
  int (*start)(struct kubus_instance* instance, struct kubus_error* error);
  /* On the instance's loop: told to finish; must return promptly. */
  int (*drain)(struct kubus_instance* instance, struct kubus_error* error);
  /* On the instance's loop: its configuration changed. */
  int (*reconfigure)(struct kubus_instance* instance, struct kubus_error* error);
  void (*destroy)(struct kubus_instance* instance);
};

typedef const struct kubus_plugin_descriptor_v1* (*kubus_plugin_entry_fn)(void);

#ifdef __cplusplus
}
#endif
