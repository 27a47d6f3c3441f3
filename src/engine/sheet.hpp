/// What a strip of employees perceives and chooses in a step, a column for each quantity.
#pragma once

#include <array>
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

/// A worker's room for one strip after another. What is perceived are columns that may stand elsewhere: in the
/// population, where nothing changes them.
struct Simulation::Sheet {
  explicit Sheet(std::size_t activities, std::size_t metrics)
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
  std::vector<Strip> linear, curvature;  ///< (activities)
  Strip budget, strain, slack, slope, luck;
  std::array<char, kStrip> odd;
  std::array<std::uint16_t, kStrip> who;  ///< places in the strip of those who decide anew
  Strip given, worth, awaited, load, cost, waste, burden, caught, took, noise, mean, window, paid;
  Strip room_for_value, room_for_hours, room_for_gaming_time, room_for_content, room_for_reward;
  std::vector<Strip> room_for_reading;  ///< (metrics)
  std::vector<Strip> room_for_units;    ///< (activities)

  /// Room for columns that are made or picked: `kRooms` for whatever is at hand, then `kRoomsEach` for each activity.
  static constexpr std::size_t kRooms = 8, kRoomsEach = 8;
  std::vector<Strip> room;
  double* place(std::size_t at) { return room[at].data(); }
  double* place(std::size_t activity, std::size_t at) { return room[kRooms + kRoomsEach * activity + at].data(); }
  /// The strip's numbers of a column.
  const double* of(const Column& column) const { return column.from(begin); }
};

}  // namespace goodhart
