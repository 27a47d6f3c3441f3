/// The one function that a browser calls: a request as JSON in, an answer as JSON out. docs/lab.md lists the requests.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "bench.hpp"
#include "goodhart/core/document.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/engine/single_run.hpp"
#include "goodhart/report/comparison.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/report/explanation.hpp"
#include "goodhart/report/policy_words.hpp"
#include "goodhart/report/summary.hpp"

namespace goodhart_lab {
namespace {

using goodhart::Diagnostic;
using goodhart::Estimate;
using goodhart::LessonQuestion;
using goodhart::Scenario;
using goodhart::UserError;
using Json = nlohmann::ordered_json;

/// What is open; a request to open another scenario replaces it.
struct Desk {
  std::unique_ptr<Bench> bench;
  std::optional<goodhart::LessonRun> lesson;
};

Bench& opened(Desk& desk) {
  if (!desk.bench) throw UserError("no scenario is open");
  return *desk.bench;
}

// ---- Words and numbers as JSON ----

Json json_of(const std::vector<Diagnostic>& diagnostics) {
  return Json::parse(goodhart::diagnostics_json(diagnostics));
}

Json json_of(const Estimate& estimate) {
  return {{"mean", estimate.mean}, {"low", estimate.low}, {"high", estimate.high}, {"n", estimate.n}};
}

/// The text without line ends at its end.
std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

std::size_t policy_at(const Scenario& scenario, const std::string& name) {
  const int at = scenario.policies.index(name);
  if (at < 0) throw UserError(name + ": there is no such policy");
  return static_cast<std::size_t>(at);
}

/// Where a policy's targets can be seen: the incentives of all its phases that read a metric, by the names of results.
Json incentives_of(const goodhart::Policy& policy, const std::string& name) {
  Json list = Json::array();
  const std::vector<std::string> names = policy.incentive_names();
  std::size_t at = 0;
  for (const goodhart::Phase& phase : policy.phases) {
    for (const goodhart::Scheme& scheme : phase.incentives) {
      const std::string metric = std::visit([](const auto& kind) { return kind.metric; }, scheme);
      list.push_back({{"name", name + "/" + names[at++]}, {"metric", metric}});
    }
  }
  return list;
}

Json lesson_of(const Scenario& scenario) {
  if (!scenario.lesson) return nullptr;
  Json questions = Json::array();
  for (const LessonQuestion& question : scenario.lesson->questions) {
    questions.push_back({{"ask", trimmed(question.ask)},
                         {"kind", question.kind},
                         {"of", question.of},
                         {"metric", question.metric.value_or("")},
                         {"as", question.as},
                         {"picture", question.picture},
                         {"names", question.groups.empty() ? question.policies : question.groups}});
  }
  Json set = Json::object();
  for (const auto& [path, value] : scenario.lesson->next.set) set[path] = value;
  return {{"number", scenario.lesson->number},
          {"story", trimmed(scenario.lesson->story)},
          {"questions", questions},
          {"next", {{"look", trimmed(scenario.lesson->next.look)}, {"set", set}}}};
}

/// All that the page must know of a scenario before it runs.
Json about(const Scenario& scenario) {
  Json policies = Json::array(), metrics = Json::array(), activities = Json::array(), levers = Json::array();
  for (const auto& [name, policy] : scenario.policies) {
    policies.push_back({{"name", name},
                        {"label", policy.called.shown(name)},
                        {"words", goodhart::policy_words(scenario, policy)},
                        {"incentives", incentives_of(policy, name)}});
  }
  for (const auto& [name, metric] : scenario.setting.metrics) {
    metrics.push_back({{"name", name}, {"label", metric.called.shown(name)}});
  }
  for (const auto& [name, activity] : scenario.setting.activities) {
    activities.push_back({{"name", name}, {"label", activity.called.shown(name)}, {"gaming", activity.gaming}});
  }
  for (const Lever& lever : levers_of(scenario)) {
    levers.push_back({{"path", lever.path},
                      {"label", lever.label},
                      {"value", lever.value},
                      {"low", lever.low},
                      {"high", lever.high},
                      {"stated", lever.stated},
                      {"whole", lever.whole},
                      {"policy", lever.policy}});
  }
  return {{"title", scenario.title},
          {"description", trimmed(scenario.description)},
          {"unit", scenario.time.unit},
          {"steps", scenario.time.steps},
          {"replicates", scenario.replicates},
          {"employees", scenario.setting.population.size},
          {"currency", scenario.setting.organisation.currency},
          {"comparison", scenario.comparison()},
          {"main", scenario.policies.index(goodhart::policy_to_explain(scenario))},
          {"policies", policies},
          {"metrics", metrics},
          {"headline", goodhart::headline_metrics(scenario)},
          {"activities", activities},
          {"levers", levers},
          {"lesson", lesson_of(scenario)}};
}

/// A variable's course under a policy: means over replicates with the ends of their 95 % intervals, step by step.
Json course_of(const goodhart::Courses& courses, const std::string& variable, std::size_t policy,
               std::size_t position) {
  Json mean = Json::array(), low = Json::array(), high = Json::array();
  for (const goodhart::Running& at : courses.over_steps(variable, policy, position)) {
    const Estimate estimate = at.estimate();
    mean.push_back(estimate.mean);
    low.push_back(estimate.low);
    high.push_back(estimate.high);
  }
  return {{"mean", mean}, {"low", low}, {"high", high}};
}

Json courses_of(const Bench& bench) {
  const Scenario& scenario = bench.scenario();
  const goodhart::Courses& courses = bench.courses();
  Json policies = Json::array();
  const std::vector<std::string>& incentives = bench.means().names("incentive");
  for (std::size_t p = 0; p < scenario.policies.size(); ++p) {
    Json one = Json::object(), dashboard = Json::array(), effort = Json::array(), target = Json::object();
    for (const char* const name : {"value", "net_value", "gaming_share", "hours"})
      one[name] = course_of(courses, name, p, 0);
    for (std::size_t m = 0; m < scenario.setting.metrics.size(); ++m) {
      dashboard.push_back(course_of(courses, "dashboard", p, m));
    }
    for (std::size_t k = 0; k < scenario.setting.activities.size(); ++k) {
      effort.push_back(courses.mean("effort", p, k));
    }
    const std::string below = scenario.policies.entries[p].name + "/";
    for (std::size_t i = 0; i < incentives.size(); ++i) {
      if (incentives[i].starts_with(below)) target[incentives[i]] = courses.mean("target", p, i);
    }
    one["dashboard"] = dashboard;
    one["effort"] = effort;
    one["target"] = target;
    policies.push_back(one);
  }
  return {{"steps", courses.steps()}, {"policies", policies}};
}

Json crowd_of(const Bench& bench) {
  Json policies = Json::array();
  for (const std::vector<Dot>& dots : bench.crowd()) {
    Json list = Json::array();
    for (const Dot& dot : dots) {
      list.push_back({{"employee", dot.employee},
                      {"group", dot.group},
                      {"contribution", dot.contribution},
                      {"gaming", dot.gaming},
                      {"readings", dot.readings}});
    }
    policies.push_back(list);
  }
  return policies;
}

// ---- Requests ----

Json check(const Json& request) {
  const Opened found = open(request.at("text"), request.value("name", "scenario"));
  return {{"sound", found.scenario.has_value()}, {"diagnostics", json_of(found.diagnostics)}};
}

Json open_scenario(Desk& desk, const Json& request) {
  Opened found = open(request.at("text"), request.value("name", "scenario"));
  Json answer{{"sound", found.scenario.has_value()}, {"diagnostics", json_of(found.diagnostics)}};
  if (!found.scenario) return answer;
  desk.lesson.reset();
  desk.bench = std::make_unique<Bench>(std::move(*found.scenario));
  answer["about"] = about(desk.bench->scenario());
  return answer;
}

Json run(Desk& desk, const Json& request) {
  Bench& bench = opened(desk);
  const bool first = bench.done() == 0;
  bench.run(request.value("count", 1));
  const goodhart::Summary summary = goodhart::summarise(bench.scenario(), bench.means());
  Json answer{{"done", bench.done()},
              {"of", bench.scenario().replicates},
              {"failed", bench.failed()},
              {"summary", Json::parse(goodhart::to_json({summary})).at("experiments").at(0)},
              {"courses", courses_of(bench)}};
  if (request.value("text", false)) answer["text"] = goodhart::to_text(summary, goodhart::Signs::none, true);
  if (first || request.value("crowd", false)) answer["crowd"] = crowd_of(bench);
  return answer;
}

Json rewrite(Desk& desk, const Json& request) {
  const Rewritten done =
      rewritten(request.at("text"), opened(desk).scenario(), request.at("path"), request.at("value"));
  return {{"text", done.text}, {"whole", done.whole}};
}

Json compare(Desk& desk, const Json& request) {
  const goodhart::Comparison comparison = opened(desk).compared(request.value("causes", false));
  Json policies = Json::array();
  for (const goodhart::PolicyComparison& policy : comparison.policies) {
    policies.push_back({{"name", policy.name}, {"label", policy.label}, {"sentences", policy.sentences}});
  }
  return {{"headline", comparison.headline},
          {"text", goodhart::to_text(comparison, goodhart::Told::all)},
          {"csv", goodhart::to_csv(comparison)},
          {"limits", comparison.limits},
          {"policies", policies}};
}

Json explain(Desk& desk, const Json& request) {
  const Scenario& scenario = opened(desk).scenario();
  goodhart::Question question;
  question.policy = request.at("policy");
  if (request.contains("employee")) question.employee = request.at("employee").get<std::size_t>();
  const goodhart::Explanation told = goodhart::explained(scenario, question);
  return {{"text", goodhart::to_text(told, scenario, question.policy, 0)}, {"games", told.chosen.games}};
}

/// Several settings, each with its outcomes; the one whose net value is highest, and which cannot be told apart from
/// it: those whose paired difference from the best has a 95 % interval that holds 0.
Json points(Desk& desk, const Json& request) {
  const Scenario& scenario = opened(desk).scenario();
  const std::string policy = request.at("policy");
  policy_at(scenario, policy);
  Json list = Json::array();
  for (const Json& settings : request.at("points")) {
    std::vector<Setting> changes;
    for (const auto& [path, value] : settings.items()) changes.push_back({path, value});
    try {
      const Point point =
          point_of(scenario, changes, policy, request.value("metric", std::size_t{0}), request.value("replicates", 4));
      list.push_back({{"settings", settings},
                      {"net_values", point.net_value},
                      {"net_value", json_of(goodhart::estimate(point.net_value))},
                      {"value", json_of(goodhart::estimate(point.value))},
                      {"dashboard", json_of(goodhart::estimate(point.dashboard))},
                      {"net_base", point.net_base},
                      {"value_base", point.value_base},
                      {"dashboard_base", point.dashboard_base}});
    } catch (const UserError& error) {
      list.push_back({{"settings", settings}, {"why", error.what()}});
    }
  }
  return {{"points", list}};
}

Json best(const Json& request) {
  std::vector<std::vector<double>> all;
  for (const Json& values : request.at("net_values")) {
    std::vector<double>& one = all.emplace_back();
    for (const Json& value : values) one.push_back(value.is_number() ? value.get<double>() : std::nan(""));
  }
  std::optional<std::size_t> top;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double mean = goodhart::mean_of(all[i]);
    if (std::isfinite(mean) && (!top || mean > goodhart::mean_of(all[*top]))) top = i;
  }
  if (!top) return {{"best", nullptr}, {"near", Json::array()}};
  Json near = Json::array();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].size() != all[*top].size()) continue;
    const Estimate apart = goodhart::estimate(goodhart::differences(all[i], all[*top]));
    if (apart.n > 0 && (i == *top || apart.mean == 0 || (apart.has_interval() && apart.holds_zero())))
      near.push_back(i);
  }
  return {{"best", *top}, {"near", near}};
}

