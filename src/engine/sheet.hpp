/// What a strip of employees perceives and chooses in a step, a column for each quantity.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "simulation_state.hpp"

namespace goodhart {

/// So many employees are worked on at a time: their columns stay in the first levels of the cache.
inline constexpr std::size_t kStrip = 512;
static_assert(kBlock % kStrip == 0 && kStrip % 64 == 0 && kStrip <= Column::kRun);

/// The numbers of a strip. Strips do not follow one another at powers of two: processors take loads and stores whose
/// addresses have the same low 12 bits for the same place.
struct alignas(64) Strip {
  std::array<double, kStrip> value;
  std::array<double, 40> apart;
  double* data() { return value.data(); }
  const double* data() const { return value.data(); }
  double& operator[](std::size_t at) { return value[at]; }
  double operator[](std::size_t at) const { return value[at]; }
};

/// What the decisions of those picked from a strip are made of: a column for each coefficient, a row for each decision
/// (by place among those picked). Made by the functions of coefficients.hpp, in the sheet's rooms or where the
/// population has them.
struct Coefficients {
  std::span<const std::uint16_t> who;  ///< places in the strip of those picked
  const double *budget = nullptr, *slack = nullptr, *strain = nullptr;
  std::array<const double*, kMostActivities> time{}, felt_time{};
  std::array<const double*, kMostActivities> most{};           ///< null where there is no bound
  std::array<double*, kMostActivities> linear{}, curvature{};  ///< of what units are worth by themselves
  /// What a unit does to a metric's reading, and what it does less with each; null where that is nothing.
  struct OfReading {
    std::array<const double*, kMostActivities> loading{}, bend{};
  };
  std::array<OfReading, kMostReadings> reading{};      ///< of metrics that incentives read
  std::array<const double*, kMostIncentives> slope{};  ///< utility per unit of reading, of straight incentives
};

/// A worker's room for one strip after another. What is perceived are columns that may stand elsewhere: in the
/// population, where nothing changes them.
struct Sheet {
  Sheet(std::size_t activities, std::size_t metrics, std::size_t incentives)
      : aversion(activities),
        believed_value(activities),
        given_value(activities),
        given_bend(activities),
        foreseen(activities),
        due_reading(metrics),
        efforts(activities),
        reading(metrics),
        linear(activities),
        curvature(activities),
        room_for_reading(metrics),
        room_for_units(activities),
        room_for_effects(metrics * activities * 2),
        room_for_slopes(incentives),
        room(kRooms + kRoomsEach * activities) {}

  std::size_t begin = 0, count = 0, strip = 0;

  // Perceived (columns of `count`).
  std::vector<const double*> aversion;        ///< after erosion by peers                           (activities)
  std::vector<const double*> believed_value;  ///< value of a unit as the employee believes it      (activities)
  std::vector<const double*> given_value, given_bend;  ///< what a unit gives the team mates; null where nothing does
  std::vector<Strip> foreseen;                   ///< share of what comes later that counts now        (activities)
  bool falls_due = false, due_readings = false;  ///< can anything fall due; in readings?
  Strip due_time{}, due_value{};                 ///< all 0 where nothing falls due
  std::vector<Strip> due_reading;                ///< (metrics)

  // Chosen.
  const double* care = nullptr;  ///< intrinsic motivation after crowding out
  Strip own_care;                ///< where it stands if anything is crowded out
  std::vector<double*> efforts;  ///< units: a column of the state where it keeps them, else here     (activities)

  // Made, measured and paid: columns of the state where it keeps them, else here.
  double *value = nullptr, *hours = nullptr, *gaming_time = nullptr, *reward = nullptr;
  double* content = nullptr;       ///< utility before rewards
  double* utility = nullptr;       ///< null where nobody keeps it; may be the same as `content`
  double* contribution = nullptr;  ///< the same as `value` where nothing goes to mates
  std::vector<double*> reading;    ///< (metrics)

  // Where decisions are put together, and what efforts make.
  Coefficients coefficients;
  std::vector<Strip> linear, curvature;  ///< (activities)
  Strip budget, strain, slack, slope, luck;
  std::array<Doing, kStrip>
      sets_up{};  ///< activities that the employee sets up in this step, whether it does them or not
  std::array<char, kStrip> odd;
  std::array<std::uint16_t, kStrip> who;  ///< places in the strip of those who decide anew
  Strip given, worth, awaited, load, cost, waste, burden, caught, took, noise, mean, window, paid;
  Strip room_for_value, room_for_hours, room_for_gaming_time, room_for_content, room_for_reward;
  std::vector<Strip> room_for_reading;  ///< (metrics)
  std::vector<Strip> room_for_units;    ///< (activities)
  std::vector<Strip> room_for_effects;  ///< of efforts on readings  (metrics x activities x (loading, bend))
  std::vector<Strip> room_for_slopes;   ///< (incentives, as many as any phase has)

  /// Room for columns that are made or picked: `kRooms` for whatever is at hand, then `kRoomsEach` for each activity.
  static constexpr std::size_t kRooms = 8, kRoomsEach = 9;
  std::vector<Strip> room;
  double* place(std::size_t at) { return room[at].data(); }
  double* place(std::size_t activity, std::size_t at) { return room[kRooms + kRoomsEach * activity + at].data(); }
  double* effect(std::size_t metric, std::size_t activity, bool bend) {
    return room_for_effects[(metric * efforts.size() + activity) * 2 + (bend ? 1 : 0)].data();
  }
  /// The strip's numbers of a column.
  const double* of(const Column& column) const { return column.from(begin); }
};

}  // namespace goodhart
