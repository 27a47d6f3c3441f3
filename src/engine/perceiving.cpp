/// Stage 1 of a step: what employees perceive.
#include <algorithm>
#include <cmath>
#include <utility>

#include "columns.hpp"
#include "stages.hpp"

namespace goodhart {

void perceive(const Now& now, Sheet& sheet) {
  const State& state = now.state;
  const InForce& force = now.force;
  const Setting& setting = *force.setting;
  const Roster& roster = state.roster;
  const std::size_t begin = sheet.begin, count = sheet.count, n = roster.size;
  const bool fell_due = sheet.falls_due;
  sheet.falls_due = !state.loads.empty();
  sheet.due_readings = false;
  for (const ActivityColumns& activity : now.people.activities) {
    sheet.falls_due = sheet.falls_due || activity.after > 0;
    sheet.due_readings = sheet.due_readings || !activity.later_amounts.empty();
  }
  if (sheet.falls_due || fell_due) {
    sheet.due_time = sheet.due_value = Strip{};
  }
  if (sheet.due_readings) {
    for (Strip& due : sheet.due_reading) columns::fill(due.data(), 0, count);
  }
  if (!state.loads.empty()) columns::add(sheet.due_time.data(), state.loads.data() + begin, count);
  for (std::size_t k = 0; k < index(now.constants.activities); ++k) {
    const ActivityColumns& activity = now.people.activities[k];
    sheet.aversion[k] = sheet.of(activity.aversion);
    if (activity.erosion > 0 && now.constants.peers.form() != Peers::Form::nobody) {
      now.constants.peers.shares(begin, static_cast<int>(k), state.seen, state.counts, roster, now.constants.activities,
                                 {sheet.took.data(), count});
      columns::erode(sheet.place(k, 1), sheet.aversion[k], activity.erosion, sheet.took.data(), count);
      sheet.aversion[k] = sheet.place(k, 1);
    }
    sheet.given_value[k] = sheet.given_bend[k] = nullptr;
    if (force.gives && !activity.team_value.always(0)) sheet.given_value[k] = sheet.of(activity.team_value);
    if (force.gives && !activity.team_saturation.always(0)) {
      sheet.given_bend[k] = sheet.of(activity.team_saturation);
    }
    // One without mates gives nothing; only the last team can be so small, or all.
    if (roster.members(roster.team_of(begin + count - 1)) == 1) {
      for (auto [given, at] : {std::pair(&sheet.given_value[k], 2), std::pair(&sheet.given_bend[k], 3)}) {
        if (*given == nullptr) continue;
        double* own = sheet.place(k, static_cast<std::size_t>(at));
        std::copy_n(*given, count, own);
        for (std::size_t i = 0; i < count; ++i) {
          if (roster.members(roster.team_of(begin + i)) == 1) own[i] = 0;
        }
        *given = own;
      }
    }
    sheet.believed_value[k] = sheet.of(activity.perceived_value);
    if (activity.after == 0) continue;
    // What falls due now comes from the efforts of `after` steps ago.
    const double patience = setting.effort.discount == 1 ? 1.0 : std::pow(setting.effort.discount, activity.after);
    double* foreseen = sheet.foreseen[k].data();
    const double* share = sheet.of(activity.foreseen);
    columns::scaled(foreseen, patience, share, count);
    const double* later = sheet.of(activity.later_value);
    if (!activity.foreseen.always(0) && !activity.later_value.always(0)) {
      columns::product_plus(sheet.place(k, 0), foreseen, later, sheet.believed_value[k], count);
      sheet.believed_value[k] = sheet.place(k, 0);
    }
    const double* then = state.due[k].data() + state.slot(state.next, activity.after) * n + begin;
    if (!activity.later_time.always(0)) {
      columns::add_product(sheet.due_time.data(), sheet.of(activity.later_time), then, count);
    }
    if (!activity.later_value.always(0)) columns::add_product(sheet.due_value.data(), later, then, count);
    for (const auto& [metric, amount] : activity.later_amounts) {
      columns::add_product(sheet.due_reading[index(metric)].data(), sheet.of(amount), then, count);
    }
  }
  // What is crowded out depends on the employee's decision: it is seen to one by one.
  sheet.care = sheet.of(now.people.effort.intrinsic);
}

}  // namespace goodhart
