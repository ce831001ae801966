#include "registry/storage_client.h"

#include "kubus/storage.h"

namespace kubus::apiserver {
namespace {

storage::TxnRequest unchanged(const std::string& key, std::int64_t expected) {
  storage::TxnRequest request;
  auto* compare = request.add_compare();
  compare->set_key(key);
  compare->set_target(storage::Compare::MOD_REVISION);
  compare->set_result(storage::Compare::EQUAL);
  compare->set_number(expected);
  return request;
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

void StorageClient::put(std::string key, std::string value, std::int64_t expected, Done done) {
  auto request = unchanged(key, expected);
  auto* put = request.add_success()->mutable_put();
  put->set_key(std::move(key));
  put->set_value(std::move(value));
  send(context_, request, std::move(done));
}

void StorageClient::remove(std::string key, std::int64_t expected, Done done) {
  auto request = unchanged(key, expected);
  request.add_success()->mutable_delete_()->set_key(std::move(key));
  send(context_, request, std::move(done));
}

}  // namespace kubus::apiserver
