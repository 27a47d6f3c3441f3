/// Laws of runs, held to by a world in which everything happens at once (tests/scenarios/everything.yaml).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "support/run.hpp"

namespace {

using goodhart::Roster;
using goodhart::Scenario;
using goodhart::test::Results;
using goodhart::test::Run;
using goodhart::test::same;
using goodhart::test::scenario_file;
using goodhart::test::Settings;

const char* const kPolicies[] = {"trust", "quota", "contest", "share", "reform"};
constexpr std::size_t kPeople = 300, kTeam = 8;
// The order of activities and of traits in the file; traits that only groups define would come first.
constexpr int kTickets = 0, kAssistant = 1, kHelp = 2, kMeetings = 3;
constexpr std::size_t kSkill = 0, kScruple = 4, kAble = 6;

Scenario everything(const Settings& settings = {}) {
  return scenario_file("tests/scenarios/everything.yaml", settings);
}

bool near(double one, double other, double scale = 1) {
  return std::fabs(one - other) <= 1e-12 * std::max({scale, std::fabs(one), std::fabs(other)});
}

}  // namespace

TEST_CASE("everything: any number of threads leaves the same bits") {
  const auto check = [](const Scenario& scenario, std::initializer_list<int> more) {
    const Results alone(scenario, 1);
    for (const auto& record : alone.records()) REQUIRE(record.failure == "");
    for (const int threads : more) {
      CAPTURE(threads);
      const Results together(scenario, threads);
      REQUIRE(together.records().size() == alone.records().size());
      for (std::size_t r = 0; r < alone.records().size(); ++r) CHECK(same(together.records()[r], alone.records()[r]));
    }
    return alone.average(alone.names().back(), "exits");
  };
  check(everything({{"time.steps", "5"}}), {2, 3, 8});
  // Above 16,384 employees a run is shared out over threads.
  const Settings large{{"population.size", "17000"},
                       {"time", "{before: 0, steps: 2}"},
                       {"replicates", "1"},
                       {"record", "{}"},
                       {"policies.contest.incentives.tournament.every", "1"},
                       {"policies.contest.incentives.best_of_team.every", "1"},
                       {"policies.contest.incentives.relative.every", "1"}};
  Scenario two = everything(large);
  auto& policies = two.policies.entries;  // the others take seconds and show nothing new
  policies = {policies[0], policies[2]};
  CHECK(check(two, {3}) > 100);
}

TEST_CASE("everything: recording more changes nothing") {
  const Results plain(everything({{"record", "{groups: false}"}, {"replicates", "1"}})),
      full(everything({{"record", "{every: 5, groups: true, teams: true, employees: {every: 1, sample: 300}}"},
                       {"replicates", "1"}}));
  for (const char* policy : kPolicies) {
    const auto& averages = plain.record(policy).averages;
    for (std::size_t v = 0; v < averages.size(); ++v) CHECK(same(averages[v], full.record(policy).averages[v]));
    const auto value = plain.series(policy, "value"), reward = plain.series(policy, "reward");
    const auto &values = full.all(policy, "employees", "value"), &rewards = full.all(policy, "employees", "reward");
    for (std::size_t s = 0; s < value.size(); ++s) {
      double sum = 0, paid = 0;
      for (std::size_t i = 0; i < kPeople; ++i) {
        sum += values[s * kPeople + i];
        paid += rewards[s * kPeople + i];
      }
      CHECK(near(sum / kPeople, value[s]));
      CHECK(near(paid / kPeople, reward[s]));
    }
  }
}

TEST_CASE("everything: the same people and the same luck under every policy") {
  // Readings that no effort enters are the same to the bit, whatever else happens.
  const Scenario scenario =
      everything({{"metrics.complaints.measures", "{tickets: 0}"}, {"activities.assistant.later.complaints", "0"}});
  Run trust(scenario, "trust", 1);
  std::vector<std::unique_ptr<Run>> others;
  for (const char* policy : {"quota", "contest", "share", "reform"})
    others.push_back(std::make_unique<Run>(scenario, policy, 1));
  bool parted = false;
  for (int step = 0; step < 26; ++step) {
    trust->step();
    for (auto& other : others) {
      Run& run = *other;
      run->step();
      CHECK(same(run->reading(2), trust->reading(2)));
      for (std::size_t i = 0; i < kPeople; ++i) {
        if (run->roster().arrival[i] != trust->roster().arrival[i]) continue;
        const bool copied = &other == &others[1] && run->roster().arrival[i] >= 0;
        if (!copied) CHECK(run->population().traits[kSkill][i] == trust->population().traits[kSkill][i]);
      }
      parted = parted || !same(run->units(kTickets), trust->units(kTickets));
    }
  }
  CHECK(parted);
}

