/// Reading scenarios: defaults, every form a field may take, overrides, and resolved scenarios that read as themselves.
#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "goodhart/io/yaml.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/scenario/read.hpp"
#include "goodhart_first_file.hpp"

namespace goodhart {

namespace {

const std::string kFirst(kFirstFile);

const std::string kFuller = R"(goodhart: 1
title: A weekly AI-usage quota, reported from a large software company
description: |
  What a quota does
  to a company: "less" than hoped.
sources:
  - {claim: 80 % weekly target, source: "press reports, May 2026"}
time: {before: 26, steps: 52, unit: week}
seed: 18446744073709551615
replicates: 32
compare_with: voluntary
population:
  size: 2000
  team_size: 10
  network: {small_world: {degree: 4, rewire: 0.1}}
  groups:
    junior: {share: 0.30, traits: {boost: {normal: {mean: 0.70, sd: 0.30}}}, behaviour: honest}
    mid:    {share: 0.45, traits: {boost: {normal: {mean: 0.45, sd: 0.30}}}}
    senior: {share: 0.25, traits: {boost: {normal: {mean: 0.10, sd: 0.30}}}}
  traits:
    skill:     {lognormal: {median: 1, sigma: 0.35, max: 4, per: team}}
    intensity: {lognormal: {median: 1, sigma: 1}}
    honest:    {bernoulli: {p: 0.45}}
    scruple:   "if(senior, 2, 1) * 0.4"
effort:
  budget: .inf
  interactions: [{between: [unaided, aided], strain: 0.5}]
activities:
  unaided: {value: skill}
  aided:
    value: skill * (1 + boost)
    perceived_value: skill * (1.15 + boost)
    saturation: skill
    aversion: {lognormal: {median: 0.05, sigma: 1}}
    cost: 65 * intensity
    later: {after: 3, time: 0.05, throughput: -1}
  busywork: {gaming: true, time: 0.2, aversion: scruple, erosion: 0.4, max: 1 - honest, cost: 195}
metrics:
  prompts:
    measures: {aided: 100 * intensity, busywork: {loading: 300, saturation: 1}}
    dashboard: {share_above: 50}
  throughput: {measures: value, noise: {student_t: {scale: 0.6, dof: 4}}}
  blend: {measures: {aided: 1, contribution: 0.5}, noise: {normal: {mean: 0.3, sd: 0.01}}}
policies:
  voluntary: []
  usage_quota:
    - quota: {metric: prompts, target: 100, reward: 0.1}
    - quota: {metric: prompts, target: 200, reward: 0.1, name: double}
  audited: {incentives: [{linear: {metric: throughput, floor: -.inf, target: 1, rate: 0.05, cap: 0.2}}], audits: {rate: 0.1}}
  enablement:
    override: {activities.aided.aversion: 0, effort.norm: 0.9}
behaviour: {best_response: {inertia: 0.85}}
organisation: {value_price: 4500, pay: 3000}
record: {employees: {every: 13, sample: 500}}
)";

const std::string kPhases = R"(goodhart: 1
title: First a mandate, then what counts
activities: {work: {value: 1}, busywork: {gaming: true}}
metrics: {prompts: {measures: {busywork: 100}}, output: {measures: value}}
policies:
  plan:
    phases:
      - {name: mandate, from: 0, incentives: [{quota: {metric: prompts, target: 100, reward: 0.1}}]}
      - name: outcome
        from: 20
        incentives: [{linear: {metric: output, rate: 0.05}}]
        audits: {rate: 0.2, penalty: 1}
        override: {activities.busywork.aversion: 2, metrics.output.noise: {laplace: {scale: 0.1}}}
behaviour: {fixed: {efforts: {work: 1}}}
)";

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  REQUIRE(at != text.npos);
  return text.replace(at, what.size(), with);
}

std::string messages(const std::string& text) {
  return rendered(read_scenario(parse_yaml(text, "test")).diagnostics, [](const std::string&) { return ""; });
}

Scenario read(const std::string& text) {
  const CheckedScenario checked = read_scenario(parse_yaml(text, "test"));
  INFO(rendered(checked.diagnostics, [](const std::string&) { return ""; }));
  REQUIRE(checked.sound());
  return *checked.scenario;
}

}  // namespace

