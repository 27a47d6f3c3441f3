/// What is wrong with the questions of a lesson.
#include <algorithm>
#include <string>
#include <vector>

#include "check.hpp"

namespace goodhart {
namespace {

bool has_incentives(const Policy& policy) {
  return std::any_of(policy.phases.begin(), policy.phases.end(),
                     [](const Phase& phase) { return !phase.incentives.empty(); });
}

/// What a variable needs to be told of, and nothing that it has no use for.
void check_subject(const LessonQuestion& question, const Scenario& scenario, const std::string& at,
                   const Findings& findings) {
  const auto ask = [&](bool needed, bool given, const char* field, const std::string& example) {
    if (needed && !given) {
      findings.error(at + "." + field, "is missing; it is needed where a question is of " + question.of + ", as in " +
                                           field + ": " + example);
    } else if (!needed && given) {
      findings.error(at + "." + field, std::string("says nothing where a question is of ") + question.of +
                                           "; remove it, or ask of " + (field[0] == 'm' ? "dashboard" : "effort"));
    }
  };
  const Setting& setting = scenario.setting;
  const bool histogram = question.picture == "histogram";
  const std::string metric = setting.metrics.empty() ? "NAME" : setting.metrics.begin()->name;
  const std::string activity = setting.activities.empty() ? "NAME" : setting.activities.begin()->name;
  if (histogram && !question.metric) {
    findings.error(at + ".metric",
                   "is missing; it is needed for a histogram, which is of readings, as in metric: " + metric);
  } else if (!histogram) {
    ask(question.of_metric(), question.metric.has_value(), "metric", metric);
  }
  ask(question.of_activity(), question.activity.has_value(), "activity", activity);
  if (!question.of_incentive()) return;
  for (const std::string& name : question.policies) {
    const Policy* policy = scenario.policies.find(name);
    if (policy && !has_incentives(*policy))
      findings.error(at + ".policies", "asks of the " + question.of + " of " + name + ", which has no incentive");
  }
}

void check_groups(const LessonQuestion& question, const Scenario& scenario, const std::string& at,
                  const Findings& findings) {
  std::vector<std::string> there;
  for (const auto& entry : scenario.setting.population.groups) there.push_back(entry.name);
  const auto check = [&](const std::string& name, const std::string& where) {
    if (std::find(there.begin(), there.end(), name) != there.end()) return;
    const auto near = nearest_name(name, there);
    findings.error(where, "there is no group '" + name + "'" +
                              (near            ? "; did you mean '" + *near + "'?"
                               : there.empty() ? ": population.groups declares none"
                                               : "; there are " + listed(there, "and")));
  };
  if (question.group) check(*question.group, at + ".group");
  for (const std::string& name : question.groups) check(name, at + ".groups");
  const bool asks = question.group || !question.groups.empty();
  if (asks && !question.of_groups()) {
    findings.error(at + (question.group ? ".group" : ".groups"),
                   "there is no " + question.of + " of a group; groups have value, effort and gaming_share");
  } else if (asks && !scenario.record.groups) {
    findings.error(at + (question.group ? ".group" : ".groups"), "needs record.groups, which is false");
  }
}

void check_question(const LessonQuestion& question, const Scenario& scenario, const std::string& at,
                    const Findings& findings) {
  check_subject(question, scenario, at, findings);
  check_groups(question, scenario, at, findings);
  const std::size_t policies = question.policies.size(), groups = question.groups.size();
  if (question.kind == "order") {
    if (groups == 1) findings.error(at + ".groups", "must name at least two groups to put in order, got one");
    if (groups > 1 && policies != 1)
      findings.error(at + ".policies", "must name the one policy under which the groups are put in order");
    if (groups == 0 && policies < 2)
      findings.error(at + ".policies", "must name at least two policies to put in order, or one and groups");
    if (groups > 0 && question.group) findings.error(at + ".group", "stands beside groups; leave out one of them");
  } else {
    if (groups > 0) findings.error(at + ".groups", "are put in order, so the kind must be order; for one write group");
    if (policies != 1)
      findings.error(at + ".policies",
                     "must name one policy where a " + question.kind + " is asked, got " + std::to_string(policies));
  }
  for (const auto* names : {&question.policies, &question.groups}) {
    for (auto name = names->begin(); name != names->end(); ++name) {
      if (std::find(names->begin(), name, *name) != name)
        findings.error(at + (names == &question.policies ? ".policies" : ".groups"), "names " + *name + " twice");
    }
  }
  const std::string base = question.than.value_or(
      scenario.policies.empty()
          ? ""
          : scenario.policies.entries[static_cast<std::size_t>(std::max(scenario.comparison(), 0))].name);
  const bool compares = question.kind == "direction" || question.as != "level";
  if (question.kind == "direction" && question.as != "level")
    findings.error(at + ".as", "says nothing where a direction is asked; remove it");
  if (!compares && question.than)
    findings.error(at + ".than", "says nothing where a level is asked; write as: change, or remove it");
  if (compares && policies == 1 && question.policies[0] == base)
    findings.error(at + ".policies", "is the policy that it is compared with; name another, or say than which");
}

}  // namespace

void check_lesson(const Scenario& scenario, const Findings& findings) {
  if (!scenario.lesson) return;
  const Lesson& lesson = *scenario.lesson;
  if (lesson.questions.empty()) findings.error("lesson.questions", "must have at least one question");
  for (std::size_t q = 0; q < lesson.questions.size(); ++q) {
    check_question(lesson.questions[q], scenario, "lesson.questions." + std::to_string(q), findings);
  }
}

}  // namespace goodhart