/// Judges one answer to a question of the lesson, which is run where it has not been.
Json answer(Desk& desk, const Json& request) {
  const Scenario& scenario = opened(desk).scenario();
  if (!scenario.lesson) throw UserError("this scenario is no lesson");
  const LessonQuestion& question = scenario.lesson->questions.at(request.at("question").get<std::size_t>());
  const auto prediction = goodhart::read_prediction(question, request.at("answer"));
  if (const auto* trouble = std::get_if<std::string>(&prediction)) return {{"trouble", *trouble}};
  if (!desk.lesson) {
    goodhart::TaskPool pool(1);
    desk.lesson = goodhart::run_lesson(scenario, pool, [](const goodhart::Progress&) { return true; });
  }
  const goodhart::Measured truth = goodhart::measured(question, scenario, *desk.lesson);
  Json told{{"right", goodhart::foretold(question, truth, std::get<goodhart::Prediction>(prediction))},
            {"names", truth.names},
            {"values", truth.values},
            {"base", truth.base},
            {"base_name", truth.base_name},
            {"within", goodhart::tolerance(question, truth)},
            {"order", goodhart::order_of(truth)},
            {"because", trimmed(question.because)}};
  if (question.kind == "direction") told["direction"] = goodhart::direction_of(question, truth);
  Json lines = Json::array();
  const auto add = [&](const std::string& policy, const std::string& group) {
    const goodhart::PlaceInResults place = goodhart::place_of(question, scenario, desk.lesson->averages, policy, group);
    lines.push_back({{"name", group.empty() ? policy : group},
                     {"mean", desk.lesson->courses.mean(place.variable, policy_at(scenario, policy), place.position)}});
  };
  for (const std::string& group : question.groups) add(question.policies.front(), group);
  if (question.groups.empty()) {
    const std::string group = question.group.value_or("");
    if (!truth.base_name.empty() && !question.of_incentive()) add(truth.base_name, group);
    for (const std::string& policy : question.policies) add(policy, group);
  }
  told["steps"] = desk.lesson->courses.steps();
  told["lines"] = lines;
  return told;
}

