// kubus-image: `kubus image load|list|rm|pull|prune`, a client of service runtime.v1.
#include <google/protobuf/util/json_util.h>
#include <stdlib.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <condition_variable>
#include <iostream>
#include <mutex>

#include "image_table.h"
#include "kubus/host.h"
#include "kubus/runtime.h"

namespace kubus::runtime_oci {
namespace {

namespace rt = kubus::runtime;

struct Arguments {
  std::string run_dir = "/run/kubus";
  std::string output;
  std::vector<std::string> names;
  std::string tag;
  std::string user;
  bool password_stdin = false;
};

int complain(const Status& status) {
  std::cerr << "kubus image: " << status.message() << '\n';
  return 1;
}

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void print_json(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string text;
  if (google::protobuf::util::MessageToJsonString(message, &text, options).ok()) std::cout << text;
}

bus::CallOptions patient() {
  bus::CallOptions options;
  options.timeout = std::chrono::minutes(30);
  return options;
}

int list(bus::Client& bus, const Arguments& arguments) {
  const auto reply = rpc::call_wait(bus, rt::kListImages, {});
  if (!reply.ok()) return complain(reply.status());
  if (arguments.output == "json") return print_json(*reply), 0;
  std::cout << image_table({reply->images().begin(), reply->images().end()}, now_ns());
  return 0;
}

int load(bus::Client& bus, const Arguments& arguments) {
  int result = 0;
  for (const auto& file : arguments.names) {
    // The plugin may have another working directory.
    char* path = ::realpath(file.c_str(), nullptr);
    if (!path) {
      result = complain(Status(Code::kNotFound, file + ": no such file"));
      continue;
    }
    rt::LoadImageRequest request;
    request.set_path(path);
    request.set_name(arguments.tag);
    ::free(path);
    const auto reply = rpc::call_wait(bus, rt::kLoadImage, request, patient());
    if (!reply.ok()) {
      result = complain(reply.status());
    } else if (arguments.output == "json") {
      print_json(*reply);
    } else {
      for (const auto& image : reply->images())
        std::cout << "loaded " << (image.repo_tags().empty() ? image.id() : image.repo_tags(0))
                  << '\n';
    }
  }
  return result;
}

int remove(bus::Client& bus, const Arguments& arguments) {
  int result = 0;
  for (const auto& name : arguments.names) {
    rt::ImageStatusRequest look;
    look.set_image(name);
    const auto found = rpc::call_wait(bus, rt::kImageStatus, look);
    if (!found.ok()) return complain(found.status());
    rt::RemoveImageRequest request;
    request.set_image(name);
    const auto reply = rpc::call_wait(bus, rt::kRemoveImage, request, patient());
    if (!reply.ok())
      result = complain(reply.status());
    else if (!found->has_image())
      result = complain(Status(Code::kNotFound, "image \"" + name + "\" is not here"));
    else
      std::cout << "removed " << name << '\n';
  }
  return result;
}

int prune(bus::Client& bus, const Arguments& arguments) {
  const auto reply = rpc::call_wait(bus, rt::kPruneImages, {}, patient());
  if (!reply.ok()) return complain(reply.status());
  if (arguments.output == "json") return print_json(*reply), 0;
  for (const auto& image : reply->removed())
    std::cout << "removed " << (image.repo_tags().empty() ? image.id() : image.repo_tags(0))
              << '\n';
  std::cout << "freed " << human_size(reply->freed_bytes()) << '\n';
  return 0;
}

// One pull, to its end.
int pull_one(bus::Client& bus, const rt::PullImageRequest& request, const Arguments& arguments) {
  std::mutex mutex;
  std::condition_variable changed;
  bool over = false;
  Status outcome;
  rt::Image image;
  auto stream = rpc::stream(
      bus, rt::kPullImage, request, patient(),
      [&](const rt::PullImageProgress& item) {
        const std::lock_guard lock(mutex);
        if (item.has_image()) image = item.image();
        if (arguments.output != "json" && !item.message().empty())
          std::cerr << item.stage() << ' ' << item.message() << '\n';
      },
      [&](Status status) {
        const std::lock_guard lock(mutex);
        outcome = std::move(status);
        over = true;
        changed.notify_all();
      });
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return over; });
  if (!outcome.ok()) return complain(outcome);
  if (arguments.output == "json")
    print_json(image);
  else
    std::cout << "pulled " << request.image() << ' ' << image.id() << '\n';
  return 0;
}

int pull(bus::Client& bus, const Arguments& arguments) {
  std::string password;
  if (arguments.password_stdin) std::getline(std::cin, password);
  int result = 0;
  for (const auto& name : arguments.names) {
    rt::PullImageRequest request;
    request.set_image(name);
    if (!arguments.user.empty()) {
      request.mutable_auth()->set_username(arguments.user);
      request.mutable_auth()->set_password(password);
    }
    if (const int one = pull_one(bus, request, arguments); one != 0) result = one;
  }
  return result;
}

int run(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Images of a Kubus node", "kubus image");
  app.require_subcommand(1);
  app.add_option("--run-dir", arguments.run_dir, "Run directory of the node's kubusd")
      ->envname("KUBUS_RUN_DIR");
  using Verb = int (*)(bus::Client&, const Arguments&);
  Verb chosen = nullptr;
  const auto verb = [&](const char* name, const char* help, Verb function) {
    auto* command = app.add_subcommand(name, help);
    command->add_option("-o,--output", arguments.output, "Output format")
        ->check(CLI::IsMember({"json"}));
    command->callback([&chosen, function] { chosen = function; });
    return command;
  };
  auto* loader = verb("load", "Load an OCI or docker archive", load);
  loader->add_option("FILE", arguments.names, "Archive")->required();
  loader->add_option("--name", arguments.tag, "Reference to give the image");
  verb("list", "List the images", list)->alias("ls");
  verb("rm", "Remove images", remove)
      ->add_option("IMAGE", arguments.names, "Reference or id")
      ->required();
  auto* puller = verb("pull", "Pull images from their registries", pull);
  puller->add_option("IMAGE", arguments.names, "Reference")->required();
  puller->add_option("--user", arguments.user, "User name at the registry");
  puller->add_flag("--password-stdin", arguments.password_stdin,
                   "Read the password from standard input");
  verb("prune", "Remove the images that no container uses", prune);
  CLI11_PARSE(app, argc, argv);
  auto host =
      Host::open({.run_dir = arguments.run_dir, .role = HostRole::kClient, .id = "kubus-image"});
  if (!host.ok())
    return complain(host.status().annotate("kubusd is not running at " + arguments.run_dir +
                                           " (choose a cluster with --run-dir or KUBUS_RUN_DIR)"));
  return chosen((*host)->self().context().bus(), arguments);
}

}  // namespace
}  // namespace kubus::runtime_oci

int main(int argc, char** argv) { return kubus::runtime_oci::run(argc, argv); }
