// The API server as a whole: makes its parts, connects them, and starts and stops them.
//
// Thread safety: start and drain on the plugin's loop; the destructor after the loop has stopped.
#pragma once

#include <memory>

#include "kubus/context.h"
#include "kubus/status.h"

namespace kubus::apiserver {

class ApiServer {
 public:
  // `ready` is called once the server answers requests on resources.
  ApiServer(Context& context, UniqueFunction<void()> ready);
  ~ApiServer();
  Status start();
  void drain();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace kubus::apiserver
