/// Stage 7 of a step: the means of what happened.
#include <algorithm>
#include <cmath>
#include <limits>

#include "goodhart/model/leadership.hpp"
#include "in_range.hpp"
#include "simulation_state.hpp"

namespace goodhart {

void Simulation::record() {
  State& state = *state_;
  InForce& force = *in_force_;
  const Setting& setting = *force.setting;
  const auto activities = index(constants_->activities), metrics = index(constants_->metrics),
             groups = state.roster.groups.size();

  // Strips and blocks in order.
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
    for (std::size_t g = 0; g < groups; ++g) {
      made.groups[g].people += strip.groups[g].people;
      made.groups[g].value += strip.groups[g].value;
      made.groups[g].hours += strip.groups[g].hours;
      made.groups[g].gaming_time += strip.groups[g].gaming_time;
      for (std::size_t k = 0; k < activities; ++k) made.groups[g].effort[k] += strip.groups[g].effort[k];
    }
  }
  Sums& total = state.total;
  total.clear();
  total.closed.resize(force.incentives.size());
  for (const Sums& block : state.sums) {
    total.reward += block.reward;
    total.bonus += block.bonus;
    for (std::size_t j = 0; j < metrics; ++j) {
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

  const double people = static_cast<double>(state.roster.size);
  const auto share = [](double part, double whole) { return whole == 0 ? kNaN : part / whole; };
  double measuring = 0;
  for (std::size_t j = 0; j < metrics; ++j) measuring += force.charged[j] ? setting.metrics.entries[j].value.cost : 0.0;
  means_.value = value / people;
  means_.contribution = made.contribution / people;
  means_.cost = made.cost / people;
  means_.waste = made.waste / people;
  // Leadership pays for the samples that it looks at as for other audits; `leave` has counted who is to be replaced.
  double audits = made.audits;
  if (force.leadership) {
    for (const Move& move : *force.leadership) audits += audited(move, state.next - force.from + 1);
  }
  means_.measurement_cost = measuring;
  means_.audit_cost = force.audits ? force.audits->cost * audits / people : 0.0;
  means_.hiring_cost = setting.workforce.cost * means_.hires / people;
  means_.net_value = setting.organisation.value_price * means_.value - means_.cost - means_.measurement_cost -
                     means_.audit_cost - means_.hiring_cost;
  means_.surplus = means_.net_value - setting.organisation.pay * made.burden / people;
  means_.utility = (made.utility + total.reward) / people;
  means_.reward = setting.organisation.pay * total.reward / people;
  means_.bonus = setting.organisation.pay * total.bonus / people;
  means_.net_after_bonuses = means_.net_value - means_.bonus;
  means_.hours = made.hours / people;
  means_.gaming_share = share(made.gaming_time, made.hours);
  means_.gamers = made.gamers / people;
  means_.value_sd = made.values.sd_x();
  means_.headcount = people;
  means_.access.assign(activities, 1.0);
  for (std::size_t k = 0; k < activities && !state.access.empty(); ++k) {
    const auto open = std::count_if(state.access.begin(), state.access.end(), [k](Doing all) { return all >> k & 1u; });
    means_.access[k] = static_cast<double>(open) / people;
  }
  means_.stock.clear();
  for (const InForce::Pool& pool : force.stocks) {
    double sum = 0;
    for (std::size_t u = 0; u < pool.level.size(); ++u) {
      sum += pool.level[u] * (pool.of_team ? static_cast<double>(state.roster.members(u)) : people);
    }
    means_.stock.push_back(sum / people);
  }
  means_.set_up.assign(force.setups.empty() ? 0 : activities, kNaN);
  for (const int k : force.setups) {
    const auto done = std::count_if(state.set_up.begin(), state.set_up.end(), [k](Doing all) { return all >> k & 1u; });
    means_.set_up[index(k)] = static_cast<double>(done) / people;
  }
  means_.effort.resize(activities);
  means_.doing.resize(activities);
  for (std::size_t k = 0; k < activities; ++k) {
    means_.effort[k] = made.effort[k] / people;
    means_.doing[k] = made.doing[k] / people;
  }
  for (auto* column : {&means_.dashboard, &means_.reading, &means_.reading_sd, &means_.alignment})
    column->resize(metrics);
  for (std::size_t j = 0; j < metrics; ++j) {
    const Metric& metric = setting.metrics.entries[j].value;
    means_.reading[j] = total.metric[j].mean_x;
    means_.reading_sd[j] = total.metric[j].sd_x();
    means_.alignment[j] = state.next - metric.delay < state.first ? kNaN : total.metric[j].correlation();
    means_.dashboard[j] =
        std::holds_alternative<ShareAbove>(metric.dashboard) ? total.above[j] / people : means_.reading[j];
  }
  means_.group_value.resize(groups);
  means_.group_gaming_share.resize(groups);
  means_.group_effort.resize(groups * activities);
  for (std::size_t g = 0; g < groups; ++g) {
    const Made::Group& group = made.groups[g];
    means_.group_value[g] = share(group.value, group.people);
    means_.group_gaming_share[g] = share(group.gaming_time, group.hours);
    for (std::size_t k = 0; k < activities; ++k)
      means_.group_effort[g * activities + k] = share(group.effort[k], group.people);
  }
  const std::size_t incentives = force.incentives.size();
  for (auto* column : {&means_.target, &means_.stakes, &means_.rate, &means_.attained, &means_.rewarded_contribution,
                       &means_.rewarded_reading, &means_.rewarded_gaming_share}) {
    column->resize(incentives);
  }
  for (std::size_t n = 0; n < incentives; ++n) {
    InForce::Incentive& incentive = force.incentives[n];
    if (incentive.closes) {
      const Sums::Closed& closed = total.closed[n];
      incentive.attained = closed.people / people;
      incentive.contribution = share(closed.contribution, closed.people);
      incentive.reading = share(closed.reading, closed.people);
      incentive.gaming_share = share(closed.gaming_time, closed.hours);
    }
    means_.target[n] = incentive.target;
    means_.stakes[n] = incentive.stakes;
    means_.rate[n] = incentive.rate;
    means_.attained[n] = incentive.attained;
    means_.rewarded_contribution[n] = incentive.contribution;
    means_.rewarded_reading[n] = incentive.reading;
    means_.rewarded_gaming_share[n] = incentive.gaming_share;
  }
  record_inferred();
  static const std::vector<Scheme> kNone;
  const Column& budget = population_->effort.budget;
  require_in_range(means_, setting, force.phase < 0 ? kNone : policy_->phases[index(force.phase)].incentives,
                   state.next, budget.constant() ? std::max(0.0, budget[0]) : std::numeric_limits<double>::infinity());
}

/// What leadership had inferred of the gamed share as the step began, by its first move that infers, and what it is.
void Simulation::record_inferred() {
  const InForce& force = *in_force_;
  means_.inferred = means_.inferred_sd = means_.gamed_share = kNaN;
  if (!force.leadership) return;
  for (std::size_t m = 0; m < force.leadership->size(); ++m) {
    const auto* infer = std::get_if<Infer>(&(*force.leadership)[m]);
    if (!infer) continue;
    const bool begun = state_->next > force.from;
    means_.inferred = begun ? force.beliefs[m].mean : infer->first;
    means_.inferred_sd = begun ? std::sqrt(force.beliefs[m].variance) : infer->first_sd;
    const auto j = index(force.setting->metrics.index(infer->metric));
    double gamed = 0, read = 0;
    for (std::size_t i = 0; i < state_->roster.size; ++i) {
      gamed += gamed_reading(j, i);
      read += state_->reading[j][i];
    }
    means_.gamed_share = read == 0 ? kNaN : gamed / read;
    return;
  }
}

}  // namespace goodhart
