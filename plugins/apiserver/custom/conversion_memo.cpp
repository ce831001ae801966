#include "custom/conversion_memo.h"

#include "custom/conversion.h"

namespace kubus::apiserver {

const Result<std::string>* ConversionMemo::find(std::string_view text, const Kind& wanted) {
  Key<std::string> key(text, wanted);
  if (const auto found = texts_.find(key); found != texts_.end()) return &found->second;
  texts_missed_.push_back(std::move(key));
  return nullptr;
}

const Result<ObjectPtr>* ConversionMemo::find(const ObjectPtr& stored, const Kind& wanted) {
  Key<ObjectPtr> key(stored, wanted);
  if (const auto found = objects_.find(key); found != objects_.end()) return &found->second;
  if (auto known = wanted->conversion()->known(stored, *wanted))
    return &objects_.emplace(std::move(key), std::move(known)).first->second;
  objects_missed_.push_back(std::move(key));
  return nullptr;
}

void ConversionMemo::await(http::AskerPtr asker, UniqueFunction<void()> then) {
  if (!texts_missed_.empty()) {
    auto key = std::move(texts_missed_.back());
    texts_missed_.pop_back();
    // It may have been missed more than once.
    if (texts_.contains(key)) return await(std::move(asker), std::move(then));
    auto& conversion = *key.second->conversion();
    const auto& wanted = *key.second;
    auto text = key.first;
    conversion.convert(std::move(text), wanted, asker,
                       [this, key = std::move(key), asker,
                        then = std::move(then)](Result<std::string> converted) mutable {
                         texts_.emplace(std::move(key), std::move(converted));
                         await(std::move(asker), std::move(then));
                       });
    return;
  }
  if (objects_missed_.empty()) return then();
  auto key = std::move(objects_missed_.back());
  objects_missed_.pop_back();
  if (objects_.contains(key)) return await(std::move(asker), std::move(then));
  auto& conversion = *key.second->conversion();
  const auto& wanted = *key.second;
  std::vector<ObjectPtr> one{key.first};
  conversion.show(std::move(one), wanted, asker,
                  [this, key = std::move(key), asker,
                   then = std::move(then)](Result<std::vector<ObjectPtr>> shown) mutable {
                    objects_.emplace(std::move(key), shown.ok()
                                                         ? Result<ObjectPtr>(shown->front())
                                                         : Result<ObjectPtr>(shown.status()));
                    await(std::move(asker), std::move(then));
                  });
}

}  // namespace kubus::apiserver
