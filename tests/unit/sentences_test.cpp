/// Every sentence that a comparison can say, with one, several and no policies, ties, zero, huge and tiny numbers: held
/// to tests/unit/sentences.txt, which is there to be read, and to what any English sentence obeys.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "goodhart/analysis/number_words.hpp"
#include "goodhart/report/comparison.hpp"
#include "goodhart/report/policy_words.hpp"
#include "support/run.hpp"

namespace {

using namespace goodhart;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Estimate about(double mean, double half, int n) {
  return {.mean = mean, .low = n < 2 ? kNaN : mean - half, .high = n < 2 ? kNaN : mean + half, .n = n};
}

/// What one policy has in a made comparison.
struct Made {
  std::string label;
  double net = 100, dashboard = 40, value = 1, injuries = 3;
  double half = 0.5;  ///< of the intervals of net value; those of the others are a hundredth of them
  bool option = true;
  double bonus = 0, hours_gamed = 0, gamers = 0;
};

Effect effect_of(double here, double base, double half, int n) {
  Effect effect;
  effect.level = about(here, half, n);
  effect.change.difference = about(here - base, half, n);
  effect.change.comparison = base;
  const double scale = 100 / std::fabs(base);
  if (base != 0) effect.change.percent = about(scale * (here - base), scale * half, n);
  if (n > 1) effect.simultaneous = {here - base - half, here - base + half};
  return effect;
}

/// A comparison as if it had been computed. Policies stand in the order of their ranks, options first; the policy of
/// index `base` is what they are compared with.
Comparison made(const std::vector<Made>& policies, std::size_t base, int n = 16, std::size_t perspective = 0) {
  Comparison comparison;
  comparison.perspective = perspective;
  comparison.title = "A made comparison";
  comparison.unit = "week";
  comparison.currency = "USD";
  comparison.employees = 200;
  comparison.replicates = static_cast<std::size_t>(n);
  comparison.all_steps = comparison.averaged_steps = 52;
  comparison.comparison = base;
  comparison.metrics = {"prompts"};
  comparison.left_out = {"other measures", "audits", "law"};
  const auto outcome = [&](const std::string& name, const std::string& metric,
                           const std::function<double(const Made&)>& of, double scale) {
    Outcome one;
    one.name = name;
    one.metric = one.metric_label = metric;
    one.label = metric.empty() ? name : name + " of " + metric;
    for (const Made& policy : policies) {
      one.effects.push_back(effect_of(of(policy), of(policies[base]), scale * policy.half, n));
    }
    comparison.outcomes.push_back(one);
  };
  outcome(
      "net_value", "", [](const Made& p) { return p.net; }, 1);
  outcome(
      "net_after_bonuses", "", [](const Made& p) { return p.net - p.bonus; }, 1);
  outcome(
      "surplus", "", [](const Made& p) { return p.net; }, 1);
  outcome(
      "utility", "", [](const Made& p) { return p.net / 10000; }, 1e-4);
  outcome(
      "bonus", "", [](const Made& p) { return p.bonus; }, 0);
  outcome(
      "value", "", [](const Made& p) { return p.value; }, 0.01);
  outcome(
      "cost", "", [](const Made&) { return 10; }, 0);
  outcome(
      "waste", "", [](const Made& p) { return p.hours_gamed; }, 0);
  outcome(
      "gaming_share", "", [](const Made& p) { return p.hours_gamed; }, 0);
  outcome(
      "gamers", "", [](const Made& p) { return p.gamers; }, 0);
  outcome(
      "dashboard", "prompts", [](const Made& p) { return p.dashboard; }, 0.01);
  outcome(
      "dashboard", "injuries", [](const Made& p) { return p.injuries; }, 0.01);
  for (std::size_t p = 0; p < policies.size(); ++p) {
    PolicyComparison policy;
    policy.name = policy.label = policies[p].label;
    policy.option = policies[p].option;
    (policy.option ? comparison.ranking : comparison.references).push_back(p);
    policy.rank = policy.option ? p + 1 : 0;
    if (p + 1 < policies.size() && policies[p + 1].option) {
      const std::vector<Effect>& effects = comparison.ranked_by().effects;
      policy.to_next = about(effects[p].level.mean - effects[p + 1].level.mean, effects[p].level.half_width(), n);
    }
    if (p != base) {
      Divergence divergence;
      divergence.metric = divergence.label = "prompts";
      divergence.inflation = comparison.outcome("dashboard", "prompts").effects[p].change.percent;
      divergence.real_change = comparison.outcome("value").effects[p].change.percent;
      divergence.gap = about(divergence.inflation.mean - divergence.real_change.mean, 1, n);
      divergence.parted = 3;
      policy.divergences.push_back(divergence);
    }
    comparison.policies.push_back(policy);
  }
  return comparison;
}

Lever lever(const std::string& label, double at_low, double at_high, bool stated = true) {
  Lever lever{.path = "a.b",
              .label = label,
              .value = 0.1,
              .low = 0.02,
              .high = 0.15,
              .stated = stated,
              .at_low = {},
              .at_high = {}};
  lever.at_low = about(at_low, 0.1, 8);
  lever.at_high = about(at_high, 0.1, 8);
  return lever;
}

struct Listing {
  std::string text;
  std::vector<std::string> sentences;

