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

void send(Context& context, const storage::TxnRequest& request, StorageClient::Done done) {
  rpc::call(context.bus(), storage::kTxn, request, {},
            [done = std::move(done)](Result<storage::TxnResponse> reply) mutable {
              if (!reply.ok()) return done(reply.status());
              done(Written{reply->succeeded(), reply->revision()});
            })
      .detach();
}

}  // namespace

void StorageClient::write(Companion first, Companions others, Done done) {
  others.insert(others.begin(), std::move(first));
  storage::TxnRequest request;
  for (auto& one : others) {
    expect(request, one.key, one.expected);
    if (one.act == Companion::Act::kRemove)
      request.add_success()->mutable_delete_()->set_key(std::move(one.key));
    if (one.act != Companion::Act::kPut) continue;
    auto sealed = codec_.seal(one.key, std::move(one.value));
    if (!sealed.ok()) return done(sealed.status());
    auto* put = request.add_success()->mutable_put();
    put->set_key(std::move(one.key));
    put->set_value(std::move(*sealed));
  }
  send(context_, request, std::move(done));
}

void StorageClient::put(std::string key, std::string value, std::int64_t expected, Done done,
                        Companions others) {
  write(Companion::put(std::move(key), std::move(value), expected), std::move(others),
        std::move(done));
}

void StorageClient::remove(std::string key, std::int64_t expected, Done done, Companions others) {
  write(Companion::remove(std::move(key), expected), std::move(others), std::move(done));
}

}  // namespace kubus::apiserver
