/// Stage 7 of a step: the means of what happened.
#include <algorithm>
#include <cmath>
#include <limits>

#include "adapting.hpp"
#include "goodhart/model/leadership.hpp"
#include "in_range.hpp"
#include "stages.hpp"

namespace goodhart {

namespace {

double share(double part, double whole) {
  return whole == 0 ? kNaN : part / whole;
}

double employees(const Run& run) {
  return static_cast<double>(run.state.roster.size);
}

/// Sums up what the strips' efforts made, in order. Returns the sum of values.
double add_up_made(const Run& run) {
  State& state = run.state;
  const auto activities = index(run.constants.activities);
  Made& made = state.made_by_all;
  made.clear();
  double value = 0;
  for (const Made& strip : state.made) {
    value += strip.values.mean_x * strip.values.count;
    made.contribution += strip.contribution;
    made.cost += strip.cost;
    made.waste += strip.waste;
    made.hours += strip.hours;
    made.gaming_time += strip.gaming_time;
    made.burden += strip.burden;
    made.utility += strip.utility;
    made.audits += strip.audits;
    made.gamers += strip.gamers;
    made.values.add(strip.values);
    for (std::size_t k = 0; k < activities; ++k) {
      made.effort[k] += strip.effort[k];
      made.doing[k] += strip.doing[k];
    }
    for (std::size_t g = 0; g < made.groups.size(); ++g) {
      made.groups[g].people += strip.groups[g].people;
      made.groups[g].value += strip.groups[g].value;
      made.groups[g].hours += strip.groups[g].hours;
      made.groups[g].gaming_time += strip.groups[g].gaming_time;
      for (std::size_t k = 0; k < activities; ++k) made.groups[g].effort[k] += strip.groups[g].effort[k];
    }
  }
  return value;
}

/// Sums up what the blocks' luck made, in order.
void add_up_sums(const Run& run) {
  State& state = run.state;
  Sums& total = state.total;
  total.clear();
  total.closed.resize(run.force.incentives.size());
  for (const Sums& block : state.sums) {
    total.reward += block.reward;
    total.bonus += block.bonus;
    for (std::size_t j = 0; j < index(run.constants.metrics); ++j) {
      total.metric[j].add(block.metric[j]);
      total.above[j] += block.above[j];
    }
    for (std::size_t c = 0; c < total.closed.size(); ++c) {
      total.closed[c].people += block.closed[c].people;
      total.closed[c].contribution += block.closed[c].contribution;
      total.closed[c].reading += block.closed[c].reading;
      total.closed[c].hours += block.closed[c].hours;
      total.closed[c].gaming_time += block.closed[c].gaming_time;
    }
  }
}

/// Value, costs, utility and hours.
void note_organisation(const Run& run, double value) {
  const InForce& force = run.force;
  const Setting& setting = *force.setting;
  const Made& made = run.state.made_by_all;
  const Sums& total = run.state.total;
  StepMeans& means = run.means;
  const double people = employees(run);
  double measuring = 0;
  for (std::size_t j = 0; j < index(run.constants.metrics); ++j)
    measuring += force.charged[j] ? setting.metrics.entries[j].value.cost : 0.0;
  means.value = value / people;
  means.contribution = made.contribution / people;
  means.cost = made.cost / people;
  means.waste = made.waste / people;
  // Leadership pays for the samples that it looks at as for other audits; `leave` has counted who is to be replaced.
  double audits = made.audits;
  if (force.leadership) {
    for (const Move& move : *force.leadership) audits += audited(move, run.state.next - force.from + 1);
  }
  means.measurement_cost = measuring;
  means.audit_cost = force.audits ? force.audits->cost * audits / people : 0.0;
  means.hiring_cost = setting.workforce.cost * means.hires / people;
  means.net_value = setting.organisation.value_price * means.value - means.cost - means.measurement_cost -
                    means.audit_cost - means.hiring_cost;
  means.surplus = means.net_value - setting.organisation.pay * made.burden / people;
  means.utility = (made.utility + total.reward) / people;
  means.reward = setting.organisation.pay * total.reward / people;
  means.bonus = setting.organisation.pay * total.bonus / people;
  means.net_after_bonuses = means.net_value - means.bonus;
  means.hours = made.hours / people;
  means.gaming_share = share(made.gaming_time, made.hours);
  means.gamers = made.gamers / people;
  means.value_sd = made.values.sd_x();
  means.headcount = people;
}

/// What there is of activities: access, setups, effort.
void note_activities(const Run& run) {
  const State& state = run.state;
  const InForce& force = run.force;
  const Made& made = state.made_by_all;
  StepMeans& means = run.means;
  const auto activities = index(run.constants.activities);
  const double people = employees(run);
  means.access.assign(activities, 1.0);
  for (std::size_t k = 0; k < activities && !state.access.empty(); ++k) {
    const auto open = std::count_if(state.access.begin(), state.access.end(), [k](Doing all) { return all >> k & 1u; });
    means.access[k] = static_cast<double>(open) / people;
  }
  means.set_up.assign(force.setups.empty() ? 0 : activities, kNaN);
  for (const int k : force.setups) {
    const auto done = std::count_if(state.set_up.begin(), state.set_up.end(), [k](Doing all) { return all >> k & 1u; });
    means.set_up[index(k)] = static_cast<double>(done) / people;
  }
  means.effort.resize(activities);
  means.doing.resize(activities);
  for (std::size_t k = 0; k < activities; ++k) {
    means.effort[k] = made.effort[k] / people;
    means.doing[k] = made.doing[k] / people;
  }
}

/// The levels of stocks.
void note_stocks(const Run& run) {
  const State& state = run.state;
  const double people = employees(run);
  run.means.stock.clear();
  for (const InForce::Pool& pool : run.force.stocks) {
    double sum = 0;
    for (std::size_t u = 0; u < pool.level.size(); ++u) {
      sum += pool.level[u] * (pool.of_team ? static_cast<double>(state.roster.members(u)) : people);
    }
    run.means.stock.push_back(sum / people);
  }
}

/// What is read, and how far that goes with contributions.
void note_metrics(const Run& run) {
  const State& state = run.state;
  const Sums& total = state.total;
  StepMeans& means = run.means;
  const std::size_t metrics = index(run.constants.metrics);
  for (auto* column : {&means.dashboard, &means.reading, &means.reading_sd, &means.alignment}) column->resize(metrics);
  for (std::size_t j = 0; j < metrics; ++j) {
    const Metric& metric = run.force.setting->metrics.entries[j].value;
    means.reading[j] = total.metric[j].mean_x;
    means.reading_sd[j] = total.metric[j].sd_x();
    means.alignment[j] = state.next - metric.delay < state.first ? kNaN : total.metric[j].correlation();
    means.dashboard[j] =
        std::holds_alternative<ShareAbove>(metric.dashboard) ? total.above[j] / employees(run) : means.reading[j];
  }
}

void note_groups(const Run& run) {
  StepMeans& means = run.means;
  const std::vector<Made::Group>& all = run.state.made_by_all.groups;
  const std::size_t groups = all.size(), activities = index(run.constants.activities);
  means.group_value.resize(groups);
  means.group_gaming_share.resize(groups);
  means.group_effort.resize(groups * activities);
  for (std::size_t g = 0; g < groups; ++g) {
    const Made::Group& group = all[g];
    means.group_value[g] = share(group.value, group.people);
    means.group_gaming_share[g] = share(group.gaming_time, group.hours);
    for (std::size_t k = 0; k < activities; ++k)
      means.group_effort[g * activities + k] = share(group.effort[k], group.people);
  }
}

/// What the incentives in force demand and pay, and whom they have rewarded.
void note_incentives(const Run& run) {
  const Sums& total = run.state.total;
  StepMeans& means = run.means;
  const std::size_t incentives = run.force.incentives.size();
  for (auto* column : {&means.target, &means.stakes, &means.rate, &means.attained, &means.rewarded_contribution,
                       &means.rewarded_reading, &means.rewarded_gaming_share}) {
    column->resize(incentives);
  }
  for (std::size_t n = 0; n < incentives; ++n) {
    InForce::Incentive& incentive = run.force.incentives[n];
    if (incentive.closes) {
      const Sums::Closed& closed = total.closed[n];
      incentive.attained = closed.people / employees(run);
      incentive.contribution = share(closed.contribution, closed.people);
      incentive.reading = share(closed.reading, closed.people);
      incentive.gaming_share = share(closed.gaming_time, closed.hours);
    }
    means.target[n] = incentive.target;
    means.stakes[n] = incentive.stakes;
    means.rate[n] = incentive.rate;
    means.attained[n] = incentive.attained;
    means.rewarded_contribution[n] = incentive.contribution;
    means.rewarded_reading[n] = incentive.reading;
    means.rewarded_gaming_share[n] = incentive.gaming_share;
  }
}

/// What a move had inferred of the gamed share as the step began, and what it is. Says whether the move infers at all.
template <class Kind>
bool record_inferred_by(const Run& run, std::size_t move, const Kind& kind) {
  if constexpr (requires { kind.first, kind.first_sd; }) {
    const InForce& force = run.force;
    const bool begun = run.state.next > force.from;
    run.means.inferred = begun ? force.beliefs[move].mean : kind.first;
    run.means.inferred_sd = begun ? std::sqrt(force.beliefs[move].variance) : kind.first_sd;
    const auto j = index(force.setting->metrics.index(kind.metric));
    double gamed = 0, read = 0;
    for (std::size_t i = 0; i < run.state.roster.size; ++i) {
      gamed += gamed_reading(run, j, i);
      read += run.state.reading[j][i];
    }
    run.means.gamed_share = read == 0 ? kNaN : gamed / read;
    return true;
  }
  return false;
}

/// What leadership had inferred by its first move that infers.
void record_inferred(const Run& run) {
  run.means.inferred = run.means.inferred_sd = run.means.gamed_share = kNaN;
  if (!run.force.leadership) return;
  for (std::size_t m = 0; m < run.force.leadership->size(); ++m) {
    const auto by = [&](const auto& kind) { return record_inferred_by(run, m, kind); };
    if (std::visit(by, (*run.force.leadership)[m])) return;
  }
}

/// What leadership committed to before the first step, and what it expected.
void record_committed(const Run& run) {
  const bool committed = run.force.phase >= 0 && run.force.policy->committed;
  run.means.expected = committed ? run.force.policy->committed->expected : kNaN;
  run.means.chosen.clear();
  if (committed) run.means.chosen = run.force.policy->committed->chosen;
}

}  // namespace

void record(const Run& run) {
  const InForce& force = run.force;
  const double value = add_up_made(run);
  add_up_sums(run);
  note_organisation(run, value);
  note_activities(run);
  note_stocks(run);
  note_metrics(run);
  note_groups(run);
  note_incentives(run);
  record_inferred(run);
  record_committed(run);
  static const std::vector<Scheme> kNone;
  const std::vector<Scheme>& incentives = force.phase < 0 ? kNone : force.policy->phases[index(force.phase)].incentives;
  const Column& budget = run.people.effort.budget;
  require_in_range(run.means, *force.setting, incentives, run.state.next,
                   budget.constant() ? std::max(0.0, budget[0]) : std::numeric_limits<double>::infinity());
}

}  // namespace goodhart