  void say(const std::string& what, const std::vector<std::string>& said) {
    text += "# " + what + "\n";
    for (const std::string& sentence : said) {
      text += sentence + "\n";
      sentences.push_back(sentence);
    }
    text += "\n";
  }
  /// All that is said of a comparison.
  void all_of(const std::string& what, Comparison comparison) {
    put_into_words(comparison);
    std::vector<std::string> said = comparison.headline;
    said.push_back("Not counted: " + comparison.answer.not_counted);
    if (!comparison.answer.next.empty()) said.push_back("Next: " + comparison.answer.next);
    for (const PolicyComparison& policy : comparison.policies) {
      for (const std::string& sentence : policy.sentences) said.push_back(policy.label + ": " + sentence);
    }
    for (const std::string& sentence : lever_sentences(comparison)) said.push_back(sentence);
    for (const Untried& untried : comparison.untried) said.push_back("- " + untried_words(untried) + ".");
    if (!comparison.pairing.empty()) said.push_back(comparison.pairing);
    for (const std::string& limit : comparison.limits) said.push_back("Limit: " + limit);
    say(what, said);
  }
  /// The answer alone.
  void answer_of(const std::string& what, Comparison comparison) {
    put_into_words(comparison);
    say(what, comparison.headline);
  }
};

Listing listing() {
  Listing list;
  const Made trust{.label = "trust"},
      quota{.label = "usage quota", .net = 90, .dashboard = 65, .value = 0.9, .hours_gamed = 0.02, .gamers = 0.2},
      bonus{.label = "outcome bonus", .net = 112.3, .value = 1.1, .bonus = 4.2};

  list.all_of("two options and what they are compared with", made({bonus, trust, quota}, 1));
  list.answer_of("another option is the next best", made({bonus, {.label = "a mixed plan", .net = 108}, trust}, 2));
  list.answer_of("nothing is better than what there is", made({trust, quota}, 0));
  list.answer_of("one policy alone", made({trust}, 0));
  list.answer_of("one option beside a reference",
                 made({bonus, {.label = "nobody responds", .net = 200, .option = false}}, 1));
  list.answer_of("compared with a reference that is better",
                 made({bonus, trust, {.label = "nobody responds", .net = 200, .option = false}}, 2));
  list.answer_of("references alone", made({{.label = "nobody responds", .option = false}}, 0));
  list.answer_of("no run succeeded", made({{.label = "a", .net = kNaN}, {.label = "b", .net = kNaN}}, 0));
  list.all_of("one replicate", made({bonus, trust}, 1, 1));
  Comparison once = made({bonus, trust}, 1, 1);
  once.other_accounts.push_back({.perspective = 3, .best = 1, .surely = false});
  list.answer_of("one replicate, and another account", once);
  list.answer_of("one replicate, two that are the same",
                 made({{.label = "a"}, {.label = "b"}, {.label = "c", .net = 90}}, 0, 1));
  list.answer_of("two that are the same", made({{.label = "a", .half = 0}, {.label = "b", .half = 0}}, 0));
  list.answer_of("three that are the same",
                 made({{.label = "a", .half = 0}, {.label = "b", .half = 0}, {.label = "c", .half = 0}}, 0));
  list.answer_of("two that are the same, and one that cannot be told from them",
                 made({{.label = "a", .half = 0}, {.label = "b"}, {.label = "c", .net = 99.9}}, 0));
  list.answer_of("two that cannot be told apart",
                 made({{.label = "a", .net = 100.2}, {.label = "b"}, {.label = "c", .net = 90}}, 1));
  list.answer_of("three that cannot be told apart",
                 made({{.label = "a", .net = 100.2}, {.label = "b"}, {.label = "c", .net = 99.8}}, 1));

  Comparison harmed = made({{.label = "rate pay", .net = 110, .injuries = 4}, {.label = "flat pay"}}, 1);
  harmed.harms.push_back({.metric = "injuries", .label = "injuries", .lower = true, .change = {}});
  harmed.other_accounts.push_back({.perspective = 1, .best = 1, .surely = true});
  harmed.other_accounts.push_back({.perspective = 2, .best = 1, .surely = true});
  harmed.other_accounts.push_back({.perspective = 3, .best = 1, .surely = false});
  list.answer_of("harm, and other accounts", harmed);
  for (Effect& effect : harmed.outcomes[10].effects) effect = effect_of(30, 40, 0.1, 16);
  harmed.harms.push_back({.metric = "prompts", .label = "prompts", .lower = false, .change = {}});
  list.answer_of("two harms", harmed);

  Comparison worlds = made({bonus, trust, quota}, 1);
  worlds.worlds = Worlds{.tried = 16,
                         .failed = 0,
                         .replicates = 2,
                         .paths = {"a.b", "c.d"},
                         .value_falls = {0, 0, 12},
                         .best = {16, 0, 0},
                         .turns_on = "a.b",
                         .turns_on_label = "the belief",
                         .correlation = 0.7};
  list.answer_of("best in all sampled worlds", worlds);
  worlds.worlds->best = {9, 6, 1};
  worlds.worlds->failed = 1;
  list.answer_of("best in some sampled worlds", worlds);
  worlds.worlds->paths = {"a.b"};
  worlds.worlds->correlation = -0.7;
  worlds.worlds->failed = 3;
  list.answer_of("one number in doubt", worlds);
  worlds.worlds->tried = 0;
  list.answer_of("no sampled world could be run", worlds);

  Comparison levers = made({bonus, trust, quota}, 1);
  levers.lever_replicates = 8;
  levers.levers = {lever("the reward of “usage quota”", 12, -3), lever("pay", 11, 12)};
  list.all_of("one number of two reverses the ranking", levers);
  levers.levers = {lever("the reward of “usage quota”", -4, -3, false), lever("pay", 11, -12)};
  list.all_of("both numbers reverse the ranking", levers);
  levers.levers = {lever("pay", 11, 12)};
  levers.untried = {{.path = "c.d",
                     .label = "the honest",
                     .value = 0.5,
                     .low = 0.4,
                     .high = 0.6,
                     .stated = false,
                     .why = "at 0.6: it is too much"}};
  list.all_of("one number, which does not reverse it, and one that could not be tried", levers);
  levers.levers = {lever("pay", 11, -12)};
  levers.untried.push_back(levers.untried.front());
  list.all_of("one number, which reverses it, and two that could not be tried", levers);
  levers.levers = {lever("pay", 11, 12), lever("the norm", 11, 11.5)};
  list.all_of("two numbers, neither of which reverses it", levers);
  levers.levers.clear();
  list.all_of("no number could be tried", levers);
  levers.levers = {lever("pay", 11, 12)};
  levers.lever_replicates = 1;
  list.answer_of("numbers tried on one replicate", levers);
  Comparison even = made({{.label = "a", .net = 100.2}, {.label = "b"}}, 1);
  even.lever_replicates = 8;
  even.levers = {lever("pay", 11, -12), lever("the norm", 11, 11.5)};
  list.all_of("numbers tried between two that cannot be told apart", even);

  list.answer_of("tiny numbers",
                 made({{.label = "a", .net = 1e-9, .half = 0}, {.label = "b", .net = 0, .half = 0}}, 1));
  list.answer_of("huge numbers", made({{.label = "a", .net = 3e18}, {.label = "b", .net = 1e17}}, 1));
  list.answer_of("all zero", made({{.label = "a", .net = 0, .dashboard = 0, .value = 0, .half = 0},
                                   {.label = "b", .net = 0, .dashboard = 0, .value = 0, .half = 0}},
                                  1));
  list.all_of("a dashboard that starts from next to nothing",
              made({{.label = "a", .net = 101, .dashboard = 1.02, .half = 0.01},
                    {.label = "b", .dashboard = 0.0008, .value = 0, .half = 0.01}},
                   1));
  list.answer_of("a loss", made({{.label = "a", .net = -50}, {.label = "b", .net = -80}}, 1));

  for (const auto& [unit, steps] : std::vector<std::pair<std::string, std::size_t>>{
           {"week", 1}, {"week", 4}, {"week", 104}, {"half-year", 20}, {"day", 81}, {"year", 1}}) {
    Comparison timed = made({bonus, trust}, 1);
    timed.unit = unit;
    timed.all_steps = timed.averaged_steps = steps;
    timed.currency = unit == "day" ? "money" : "EUR";
    list.answer_of("steps: " + std::to_string(steps) + ", unit: " + unit, timed);
  }
  Comparison partly = made({bonus, trust}, 1);
  partly.averaged_steps = 13;
  list.all_of("means over some steps only", partly);
  for (std::size_t k = 1; k < std::size(kPerspectives); ++k) {
    const Comparison by = made({bonus, trust, quota}, 1, 16, k);
    list.answer_of(std::string("for ") + kPerspectives[k].whose, by);
    const Comparison stays = made({trust, quota}, 0, 16, k);
    list.answer_of(std::string("nothing is better, for ") + kPerspectives[k].whose, stays);
    list.answer_of(std::string("one replicate, for ") + kPerspectives[k].whose, made({bonus, trust}, 1, 1, k));
  }

  Comparison failed = made({bonus, trust}, 1);
  failed.policies[0].failed = 1;
  failed.policies[0].rewarded = {{.incentive = "bonus/linear",
                                  .label = "linear",
                                  .attained = about(0.3, 0.01, 16),
                                  .contribution = about(12, 1, 16),
                                  .gaming_share = about(0.02, 0, 16),
                                  .gaming_share_of_all = about(0.01, 0, 16)},
                                 {.incentive = "bonus/quota",
                                  .label = "quota",
                                  .attained = about(0.3, 0.01, 16),
                                  .contribution = about(-1, 2, 16),
                                  .gaming_share = about(0, 0, 16),
                                  .gaming_share_of_all = about(0, 0, 16)}};
  for (Effect& effect : failed.outcomes[0].effects)
    effect.pairing = {.correlation = 0.98, .variance_ratio = 40, .runs_saved = 11234};
  list.all_of("one failed run, and who is rewarded", failed);
  failed.policies[0].failed = 2;
  for (Effect& effect : failed.outcomes[0].effects) effect.pairing.runs_saved = 0;
  list.all_of("two failed runs, and pairing that did not help", failed);
  return list;
}

/// What incentives of every kind do, in words.
std::vector<std::string> policies_in_words() {
  const auto prepared = test::scenario_text(R"(
goodhart: 1
title: Words
population: {team_size: 5, size: 20}
activities: {work: {value: 1}, trick: {gaming: true}}
metrics:
  prompts: {measures: {work: 1, trick: 2}}
  injuries: {measures: {work: 1}, better: lower, label: injuries a week}
policies:
  nothing: []
  quota: [{quota: {metric: prompts, target: 100, reward: 0.1}}]
  quota_and_fine: [{quota: {metric: prompts, target: 100, reward: 0.1, penalty: 0.05, every: 4}}]
  fine: [{quota: {metric: prompts, target: 100, reward: 0, penalty: 0.05, paid: esteem}}]
  few_injuries: [{quota: {metric: injuries, target: 2, reward: 0.1}}]
  piece_rate: [{linear: {metric: prompts, rate: 0.001, paid: base_pay}}]
  above_target: [{linear: {metric: prompts, rate: 0.01, target: 50, floor: 0, cap: 0.2}}]
  charge: [{linear: {metric: prompts, rate: -0.001, target: 50, cap: 0}}]
  charge_all: [{linear: {metric: prompts, rate: -0.001, every: 4}}]
  charge_and_give: [{linear: {metric: prompts, rate: -0.001, target: 50, floor: -0.2}}]
  beside_others: [{relative: {metric: prompts, rate: 0.01, scope: team}}]
  board: [{status: {metric: prompts, prize: 0.05}}]
  contest: [{tournament: {metric: prompts, top: 0.2, prize: 0.1, bottom: 0.1, penalty: 0.5, scope: team}}]
  audited: {audits: {rate: 0.1, penalty: 0.2}}
  two: [{quota: {metric: prompts, target: 100, reward: 0.1}}, {status: {metric: prompts, prize: 0.05}}]
  easier: {override: {activities.trick.aversion: 0, effort.intrinsic: 0.5}}
  phased:
    phases:
      - {name: first, from: 0, incentives: [{quota: {metric: prompts, target: 100, reward: 0.1}}]}
      - {name: second, from: 10}
)");
  std::vector<std::string> said;
  for (const auto& [name, policy] : prepared.policies) said.push_back(name + ": " + policy_words(prepared, policy));
  return said;
}

}  // namespace

