#include "custom/converter.h"

#include <boost/json.hpp>
#include <chrono>
#include <utility>

#include "cache/json_scan.h"
#include "custom/conversion_metrics.h"
#include "custom/conversion_review.h"
#include "registry/metadata.h"

namespace kubus::apiserver {
namespace {

// As the reference has it; a definition cannot say anything else.
constexpr std::chrono::seconds kTimeout{30};
constexpr std::size_t kMostOfAnswer = std::size_t{16} * 1024 * 1024;

std::string version_of(const std::string& api_version) {
  return api_version.substr(api_version.find('/') + 1);
}

// A question that is out.
struct Asked {
  std::string version, uid;
  std::size_t objects = 0;
  Converter::Read read;
  ConversionFacts facts;
  std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();

  Result<Converter::Texts> texts(const Result<std::string>& answer) {
    auto out = read_texts(answer);
    facts.took = std::chrono::steady_clock::now() - begun;
    count_conversion(facts);
    return out;
  }

 private:
  Result<Converter::Texts> read_texts(const Result<std::string>& answer) {
    facts.failure = conversion_failure::kCall;
    if (!answer.ok()) return Status(Code::kUnknown, answer.status().message()).annotate("failed");
    facts.failure = conversion_failure::kMalformed;
    auto converted = converted_objects(*answer, version, uid);
    if (!converted.ok()) return converted.status().annotate("failed");
    facts.failure = conversion_failure::kPartial;
    if (converted->size() != objects)
      return Status(Code::kUnknown, "returned " + std::to_string(converted->size()) +
                                        " objects, expected " + std::to_string(objects));
    facts.failure = {};
    Converter::Texts out;
    for (std::size_t i = 0; i < objects; ++i) {
      const auto& text = out.emplace_back(read(i, std::move((*converted)[i])));
      if (!text.ok()) facts.failure = conversion_failure::kInvalid;
    }
    return out;
  }
};

}  // namespace

void Converter::ask(const ConversionHook& hook, const std::string& api_version,
                    const std::vector<std::string_view>& objects, http::AskerPtr asker, Read read,
                    Done done) {
  Asked asked;
  asked.version = review_version(hook.review_versions);
  asked.uid = new_uid();
  asked.objects = objects.size();
  asked.read = std::move(read);
  asked.facts.definition = hook.definition;
  asked.facts.from = version_of(json_text(json_at(objects.front(), "apiVersion")));
  asked.facts.to = version_of(api_version);
  webhooks::Question question;
  question.address = hook.address;
  question.tls = hook.tls;
  question.timeout = kTimeout;
  question.most = kMostOfAnswer;
  question.asker = std::move(asker);
  question.json = conversion_question(asked.version, asked.uid, api_version, objects);
  webhooks::post(client_, cache_, std::move(question),
                 [this, asked = std::move(asked),
                  done = std::move(done)](const Result<std::string>& answer) mutable {
                   context_.loop().post([texts = asked.texts(answer), answered = answer.ok(),
                                         done = std::move(done)]() mutable {
                     done(std::move(texts), answered);
                   });
                 });
}

}  // namespace kubus::apiserver