TEST_CASE("what is not written has its default") {
  const Scenario scenario = read(kFirst);
  CHECK(scenario.time.steps == 40);
  CHECK(scenario.time.unit == "week");
  CHECK(scenario.seed == 1);
  CHECK(scenario.comparison() == 0);
  CHECK(scenario.setting.population.size == 200);
  CHECK(scenario.setting.population.people_per_team() == 200);
  CHECK(scenario.setting.effort.budget.is(1.25));
  CHECK(scenario.setting.effort.strain.is(4));
  CHECK(std::holds_alternative<BestResponse>(scenario.setting.behaviour));
  CHECK(std::holds_alternative<TeamPeers>(scenario.setting.population.network));
  const Activity& by_hand = *scenario.setting.activities.find("by_hand");
  CHECK_FALSE(by_hand.perceived_value.has_value());
  CHECK(by_hand.max.is(INFINITY));
  CHECK_FALSE(by_hand.gaming);
  CHECK_FALSE(by_hand.later.has_value());
  CHECK(scenario.policies.find("trust")->phases.size() == 1);
  CHECK(scenario.policies.find("trust")->phases[0].incentives.empty());
  CHECK_FALSE(scenario.policies.find("trust")->phased);
  CHECK(scenario.policies.find("usage_quota")->incentive_names() == std::vector<std::string>{"quota"});
}

TEST_CASE("every form is read as what it means") {
  const Scenario scenario = read(kFuller);
  CHECK(scenario.seed == 18446744073709551615U);
  CHECK(scenario.description == "What a quota does\nto a company: \"less\" than hoped.\n");
  CHECK(scenario.compare_with == "voluntary");
  const PopulationSpec& population = scenario.setting.population;
  CHECK(population.groups.size() == 3);
  CHECK(population.groups.entries[1].value.share == 0.45);
  CHECK(std::holds_alternative<Honest>(*population.groups.find("junior")->behaviour));
  CHECK_FALSE(population.groups.find("mid")->behaviour.has_value());
  const auto& skill = std::get<Distribution>(population.traits.find("skill")->form);
  CHECK(std::get<Lognormal>(skill).max == 4);
  CHECK(per_team(skill));
  CHECK(std::get<Expression>(population.traits.find("scruple")->form).text == "if(senior, 2, 1) * 0.4");
  CHECK(std::get<SmallWorld>(population.network).degree == 4);
  CHECK(scenario.setting.effort.budget.is(INFINITY));
  CHECK(scenario.setting.effort.interactions.at(0).between == std::vector<std::string>{"unaided", "aided"});
  const Activity& aided = *scenario.setting.activities.find("aided");
  CHECK(aided.later->after == 3);
  CHECK(aided.later->amounts.find("throughput")->is(-1));
  const Metric& prompts = *scenario.setting.metrics.find("prompts");
  CHECK(prompts.measures.loadings.find("busywork")->saturation.is(1));
  CHECK(std::get<ShareAbove>(prompts.dashboard).level == 50);
  CHECK(std::get<StudentNoise>(scenario.setting.metrics.find("throughput")->noise).dof == 4);
  const Metric& blend = *scenario.setting.metrics.find("blend");
  CHECK(blend.measures.loadings.find("contribution")->loading.is(0.5));
  CHECK(std::holds_alternative<Distribution>(std::get<GaussianNoise>(blend.noise).scale.form));
  CHECK(scenario.policies.find("usage_quota")->incentive_names() == std::vector<std::string>{"quota", "double"});
  const Phase& audited = scenario.policies.find("audited")->phases.at(0);
  CHECK(std::get<Linear>(audited.incentives.at(0)).cap == 0.2);
  CHECK(audited.audits->rate.is(0.1));
  CHECK(scenario.record.employees->every == 13);
}

TEST_CASE("phases are read in order, and their incentives bear their names") {
  const Scenario scenario = read(kPhases);
  const Policy& plan = *scenario.policies.find("plan");
  CHECK(plan.phased);
  CHECK(plan.phases.at(1).from == 20);
  CHECK(plan.incentive_names() == std::vector<std::string>{"mandate/quota", "outcome/linear"});
}