TEST_CASE("everything: an employee more leaves the others' draws unchanged") {
  // Full teams of peers, without what looks at everybody: groups, dashboards, and the founders that applicants are
  // standardised by. One more is a team of its own.
  for (const std::string behaviour : {"best_response: {inertia: 0.3}", "quantal: {rationality: 3}",
                                      "learning: {exploration: 0.1}", "imitation: {rate: 2, mutation: 0.1}"}) {
    Settings settings{
        {"population",
         "{size: 40, team_size: 8, traits: {skill: {lognormal: {median: 1, sigma: 0.25}}, climate: {uniform: {low: "
         "0.9, "
         "high: 1.1, per: team}}, know: {uniform: {low: 0, high: 0.1}}, nerve: 1, scruple: {lognormal: {median: 0.5, "
         "sigma: 0.8}}, boost: {normal: {mean: 0.2, sd: 0.1}}, able: skill * climate}}"},
        {"effort.norm", "1"},
        {"behaviour", "{" + behaviour + "}"},
        {"workforce", "{attrition: 0.05}"},
        {"policies.quota.leadership", "[]"},
        {"policies.contest",
         "[{tournament: {metric: closed, scope: team, top: 0.25, prize: 0.05, bottom: 0.1, dismiss: true}}, {relative: "
         "{metric: worth, scope: team, rate: 0.1}}]"},
        {"policies.reform", "[]"},
        {"record", "{}"}};
    Settings more = settings;
    more[0].second.replace(more[0].second.find("40"), 2, "41");
    for (const std::string policy : {"trust", "quota", "contest"}) {
      CAPTURE(behaviour);
      CAPTURE(policy);
      Run few(everything(settings), policy, 1), many(everything(more), policy, 1);
      double leavers = 0;
      for (int step = 0; step < 12; ++step) {
        few->step();
        many->step();
        for (int k = 0; k < 5; ++k) REQUIRE(same(few->units(k), many->units(k).first(40)));
        for (int j = 0; j < 4; ++j) REQUIRE(same(few->reading(j), many->reading(j).first(40)));
        CHECK(same(few->utility(), many->utility().first(40)));
        leavers += few->means().exits;
      }
      CHECK(leavers > 3);
    }
  }
}

TEST_CASE("everything: people, hours, load and gifts add up") {
  for (const char* policy : kPolicies) {
    CAPTURE(policy);
    Run run(everything({{"time", "{steps: 26}"}}), policy);
    // What each slot's occupant has done so far, so that what falls due can be told.
    std::vector<double> last(kPeople, 0), before(kPeople, 0), called(kPeople, 0);
    double most_given = 0, leavers = 0;
    for (int step = 0; step < 26; ++step) {
      run->step();
      const Roster& roster = run->roster();
      const auto& people = run->population();
      CHECK(roster.size == kPeople);
      CHECK(run->means().headcount == kPeople);
      CHECK(run->means().exits == run->means().hires);
      double value = 0, contribution = 0;
      for (std::size_t team = 0; team < roster.teams(); ++team) {
        const std::size_t begin = team * kTeam, end = begin + roster.members(team);
        double given = 0, received = 0, load = 0;
        for (std::size_t i = begin; i < end; ++i) load += called[i];
        for (std::size_t i = begin; i < end; ++i) {
          const bool fresh = roster.arrival[i] == step;
          double own = 0, made = 0, due = fresh ? 0.0 : 0.2 * (load - called[i]) / static_cast<double>(end - begin - 1);
          if (fresh) last[i] = before[i] = 0;
          due += 0.05 * before[i];
          for (std::size_t k = 0; k < 5; ++k) {
            const double x = run->units(static_cast<int>(k))[i];
            const auto& activity = people.activities[k];
            REQUIRE(x >= 0);
            REQUIRE(x <= activity.max[i] + 1e-12);
            if (x > 0) REQUIRE(run->has_access(i, static_cast<int>(k)));
            own += activity.time[i] * x;
            made += activity.value[i] * x - 0.5 * activity.saturation[i] * x * x;
          }
          REQUIRE(near(run->hours()[i], own + due));
          REQUIRE(own <= std::max(0.0, 1.3 - due) + 1e-12);
          const double help = run->units(kHelp)[i];
          given += 0.9 * help - 0.5 * help * help;
          received += run->value()[i] - made + 0.05 * before[i];
          value += run->value()[i];
          contribution += run->contribution()[i];
          before[i] = last[i];
          last[i] = run->units(kAssistant)[i];
        }
        REQUIRE(near(given, received));
        most_given = std::max(most_given, given);
        for (std::size_t i = begin; i < end; ++i) called[i] = run->units(kMeetings)[i];
      }
      CHECK(near(value, contribution));
      CHECK(near(run->means().value, value / kPeople));
      CHECK(near(run->means().contribution, contribution / kPeople));
      leavers += run->means().exits;
    }
    CHECK(most_given > 0.5);
    CHECK(leavers > 5);
  }
}

