#include "registry/storage_client.h"

#include "kubus/storage.h"

namespace kubus::apiserver {
namespace {

void expect(storage::TxnRequest& request, const std::string& key, std::int64_t expected) {
  auto* compare = request.add_compare();
  compare->set_key(key);
  compare->set_target(storage::Compare::MOD_REVISION);
  compare->set_result(storage::Compare::EQUAL);
  compare->set_number(expected);
}

void add_put(storage::TxnRequest& request, std::string key, std::string value,
             std::int64_t expected) {
  expect(request, key, expected);
  auto* put = request.add_success()->mutable_put();
  put->set_key(std::move(key));
  put->set_value(std::move(value));
}

void send(Context& context, const storage::TxnRequest& request, StorageClient::Done done) {
  rpc::call(context.bus(), storage::kTxn, request, {},
            [done = std::move(done)](Result<storage::TxnResponse> reply) mutable {
              if (!reply.ok()) return done(reply.status());
              done(Written{reply->succeeded(), reply->revision()});
            })
      .detach();
}

}  // namespace

void StorageClient::put(std::string key, std::string value, std::int64_t expected, Done done,
                        std::vector<AlsoPut> others) {
  storage::TxnRequest request;
  others.insert(others.begin(), AlsoPut{std::move(key), std::move(value), expected});
  for (auto& one : others) {
    auto sealed = codec_.seal(one.key, std::move(one.value));
    if (!sealed.ok()) return done(sealed.status());
    add_put(request, std::move(one.key), std::move(*sealed), one.expected);
  }
  send(context_, request, std::move(done));
}

void StorageClient::remove(std::string key, std::int64_t expected, Done done) {
  storage::TxnRequest request;
  expect(request, key, expected);
  request.add_success()->mutable_delete_()->set_key(std::move(key));
  send(context_, request, std::move(done));
}

}  // namespace kubus::apiserver
