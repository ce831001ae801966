#include "image_pulls.h"

#include <gmock/gmock.h>

#include <optional>

#include "fake_node.h"

namespace kubus::kubelet::test {
namespace {

using ::testing::UnorderedElementsAre;

class ImagePullsTest : public ::testing::Test {
 protected:
  void pulled(std::size_t index, const std::string& id) {
    runtime::PullImageProgress last;
    last.set_stage("done");
    last.mutable_image()->set_id(id);
    node_.pulls.answer(index).write(last);
    node_.pulls.answer(index).raw().finish();
  }
  // The image's id, or why there is none; empty while that is not known.
  std::string outcome(const std::string& uid, const std::string& image) {
    const auto pulled = pulls_->pull(uid, image);
    if (!pulled) return "";
    return pulled->image.ok() ? pulled->image->id() : std::string(pulled->image.status().message());
  }

  FakeNode node_;
  Calls ended_;
  std::optional<ImagePulls> pulls_{std::in_place, node_.runtime(),
                                   [this](const std::string& uid) { ended_.add(uid); }};
};

TEST_F(ImagePullsTest, PodsShareAPull) {
  EXPECT_EQ(outcome("a", "demo:1"), "");
  EXPECT_EQ(outcome("b", "demo:1"), "");
  EXPECT_TRUE(pulls_->involves("a", "demo:1"));
  EXPECT_FALSE(pulls_->involves("c", "demo:1"));
  EXPECT_EQ(node_.pulls.request(0).image(), "demo:1");
  pulled(0, "sha256:1");
  EXPECT_THAT(ended_.wait(2), UnorderedElementsAre("a", "b"));
  EXPECT_EQ(node_.pulls.count(), 1u);
  EXPECT_EQ(outcome("a", "demo:1"), "sha256:1");
  EXPECT_EQ(outcome("b", "demo:1"), "sha256:1");
  EXPECT_FALSE(pulls_->involves("a", "demo:1"));
}

TEST_F(ImagePullsTest, AnOutcomeIsGivenOnce) {
  (void)outcome("a", "demo:1");
  pulled(0, "sha256:1");
  ended_.wait(1);
  EXPECT_TRUE(pulls_->involves("a", "demo:1"));
  EXPECT_EQ(outcome("a", "demo:1"), "sha256:1");
  EXPECT_EQ(outcome("a", "demo:1"), "") << "this is a new pull";
  pulled(1, "sha256:2");
  ended_.wait(2);
  EXPECT_EQ(outcome("a", "demo:1"), "sha256:2");
}

TEST_F(ImagePullsTest, ImagesArePulledSideBySide) {
  (void)outcome("a", "demo:1");
  (void)outcome("a", "demo:2");
  EXPECT_EQ(node_.pulls.request(0).image(), "demo:1");
  EXPECT_EQ(node_.pulls.request(1).image(), "demo:2");
  pulled(1, "sha256:2");
  ended_.wait(1);
  EXPECT_EQ(outcome("a", "demo:2"), "sha256:2");
  EXPECT_EQ(outcome("a", "demo:1"), "");
  EXPECT_EQ(node_.pulls.count(), 2u);
}

TEST_F(ImagePullsTest, AFailureIsAnOutcome) {
  (void)outcome("a", "demo:1");
  node_.pulls.answer(0).raw().finish(Status(Code::kNotFound, "no such image"));
  ended_.wait(1);
  EXPECT_EQ(outcome("a", "demo:1"), "no such image");
}

TEST_F(ImagePullsTest, APodThatIsForgottenHearsNothing) {
  (void)outcome("a", "demo:1");
  (void)outcome("b", "demo:1");
  pulls_->forget("a");
  EXPECT_FALSE(pulls_->involves("a", "demo:1"));
  pulled(0, "sha256:1");
  EXPECT_THAT(ended_.wait(1), UnorderedElementsAre("b"));
  EXPECT_EQ(outcome("b", "demo:1"), "sha256:1");
  EXPECT_FALSE(pulls_->involves("a", "demo:1"));
}

TEST_F(ImagePullsTest, PullsEndWithTheirOwner) {
  (void)outcome("a", "demo:1");
  Calls cancelled;
  node_.pulls.answer(0).raw().on_cancel([&] { cancelled.add("yes"); });
  pulls_.reset();
  EXPECT_THAT(cancelled.wait(1), UnorderedElementsAre("yes"));
}

}  // namespace
}  // namespace kubus::kubelet::test
