// Strategic merge patches of a pod: the input is a patch, a newline and the pod.
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "kubus/api/resource.h"
#include "patch/tests/apply_body.h"
#include "target.h"

namespace kubus::fuzz {

void run(std::string_view input) {
  static const auto* const schema = find_message("v1", "Pod");
  const auto [patch, text] = split_line(input);
  boost::system::error_code error;
  const boost::json::value pod = boost::json::parse({text.data(), text.size()}, error);
  if (error) return;
  const auto result =
      apiserver::apply_body(apiserver::PatchType::kStrategicMerge, pod, patch, schema);
  require(result.ok() || !result.status().message().empty(), "a refusal says nothing");
}

std::vector<std::string> seeds() {
  const std::string pod =
      R"({"metadata":{"name":"a","labels":{"k":"v"},"finalizers":["x","y"]},"spec":{"containers":)"
      R"([{"name":"c","image":"i","ports":[{"containerPort":80,"protocol":"TCP"}],"env":[{"name":)"
      R"("A","value":"1"}]},{"name":"d"}],"volumes":[{"name":"v","emptyDir":{}}],"tolerations":)"
      R"([{"key":"t"}]}})";
  std::vector<std::string> all;
  for (const char* patch :
       {R"({"spec":{"containers":[{"name":"c","image":"j","env":[{"name":"B","value":"2"}]}]}})",
        R"({"spec":{"containers":[{"name":"d","$patch":"delete"},{"name":"e"}],)"
        R"("$setElementOrder/containers":[{"name":"e"},{"name":"c"}]}})",
        R"({"metadata":{"labels":null,"$deleteFromPrimitiveList/finalizers":["x"]}})",
        R"({"spec":{"volumes":[{"name":"v","$retainKeys":["name","hostPath"],"hostPath":)"
        R"({"path":"/"}}],"tolerations":[]}})",
        R"({"spec":{"containers":[{"$patch":"replace"},{"name":"z"}]}})", R"({"$patch":"delete"})"})
    all.push_back(std::string(patch) + "\n" + pod);
  return all;
}

}  // namespace kubus::fuzz
