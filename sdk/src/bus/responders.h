// What stands behind the handles of kubus/bus.h.
#pragma once

#include <memory>

#include "bus/served.h"

struct kubus::bus::Responder::Impl {
  std::shared_ptr<Served> served;
};

struct kubus::bus::StreamWriter::Impl {
  std::shared_ptr<Served> served;
};
