#include <kubus/plugin.h>

#include <stdexcept>

namespace {

// A type of its own: nobody else can look at it once the file is unmapped.
class Outrage : public std::runtime_error {
 public:
  Outrage() : std::runtime_error("no instance of me") {}
};

class Throws : public kubus::Plugin {
 public:
  explicit Throws(kubus::Context& context) : Plugin(context) { throw Outrage(); }
  kubus::Status start() override { return {}; }
};

}  // namespace

KUBUS_PLUGIN(Throws)