Json answered(Desk& desk, const Json& request) {
  const std::string wanted = request.at("do");
  if (wanted == "check") return check(request);
  if (wanted == "open") return open_scenario(desk, request);
  if (wanted == "run") return run(desk, request);
  if (wanted == "rewrite") return rewrite(desk, request);
  if (wanted == "compare") return compare(desk, request);
  if (wanted == "explain") return explain(desk, request);
  if (wanted == "points") return points(desk, request);
  if (wanted == "best") return best(request);
  if (wanted == "answer") return answer(desk, request);
  throw goodhart::Bug("lab: there is no request " + wanted);
}

}  // namespace

/// Never throws: what is wrong is `error`, in a sentence, with `diagnostics` where they are known.
std::string call(const std::string& request) {
  static Desk desk;
  Json answer;
  try {
    answer = answered(desk, Json::parse(request));
  } catch (const UserError& error) {
    answer = {{"error", error.what()}, {"diagnostics", json_of(error.diagnostics())}};
  } catch (const goodhart::RunError& error) {
    answer = {{"error", error.what()}};
  } catch (const std::exception& error) {
    answer = {{"error", std::string("a bug of goodhart: ") + error.what()}, {"bug", true}};
  }
  return answer.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace goodhart_lab

/// The request must end with a zero; so does the answer, which is valid until the next call.
extern "C" __attribute__((used, visibility("default"))) const char* goodhart_call(const char* request) {
  static std::string answer;
  answer = goodhart_lab::call(request);
  return answer.c_str();
}