TEST_CASE("an override changes what it names, from its phase on, and nothing else") {
  const Scenario scenario = read(kPhases);
  const Policy& plan = *scenario.policies.find("plan");
  CHECK(plan.phases.at(0).setting == nullptr);
  REQUIRE(plan.phases.at(1).setting != nullptr);
  const Setting& changed = *plan.phases.at(1).setting;
  CHECK(changed.activities.find("busywork")->aversion.is(2));
  CHECK(std::get<LaplaceNoise>(changed.metrics.find("output")->noise).scale.is(0.1));
  CHECK(changed.activities.find("work")->value.is(1));
  CHECK(scenario.setting.activities.find("busywork")->aversion.is(0));
  CHECK(std::holds_alternative<Fixed>(changed.behaviour));
}

TEST_CASE("a resolved scenario reads as itself") {
  for (const std::string& text : {kFirst, kFuller, kPhases}) {
    const Scenario scenario = read(text);
    const std::string once = to_yaml(resolved(scenario));
    CAPTURE(once);
    const std::string twice = to_yaml(resolved(read(once)));
    CHECK(once == twice);
    CHECK(read(once).seed == scenario.seed);
    CHECK(read(once).policies.size() == scenario.policies.size());
  }
  const Node complete = resolved(read(kFirst));
  CHECK(find_path(complete, "effort.budget")->text == "1.25");
  CHECK(find_path(complete, "compare_with")->text == "trust");
  CHECK(find_path(complete, "population.team_size")->text == "200");
  CHECK(find_path(complete, "policies.usage_quota.quota.penalty")->text == "0");
}

TEST_CASE("whole numbers may be written as any decimal that is whole") {
  CHECK(read(kFirst + "seed: 9007199254740993\n").seed == 9007199254740993U);
  CHECK(read(replaced(kFirst, "steps: 40", "steps: 1e2")).time.steps == 100);
  CHECK(read(replaced(replaced(kFirst, "steps: 40", "steps: +7"), "before: 8", "before: -0")).time.steps == 7);
}

TEST_CASE("one mistake gives one message") {
  CHECK(messages(replaced(kPhases, "activities:", "activites:")) ==
        "test:3:1: error: activites: is not a field here; did you mean 'activities'?\n");
  CHECK(messages(replaced(kPhases, "quota: {metric: prompts, target: 100", "quota: {metric: prompts, target: skil")) ==
        "test:8:81: error: policies.plan.mandate.quota.target: cannot read the expression 'skil': 'skil' is no trait, "
        "group or function; names here: team_size and founder\n");
  // A share that cannot be read says nothing of the sum; a wrong sum is told beside mistakes elsewhere in the groups.
  CHECK(messages(replaced(kFuller, "share: 0.30", "share: many")) ==
        "test:17:21: error: population.groups.junior.share: must be a number from 0 to 1, got 'many'\n");
  CHECK(messages(replaced(replaced(kFuller, "share: 0.30", "share: 0.40"), "sd: 0.30", "sd: 0")) ==
        "test:17:21: error: population.groups.junior.share: the shares of all groups must sum to 1; they sum to 1.1\n"
        "test:17:69: error: population.groups.junior.traits.boost.normal.sd: must be a number above 0, got 0\n"
        "2 errors\n");
}

TEST_CASE("mistakes of an override are told beside others, and those of the base only once") {
  std::string text = replaced(kPhases, "aversion: 2", "aversoin: 2");
  text = replaced(text, "work: {value: 1}", "work: {value: .nan}");
  CHECK(messages(text) ==
        "test:3:28: error: activities.work.value: must be a number, a distribution or an expression, got '.nan'\n"
        "test:13:50: error: policies.plan.outcome.override.activities.busywork.aversoin: is not a field here; did you "
        "mean 'aversion'?\n"
        "2 errors\n");
}

TEST_CASE("what is odd but legal is a warning, and the scenario is sound") {
  const CheckedScenario checked = read_scenario(parse_yaml(replaced(kPhases, "from: 20", "from: 60"), "test"));
  CHECK(checked.sound());
  REQUIRE(checked.diagnostics.size() == 1);
  CHECK(checked.diagnostics[0].severity == Diagnostic::Severity::warning);
  CHECK(checked.diagnostics[0].path == "policies.plan.outcome.from");
}

}  // namespace goodhart