TEST_CASE("every sentence of a comparison is as it was read, and is English") {
  Listing list = listing();
  list.say("policies in words", policies_in_words());
  const std::string file = GOODHART_SOURCE_DIR "/tests/unit/sentences.txt";
  std::ifstream stream(file);
  const std::string read{std::istreambuf_iterator<char>(stream), {}};
  if (read != list.text) std::ofstream(file + ".actual") << list.text;
  CHECK_MESSAGE(read == list.text, "the sentences are not those of ", file,
                ", which somebody has read; they are now in ", file, ".actual");

  const std::regex one_of_many(R"((^|[ (])1 (?!is |was |has |of )[a-z-]+s\b)"),
      many_of_one(R"((^|[ (])([02-9]|[1-9]\d+) (week|replicate|run|world|number|employee|year)\b)"),
      mishap(R"(  |--(?![a-z])|\+-|-\+|\bnan\b|\binf\b|\.\.| ,| \.(\s|$)|\(\)|“”|\{|\}|\bthe the\b|\ba a\b)");
  for (const std::string& sentence : list.sentences) {
    CAPTURE(sentence);
    CHECK(!std::regex_search(sentence, one_of_many));
    CHECK(!std::regex_search(sentence, many_of_one));
    CHECK(!std::regex_search(sentence, mishap));
    CHECK((sentence.ends_with(".") || sentence.ends_with(":")));
    CHECK(std::count(sentence.begin(), sentence.end(), '(') == std::count(sentence.begin(), sentence.end(), ')'));
  }
}

