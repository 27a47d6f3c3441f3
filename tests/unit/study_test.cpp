/// Points of studies and their order, and that units come out as `goodhart run` would have them.
#include "goodhart/study/study.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "support/run.hpp"

using namespace goodhart;

namespace {

const std::string kScenario = R"(
goodhart: 1
title: A small study
time: {steps: 4}
replicates: 3
population: {size: 12, traits: {skill: {lognormal: {median: 1, sigma: 0.3}}}}
activities:
  work: {value: skill}
  tick: {gaming: true, aversion: 0.5}
metrics:
  tickets: {measures: {work: 10, tick: 40}, noise: 1}
policies:
  trust: []
  quota: [{quota: {metric: tickets, target: 14, reward: 0.2}}]
  more: [{quota: {metric: tickets, target: 14, reward: 0.4}}]
)";

Scenario with(const std::string& experiment) {
  return test::scenario_text(kScenario + "experiment:\n" + experiment);
}

std::vector<std::vector<double>> points_of(const Study& study) {
  std::vector<std::vector<double>> points;
  for (std::size_t p = 0; p < study.points(); ++p) points.push_back(study.values(p));
  return points;
}

const std::string kGrid = R"(
  vary:
    effort.intrinsic: {values: [0.2, 0.4], as: care}
  levers:
    policies.quota.quota.target: {from: 10, to: 14, step: 2, as: target, also: [policies.more.quota.target]}
)";

}  // namespace

TEST_CASE("a sweep's grid: worlds turn slower than levers, and what no lever reaches runs once a world") {
  const Study study(Study::Verb::sweep, with(kGrid));
  CHECK(points_of(study) ==
        std::vector<std::vector<double>>{{0.2, 10}, {0.2, 12}, {0.2, 14}, {0.4, 10}, {0.4, 12}, {0.4, 14}});
  CHECK(study.base(2, 0) == 0);  // trust
  CHECK(study.base(5, 0) == 3);
  CHECK(study.base(5, 1) == 5);  // quota
  CHECK(study.base(5, 2) == 5);  // more, through `also`
  CHECK(study.runs() == (6 + 6 + 2) * 3);
  const Study::There there = study.at(4);
  REQUIRE(there.scenario.has_value());
  CHECK(std::get<Quota>(there.scenario->policies.find("more")->phases[0].incentives[0]).target.is(12));
}

TEST_CASE("conditions leave points out, and the first that is left stands for its world") {
  const Study study(Study::Verb::sweep, with(kGrid + "  where: [target * care > 2.1]\n"));
  CHECK(points_of(study) == std::vector<std::vector<double>>{{0.2, 12}, {0.2, 14}, {0.4, 10}, {0.4, 12}, {0.4, 14}});
  CHECK(study.base(1, 0) == 0);
  CHECK(study.base(4, 0) == 2);
}

TEST_CASE("samples turn slower than grids, and more Sobol' points go on from fewer") {
  const std::string ranges = R"(
  vary:
    effort.intrinsic: {from: 0.1, to: 0.5}
    effort.strain: {lognormal: {median: 4, sigma: 0.1}}
  levers:
    policies.quota.quota.target: {values: [10, 14]}
)";
  const auto few = points_of(Study(Study::Verb::sweep, with(ranges + "  design: {sobol: {points: 4}}\n")));
  const auto many = points_of(Study(Study::Verb::sweep, with(ranges + "  design: {sobol: {points: 8}}\n")));
  REQUIRE(few.size() == 8);
  CHECK(std::vector(many.begin(), many.begin() + 8) == few);
  CHECK(few[0][0] == few[1][0]);
  CHECK(few[0][2] == 10);
  CHECK(few[1][2] == 14);
  std::set<int> strata;
  for (const auto& point : many) strata.insert(static_cast<int>((point[0] - 0.1) / 0.4 * 8));
  CHECK(strata.size() == 8);
  const auto cube = points_of(Study(Study::Verb::sweep, with(ranges + "  design: {latin_hypercube: {points: 5}}\n")));
  CHECK(cube.size() == 10);
}

