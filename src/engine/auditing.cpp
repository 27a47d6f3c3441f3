/// Audits that look where readings are suspicious: between measuring and reviewing, because they look at readings.
#include <algorithm>
#include <cmath>
#include <utility>

#include "sheet.hpp"
#include "simulation_state.hpp"

namespace goodhart {

namespace {

/// How many employees the top share is.
std::size_t top_of(double share, std::size_t people) {
  const double exact = std::floor(share * static_cast<double>(people) + 0.5 + 1e-9);
  return std::clamp(static_cast<std::size_t>(exact), std::size_t{1}, people);
}

/// Is a distance beyond the threshold? One who plans to stay within it exactly does.
bool beyond(double distance, double threshold) {
  return distance > threshold + 1e-9 * std::max(1.0, std::fabs(threshold));
}

}  // namespace

/// Puts the suspicion of the audits in force.
void Simulation::watch() {
  InForce& force = *in_force_;
  const std::optional<Suspicion>& suspicion = force.audits->suspicion;
  if (!suspicion) return;
  InForce::Watch& watch = force.watch.emplace();
  watch.metric = force.setting->metrics.index(suspicion->metric);
  watch.sign = force.setting->metrics.entries[index(watch.metric)].value.better == "lower" ? -1 : 1;
  watch.own.assign(state_->roster.size, suspicion->against == "past" ? kNaN : 0.0);
  watch.distance.assign(state_->roster.size, kNaN);
}

/// What one who games expects to be fined in a step, without what it escapes by a reading that is not suspicious, or,
/// where those are audited less often who are, by one that is (`suspect`).
double Simulation::fine_of(std::size_t i) const {
  const InForce& force = *in_force_;
  double rate = (*force.audit_rate)[0][i];
  if (force.watch && !std::isnan(force.watch->threshold) && !std::isnan(force.watch->own[i])) {
    rate = std::max(rate, force.audits->suspicion->rate);
  }
  return force.audits->fine * rate;
}

/// Audits after a step's readings are known, and what the next step holds readings against.
void Simulation::audit_suspicious() {
  State& state = *state_;
  InForce& force = *in_force_;
  InForce::Watch& watch = *force.watch;
  const Suspicion& suspicion = *force.audits->suspicion;
  const std::size_t n = state.roster.size;
  const std::uint32_t replicate = constants_->luck.replicate;
  const std::vector<double>& reading = state.reading[index(watch.metric)];
  for (std::size_t i = 0; i < n; ++i) watch.distance[i] = watch.sign * (reading[i] - watch.own[i]);

  std::vector<char>& suspicious = watch.suspicious;
  suspicious.assign(n, 0);
  if (!std::isnan(watch.threshold) && suspicion.above) {
    for (std::size_t i = 0; i < n; ++i) suspicious[i] = beyond(watch.distance[i], watch.threshold);
  } else if (!std::isnan(watch.threshold)) {
    for (const std::size_t i : highest()) suspicious[i] = 1;
  }

  for (std::size_t i = 0; i < n; ++i) {
    const double rate = suspicious[i] ? suspicion.rate : (*force.audit_rate)[0][i];
    if (!(constants_->audit.uniform(replicate, static_cast<std::uint32_t>(i), state.next) < rate)) continue;
    Made& made = state.made[i / kStrip];
    made.audits += 1;
    bool games = false;
    for (std::size_t k = 0; k < population_->activities.size(); ++k) {
      games = games || (population_->activities[k].gaming && state.units[k][i] > 0);
    }
    if (!games) continue;
    state.utility[i] -= force.audits->fine;
    made.utility -= force.audits->fine;
    if (force.audits->dismiss > 0) {
      state.leaves[i] =
          constants_->dismissal.uniform(replicate, static_cast<std::uint32_t>(i), state.next) < force.audits->dismiss;
    }
  }
  note_readings();
}

/// Those with the highest distances, as many as the top share; equal ones by lot.
ScratchVector<std::size_t> Simulation::highest() const {
  const InForce::Watch& watch = *in_force_->watch;
  const std::size_t n = state_->roster.size;
  ScratchVector<std::size_t> order;
  for (std::size_t i = 0; i < n; ++i) {
    if (!std::isnan(watch.distance[i])) order.push_back(i);
  }
  const std::size_t count = std::min(top_of(*in_force_->audits->suspicion->top, n), order.size());
  const auto lot = [&](std::size_t i) {
    return constants_->audit.uniform(constants_->luck.replicate, static_cast<std::uint32_t>(i), state_->next, 1);
  };
  const auto before = [&](std::size_t a, std::size_t b) {
    if (watch.distance[a] != watch.distance[b]) return watch.distance[a] > watch.distance[b];
    return std::pair(lot(a), a) < std::pair(lot(b), b);
  };
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(), before);
  order.resize(count);
  return order;
}

/// What the next step's readings are held against: this step's.
void Simulation::note_readings() {
  const State& state = *state_;
  InForce::Watch& watch = *in_force_->watch;
  const Suspicion& suspicion = *in_force_->audits->suspicion;
  const std::size_t n = state.roster.size;
  double count = 0, sum = 0, squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (std::isnan(watch.distance[i])) continue;
    count += 1;
    sum += watch.distance[i];
  }
  const double mean = count == 0 ? kNaN : sum / count;
  for (std::size_t i = 0; i < n; ++i) {
    if (!std::isnan(watch.distance[i])) squares += (watch.distance[i] - mean) * (watch.distance[i] - mean);
  }
  if (count == 0) {
    watch.threshold = kNaN;
  } else if (suspicion.above) {
    watch.threshold = mean + *suspicion.above * std::sqrt(squares / count);
  } else {
    watch.threshold = watch.distance[highest().back()];
  }
  if (suspicion.against != "past") return;
  const std::vector<double>& reading = state.reading[index(watch.metric)];
  for (std::size_t i = 0; i < n; ++i) {
    double& own = watch.own[i];
    own = std::isnan(own) ? reading[i] : own + (reading[i] - own) / *suspicion.memory;
  }
}

}  // namespace goodhart
