// Conversion: the versions of a custom kind whose objects a webhook converts from one to another.
//
// Thread safety: immutable; show(), convert() and store() from any thread. Whoever waits has no
// thread: `done` runs before these return where nobody has to be asked, else on the loop.
//
// What an object has been found to be in another version is kept with it (Object::in), so it is
// asked about once, however many want to see it, and forgotten together with it. An object is sent
// as it is stored, with the defaults of the version it is stored in; what comes back is pruned by
// the schema of its own.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "cache/object.h"
#include "custom/converter.h"
#include "custom/family.h"
#include "request/crowd.h"

namespace kubus::apiserver {

class Conversion : public std::enable_shared_from_this<Conversion> {
 public:
  // Of the definition `tree`, whose text is `definition`, if its versions are converted by a
  // webhook; else null. `converter` outlives it.
  static std::shared_ptr<Conversion> of(const Bytes& definition, const boost::json::object& tree,
                                        Converter& converter);

  // They live as long as this.
  std::vector<std::shared_ptr<const CustomKind>> kinds() {
    return family_.kinds(shared_from_this());
  }

  // `objects`, which are as they are stored, as `wanted` has them: in the same order, or why one of
  // them cannot be shown. kCancelled: `asker` has left.
  using Shown = UniqueFunction<void(Result<std::vector<ObjectPtr>>)>;
  void show(std::vector<ObjectPtr> objects, const CustomKind& wanted, const http::AskerPtr& asker,
            Shown done);
  // The object as show() would give it, if it can be known without asking; else null.
  ObjectPtr known(const ObjectPtr& object, const CustomKind& wanted) const;
  // The object whose JSON, in whatever version, is `text`, as the webhook has it in `wanted`.
  using Converted = UniqueFunction<void(Result<std::string>)>;
  void convert(std::string text, const CustomKind& wanted, http::AskerPtr asker, Converted done) {
    convert(std::move(text), wanted, Rest::kKept, std::move(asker), std::move(done));
  }
  // What is stored of an object whose JSON, in the version `seen`, is `text`.
  void store(std::string text, const CustomKind& seen, http::AskerPtr asker, Converted done) {
    if (seen.storage()) return done(std::move(text));
    convert(std::move(text), family_.stored(), Rest::kDropped, std::move(asker), std::move(done));
  }

 private:
  // What a version has no place for.
  enum class Rest { kKept, kDropped };
  struct Showing;
  struct Waiter {
    std::shared_ptr<Showing> showing;
    std::size_t index = 0;
  };
  // For one object; the crowd of the question that it is part of.
  struct Waiters {
    CrowdPtr crowd;
    std::vector<Waiter> all;
  };
  using WaitersPtr = std::shared_ptr<Waiters>;
  struct Batch {
    std::vector<ObjectPtr> objects;
    std::vector<WaitersPtr> waiters;  // for each of them
    std::vector<std::string> texts;
    std::size_t bytes = 0;
  };
  struct Asking;
  // An object and the version it is wanted in.
  using Key = std::pair<const Object*, const CustomKind*>;

  Conversion(const Bytes& definition, const boost::json::object& tree, Converter& converter,
             ConversionHook hook);
  // What a webhook is told of an object: the text of its own version, without a resourceVersion.
  std::string question_about(const Object& object) const;
  // Those who wait for what is known of the object already; null: it is still to be asked about.
  // `crowds` are those that were entered.
  WaitersPtr join(const Key& key, std::vector<CrowdPtr>& crowds);
  // Who wants to see objects does not wait for them any more.
  void leave(Showing& showing);
  // Of a batch without texts, however large.
  void ask(Batch all, const CustomKind& wanted, CrowdPtr crowd);
  void ask_next(const std::shared_ptr<Asking>& asking);
  void settle(const std::shared_ptr<Asking>& asking, Batch batch,
              const Result<Converter::Texts>& answer, bool answered);
  static void split(const Batch& batch, Asking& asking);
  void fail(const Batch& batch, const CustomKind& wanted, const Status& why);
  void complete(const ObjectPtr& object, const CustomKind& wanted, const WaitersPtr& waiters,
                Result<ObjectPtr> shown);
  void convert(std::string text, const CustomKind& wanted, Rest rest, http::AskerPtr asker,
               Converted done);
  // The text of `converted`, of which `original` was made, as `wanted` has it.
  Result<std::string> read(const std::string& original, const CustomKind& wanted, Rest rest,
                           boost::json::value converted) const;

  Converter& converter_;
  const ConversionHook hook_;
  const KindFamily family_;
  std::mutex mutex_;
  // By what is being asked about. The question owns them: one that is dropped without an answer, as
  // when the server ends, must take them along, because what they keep alive keeps this alive.
  std::map<Key, std::weak_ptr<Waiters>> waiting_;
};

}  // namespace kubus::apiserver