TEST_CASE("a study's unit has the means of the run that goodhart run makes at its point") {
  const Study study(Study::Verb::sweep, with(kGrid));
  TaskPool pool(1);
  const Block block{4, 0, 3};
  std::vector<Unit> units;
  run_arms(
      1, Progress{}, pool, [&](std::size_t) { return study.arm(block); },
      [&](std::size_t, const Arm& arm, const std::vector<RunRecord>& records) {
        units = study.units_of(block, arm, records);
      },
      [](const Progress&) { return true; });
  REQUIRE(units.size() == 3);
  CHECK(units[1].status == std::vector{RunStatus::not_run, RunStatus::ok, RunStatus::ok});
  const Study::There there = study.recorded_at(4);
  const Layout layout = layout_of(*there.scenario);
  std::size_t compared = 0;
  run_experiment(
      *there.scenario, layout, pool,
      [&](const RunRecord& record) {
        if (record.policy == 0) return;
        const double* ours = units[static_cast<std::size_t>(record.replicate)].values.data() +
                             static_cast<std::size_t>(record.policy) * study.width();
        for (const auto& variable : record.averages) {
          for (const double value : variable) {
            CHECK((*ours == value || (std::isnan(*ours) && std::isnan(value))));
            ++ours;
            ++compared;
          }
        }
      },
      [](const Progress&) { return true; });
  CHECK(compared == 6 * study.width());
}

TEST_CASE(
    "a sensitivity's rows share their luck, and no other row has it, and A with B's value differs from A in one "
    "input") {
  const Study study(Study::Verb::sensitivity, with(R"(
  vary:
    effort.intrinsic: {from: 0.1, to: 0.5}
    effort.strain: {from: 3, to: 5}
  sensitivity: {sobol: {rows: 4, scrambles: 3}}
)"));
  CHECK(study.points() == 4 * 3 * 4);
  std::set<std::uint32_t> lucks;
  for (std::size_t row = 0; row < 12; ++row) {
    const std::size_t a = 4 * row;
    for (std::size_t p = a; p < a + 4; ++p) CHECK(study.first_replicate(p) == study.first_replicate(a));
    lucks.insert(study.first_replicate(a));
    lucks.insert(study.first_replicate(a) + 1);
    CHECK(study.values(a + 2)[0] == study.values(a + 1)[0]);
    CHECK(study.values(a + 2)[1] == study.values(a)[1]);
    CHECK(study.values(a + 3)[0] == study.values(a)[0]);
    CHECK(study.values(a + 3)[1] == study.values(a + 1)[1]);
  }
  CHECK(lucks.size() == 24);
}

TEST_CASE("Morris's trajectories move each input once, by half of its range") {
  const Study study(Study::Verb::sensitivity, with(R"(
  vary:
    effort.intrinsic: {from: 0.1, to: 0.5}
    effort.strain: {from: 3, to: 5}
  sensitivity: {morris: {trajectories: 20}}
)"));
  CHECK(study.points() == 60);
  for (std::size_t way = 0; way < 20; ++way) {
    std::set<std::size_t> moved;
    for (std::size_t k = 0; k < 2; ++k) {
      const auto before = study.shares(3 * way + k), after = study.shares(3 * way + k + 1);
      for (std::size_t i = 0; i < 2; ++i) {
        if (before[i] == after[i]) continue;
        CHECK(std::fabs(after[i] - before[i]) == 0.5);
        moved.insert(i);
      }
    }
    CHECK(moved.size() == 2);
  }
}

TEST_CASE("an outcome is a formula of the means") {
  const Scenario scenario = with(kGrid + "  outcome: net_value - reward\n");
  const Study study(Study::Verb::sweep, scenario);
  std::vector<double> values(study.width());
  for (std::size_t v = 0; v < study.means().variables.size(); ++v) {
    if (study.means().variables[v].name == "net_value") values[study.offsets()[v]] = 5;
    if (study.means().variables[v].name == "reward") values[study.offsets()[v]] = 2;
  }
  CHECK(OutcomeFormula(scenario.experiment->outcome, study)(values.data()) == 3);
}
