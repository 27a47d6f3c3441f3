/// The model's formulas of what employees decide on, column by column.
#include "coefficients.hpp"

#include <algorithm>
#include <limits>

#include "columns.hpp"
#include "goodhart/model/behaviour.hpp"

namespace goodhart {

void put_bounds(const Now& now, const Picked& picked, bool felt) {
  Sheet& sheet = picked.sheet;
  Coefficients& out = sheet.coefficients;
  const Population& people = now.people;
  const std::size_t count = picked.count();
  out.who = picked.who;
  const double* due = picked.pick(sheet.due_time.data(), sheet.took.data());
  const auto less_due = [&](const Column& column, Strip& into) -> const double* {
    const double* own = picked.of(column, into.data());
    if (!sheet.falls_due) return own;
    if (own != into.data()) std::copy_n(own, count, into.data());
    columns::add_scaled(into.data(), -1, due, count);
    return into.data();
  };
  out.budget = less_due(people.effort.budget, sheet.budget);
  out.slack = less_due(people.effort.norm, sheet.slack);
  out.strain = picked.of(people.effort.strain, sheet.strain.data());
  for (std::size_t k = 0; k < people.activities.size(); ++k) {
    const ActivityColumns& activity = people.activities[k];
    out.time[k] = out.felt_time[k] = picked.of(activity.time, sheet.place(k, 4));
    if (felt && activity.after > 0) {
      columns::product_plus(sheet.place(k, 8), picked.pick(sheet.foreseen[k].data(), sheet.place(0)),
                            picked.of(activity.later_time, sheet.place(1)), out.time[k], count);
      out.felt_time[k] = sheet.place(k, 8);
    }
    // Closed activities: without access, or never done by these.
    const double* most = picked.of(activity.max, sheet.place(k, 5));
    const bool bounded = !activity.max.always(std::numeric_limits<double>::infinity());
    const bool shut = activity.gaming && !now.constants.mechanisms.adversarial;
    const bool honest = activity.gaming && now.force.closes_gaming;
    const bool closed = shut || honest || !now.state.access.empty();
    if (closed) {
      double* own = sheet.place(k, 5);
      if (most != own) std::copy_n(most, count, own);
      for (std::size_t q = 0; q < count; ++q) {
        const std::size_t i = picked.employee(q);
        const bool open = now.state.access.empty() || (now.state.access[i] >> k & 1u);
        if (!open || shut || (honest && now.force.rule(now.state.roster, i).closes_gaming)) own[q] = 0;
      }
      most = own;
    }
    out.most[k] = bounded || closed ? most : nullptr;
  }
}

void put_worth(const Now& now, const Picked& picked, const double* care, bool audited) {
  Sheet& sheet = picked.sheet;
  Coefficients& out = sheet.coefficients;
  const InForce& force = now.force;
  const std::size_t count = picked.count();
  care = picked.pick(care, sheet.place(3));
  for (std::size_t k = 0; k < now.people.activities.size(); ++k) {
    const ActivityColumns& activity = now.people.activities[k];
    double* linear = out.linear[k] = sheet.linear[k].data();
    double* curvature = out.curvature[k] = sheet.curvature[k].data();
    const double* believed = picked.pick(sheet.believed_value[k], sheet.place(0));
    const bool bends = !activity.saturation.always(0);
    columns::worth_of_unit(linear, curvature, care, believed, picked.pick(sheet.aversion[k], sheet.place(1)),
                           bends ? picked.of(activity.saturation, sheet.place(2)) : nullptr,
                           picked.of(activity.strain, sheet.place(4)), count);
    if (audited && activity.gaming && force.audits) {
      columns::add_scaled(linear, -force.audits->penalty, picked.of((*force.audit_rate)[0], sheet.place(1)), count);
    }
    if (sheet.given_value[k]) {
      columns::add_product(linear, care, picked.pick(sheet.given_value[k], sheet.place(1)), count);
    }
    if (sheet.given_bend[k]) {
      columns::add_product(curvature, care, picked.pick(sheet.given_bend[k], sheet.place(1)), count);
    }
  }
}

namespace {

/// A sum of columns, the first of which need not be copied. Null while there is nothing.
class Sum {
 public:
  Sum(const Picked& picked, double* room) : picked_(picked), room_(room) {}

  void add(const Column& column) {
    if (column.always(0)) return;
    if (!sum_) {
      sum_ = picked_.of(column, room_);
    } else {
      columns::add(own(), picked_.of(column, picked_.sheet.place(0)), picked_.count());
    }
  }
  void add(double factor, const double* column) {
    if (factor == 0 || column == nullptr) return;
    add_picked(factor, picked_.pick(column, picked_.sheet.place(0)));
  }
  void add(double factor, const Column& column) {
    if (factor == 0 || column.always(0)) return;
    add_picked(factor, picked_.of(column, picked_.sheet.place(0)));
  }
  void add_product(const double* a, const Column& b) {
    if (!sum_) clear();
    columns::add_product(own(), picked_.pick(a, picked_.sheet.place(0)), picked_.of(b, picked_.sheet.place(1)),
                         picked_.count());
  }
  /// Takes numbers that were put into the room.
  void take_room() { sum_ = room_; }
  /// Multiplies it by another column of those picked.
  void multiply(const double* factor) {
    if (!sum_) return;
    double* all = own();
    for (std::size_t q = 0; q < picked_.count(); ++q) all[q] *= factor[q];
  }
  const double* column() const { return sum_; }