TEST_CASE("paths of a scenario are put into words") {
  const Scenario scenario = test::scenario_text(R"(
goodhart: 1
title: Words
population: {size: 20, groups: {mid: {share: 1}}, traits: {boost: {normal: {mean: 1, sd: 1}}, honest: {bernoulli: {p: 0.5}}}}
activities: {aided: {value: 1, label: work with AI, aversion: {lognormal: {median: 1, sigma: 1}}}}
metrics: {prompts: {measures: {aided: 1}, noise: 1}}
policies: {trust: [], usage_quota: [{quota: {metric: prompts, target: 1, reward: 0.1}}]}
learning: [{trait: boost, by: aided, rate: 0.1, ceiling: 2}]
experiment: {vary: {effort.norm: {from: 0.9, to: 1.1, as: usual_week}}}
)");
  const std::pair<const char*, const char*> known[] = {
      {"population.traits.boost", "the boost"},
      {"population.traits.boost.normal.mean", "the typical boost"},
      {"population.traits.boost.normal.sd", "the spread of boost"},
      {"population.traits.honest.bernoulli.p", "the share of people with honest"},
      {"population.groups.mid.traits.boost.normal.mean", "the typical boost of the group “mid”"},
      {"population.groups.mid.share", "the share of the group “mid”"},
      {"population.groups.mid.behaviour.best_response.inertia", "the inertia of the group “mid”"},
      {"activities.aided.aversion.lognormal.median", "the typical aversion of “work with AI”"},
      {"activities.aided.later.time", "the later time of “work with AI”"},
      {"activities.aided.team_value.value", "what “work with AI” is worth to the team"},
      {"activities.aided.spread.imitation", "the imitation by which “work with AI” spreads"},
      {"metrics.prompts.measures.aided", "what “work with AI” adds to the measured level of “prompts”"},
      {"metrics.prompts.noise.normal.scale", "the noise in the measured level of “prompts”"},
      {"policies.usage_quota.quota.reward", "the reward of “usage quota”"},
      {"effort.norm", "“usual week”"},
      {"activities.aided.max", "the most that people can do of “work with AI”"},
      {"workforce.outside.chance", "the chance that people look at what they would have elsewhere"},
      {"effort.intrinsic", "how much one's own output matters to people"},
      {"organisation.value_price", "what a unit of value is worth"},
      {"learning.0.rate", "the rate at which the trait “boost” changes"},
      {"behaviour.best_response.inertia", "the inertia in how people choose"},
      {"some.where.else", "the else of where of some"}};
  for (const auto& [path, words] : known) CHECK(number_words(scenario, path) == words);
}
