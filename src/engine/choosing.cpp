/// Stage 2 of a step: each employee chooses efforts.
#include <algorithm>
#include <array>
#include <cmath>

#include "columns.hpp"
#include "deciding.hpp"
#include "goodhart/model/curved_filling.hpp"
#include "stages.hpp"

namespace goodhart {

namespace {

/// Everybody's efforts of the last step, and for those marked in `odd`, who keep them, made to fit.
void keep(const Now& now, Sheet& sheet, Desk& desk) {
  const State& state = now.state;
  const auto activities = index(now.constants.activities);
  const std::size_t count = sheet.count;
  // Those for whom nothing has changed but what falls due: their hours are looked at in columns.
  double* hours = sheet.mean.data();
  double* over = sheet.window.data();
  columns::fill(hours, 0, count);
  columns::fill(over, 0, count);
  for (std::size_t k = 0; k < activities; ++k) {
    const ActivityColumns& activity = now.people.activities[k];
    const double* last = sheet.efforts[k];
    columns::take_time(sheet.took.data(), hours, sheet.of(activity.time), last, count);
    const double* most = sheet.of(activity.max);
    for (std::size_t at = 0; at < count; ++at) over[at] += last[at] > most[at] ? 1.0 : 0.0;
    const bool closes = (activity.gaming && (!now.constants.mechanisms.adversarial || now.force.closes_gaming)) ||
                        !state.access.empty();
    if (!closes) continue;
    for (std::size_t at = 0; at < count; ++at) over[at] += last[at] > 0 ? 1.0 : 0.0;
  }
  for (const int k : now.force.setups) {
    for (std::size_t at = 0; at < count; ++at) {
      if (sheet.efforts[index(k)][at] > 0) hours[at] += setup_time(now, sheet.begin + at, k);
    }
  }
  const double* budget = sheet.of(now.people.effort.budget);
  std::array<std::uint16_t, kStrip> misfits;
  std::size_t found = 0;
  for (std::size_t at = 0; at < count; ++at) {
    if (!sheet.odd[at] || (over[at] == 0 && hours[at] <= budget[at] - sheet.due_time[at])) continue;
    misfits[found++] = static_cast<std::uint16_t>(at);
  }
  if (found == 0) return;
  put_bounds(now, {sheet, std::span(misfits).first(found)}, false);
  Person me(now, sheet, desk);
  for (std::size_t q = 0; q < found; ++q) {
    me.take(q);
    constrain(me, me.problem);
    for (std::size_t k = 0; k < activities; ++k) me.efforts[k] = sheet.efforts[k][me.at];
    charge(me, false, me.problem);
    fit(me.problem, me.efforts);
    for (std::size_t k = 0; k < activities; ++k) sheet.efforts[k][me.at] = me.efforts[k];
  }
}

/// Lets inertia hold whom it holds; returns the others' places.
std::span<const std::uint16_t> hold(const Now& now, Sheet& sheet, Desk& desk) {
  const State& state = now.state;
  const InForce& force = now.force;
  const std::size_t count = sheet.count, begin = sheet.begin;
  now.constants.own[OwnPurpose(Purpose::inertia).place()].uniforms(
      now.constants.luck.replicate, static_cast<std::uint32_t>(begin), state.next, 0, {sheet.luck.data(), count});
  const bool begun = state.next > state.first;
  const std::int32_t* const arrival = state.roster.arrival.data() + begin;
  const std::int16_t* const group = state.roster.group.empty() ? nullptr : state.roster.group.data() + begin;
  const double* inertias = nullptr;
  if (group != nullptr) {
    double* own = sheet.mean.data();
    for (std::size_t at = 0; at < count; ++at) own[at] = force.rules[index(group[at] + 1)].inertia;
    inertias = own;
  }
  const std::size_t held = begun ? columns::held(sheet.luck.data(), inertias, force.rules.front().inertia, arrival,
                                                 state.next, count, sheet.odd.data())
                                 : 0;
  if (held == 0) return std::span(kEverybody).first(count);
  std::size_t deciding = 0;
  for (std::size_t at = 0; at < count; ++at) {
    sheet.who[deciding] = static_cast<std::uint16_t>(at);
    deciding += !sheet.odd[at];
  }
  keep(now, sheet, desk);
  return std::span(sheet.who).first(deciding);
}

/// Decides one by one.
void choose_each(const Run& run, Sheet& sheet, std::span<const std::uint16_t> who, Desk& desk) {
  const State& state = run.state;
  Person me(run, sheet, desk);
  put_rows(run, {sheet, who}, me.supposed);
  for (std::size_t q = 0; q < who.size(); ++q) {
    me.take(q);
    constrain(me, me.problem);
    me.care = sheet.care[me.at];
    me.memory = std::span(run.state.memory).subspan(me.i * state.memory_width, state.memory_width);
    decide(me, state.memory_width > 0);
    for (std::size_t k = 0; k < index(run.constants.activities); ++k) sheet.efforts[k][me.at] = me.efforts[k];
    for (std::size_t c = 0; c < me.problem.charges.size(); ++c) {
      if ((me.pays >> c & 1u) && me.charged_for[c] >= 0)
        sheet.sets_up[me.at] = static_cast<Doing>(sheet.sets_up[me.at] | 1u << me.charged_for[c]);
    }
  }
}

/// May all decide at once under a curved reward? One by one where the reading bends, and where employees may believe
/// something else of their rivals.
bool fits_columns(const Now& now, const Sheet& sheet, const InForce::Incentive& incentive) {
  if (!now.constants.mechanisms.extremal) return false;
  const MetricColumns& metric = now.people.metrics[index(incentive.metric)];
  const bool mates = metric.contribution_weight != 0 || incentive.level != Level::individual;
  for (std::size_t k = 0; k < now.people.activities.size(); ++k) {
    const bool through_value = metric.value_weights() != 0 && !now.people.activities[k].saturation.always(0);
    if (!metric.bend[k].always(0) || through_value || (mates && sheet.given_bend[k] != nullptr)) return false;
  }
  return !incentive.compares || (incentive.level == Level::individual && !incentive.within_team &&
                                 now.state.roster.size > kMany && metric.scale.constant());
}

/// The curved rewards of those picked, in the sheet's rooms. Those of one kind go together: that of the first.
struct CurvedRewards {
  static constexpr std::size_t kParts = CurvedFillings::kMostParts;