TEST_CASE("everything: the Price identity holds wherever people leave and come") {
  // Price 1970, doi 10.1038/227520a0: the mean of a trait changes by selection, the covariance of staying with the
  // trait over the share that stays, and by transmission, the share that is hired times how far the hired differ from
  // the stayers; and by the mean of newcomer minus leaver.
  struct Case {
    const char *policy, *attrition, *hiring;
    bool copies;
  };
  const std::string tournament = "{tournament: {metric: worth, bottom: 0.1, dismiss: true, every: 3}}";
  for (const Case& one : {Case{"trust", "0.1", "{applicants: 1}", false},
                          Case{"trust", "0.02 * able", "{applicants: 4, signal: skill, validity: 0.6}", false},
                          Case{"contest", "0", "{applicants: 4, signal: able, validity: 0.6}", false},
                          Case{"contest", "0", "{copy: {top: 0.1, mutate: 0}}", true},
                          Case{"contest", "0.03", "{copy: {top: 0.1, mutate: 0.3}}", false}}) {
    CAPTURE(one.policy);
    CAPTURE(one.hiring);
    Run run(everything({{"workforce.attrition", one.attrition},
                        {"workforce.hiring", one.hiring},
                        {"learning", "[]"},
                        {"policies.reform", "[]"},
                        {"policies.contest", "[" + tournament + "]"}}),
            one.policy);
    int events = 0;
    double selected = 0;
    for (int step = 0; step < 12; ++step) {
      run->step();
      const auto& traits = run->population().traits;
      std::vector<bool> stays(kPeople);
      double staying = 0;
      for (std::size_t i = 0; i < kPeople; ++i) staying += stays[i] = !run->leaves(i);
      CHECK(kPeople - staying == run->means().exits);
      std::map<std::size_t, std::vector<double>> earlier;
      for (const std::size_t t : {kSkill, kScruple, kAble}) {
        for (std::size_t i = 0; i < kPeople; ++i) earlier[t].push_back(traits[t][i]);
      }
      run->settle();
      if (staying == kPeople) continue;
      ++events;
      for (const auto& entry : earlier) {
        const std::size_t t = entry.first;
        const std::vector<double>& was = entry.second;
        CAPTURE(t);
        double mean = 0, after = 0, product = 0, stayers = 0, hired = 0, difference = 0;
        for (std::size_t i = 0; i < kPeople; ++i) {
          const double now = traits[t][i];
          mean += was[i] / kPeople;
          after += now / kPeople;
          product += stays[i] ? was[i] / kPeople : 0.0;
          difference += (now - was[i]) / kPeople;
          (stays[i] ? stayers : hired) += now;
          if (stays[i]) REQUIRE(now == was[i]);
        }
        const double share = staying / kPeople, covariance = product - share * mean;
        const double transmission = (1 - share) * (hired / (kPeople - staying) - stayers / staying);
        CHECK(near(after - mean, covariance / share + transmission));
        CHECK(near(after - mean, difference));
        if (t == kSkill) selected += covariance;
        if (!one.copies || t == kAble) continue;
        // Exact copies: every change is the covariance of the number of successors with the trait. A copy's model is
        // one of those who stay and have its trait.
        std::vector<double> successors(kPeople, 0);
        for (std::size_t i = 0; i < kPeople; ++i) {
          std::size_t model = i;
          if (!stays[i]) model = 0;
          while (!stays[i] && model < kPeople && !(stays[model] && was[model] == traits[t][i])) ++model;
          REQUIRE(model < kPeople);
          successors[model] += 1;
        }
        double together = 0;
        for (std::size_t i = 0; i < kPeople; ++i) {
          together += successors[i] * was[i] / kPeople;
        }
        CHECK(near(after - mean, together - mean));
      }
    }
    CHECK(events >= 4);
    if (std::string(one.policy) == "contest") CHECK(selected > 0);  // those who make less are less skilled
  }
}

TEST_CASE("everything: it does happen") {
  const Results results(everything());
  CHECK(results.average("quota", "effort", {"made_up"}) > 0.001);
  CHECK(results.average("trust", "effort", {"made_up"}) < results.average("quota", "effort", {"made_up"}));
  CHECK(results.series("quota", "stakes", {"quota/quota"}).back() == doctest::Approx(2));
  CHECK(results.average("contest", "exits") > results.average("trust", "exits"));
  // Seen in one replicate or the other: targets move, rates are fitted, leadership changes course before the calendar.
  bool ratcheted = false, retrained = false, revised = false;
  for (int replicate = 0; replicate < 2; ++replicate) {
    const auto target = results.series("reform", "target", {"reform/volume/volume_pay"}, replicate),
               rate = results.series("reform", "rate", {"reform/volume/volume_pay"}, replicate),
               outcome = results.series("reform", "rate", {"reform/outcome/linear"}, replicate),
               settled = results.series("reform", "rate", {"reform/settled/relative"}, replicate);
    ratcheted = ratcheted || target[6] > target[4];
    retrained = retrained || (!std::isnan(rate[10]) && rate[10] != 0.02);
    for (std::size_t t = 5; t < 24; ++t) revised = revised || !std::isnan(outcome[t]);
    CHECK(settled[24] == doctest::Approx(0.1));
    CHECK(settled.back() == doctest::Approx(0.1));
    const auto access = results.series("trust", "access", {"assistant"}, replicate);
    CHECK(access.front() < 0.5);
    CHECK(access.back() > 0.8);
  }
  CHECK(ratcheted);
  CHECK(retrained);
  CHECK(revised);
}
