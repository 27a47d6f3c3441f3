/// When a step is slow, and how that is said.
#include "goodhart/report/slow_steps.hpp"

#include <fmt/format.h>

namespace goodhart {
namespace {

constexpr std::size_t kMostNotes = 10;

}  // namespace

SlowSteps::SlowSteps(const Scenario& scenario) : last_step_(scenario.time.steps - 1) {
  for (const auto& policy : scenario.policies.entries) policies_.push_back(policy.name);
}

std::string SlowSteps::note(const StepDone& step, double now) {
  const Run run{step.replicate, step.policy};
  if (step.starts) {
    since_[run] = now;
    return "";
  }
  const auto since = since_.find(run);
  const double seconds = since == since_.end() ? 0 : now - since->second;
  const bool over = step.step == (step.policy < 0 ? -1 : last_step_);
  if (over) {
    since_.erase(run);
  } else {
    since_[run] = now;
  }
  const bool hard = step.hardest.parts >= kHardDecision, slow = seconds >= kLongStep;
  if ((!hard && !slow) || noted_.size() >= kMostNotes || !noted_.insert(run).second) return "";

  const std::string policy =
      step.policy < 0 ? "before the policies" : "policy " + policies_[static_cast<std::size_t>(step.policy)];
  std::string what;
  if (hard) {
    what = fmt::format("employee {} was hard to decide for: {} parts of what it can do had to be looked at",
                       step.hardest.employee, step.hardest.parts);
  }
  if (slow) what += fmt::format("{} {:.0f} s", hard ? "; the step took" : "the step took", seconds);
  return fmt::format(
      "{}, replicate {}, step {}: {}. The results are exact all the same; see \"What makes a scenario "
      "slow\" in docs/performance.md{}",
      policy, step.replicate, step.step, what, noted_.size() < kMostNotes ? "" : ". Further slow runs are not named");
}

}  // namespace goodhart
