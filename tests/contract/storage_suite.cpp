#include "storage_suite.h"

#include "storage_cases.h"

namespace kubus::contract {
namespace {

class Case : public testing::Test {
 public:
  Case(StorageCase body, StoreFactory factory)
      : body_(std::move(body)), factory_(std::move(factory)) {}
  void TestBody() override {
    auto store = factory_();
    ASSERT_NE(store, nullptr);
    body_.run(*store);
  }

 private:
  StorageCase body_;
  StoreFactory factory_;
};

}  // namespace

bool register_storage_suite(const std::string& engine, const StoreFactory& factory) {
  for (const auto& family : {range_cases(), txn_cases(), compare_cases(), watch_cases(),
                             compact_cases(), concurrency_cases()})
    for (const auto& body : family)
      testing::RegisterTest(
          ("Storage_" + engine).c_str(), body.name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
          [body, factory]() -> testing::Test* { return new Case(body, factory); });
  return true;
}

Txn& Txn::when(std::string_view key, storage::Compare::Target target,
               storage::Compare::Result relation, std::int64_t number) {
  auto* compare = request_.add_compare();
  compare->set_key(std::string(key));
  compare->set_target(target);
  compare->set_result(relation);
  compare->set_number(number);
  return *this;
}

Txn& Txn::when_value(std::string_view key, storage::Compare::Result relation,
                     std::string_view value) {
  when(key, storage::Compare::VALUE, relation, 0);
  request_.mutable_compare(request_.compare_size() - 1)->set_value(std::string(value));
  return *this;
}

Txn& Txn::when_mod(std::string_view key, std::int64_t revision) {
  return when(key, storage::Compare::MOD_REVISION, storage::Compare::EQUAL, revision);
}

storage::Operation* Txn::add() {
  return failure_ ? request_.add_failure() : request_.add_success();
}

Txn& Txn::put(std::string_view key, std::string_view value) {
  auto* put = add()->mutable_put();
  put->set_key(std::string(key));
  put->set_value(std::string(value));
  return *this;
}

Txn& Txn::remove(std::string_view key, std::string_view range_end, bool previous) {
  auto* remove = add()->mutable_delete_();
  remove->set_key(std::string(key));
  remove->set_range_end(std::string(range_end));
  remove->set_return_previous(previous);
  return *this;
}

Txn& Txn::read(std::string_view key, std::string_view range_end) {
  *add()->mutable_range() = range_of(key, range_end);
  return *this;
}

Txn& Txn::otherwise() {
  failure_ = true;
  return *this;
}

storage::RangeRequest range_of(std::string_view key, std::string_view range_end) {
  storage::RangeRequest request;
  request.set_key(std::string(key));
  request.set_range_end(std::string(range_end));
  return request;
}

storage::WatchRequest watch_of(std::string_view key, std::string_view range_end, std::int64_t start,
                               bool previous) {
  storage::WatchRequest request;
  request.set_key(std::string(key));
  request.set_range_end(std::string(range_end));
  request.set_start_revision(start);
  request.set_previous(previous);
  return request;
}

std::int64_t must_put(Store& store, std::string_view key, std::string_view value) {
  auto done = store.txn(Txn().put(key, value).request());
  EXPECT_TRUE(done.ok()) << done.status().to_string();
  return done.ok() ? done->revision() : 0;
}

std::int64_t must_remove(Store& store, std::string_view key, std::string_view range_end) {
  auto done = store.txn(Txn().remove(key, range_end).request());
  EXPECT_TRUE(done.ok()) << done.status().to_string();
  return done.ok() ? done->revision() : 0;
}

storage::RangeResponse must_range(Store& store, const storage::RangeRequest& request) {
  auto done = store.range(request);
  EXPECT_TRUE(done.ok()) << done.status().to_string();
  return done.ok() ? *done : storage::RangeResponse();
}

std::unique_ptr<WatchStream> must_watch(Store& store, const storage::WatchRequest& request) {
  auto stream = store.watch(request);
  EXPECT_TRUE(stream.ok()) << stream.status().to_string();
  if (!stream.ok()) return nullptr;
  auto first = (*stream)->next();
  EXPECT_TRUE(first.ok()) << first.status().to_string();
  EXPECT_EQ(first.ok() ? first->events_size() : 0, 0) << "the first message has no events";
  return std::move(*stream);
}

storage::WatchResponse must_event(WatchStream& stream) {
  while (true) {
    auto message = stream.next();
    EXPECT_TRUE(message.ok()) << message.status().to_string();
    if (!message.ok()) return {};
    if (message->events_size() > 0) return *message;
  }
}

std::string text_of(const storage::RangeResponse& response) {
  std::string text;
  for (const auto& kv : response.kvs())
    text += (text.empty() ? "" : " ") + kv.key() + "=" + kv.value();
  return text;
}

std::string text_of(const storage::WatchEvent& event) {
  const bool put = event.type() == storage::WatchEvent::PUT;
  std::string text =
      put ? "put " + event.kv().key() + "=" + event.kv().value() : "delete " + event.kv().key();
  if (event.has_previous()) text += " was " + event.previous().value();
  return text;
}

}  // namespace kubus::contract
