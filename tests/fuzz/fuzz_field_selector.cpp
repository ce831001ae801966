// Field selectors, of any kind: what parses prints a text that parses to the same selector again,
// and what a kind allows can be matched against its objects.
#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "kubus/api/resource.h"
#include "selector/field_selector.h"
#include "target.h"

namespace kubus::fuzz {

using namespace apiserver;

namespace {

// Terms are sorted as they are written, and `a==b` is printed as `a=b`: their order may change.
auto sorted_terms(const FieldSelector& selector) {
  std::vector<std::tuple<std::string, std::string, bool>> out;
  for (const FieldTerm& term : selector.terms())
    out.emplace_back(term.field, term.value, term.negated);
  std::sort(out.begin(), out.end());
  return out;
}

bool same(const FieldSelector& a, const FieldSelector& b) {
  return sorted_terms(a) == sorted_terms(b);
}

}  // namespace

void run(std::string_view input) {
  const auto selector = FieldSelector::parse(input);
  require(selector.ok() || !selector.status().message().empty(), "a refusal says nothing");
  if (!selector.ok()) return;
  const auto again = FieldSelector::parse(selector->to_string());
  require(again.ok() && same(*selector, *again), "a field selector does not print itself");
  for (const auto& resource : all_resources()) {
    if (!resource.message || !selector->check(resource.group, resource.kind).ok()) continue;
    auto object = new_message(resource);
    if (auto* metadata = metadata_of(*object)) *metadata->mutable_name() = "a";
    require(selector->matches(*object) == again->matches(*object), "the same object matches not");
    if (const auto* name = selector->exact("metadata.name"); name && *name != "a")
      require(!selector->matches(*object), "an object of another name matches");
  }
  const std::vector<std::string> custom = {"spec.color"};
  (void)selector->check("example.com", "Widget", &custom);
}

std::vector<std::string> seeds() {
  return {"metadata.name=x,status.phase!=Running",
          R"(spec.nodeName=a\,b\=c\\)",
          "metadata.name==a,metadata.namespace=default",
          "spec.nodeName=node-1,spec.schedulerName=default-scheduler,spec.restartPolicy!=Always",
          "involvedObject.kind=Pod,involvedObject.name=web,reason=Failed,type!=Normal",
          "status.podIP=10.0.0.1,status.nominatedNodeName=",
          "spec.unschedulable=false",
          "type=kubernetes.io/service-account-token",
          "status.successful!=1",
          "spec.color=green",
          "spec.nodeName==b,spec.nodeName=a",
          R"(metadata.namespace!=x\,metadata.name\=a)",
          ""};
}

}  // namespace kubus::fuzz
