/// Audits that look where readings are suspicious: between measuring and reviewing, because they look at readings.
#include "auditing.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "stages.hpp"

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

/// Those with the highest distances, as many as the top share; equal ones by lot.
ScratchVector<std::size_t> highest(const Now& now) {
  const InForce::Watch& watch = *now.force.watch;
  const std::size_t n = now.state.roster.size;
  ScratchVector<std::size_t> order;
  for (std::size_t i = 0; i < n; ++i) {
    if (!std::isnan(watch.distance[i])) order.push_back(i);
  }
  const std::size_t count = std::min(top_of(*now.force.audits->suspicion->top, n), order.size());
  const auto lot = [&](std::size_t i) {
    return now.constants.audit.uniform(now.constants.luck.replicate, static_cast<std::uint32_t>(i), now.state.next, 1);
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
void note_readings(const Run& run) {
  const State& state = run.state;
  InForce::Watch& watch = *run.force.watch;
  const Suspicion& suspicion = *run.force.audits->suspicion;
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
    watch.threshold = watch.distance[highest(run).back()];
  }
  if (suspicion.against != "past") return;
  const std::vector<double>& reading = state.reading[index(watch.metric)];
  for (std::size_t i = 0; i < n; ++i) {
    double& own = watch.own[i];
    own = std::isnan(own) ? reading[i] : own + (reading[i] - own) / *suspicion.memory;
  }
}

}  // namespace

std::optional<InForce::Watch> watch_of(const Now& now) {
  const std::optional<Suspicion>& suspicion = now.force.audits->suspicion;
  if (!suspicion) return std::nullopt;
  InForce::Watch watch;
  watch.metric = now.force.setting->metrics.index(suspicion->metric);
  watch.sign = now.force.setting->metrics.entries[index(watch.metric)].value.better == "lower" ? -1 : 1;
  watch.own.assign(now.state.roster.size, suspicion->against == "past" ? kNaN : 0.0);
  watch.distance.assign(now.state.roster.size, kNaN);
  return watch;
}

double fine_of(const Now& now, std::size_t i) {
  const InForce& force = now.force;
  double rate = (*force.audit_rate)[0][i];
  if (force.watch && !std::isnan(force.watch->threshold) && !std::isnan(force.watch->own[i])) {
    rate = std::max(rate, force.audits->suspicion->rate);
  }
  return force.audits->fine * rate;
}

void audit_suspicious(const Run& run) {
  State& state = run.state;
  InForce& force = run.force;
  InForce::Watch& watch = *force.watch;
  const Suspicion& suspicion = *force.audits->suspicion;
  const std::size_t n = state.roster.size;
  const std::uint32_t replicate = run.constants.luck.replicate;
  const std::vector<double>& reading = state.reading[index(watch.metric)];
  for (std::size_t i = 0; i < n; ++i) watch.distance[i] = watch.sign * (reading[i] - watch.own[i]);

  std::vector<char>& suspicious = watch.suspicious;
  suspicious.assign(n, 0);
  if (!std::isnan(watch.threshold) && suspicion.above) {
    for (std::size_t i = 0; i < n; ++i) suspicious[i] = beyond(watch.distance[i], watch.threshold);
  } else if (!std::isnan(watch.threshold)) {
    for (const std::size_t i : highest(run)) suspicious[i] = 1;
  }

  for (std::size_t i = 0; i < n; ++i) {
    const double rate = suspicious[i] ? suspicion.rate : (*force.audit_rate)[0][i];
    if (!(run.constants.audit.uniform(replicate, static_cast<std::uint32_t>(i), state.next) < rate)) continue;
    Made& made = state.made[i / kStrip];
    made.audits += 1;
    bool games = false;
    for (std::size_t k = 0; k < run.people.activities.size(); ++k) {
      games = games || (run.people.activities[k].gaming && state.units[k][i] > 0);
    }
    if (!games) continue;
    state.utility[i] -= force.audits->fine;
    made.utility -= force.audits->fine;
    if (force.audits->dismiss > 0) {
      state.leaves[i] =
          run.constants.dismissal.uniform(replicate, static_cast<std::uint32_t>(i), state.next) < force.audits->dismiss;
    }
  }
  note_readings(run);
}

}  // namespace goodhart
