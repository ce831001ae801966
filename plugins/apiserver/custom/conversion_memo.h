// ConversionMemo: what objects of one call are in other versions, where a webhook has to say it. A
// step that cannot wait takes what is known, and is taken again when what it missed is there.
//
// Thread safety: one thread at a time, as the call it belongs to.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cache/object.h"
#include "custom/kind.h"
#include "kubus/function.h"
#include "kubus/http/asker.h"

namespace kubus::apiserver {

class ConversionMemo {
 public:
  using Kind = std::shared_ptr<const CustomKind>;

  // The object whose JSON is `text` in the version `wanted` of its kind, one that a webhook
  // converts. Null: it is to be asked about first.
  const Result<std::string>* find(std::string_view text, const Kind& wanted);
  // The same of one that is stored.
  const Result<ObjectPtr>* find(const ObjectPtr& stored, const Kind& wanted);

  // Whether something was missed.
  bool pending() const { return !texts_missed_.empty() || !objects_missed_.empty(); }
  // Asks about all of it on behalf of `asker`. `then`, which keeps this alive, runs on the loop.
  void await(http::AskerPtr asker, UniqueFunction<void()> then);

 private:
  template <class What>
  using Key = std::pair<What, Kind>;

  std::map<Key<std::string>, Result<std::string>> texts_;
  std::map<Key<ObjectPtr>, Result<ObjectPtr>> objects_;
  std::vector<Key<std::string>> texts_missed_;
  std::vector<Key<ObjectPtr>> objects_missed_;
};

}  // namespace kubus::apiserver
