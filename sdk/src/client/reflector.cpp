#include "reflector.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>

#include "kubus/api.pb.h"
#include "kubus/api/json.h"
#include "kubus/api/protobuf.h"
#include "kubus/api/resource.h"
#include "kubus/context.h"
#include "kubus/rpc.h"

namespace kubus {
namespace {

constexpr std::string_view kInitialEventsEnd = "k8s.io/initial-events-end";
constexpr std::chrono::milliseconds kFirstRetry{50};
constexpr std::chrono::milliseconds kLongestRetry{5000};

constexpr rpc::StreamMethod<api::WatchRequest, api::WatchItem> kWatch{"api.v1", "Watch"};

}  // namespace

Reflector::Reflector(Context& context, std::shared_ptr<const ResourceInfo> kind,
                     InformerOptions options, Sink sink)
    : context_(context),
      kind_(std::move(kind)),
      built_in_(resource_of(*kind_->message) == kind_.get()),
      options_(std::move(options)),
      sink_(std::move(sink)) {}

void Reflector::start() {
  context_.loop().post([self = shared_from_this()] { self->connect(); });
}

void Reflector::stop() {
  stopped_ = true;
  retry_.reset();
  if (reader_) reader_->cancel();
  reader_.reset();
}

void Reflector::connect() {
  if (stopped_) return;
  api::WatchRequest request;
  auto& resource = *request.mutable_resource();
  resource.set_group(kind_->group);
  resource.set_version(kind_->version);
  resource.set_resource(kind_->plural);
  resource.set_namespace_(options_.ns);
  auto& query = *request.mutable_query();
  query["allowWatchBookmarks"] = "true";
  if (!built_in_) query["asStored"] = "true";
  if (!options_.label_selector.empty()) query["labelSelector"] = options_.label_selector;
  if (!options_.field_selector.empty()) query["fieldSelector"] = options_.field_selector;
  if (version_ > 0) {
    initial_ = false;
    query["resourceVersion"] = std::to_string(version_);
  } else {
    initial_ = true;
    query["sendInitialEvents"] = "true";
    query["resourceVersionMatch"] = "NotOlderThan";
    sink_.begin_replace();
  }
  request.set_accept(built_in_ ? api::PROTOBUF : api::JSON);

  bus::CallOptions options;
  std::weak_ptr<Reflector> weak = weak_from_this();
  reader_ = rpc::stream(
      context_.bus(), kWatch, request, options,
      [weak](api::WatchItem item) {
        if (auto self = weak.lock()) self->on_item(std::move(item));
      },
      [weak](const Status& status) {
        if (auto self = weak.lock()) self->on_end(status);
      });
}

void Reflector::on_item(api::WatchItem item) {
  if (stopped_) return;
  failures_ = 0;
  if (item.type() == "ERROR") {
    // The server's Status follows as the end of the stream; what it says decides there.
    version_ = 0;
    return;
  }
  std::shared_ptr<Message> object = new_message(*kind_);
  if (Status s = read(item.object(), *object); !s.ok()) {
    context_.log().error("watch sent an object that cannot be read; starting over",
                         {{"kind", kind_->kind}, {"error", s.to_string()}});
    version_ = 0;
    if (reader_) reader_->cancel();
    return reconnect_later();
  }
  version_ = std::max(version_, resource_version_of(*object));
  if (item.type() == "BOOKMARK")
    on_bookmark(*object);
  else if (item.type() == "DELETED")
    sink_.erase(std::move(object));
  else
    sink_.put(std::move(object));
  if (!initial_) sink_.progress(version_);
}

Status Reflector::read(const std::string& text, Message& object) const {
  if (built_in_) return from_protobuf(text, object);
  DecodeOptions options;
  options.max_bytes = text.size() + 1;
  KUBUS_TRY(from_json(std::string_view(text), object, options));
  if (auto* metadata = metadata_of(object)) metadata->clear_managedfields();
  return {};
}

void Reflector::on_bookmark(const Message& object) {
  const meta_v1::ObjectMeta* meta = metadata_of(object);
  if (!initial_ || !meta || !meta->annotations().contains(std::string(kInitialEventsEnd))) return;
  initial_ = false;
  sink_.end_replace();
}

void Reflector::on_end(const Status& status) {
  if (stopped_) return;
  // An unfinished replacement is begun again from the start.
  if (initial_ || status.code() == Code::kExpired || status.code() == Code::kGone) version_ = 0;
  if (!status.ok() && status.code() != Code::kDraining)
    context_.log().debug("watch ended", {{"kind", kind_->kind}, {"error", status.to_string()}});
  reconnect_later();
}

void Reflector::reconnect_later() {
  const auto delay = std::min<std::chrono::milliseconds>(
      kFirstRetry * (1 << std::min(failures_, 10)), kLongestRetry);
  ++failures_;
  std::weak_ptr<Reflector> weak = weak_from_this();
  retry_ = context_.loop().after(delay, [weak] {
    if (auto self = weak.lock()) self->connect();
  });
}

}  // namespace kubus
