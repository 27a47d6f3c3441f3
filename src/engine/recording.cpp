/// Stage 7 of a step: the means of what happened.
#include <algorithm>
#include <cmath>

#include "goodhart/model/leadership.hpp"
#include "simulation_state.hpp"

namespace goodhart {

void Simulation::record() {
  State& state = *state_;
  InForce& force = *in_force_;
  const Setting& setting = *force.setting;
  const auto activities = index(constants_->activities), metrics = index(constants_->metrics),
             groups = state.roster.groups.size();

  // Blocks in order.
  Sums& total = state.total;
  total.clear();
  total.groups.resize(groups);
  total.closed.resize(force.incentives.size());
  for (const Sums& block : state.sums) {
    total.value += block.value;
    total.contribution += block.contribution;
    total.cost += block.cost;
    total.waste += block.waste;
    total.hours += block.hours;
    total.gaming_time += block.gaming_time;
    total.burden += block.burden;
    total.utility += block.utility;
    total.reward += block.reward;
    total.audits += block.audits;
    total.gamers += block.gamers;
    total.values.add(block.values);
    for (std::size_t k = 0; k < activities; ++k) {
      total.effort[k] += block.effort[k];
      total.doing[k] += block.doing[k];
    }
    for (std::size_t j = 0; j < metrics; ++j) {
      total.metric[j].add(block.metric[j]);
      total.above[j] += block.above[j];
    }
    for (std::size_t g = 0; g < groups; ++g) {
      total.groups[g].people += block.groups[g].people;
      total.groups[g].value += block.groups[g].value;
      total.groups[g].hours += block.groups[g].hours;
      total.groups[g].gaming_time += block.groups[g].gaming_time;
      for (std::size_t k = 0; k < activities; ++k) total.groups[g].effort[k] += block.groups[g].effort[k];
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
  means_.value = total.value / people;
  means_.contribution = total.contribution / people;
  means_.cost = total.cost / people;
  means_.waste = total.waste / people;
  // Leadership pays for the samples that it looks at as for other audits; `leave` has counted who is to be replaced.
  double audits = total.audits;
  if (force.leadership) {
    for (const Move& move : *force.leadership) audits += audited(move, state.next - force.from + 1);
  }
  means_.net_value = setting.organisation.value_price * means_.value - means_.cost - measuring -
                     (force.audits ? force.audits->cost * audits / people : 0.0) -
                     setting.workforce.cost * means_.hires / people;
  means_.surplus = means_.net_value - setting.organisation.pay * total.burden / people;
  means_.utility = total.utility / people;
  means_.reward = setting.organisation.pay * total.reward / people;
  means_.hours = total.hours / people;
  means_.gaming_share = share(total.gaming_time, total.hours);
  means_.gamers = total.gamers / people;
  means_.value_sd = total.values.sd_x();
  means_.headcount = people;
  means_.access.assign(activities, 1.0);
  for (std::size_t k = 0; k < activities && !state.access.empty(); ++k) {
    const auto open = std::count_if(state.access.begin(), state.access.end(), [k](Doing all) { return all >> k & 1u; });
    means_.access[k] = static_cast<double>(open) / people;
  }
  means_.effort.resize(activities);
  means_.doing.resize(activities);
  for (std::size_t k = 0; k < activities; ++k) {
    means_.effort[k] = total.effort[k] / people;
    means_.doing[k] = total.doing[k] / people;
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
    const Sums::Group& group = total.groups[g];
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
}

}  // namespace goodhart
