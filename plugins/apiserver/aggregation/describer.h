// Describer: asks the servers behind APIServices what they have, in discovery and in OpenAPI, and
// makes what this server says about itself say that, too.
//
// Thread safety: everything on the loop, but documents(), from any thread.
//
// They are asked whenever they have been found to answer, and only for what has changed since. What
// one said counts on while it does not answer; then it is stale. Documents are merged on the pool.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "aggregation/remote_documents.h"
#include "aggregation/remote_services.h"
#include "custom/catalog.h"
#include "kubus/http/client.h"
#include "openapi/merge.h"
#include "registry/registry.h"

namespace kubus::apiserver::aggregation {

class Describer {
 public:
  Describer(Registry& registry, KindCatalog& kinds, RemoteServices& services);
  // APIServices have changed.
  void settle();
  // A server was found to answer, or not to.
  void checked(const std::string& name, bool answers);
  // The kinds that are served here have changed.
  void wake();
  void stop() { running_ = false; }
  // Never null.
  std::shared_ptr<const RemoteDocuments> documents() const { return std::atomic_load(&documents_); }

 private:
  struct Known {
    bool busy = false;
    bool current = false;
    std::string list;  // the resources as it lists them
    ServiceFacts::Kinds kinds;
    std::string index_tag, page;
    std::string complaint;  // that was logged last
    bool without_index = false;  // it has nothing of version 3
    std::string document_tag;
    std::shared_ptr<const SwaggerPart> part;
    DocumentPtr made;  // of that, in version 3
  };
  // Of one document, from the pool.
  struct Understood {
    SwaggerPart part;
    DocumentPtr made;
  };
  using Read = UniqueFunction<void(Known&, const RemoteServicePtr&, const Result<http::Response>&)>;

  void ask(const RemoteServicePtr& service, std::string target, const std::string& tag, Read read);
  void read_kinds(Known& known, const RemoteServicePtr& service,
                  const Result<http::Response>& response);
  void read_index(Known& known, const RemoteServicePtr& service,
                  const Result<http::Response>& response);
  void read_document(Known& known, const RemoteServicePtr& service,
                     const Result<http::Response>& response);
  void take_part(const RemoteServicePtr& service, std::string tag, Result<Understood> document);
  void finish(Known& known);
  // Says once what is wrong with something that is left out.
  void skip(Known& known, const RemoteServicePtr& service, const char* what,
            const std::string& why) const;
  // What is known goes to those who tell it.
  void publish();
  void merge();

  Registry& registry_;
  KindCatalog& kinds_;
  RemoteServices& services_;
  bool running_ = true;
  std::map<std::string, Known> known_;
  std::vector<std::shared_ptr<const SwaggerPart>> parts_;  // that are merged, or being
  bool merging_ = false;
  bool merge_again_ = false;
  std::shared_ptr<const RemoteDocuments> documents_;  // by atomic_load and atomic_store
  http::Client client_{"api-describer"};
};

}  // namespace kubus::apiserver::aggregation
