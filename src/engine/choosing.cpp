/// Stage 2 of a step: each employee chooses efforts.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

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
  return !incentive.compares || (incentive.level == Level::individual && metric.scale.constant());
}

/// A stretch of those picked, by place in `Picked::who`.
struct Stretch {
  std::size_t from, to;
  std::size_t count() const { return to - from; }
};

/// From one of those picked on, those who believe the same of their rivals: all, or the members of a team.
Stretch stretch_from(const Now& now, const Picked& picked, const InForce::Incentive& incentive, std::size_t from) {
  if (!incentive.compares || !incentive.within_team) return {from, picked.count()};
  const Roster& roster = now.state.roster;
  const auto team_of = [&](std::size_t q) { return roster.team_of(picked.sheet.begin + picked.who[q]); };
  std::size_t to = from + 1;
  while (to < picked.count() && team_of(to) == team_of(from)) ++to;
  return {from, to};
}

/// Are there so many rivals that it makes no difference who among them one is?
bool has_many_rivals(const Now& now, const Picked& picked, const InForce::Incentive& incentive, std::size_t q) {
  const auto [begin, end] = incentive.scope(now.state.roster, picked.sheet.begin + picked.who[q]);
  return end - begin > kMany;
}

/// The curved rewards of a stretch of those picked, in the sheet's rooms, each at its place in the stretch. Those of
/// one kind go together: that of the first.
struct CurvedRewards {
  static constexpr std::size_t kParts = CurvedFillings::kMostParts;

  CurvedRewards(Sheet& sheet, std::size_t from)
      : offset(sheet.place(4) + from),
        scale(sheet.place(5) + from),
        weight{sheet.place(6) + from, sheet.place(7) + from} {}

  double* const offset;
  double* const scale;
  const std::array<double*, kParts> weight;
  std::array<double, kStrip> besides{};  ///< what they are worth at their ends
  std::array<const Rise*, kParts> rises{};
  std::size_t parts = 1;
  bool settled = false, sharp = false;
  CurvedFillings::Law law = CurvedFillings::Law::step;
  std::array<char, kStrip> apart{};  ///< whose rewards do not go with the others'
  std::size_t many_apart = 0;

  /// One curve as weight R(offset + scale y), y turned round where the reward falls.
  struct Form {
    CurvedFillings::Law law = CurvedFillings::Law::table;
    double offset = 0, scale = 1, weight = 0, besides = 0;
    bool sharp = false, falls = false;
  };

  static Form form_of(const Curve& curve) {
    using Law = CurvedFillings::Law;
    const bool blunt = curve.noise > 0;
    const double steep = blunt ? 1 / curve.noise : 1.0;
    switch (curve.shape) {
      case Curve::Shape::step: {
        const double level = curve.falling ? -curve.low : curve.low;
        return {.law = Law::step,
                .offset = blunt ? -level * steep : level,
                .scale = steep,
                .weight = curve.weight,
                .sharp = !blunt,
                .falls = curve.falling};
      }
      case Curve::Shape::ramp: {
        const bool falls = curve.weight < 0;
        const double low = falls ? -curve.high : curve.low, high = falls ? -curve.low : curve.high;
        const bool has_floor = std::isfinite(low);
        const double end = has_floor ? low : high, weight = std::fabs(curve.weight);
        // With both ends, or without noise, it is decided on one by one.
        const bool one_end = has_floor != std::isfinite(high);
        return {.law = has_floor ? Law::floor : Law::cap,
                .offset = -end * steep,
                .scale = one_end && blunt ? steep : std::numeric_limits<double>::quiet_NaN(),
                .weight = weight * curve.noise,
                .besides = weight * std::fabs(end),
                .falls = falls};
      }
      case Curve::Shape::rise:
        break;
    }
    return {.offset = curve.offset, .scale = std::fabs(curve.scale), .weight = curve.weight, .falls = curve.scale < 0};
  }

  /// Takes one curve of the q-th of the stretch, the h-th of its own; `turned` is whether readings are turned round.
  /// Does it go with the others?
  bool take(std::size_t q, std::size_t h, const Curve& curve, bool turned) {
    const Form form = form_of(curve);
    if (std::isnan(form.scale) || form.falls != turned) return false;
    if (!settled) {
      law = form.law;
      sharp = form.sharp;
    }
    settled = true;
    std::size_t part = 0;
    while (part < kParts && rises[part] != nullptr && rises[part] != curve.rise) ++part;
    const bool table = form.law == CurvedFillings::Law::table;
    const bool fits = form.law == law && form.sharp == sharp && (table ? part < kParts : h == 0) &&
                      (h == 0 || (form.scale == scale[q] && form.offset == offset[q]));
    if (!fits) return false;
    rises[part] = curve.rise;
    parts = std::max(parts, part + 1);
    scale[q] = form.scale;
    offset[q] = form.offset;
    besides[q] = form.besides;
    weight[part][q] += form.weight;  // prize and penalty may share a table
    return true;
  }

  const Outline& outline_of_law() const {
    switch (law) {
      case CurvedFillings::Law::floor:
        return outline_of_floor();
      case CurvedFillings::Law::cap:
        return outline_of_cap();
      default:
        return outline_of_normal_law();
    }
  }
};

