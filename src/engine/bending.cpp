/// Worlds in which metrics bend as value does: where what hangs on their readings moves to.
#include <array>
#include <span>
#include <utility>

#include "goodhart/model/same_efforts.hpp"
#include "phases.hpp"

namespace goodhart {

/// What the efforts that make an individual reading without this bend read with it: the efforts of the least time, at
/// first without gaming, and only where that cannot make the reading with it. Noise, what falls due and what mates give
/// are left out.
double bent_reading(const Now& now, std::size_t metric, std::size_t employee, double reading) {
  const MetricColumns& columns = now.people.metrics[metric];
  const double own = columns.value_weights();
  std::array<ReadingPart, kMostActivities> parts;
  const std::size_t all = index(now.constants.activities);
  std::size_t honest = 0;
  bool bends = false;
  const auto part = [&](std::size_t k) {
    const ActivityColumns& activity = now.people.activities[k];
    const double through_value = own * activity.saturation[employee];
    const double bend_as_value = bend_of(now, metric, k, employee), bend_as_is = columns.bend[k][employee];
    bends = bends || bend_as_value != bend_as_is;
    return ReadingPart{.loading = columns.loading[k][employee] + own * activity.value[employee],
                       .bend = bend_as_is + through_value,
                       .other_bend = bend_as_value + through_value,
                       .time = activity.time[employee],
                       .most = activity.max[employee]};
  };
  for (std::size_t k = 0; k < all; ++k) {
    if (!now.people.activities[k].gaming) parts[honest++] = part(k);
  }
  std::size_t used = honest;
  for (std::size_t k = 0; k < all; ++k) {
    if (now.people.activities[k].gaming) parts[used++] = part(k);
  }
  if (!bends) return reading;
  const double base = baseline(now, metric, employee), budget = now.people.effort.budget[employee];
  const SameEfforts without = same_efforts(std::span(parts).first(honest), budget, reading - base);
  if (without.attained || used == honest) return base + without.reading;
  const SameEfforts with = same_efforts(std::span(parts).first(used), budget, reading - base);
  return base + (with.attained ? with.reading : without.reading);
}

/// The same for a level of the dashboard: the mean over employees of what they would read.
double bent_level(const Now& now, std::size_t metric, double level) {
  if (now.constants.mechanisms.extremal) return level;
  double sum = 0;
  for (std::size_t i = 0; i < now.state.roster.size; ++i) sum += bent_reading(now, metric, i, level);
  return sum / static_cast<double>(now.state.roster.size);
}

/// Moves an incentive's targets, floors and caps to where the same efforts meet them. On the reading of a team or of
/// all they move by the mean over its members.
void move_readings(const Now& now, InForce::Incentive& incentive) {
  if (!incentive.bent) return;
  const Roster& roster = now.state.roster;
  *incentive.bent = *incentive.as_drawn;
  for (const std::optional<std::size_t>& term : {incentive.target_term, incentive.rate_term}) {
    if (term && (*incentive.bent)[*term].constant()) (*incentive.bent)[*term].spread(roster.size);
  }
  const auto j = index(incentive.metric);
  struct Moved {
    double from = kNaN, to = kNaN;
  };
  std::array<Moved, 2> last;  // a unit's members mostly have the same target, and the same cap
  std::size_t unit_of_last = ~std::size_t{0};
  for (std::size_t i = 0; i < roster.size; ++i) {
    const std::size_t unit = now.state.unit_of(incentive.level, i);
    if (unit != unit_of_last) last = {};
    unit_of_last = unit;
    move_readings(*incentive.scheme, *incentive.bent, i, [&](double reading) {
      if (incentive.level == Level::individual) return bent_reading(now, j, i, reading);
      for (const Moved& known : last) {
        if (known.from == reading) return known.to;
      }
      const std::size_t first = incentive.level == Level::team ? unit * roster.team_size : 0;
      const auto members = static_cast<std::size_t>(now.state.members(incentive.level, unit));
      double sum = 0;
      for (std::size_t m = first; m < first + members; ++m) sum += bent_reading(now, j, m, reading);
      std::swap(last[0], last[1]);
      last[0] = {reading, sum / static_cast<double>(members)};
      return last[0].to;
    });
  }
}

/// Where the dashboards that count shares have their levels.
void move_dashboards(const Now& now, InForce& force) {
  force.bent_above.clear();
  if (now.constants.mechanisms.extremal) return;
  force.bent_above.resize(index(now.constants.metrics));
  for (std::size_t j = 0; j < force.bent_above.size(); ++j) {
    const auto* above = std::get_if<ShareAbove>(&force.setting->metrics.entries[j].value.dashboard);
    if (!above) continue;
    force.bent_above[j].resize(now.state.roster.size);
    for (std::size_t i = 0; i < now.state.roster.size; ++i)
      force.bent_above[j][i] = bent_reading(now, j, i, above->level);
  }
}

}  // namespace goodhart
