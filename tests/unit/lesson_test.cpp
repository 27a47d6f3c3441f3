/// Lessons: what is read as an answer, what is computed, and what counts as foretold.
#include "goodhart/analysis/lesson.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <variant>
#include <vector>

#include "goodhart/report/lesson.hpp"
#include "support/run.hpp"

namespace {

using namespace goodhart;
using test::scenario_text;

constexpr const char* kScenario = R"(goodhart: 1
title: A lesson
time: {steps: 3}
replicates: 2
population:
  size: 10
  groups:
    few: {share: 0.5, traits: {skill: 1}}
    many: {share: 0.5, traits: {skill: 3}}
effort: {intrinsic: 0, strain: 0, budget: 1}
activities:
  work: {value: skill}
metrics:
  output: {measures: {work: skill}}
policies:
  idle: []
  paid: [{linear: {metric: output, rate: 1}}]
  twice: [{linear: {metric: output, rate: 2}}]
lesson:
  number: 1
  story: Some are paid.
  questions:
    - {ask: "Up?", kind: direction, of: value, policies: [paid], because: They are paid.}
    - {ask: "Who?", kind: order, of: value, policies: [paid], groups: [few, many], because: Skill.}
    - {ask: "How much?", kind: number, of: dashboard, metric: output, policies: [twice], within: 0.5, because: It is so.}
    - {ask: "Which?", kind: order, of: effort, activity: work, policies: [paid, twice, idle], when: end, because: Pay.}
  next: {set: {population.size: 20}, look: Look.}
)";

LessonRun run_of(const Scenario& scenario) {
  TaskPool pool(1);
  return run_lesson(scenario, pool, [](const Progress&) { return true; }).value();
}

Prediction read(const LessonQuestion& question, const std::string& text) {
  const auto found = read_prediction(question, text);
  REQUIRE_MESSAGE(std::holds_alternative<Prediction>(found), text);
  return std::get<Prediction>(found);
}

std::string refusal(const LessonQuestion& question, const std::string& text) {
  const auto found = read_prediction(question, text);
  REQUIRE_MESSAGE(std::holds_alternative<std::string>(found), text);
  return std::get<std::string>(found);
}

}  // namespace

TEST_CASE("answers to lessons are read in the words that people use") {
  LessonQuestion question;
  question.kind = "direction";
  for (const char* up : {"up", " UP ", "rises", "more", "+"}) CHECK(read(question, up).direction == 1);
  for (const char* down : {"down", "d", "falls", "-"}) CHECK(read(question, down).direction == -1);
  CHECK(read(question, "same").direction == 0);
  CHECK(refusal(question, "perhaps") == "answer up, down or same");
  CHECK(refusal(question, "") == "answer up, down or same");

  question.kind = "number";
  CHECK(read(question, "12.5").number == 12.5);
  CHECK(read(question, "-28 %").number == -28);
  CHECK(read(question, "+3").number == 3);
  for (const char* none : {"", "much", ".inf", ".nan", "1 2"})
    CHECK(refusal(question, none) == "answer with a number, as in 12.5");

  question.kind = "order";
  question.policies = {"trust", "quota", "pay"};
  for (const char* order : {"c a b", "c, a, b", "c > a > b", "cab", "CAB", "pay trust quota"})
    CHECK(read(question, order).order == std::vector<std::size_t>{2, 0, 1});
  CHECK(refusal(question, "a b") == "answer with all of a, b and c, the highest first, as in c b a");
  CHECK(refusal(question, "a b d") ==
        "'d' is none of them; answer with all of a, b and c, the highest first, as in c b a");
  CHECK(refusal(question, "a a b") ==
        "trust stands twice; answer with all of a, b and c, the highest first, as in c b a");
}

TEST_CASE("answers to lessons are computed from the run") {
  const Scenario scenario = scenario_text(kScenario);
  const LessonRun run = run_of(scenario);
  const std::vector<LessonQuestion>& questions = scenario.lesson->questions;

  const Measured up = measured(questions[0], scenario, run);
  CHECK(up.base_name == "idle");
  CHECK(up.base == 0);
  CHECK(up.values == std::vector<double>{2});  // skills of 1 and 3, a full step each
  CHECK(direction_of(questions[0], up) == 1);

  const Measured groups = measured(questions[1], scenario, run);
  CHECK(groups.names == std::vector<std::string>{"few", "many"});
  CHECK(groups.values == std::vector<double>{1, 3});
  CHECK(order_of(groups) == std::vector<std::size_t>{1, 0});
  CHECK(foretold(questions[1], groups, read(questions[1], "b a")));
  CHECK(!foretold(questions[1], groups, read(questions[1], "a b")));

  const Measured dashboard = measured(questions[2], scenario, run);
  CHECK(dashboard.values == std::vector<double>{2});
  CHECK(std::isnan(dashboard.base));
  CHECK(foretold(questions[2], dashboard, read(questions[2], "2.5")));
  CHECK(!foretold(questions[2], dashboard, read(questions[2], "2.6")));
}

TEST_CASE("in an order, what is the same may stand either way") {
  const Scenario scenario = scenario_text(kScenario);
  const LessonRun run = run_of(scenario);
  const LessonQuestion& question = scenario.lesson->questions[3];
  const Measured truth = measured(question, scenario, run);
  CHECK(truth.values == std::vector<double>{1, 1, 0});  // whoever is paid works a full step
  CHECK(foretold(question, truth, read(question, "a b c")));
  CHECK(foretold(question, truth, read(question, "b a c")));
  CHECK(!foretold(question, truth, read(question, "a c b")));
}

TEST_CASE("a change that is too small counts as none, and what no run has is never right") {
  LessonQuestion question;
  question.kind = "direction";
  Measured truth{.names = {"p"}, .values = {1.005}, .base = 1, .base_name = "q"};
  CHECK(direction_of(question, truth) == 0);  // within a hundredth
  question.within = 0.001;
  CHECK(direction_of(question, truth) == 1);
  truth.values = {std::nan("")};
  CHECK(!foretold(question, truth, Prediction{.direction = 1, .order = {}}));
}

TEST_CASE("a lesson tells what was expected, what came out and why") {
  const Scenario scenario = scenario_text(kScenario);
  const LessonRun run = run_of(scenario);
  CHECK(lesson_question(scenario, 1) == "1. Up?\n   Answer up, down or same.\n");
  CHECK(lesson_question(scenario, 2) ==
        "2. Who?\n   a  few\n   b  many\n   Answer with the letters, the highest first.\n");
  CHECK(lesson_result(scenario, 1, Prediction{.direction = -1, .order = {}}, run, Signs::ascii) ==
        "1. Up?\n"
        "   You: down. Result: up. Not so.\n"
        "   value produced per employee:\n"
        "    idle     0\n"
        "    paid  2.00  ########################################\n"
        "   A change of at most 0.0200 counts as the same.\n"
        "   They are paid.\n");
  CHECK(lesson_next(scenario, "file.yaml") == "Next: Look.\n  goodhart run file.yaml --set population.size=20\n");
}