 private:
  void clear() {
    columns::fill(room_, 0, picked_.count());
    sum_ = room_;
  }
  double* own() {
    if (sum_ != room_) std::copy_n(sum_, picked_.count(), room_);
    sum_ = room_;
    return room_;
  }
  void add_picked(double factor, const double* column) {
    if (sum_) {
      columns::add_scaled(own(), factor, column, picked_.count());
    } else {
      columns::scaled(room_, factor, column, picked_.count());
      sum_ = room_;
    }
  }

  const Picked& picked_;
  double* room_;
  const double* sum_ = nullptr;
};

}  // namespace

void put_effects(const Now& now, const Picked& picked, std::size_t j) {
  Sheet& sheet = picked.sheet;
  Coefficients::OfReading& out = sheet.coefficients.reading[j];
  const MetricColumns& metric = now.people.metrics[j];
  const Level level = now.constants.level[j];
  const std::size_t count = picked.count();
  const double own = metric.value_weight + metric.contribution_weight;
  const double mates = metric.contribution_weight + (level == Level::individual ? 0.0 : metric.value_weight);
  double* share = sheet.place(2);
  if (level != Level::individual) {
    for (std::size_t q = 0; q < count; ++q) {
      share[q] = 1 / now.state.members(level, now.state.unit_of(level, picked.employee(q)));
    }
  }
  for (std::size_t k = 0; k < now.people.activities.size(); ++k) {
    const ActivityColumns& activity = now.people.activities[k];
    Sum loading(picked, sheet.effect(j, k, false)), bend(picked, sheet.effect(j, k, true));
    loading.add(metric.loading[k]);
    loading.add(own, sheet.believed_value[k]);
    loading.add(mates, sheet.given_value[k]);
    for (const auto& [other, amount] : activity.later_amounts) {
      if (index(other) == j) loading.add_product(sheet.foreseen[k].data(), amount);
    }
    if (now.constants.mechanisms.extremal) {
      bend.add(metric.bend[k]);
    } else {
      for (std::size_t q = 0; q < count; ++q) sheet.effect(j, k, true)[q] = bend_of(now, j, k, picked.employee(q));
      bend.take_room();
    }
    bend.add(own, activity.saturation);
    bend.add(mates, sheet.given_bend[k]);
    if (level != Level::individual) {
      loading.multiply(share);
      bend.multiply(share);
    }
    out.loading[k] = loading.column();
    out.bend[k] = bend.column();
  }
}

double foreseen_part(const Now& now, std::size_t c, std::size_t i) {
  const InForce::Incentive& incentive = now.force.incentives[c];
  if (incentive.ratchet_speed == 0) return 1;
  const Roster& roster = now.state.roster;
  const double circle = incentive.ratchet_of == "team"           ? now.state.members(Level::team, roster.team_of(i))
                        : incentive.ratchet_of == "organisation" ? static_cast<double>(roster.size)
                                                                 : 1.0;
  return foresight(now.force.behaviour(roster, i), incentive.ratchet_speed, circle);
}

void put_slope(const Now& now, const Picked& picked, std::size_t c, const Supposed& supposed) {
  Sheet& sheet = picked.sheet;
  const InForce::Incentive& incentive = now.force.incentives[c];
  const Roster& roster = now.state.roster;
  const std::size_t count = picked.count();
  double* slope = sheet.room_for_slopes[c].data();
  sheet.coefficients.slope[c] = slope;
  const double worth = incentive.patience * supposed.stakes_of(now.force, c);
  const double direction = incentive.lower ? -1 : 1;
  const double* rate = picked.of(supposed.terms_of(now.force, c)[*incentive.rate_term], sheet.place(0));
  const bool alike = incentive.level == Level::individual && !incentive.compares && incentive.ratchet_speed == 0;
  if (alike) return columns::scaled(slope, direction * worth, rate, count);
  for (std::size_t q = 0; q < count; ++q) {
    const std::size_t i = picked.employee(q);
    slope[q] = worth;
    if (incentive.level != Level::individual) {
      const double members = now.state.members(incentive.level, now.state.unit_of(incentive.level, i));
      slope[q] *= 1 + now.people.effort.solidarity[i] * (members - 1);
    }
    slope[q] *= foreseen_part(now, c, i);
    slope[q] *= direction * rate[q];
    if (!incentive.compares) continue;
    const auto [begin, end] = incentive.scope(roster, incentive.entrant(roster, i));
    if (end - begin < 2) slope[q] = 0;
  }
}

}  // namespace goodhart
