/// What employees decide on, as columns of coefficients: each formula of the model's decision stands here, once.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "sheet.hpp"

namespace goodhart {

/// Those of a strip who are looked at, and their numbers one after another.
struct Picked {
  Sheet& sheet;
  std::span<const std::uint16_t> who;  ///< places in the strip, ascending

  std::size_t count() const { return who.size(); }
  bool all() const { return who.size() == sheet.count; }
  std::size_t employee(std::size_t q) const { return sheet.begin + who[q]; }
  /// Their numbers of a column of the strip, or of the population: where they stand, or copied to `room`.
  const double* pick(const double* from, double* room) const {
    if (all()) return from;
    for (std::size_t q = 0; q < who.size(); ++q) room[q] = from[who[q]];
    return room;
  }
  const double* of(const Column& column, double* room) const {
    if (all() || column.constant()) return sheet.of(column);
    for (std::size_t q = 0; q < who.size(); ++q) room[q] = column[sheet.begin + who[q]];
    return room;
  }
};

/// All places of a strip.
inline constexpr std::array<std::uint16_t, kStrip> kEverybody = [] {
  std::array<std::uint16_t, kStrip> places{};
  for (std::size_t at = 0; at < kStrip; ++at) places[at] = static_cast<std::uint16_t>(at);
  return places;
}();

inline Picked everybody(Sheet& sheet) {
  return {sheet, std::span(kEverybody).first(sheet.count)};
}

/// What is supposed of an incentive, against what is in force: for explanations.
struct Supposed {
  int incentive = -1;            ///< -1: nothing is supposed
  double stakes = 1;             ///< what its stakes are multiplied by
  const Terms* terms = nullptr;  ///< its terms instead; null: its own

  double stakes_of(const InForce& force, std::size_t c) const {
    return force.incentives[c].stakes * (incentive == static_cast<int>(c) ? stakes : 1.0);
  }
  const Terms& terms_of(const InForce& force, std::size_t c) const {
    return incentive == static_cast<int>(c) && terms ? *terms : *force.incentives[c].terms;
  }
};

// Each writes columns of `picked.sheet.coefficients` over those picked.

/// Time, bounds and access:
///
///   budget = effort.budget - time that falls due,    slack = effort.norm - time that falls due,
///   felt_time = time + foreseen later.time,          most = max, or 0 where the activity is closed
///
/// Closed are activities without access, and gaming ones where the behaviour never games or the mechanism is off.
/// `felt_time` is made where `felt`; else it is `time`.
void put_bounds(const Now& now, const Picked& picked, bool felt);

/// What units are worth by themselves:
///
///   linear = care believed_value - aversion [- audit rate x penalty] + care given_value
///   curvature = care saturation + strain + care given_bend
///
/// `care` is a column of the strip. Audits count where `audited`.
void put_worth(const Now& now, const Picked& picked, const double* care, bool audited);

/// What a unit does to a metric's reading, as the employee believes, at the metric's level:
///
///   loading = (loading + own believed_value + mates given_value + foreseen later amount) / members
///   bend = (bend + own saturation + mates given_bend) / members
///
/// own = weight of value + weight of contribution; mates = the latter, at levels above one's own both, because what
/// mates get from oneself shows in the reading of the whole team, and in one's own contribution; members of the unit
/// that is read (1 for individual readings).
void put_effects(const Now& now, const Picked& picked, std::size_t metric);

/// What a unit of reading is worth under a straight incentive, in utility:
///
///   slope = patience x stakes x (1 + solidarity (members - 1)) x foresight x rate,
///
/// with the other sign where less is better, and 0 where there is nobody to compare with.
void put_slope(const Now& now, const Picked& picked, std::size_t incentive, const Supposed& supposed);

/// What is left of a straight reward once its effect on later targets is foreseen (`foresight`); else 1.
double foreseen_part(const Now& now, std::size_t incentive, std::size_t employee);

}  // namespace goodhart