/// Puts together what curved incentives promise a stretch of those picked.
void promise_all(const Now& now, const Picked& picked, Stretch stretch, Desk& desk, CurvedRewards& rewards) {
  Person me(now, picked.sheet, desk);
  struct Believed {
    Rivals rivals;
    std::array<double, kMostComponents> means;
  };
  std::array<Believed, CurvedRewards::kParts> believed;
  std::array<Curve, kMostCurves> curves;
  desk.shelf.turn();
  for (std::size_t q = 0; q < stretch.count(); ++q) {
    me.take(stretch.from + q);
    rewards.offset[q] = 0;
    rewards.scale[q] = 1;
    for (double* one : rewards.weight) one[q] = 0;
    bool fits = true;
    std::size_t curved = 0, taken = 0;
    for (const std::size_t c : now.force.curved) {
      const InForce::Incentive& incentive = now.force.incentives[c];
      Believed& belief = believed[curved++];
      // A newcomer's window is shorter: it would need a table of its own.
      fits = fits && !(incentive.compares && now.state.roster.arrival[me.i] > incentive.open);
      if (!fits || !incentive.worthwhile) continue;
      Prospect prospect = prospect_of(me, c);
      if (incentive.compares) {
        if (belief.rivals.others == 0) belief.rivals = rivals_of(me, c, belief.means);
        prospect.rivals = belief.rivals;
      }
      Hopes hopes{.curves = curves.data(), .reading = 0, .shelf = &desk.shelf};
      expect(*incentive.scheme, *incentive.terms, prospect, hopes);
      for (std::size_t h = 0; fits && h < index(hopes.count); ++h) {
        fits = rewards.take(q, taken++, curves[h], incentive.lower);
      }
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

/// The decisions of a stretch alone.
CurvedFillings part_of(const CurvedFillings& all, Stretch stretch) {
  CurvedFillings part = all;
  Fillings& plain = part.plain;
  plain.count = stretch.count();
  for (std::size_t k = 0; k < index(plain.activities); ++k) {
    for (const double** column : {&plain.linear[k], &plain.curvature[k], &plain.time[k], &part.loading[k]}) {
      *column += stretch.from;
    }
    if (plain.most[k] != nullptr) plain.most[k] += stretch.from;
    plain.efforts[k] += stretch.from;
  }
  for (const double** column : {&plain.budget, &plain.strain, &plain.slack}) *column += stretch.from;
  return part;
}

/// Decides for a stretch of those picked, whose decisions without the curved reward are `all`; returns how many are
/// odd.
std::size_t fill_stretch(const Now& now, const Picked& picked, Stretch stretch, const CurvedFillings& all, Desk& desk) {
  const std::size_t count = stretch.count();
  const std::span<char> odd = std::span(picked.sheet.odd).subspan(stretch.from, count);
  const auto leave_all = [&] {
    std::fill(odd.begin(), odd.end(), char{1});
    return count;
  };
  const InForce::Incentive& incentive = now.force.incentives[now.force.curved.front()];
  if (incentive.compares && !has_many_rivals(now, picked, incentive, stretch.from)) return leave_all();
  CurvedRewards rewards(picked.sheet, stretch.from);
  promise_all(now, picked, stretch, desk, rewards);
  if (rewards.many_apart == count) return leave_all();
  std::array<CurvedFillings::Part, CurvedRewards::kParts> parts;
  std::span<const Outline> outlines;
  if (rewards.rises[0] != nullptr) outlines = desk.outlines.of(std::span(rewards.rises).first(rewards.parts));
  for (std::size_t part = 0; part < rewards.parts; ++part) {
    const Rise* rise = rewards.rises[part];
    parts[part] = {rise, rise ? &outlines[part] : &rewards.outline_of_law(), rewards.weight[part]};
  }
  CurvedFillings curved = part_of(all, stretch);
  curved.law = rewards.law;
  curved.parts = std::span(parts).first(rewards.parts);
  curved.besides = rewards.besides.data();
  curved.offset = rewards.offset;
  curved.scale = rewards.scale;
  if (rewards.sharp) curved.target = rewards.offset;
  fill_curved(curved, odd);
  std::size_t many = 0;
  for (std::size_t q = 0; q < count; ++q) {
    odd[q] = static_cast<char>(odd[q] | rewards.apart[q]);
    many += odd[q] != 0;
  }
  return many;
}

/// Decides where one reading's rewards are curved, as `fill_up` does once it has put together everything else.
std::size_t fill_bent(const Now& now, const Picked& picked, const Fillings& plain, Desk& desk) {
  const auto& curved_ones = now.force.curved;
  const InForce::Incentive& incentive = now.force.incentives[curved_ones.front()];
  Sheet& sheet = picked.sheet;
  if (std::none_of(curved_ones.begin(), curved_ones.end(),
                   [&](std::size_t c) { return now.force.incentives[c].worthwhile; })) {
    return fill_many(plain, sheet.odd);
  }
  if (!fits_columns(now, sheet, incentive)) {
    std::fill_n(sheet.odd.begin(), picked.count(), char{1});
    return picked.count();
  }
  CurvedFillings curved;
  curved.plain = plain;
  put_loadings(now, picked, incentive, curved);
  std::size_t odd = 0;
  for (Stretch stretch{0, 0}; stretch.to < picked.count();) {
    stretch = stretch_from(now, picked, incentive, stretch.to);
    odd += fill_stretch(now, picked, stretch, curved, desk);
  }
  return odd;
}

/// Decides for those who do so anew where at most one reading's rewards are curved: with columns of coefficients, by
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
    if (!incentive.worthwhile || !straight(*incentive.scheme)) continue;
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
      force.curved.empty() ? fill_many(all_of_them, sheet.odd) : fill_bent(now, picked, all_of_them, desk);
  if (all) return odd;
  for (std::size_t k = 0; k < activities; ++k) {
    for (std::size_t q = 0; q < count; ++q) sheet.efforts[k][who[q]] = all_of_them.efforts[k][q];
  }
  return odd;
}

}  // namespace

/// Chooses the efforts of a strip.
///
/// Those whom inertia holds keep the last step's efforts. The others decide: all at once where at most one reading's
/// rewards are curved (`InForce::straight`), but for those whom that leaves in `odd`; else one by one. Both give the
/// same plans.
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
