// Sees the answer to a request that is recorded.
#include "audit/audit.h"
#include "fairness/classify.h"
#include "kubus/http/byte_stream.h"
#include "request/wrapped_exchange.h"

namespace kubus::apiserver::audit {
namespace {

std::string joined(const std::vector<Bytes>& pieces) {
  std::string text;
  for (const auto& piece : pieces) text.append(piece.view());
  return text;
}

// What the client is told where something went wrong; returns the format of the answer.
Format note_failure(Record& record, const http::Response& response) {
  const auto format =
      body_format(response.headers.get("Content-Type")).value_or(Format::kJson);
  if (response.status >= 400 && format == Format::kJson) record.failure = joined(response.body);
  return format;
}

// What is ours to say of a failure is noted as well.
template <class... Args>
void note_failures_of(UniqueFunction<http::Response(Args...)>& make,
                      const std::shared_ptr<Record>& record) {
  if (!make) return;
  make = [record, make = std::move(make)](Args... args) mutable {
    auto response = make(std::move(args)...);
    note_failure(*record, response);
    return response;
  };
}

// Who asked, through which proxies.
std::vector<std::string> addresses_of(const http::Request& request) {
  std::vector<std::string> addresses;
  auto forwarded = request.headers.get("X-Forwarded-For");
  while (!forwarded.empty()) {
    const auto comma = forwarded.find(',');
    auto one = forwarded.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (!one.empty()) addresses.emplace_back(one);
    forwarded.remove_prefix(comma == std::string_view::npos ? forwarded.size() : comma + 1);
  }
  const auto& peer = request.peer.address;
  auto host = peer.substr(0, peer.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (!host.empty()) addresses.push_back(std::move(host));
  return addresses;
}

// Completes the record when it goes away.
class Completion {
 public:
  Completion(Audit& audit, std::shared_ptr<Record> record)
      : audit_(audit), record_(std::move(record)) {}
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;
  ~Completion() { audit_.write(*record_, kResponseComplete); }

 private:
  Audit& audit_;
  const std::shared_ptr<Record> record_;
};

// A connection that was taken over.
class AuditedBytes final : public http::ByteStream {
 public:
  AuditedBytes(std::unique_ptr<http::ByteStream> inner, std::shared_ptr<Completion> completion)
      : inner_(std::move(inner)), completion_(std::move(completion)) {}

  executor_type get_executor() override { return inner_->get_executor(); }
  void read(boost::asio::mutable_buffer into, Done done) override {
    inner_->read(into, std::move(done));
  }
  void write(boost::asio::const_buffer data, Done done) override {
    inner_->write(data, std::move(done));
  }
  void close() override { inner_->close(); }
  void on_stop(Task task) override { inner_->on_stop(std::move(task)); }

 private:
  const std::unique_ptr<http::ByteStream> inner_;
  const std::shared_ptr<Completion> completion_;
};

// Completes the record when the stream is over.
class AuditedStream final : public http::BodyStream,
                            public std::enable_shared_from_this<AuditedStream> {
 public:
  AuditedStream(std::shared_ptr<http::BodyStream> inner, Audit& audit,
                std::shared_ptr<Record> record)
      : inner_(std::move(inner)), audit_(audit), record_(std::move(record)) {
    inner_->on_close(
        [&audit = audit_, record = record_] { audit.write(*record, kResponseComplete); });
  }

  bool write(std::vector<Bytes> pieces, bool limited) override {
    return inner_->write(std::move(pieces), limited);
  }
  void finish() override { inner_->finish(); }
  // Whoever waits for the end holds the stream no longer: the connection does, as it does without
  // this one.
  void on_close(Task task) override {
    inner_->on_close([self = shared_from_this(), task = std::move(task)]() mutable { task(); });
  }
  void when_below(std::size_t waiting, Task task) override {
    inner_->when_below(waiting, std::move(task));
  }

 private:
  const std::shared_ptr<http::BodyStream> inner_;
  Audit& audit_;
  const std::shared_ptr<Record> record_;
};

class AuditedExchange final : public WrappedExchange {
 public:
  AuditedExchange(Audit& audit, std::shared_ptr<Record> record,
                  std::shared_ptr<http::Exchange> inner)
      : WrappedExchange(std::move(inner)), audit_(audit), record_(std::move(record)) {}

  // Dropped unanswered: the server says 500.
  ~AuditedExchange() override {
    if (answered_) return;
    record_->code = 500;
    audit_.write(*record_, kResponseComplete);
  }

  void respond(http::Response response) override {
    answered_ = true;
    label(response);
    const auto format = note_failure(*record_, response);
    if (record_->wants_response()) record_->response = Body{joined(response.body), format};
    audit_.write(*record_, kResponseComplete);
    WrappedExchange::respond(std::move(response));
  }

  std::shared_ptr<http::BodyStream> stream(http::Response head) override {
    answered_ = true;
    label(head);
    audit_.write(*record_, kResponseStarted);
    return std::make_shared<AuditedStream>(WrappedExchange::stream(std::move(head)), audit_,
                                           record_);
  }

  void forward(http::Upstream upstream) override {
    answered_ = true;
    record_->code = 500;  // until somebody answers
    note_failures_of(upstream.failed, record_);
    note_failures_of(upstream.refused, record_);
    note_failures_of(upstream.redirected, record_);
    upstream.on_status = [&audit = audit_, record = record_,
                          completion = std::make_shared<Completion>(audit_, record_),
                          then = std::move(upstream.on_status)](int status) mutable {
      record->code = status;
      if (fairness::is_long_running(record->info)) audit.write(*record, kResponseStarted);
      if (then) then(status);
    };
    WrappedExchange::forward(std::move(upstream));
  }

  void take_over(Taker taker) override {
    answered_ = true;
    record_->code = 101;
    audit_.write(*record_, kResponseStarted);
    WrappedExchange::take_over([taker = std::move(taker),
                       completion = std::make_shared<Completion>(audit_, record_)](
                          std::unique_ptr<http::ByteStream> bytes) mutable {
      taker(std::make_unique<AuditedBytes>(std::move(bytes), std::move(completion)));
    });
  }

 private:
  void label(http::Response& response) {
    record_->code = response.status;
    response.headers.set("Audit-Id", record_->id);
  }

  Audit& audit_;
  const std::shared_ptr<Record> record_;
  bool answered_ = false;
};

}  // namespace

std::shared_ptr<Record> Audit::begin(std::shared_ptr<http::Exchange>& exchange,
                                     const Identity& user, const RequestInfo& info,
                                     SystemTime received) {
  const auto& request = exchange->request();
  auto record =
      begin({request.target, std::string(request.headers.get("User-Agent")), addresses_of(request)},
            user, info, received);
  if (!record) return nullptr;
  if (record->wants_request() && !request.body.empty()) {
    const auto type = request.headers.get("Content-Type");
    // Those of patches are not formats of objects.
    const auto patch = type.find("yaml") == std::string_view::npos ? Format::kJson : Format::kYaml;
    record->request = Body{request.body, body_format(type).value_or(patch)};
  }
  exchange = std::make_shared<AuditedExchange>(*this, record, std::move(exchange));
  return record;
}

}  // namespace kubus::apiserver::audit
