// Short names for the namespaces of the Kubernetes API types.
//
// Thread safety: nothing but names. This header includes no generated code: include what is used,
// as <k8s/core/v1/pod.pb.h>, beside it. protoc writes accessors in lower case: the field podIP is
// read with podip(), a field named like a C++ keyword with a trailing underscore (default_()).
#pragma once

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
class Message;
class Reflection;
}  // namespace google::protobuf

namespace k8s::io {
namespace api {
namespace admission::v1 {}
namespace admissionregistration::v1 {}
namespace apps::v1 {}
namespace authentication::v1 {}
namespace authorization::v1 {}
namespace autoscaling::v1 {}
namespace autoscaling::v2 {}
namespace batch::v1 {}
namespace certificates::v1 {}
namespace coordination::v1 {}
namespace core::v1 {}
namespace discovery::v1 {}
namespace events::v1 {}
namespace flowcontrol::v1 {}
namespace networking::v1 {}
namespace node::v1 {}
namespace policy::v1 {}
namespace rbac::v1 {}
namespace resource::v1 {}
namespace scheduling::v1 {}
namespace storage::v1 {}
}  // namespace api
namespace apimachinery::pkg {
namespace api::resource {
class Quantity;
}
namespace apis::meta::v1 {
class Duration;
class LabelSelector;
class ListMeta;
class MicroTime;
class ObjectMeta;
class Status;
class Time;
}  // namespace apis::meta::v1
namespace runtime {
class RawExtension;
class Unknown;
}  // namespace runtime
namespace util::intstr {
class IntOrString;
}
}  // namespace apimachinery::pkg
namespace apiextensions_apiserver::pkg::apis::apiextensions::v1 {}
namespace kube_aggregator::pkg::apis::apiregistration::v1 {}
namespace metrics::pkg::apis::metrics::v1beta1 {}
}  // namespace k8s::io

namespace kubus {

namespace admission_v1 = ::k8s::io::api::admission::v1;
namespace admissionregistration_v1 = ::k8s::io::api::admissionregistration::v1;
namespace apiextensions_v1 = ::k8s::io::apiextensions_apiserver::pkg::apis::apiextensions::v1;
namespace apiregistration_v1 = ::k8s::io::kube_aggregator::pkg::apis::apiregistration::v1;
namespace apps_v1 = ::k8s::io::api::apps::v1;
namespace authentication_v1 = ::k8s::io::api::authentication::v1;
namespace authorization_v1 = ::k8s::io::api::authorization::v1;
namespace autoscaling_v1 = ::k8s::io::api::autoscaling::v1;
namespace autoscaling_v2 = ::k8s::io::api::autoscaling::v2;
namespace batch_v1 = ::k8s::io::api::batch::v1;
namespace certificates_v1 = ::k8s::io::api::certificates::v1;
namespace coordination_v1 = ::k8s::io::api::coordination::v1;
namespace core_v1 = ::k8s::io::api::core::v1;
namespace discovery_v1 = ::k8s::io::api::discovery::v1;
namespace events_v1 = ::k8s::io::api::events::v1;
namespace flowcontrol_v1 = ::k8s::io::api::flowcontrol::v1;
namespace k8s_intstr = ::k8s::io::apimachinery::pkg::util::intstr;
namespace k8s_runtime = ::k8s::io::apimachinery::pkg::runtime;
namespace meta_v1 = ::k8s::io::apimachinery::pkg::apis::meta::v1;
namespace metrics_v1beta1 = ::k8s::io::metrics::pkg::apis::metrics::v1beta1;
namespace networking_v1 = ::k8s::io::api::networking::v1;
namespace node_v1 = ::k8s::io::api::node::v1;
namespace policy_v1 = ::k8s::io::api::policy::v1;
namespace rbac_v1 = ::k8s::io::api::rbac::v1;
namespace resource_v1 = ::k8s::io::api::resource::v1;
namespace scheduling_v1 = ::k8s::io::api::scheduling::v1;
namespace storage_v1 = ::k8s::io::api::storage::v1;

using Quantity = ::k8s::io::apimachinery::pkg::api::resource::Quantity;

}  // namespace kubus