  explicit CurvedRewards(Sheet& sheet)
      : offset(sheet.place(4)), scale(sheet.place(5)), weight{sheet.place(6), sheet.place(7)} {}

  double* const offset;
  double* const scale;
  const std::array<double*, kParts> weight;
  std::array<const Rise*, kParts> rises{};
  std::size_t parts = 1;
  bool settled = false, steps = false, sharp = false;
  std::array<char, kStrip> apart{};  ///< whose rewards do not go with the others'
  std::size_t many_apart = 0;

  /// Takes one curve of the q-th of those picked, the h-th of its own. Does it go with the others?
  bool take(std::size_t q, std::size_t h, const Curve& curve) {
    const bool step = curve.shape == Curve::Shape::step, blunt = !step || curve.noise > 0;
    if (!settled) {
      steps = step;
      sharp = !blunt;
    }
    settled = true;
    const double steep = !step ? std::fabs(curve.scale) : (blunt ? 1 / curve.noise : 1.0);
    const double level = curve.falling ? -curve.low : curve.low;
    const double begin = !step ? curve.offset : (blunt ? -level * steep : level);
    std::size_t part = 0;
    while (part < kParts && rises[part] != nullptr && rises[part] != curve.rise) ++part;
    const bool fits = step == steps && blunt != sharp && (step ? h == 0 : part < kParts) &&
                      (h == 0 || (steep == scale[q] && begin == offset[q]));
    if (!fits) return false;
    rises[part] = curve.rise;
    parts = std::max(parts, part + 1);
    scale[q] = steep;
    offset[q] = begin;
    weight[part][q] += curve.weight;  // prize and penalty may share a table
    return true;
  }
};

/// Puts together what a curved incentive promises those picked.
void promise_all(const Now& now, const Picked& picked, std::size_t c, Desk& desk, CurvedRewards& rewards) {
  const InForce::Incentive& incentive = now.force.incentives[c];
  Person me(now, picked.sheet, desk);
  Rivals rivals;
  std::array<Curve, kMostCurves> curves;
  desk.shelf.turn();
  for (std::size_t q = 0; q < picked.count(); ++q) {
    me.take(q);
    rewards.offset[q] = 0;
    rewards.scale[q] = 1;
    for (double* one : rewards.weight) one[q] = 0;
    // A newcomer's window is shorter: it would need a table of its own.
    bool fits = !(incentive.compares && now.state.roster.arrival[me.i] > incentive.open);
    if (fits) {
      Prospect prospect = prospect_of(me, c);
      if (incentive.compares) {
        if (rivals.others == 0) rivals = rivals_of(me, c, me.rival_means);
        prospect.rivals = rivals;
      }
      Hopes hopes{.curves = curves.data(), .reading = 0, .shelf = &desk.shelf};
      expect(*incentive.scheme, *incentive.terms, prospect, hopes);
      for (std::size_t h = 0; fits && h < index(hopes.count); ++h) fits = rewards.take(q, h, curves[h]);
    }
    rewards.apart[q] = fits ? 0 : 1;
    rewards.many_apart += fits ? 0 : 1;
  }
}

/// How efforts move an incentive's reading, turned round where less of it is better.
void put_loadings(const Now& now, const Picked& picked, const InForce::Incentive& incentive, CurvedFillings& curved) {
  Sheet& sheet = picked.sheet;
  put_effects(now, picked, index(incentive.metric));
  for (std::size_t k = 0; k < now.people.activities.size(); ++k) {
    const double* loading = sheet.coefficients.reading[index(incentive.metric)].loading[k];
    curved.loading[k] = loading;
    if (loading != nullptr && !incentive.lower) continue;
    curved.loading[k] = sheet.place(k, 7);
    if (loading == nullptr) {
      columns::fill(sheet.place(k, 7), 0, picked.count());
    } else {
      columns::scaled(sheet.place(k, 7), -1, loading, picked.count());
    }
  }
}

/// Decides where one incentive's reward is curved, as `fill_up` does once it has put together everything else.
std::size_t fill_bent(const Now& now, const Picked& picked, const Fillings& plain, Desk& desk) {
  const std::size_t c = index(now.force.curved), count = picked.count();
  const InForce::Incentive& incentive = now.force.incentives[c];
  Sheet& sheet = picked.sheet;
  if (!incentive.worthwhile) return fill_many(plain, sheet.odd);
  const auto leave_all = [&] {
    std::fill_n(sheet.odd.begin(), count, char{1});
    return count;
  };
  if (!fits_columns(now, sheet, incentive)) return leave_all();
  CurvedFillings curved;
  curved.plain = plain;
  put_loadings(now, picked, incentive, curved);
  CurvedRewards rewards(sheet);
  promise_all(now, picked, c, desk, rewards);
  if (rewards.many_apart == count) return leave_all();
  std::array<CurvedFillings::Part, CurvedRewards::kParts> all;
  std::span<const Outline> outlines;
  if (rewards.rises[0] != nullptr) outlines = desk.outlines.of(std::span(rewards.rises).first(rewards.parts));
  for (std::size_t part = 0; part < rewards.parts; ++part) {
    const Rise* rise = rewards.rises[part];
    all[part] = {rise, rise ? &outlines[part] : &outline_of_normal_law(), rewards.weight[part]};
  }
  curved.parts = std::span(all).first(rewards.parts);
  curved.offset = rewards.offset;
  curved.scale = rewards.scale;
  if (rewards.sharp) curved.target = rewards.offset;
  fill_curved(curved, sheet.odd);
  std::size_t odd = 0;
  for (std::size_t q = 0; q < count; ++q) {
    sheet.odd[q] = static_cast<char>(sheet.odd[q] | rewards.apart[q]);
    odd += sheet.odd[q] != 0;
  }
  return odd;
}

/// Decides for those who do so anew where at most one incentive's reward is curved: with columns of coefficients, by
/// water filling. Leaves in `odd`, by place in `who`, whose decision is to be looked at by itself; returns how many.
std::size_t fill_up(const Now& now, Sheet& sheet, std::span<const std::uint16_t> who, Desk& desk) {
  const InForce& force = now.force;
  const Population& people = now.people;
  const auto activities = index(now.constants.activities);
  const std::size_t count = who.size();
  const Picked picked{sheet, who};
  const bool all = picked.all();
  const Coefficients& coefficients = sheet.coefficients;
  put_bounds(now, picked, false);
  put_worth(now, picked, sheet.care, true);
  // What straight incentives promise is so much for a unit of reading.
  std::uint32_t done = 0;
  for (std::size_t c = 0; c < force.incentives.size(); ++c) {
    const InForce::Incentive& incentive = force.incentives[c];
    if (!incentive.worthwhile || static_cast<int>(c) == force.curved) continue;
    if (!(done >> incentive.metric & 1u)) put_effects(now, picked, index(incentive.metric));
    done |= 1u << incentive.metric;
    put_slope(now, picked, c, {});
    const double* slope = coefficients.slope[c];
    const Coefficients::OfReading& effects = coefficients.reading[index(incentive.metric)];
    for (std::size_t k = 0; k < activities; ++k) {
      if (effects.loading[k]) columns::add_product(coefficients.linear[k], slope, effects.loading[k], count);
      if (effects.bend[k]) columns::add_product(coefficients.curvature[k], slope, effects.bend[k], count);
    }
  }
  Fillings all_of_them;
  all_of_them.activities = now.constants.activities;
  all_of_them.count = count;
  all_of_them.plain = true;
  all_of_them.strained = !people.effort.strain.always(0);
  all_of_them.budget = coefficients.budget;
  all_of_them.slack = coefficients.slack;
  all_of_them.strain = coefficients.strain;
  for (std::size_t k = 0; k < activities; ++k) {
    all_of_them.linear[k] = coefficients.linear[k];
    all_of_them.curvature[k] = coefficients.curvature[k];
    all_of_them.efforts[k] = all ? sheet.efforts[k] : sheet.place(k, 6);
    all_of_them.time[k] = coefficients.time[k];
    all_of_them.most[k] = coefficients.most[k];
    all_of_them.plain = all_of_them.plain && people.activities[k].time.always(1);
  }
  const std::size_t odd =
      force.curved < 0 ? fill_many(all_of_them, sheet.odd) : fill_bent(now, picked, all_of_them, desk);
  if (all) return odd;
  for (std::size_t k = 0; k < activities; ++k) {
    for (std::size_t q = 0; q < count; ++q) sheet.efforts[k][who[q]] = all_of_them.efforts[k][q];
  }
  return odd;
}

}  // namespace

/// Chooses the efforts of a strip.
///
/// Those whom inertia holds keep the last step's efforts. The others decide: all at once where at most one reward in
/// force is curved (`InForce::straight`), but for those whom that leaves in `odd`; else one by one. Both give the same
/// plans.
void choose(const Run& run, Sheet& sheet, std::size_t block) {
  Desk& desk = run.force.desks[block];
  const State& state = run.state;
  InForce& force = run.force;
  std::span<const std::uint16_t> who = std::span(kEverybody).first(sheet.count);
  if (!force.setups.empty()) std::fill_n(sheet.sets_up.begin(), sheet.count, Doing{0});
  // Those who remember do so whether or not they keep their efforts: one by one.
  if (force.inert && state.memory_width == 0) who = hold(run, sheet, desk);
  if (force.crowds) {
    // It counts in everybody's utility, whether or not they decide anew.
    Person me(run, sheet, desk);
    crowd_out(everybody(sheet), me);
  }
  std::array<std::uint16_t, kStrip> left;
  if (force.straight && !who.empty()) {
    const std::size_t odd = fill_up(run, sheet, who, desk);
    std::size_t found = 0;
    for (std::size_t q = 0; q < who.size() && found < odd; ++q) {
      if (sheet.odd[q]) left[found++] = who[q];
    }
    who = std::span(left).first(found);
  }
  if (!who.empty()) choose_each(run, sheet, who, desk);
}

}  // namespace goodhart
