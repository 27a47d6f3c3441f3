/// One employee's decision, put together and taken.
#include "deciding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "auditing.hpp"
#include "goodhart/model/charges.hpp"
#include "in_range.hpp"

namespace goodhart {

namespace {

/// A reading that bends up is turned round, with the curves over it: the solver knows only readings that bend down.
void turn_round(Decision& decision, int r, std::span<Curve> curves) {
  Reading& reading = decision.reading[index(r)];
  if (std::none_of(reading.bend.begin(), reading.bend.end(), [](double bend) { return bend < 0; })) return;
  for (std::size_t k = 0; k < index(decision.activities); ++k) {
    reading.loading[k] = -reading.loading[k];
    reading.bend[k] = -reading.bend[k];
  }
  for (Curve& curve : curves) {
    if (curve.reading != r) continue;
    switch (curve.shape) {
      case Curve::Shape::step:
        curve.falling = !curve.falling;
        curve.low = -curve.low;
        break;
      case Curve::Shape::ramp:
        curve.weight = -curve.weight;
        curve.low = std::exchange(curve.high, -curve.low);
        curve.low = -curve.low;
        break;
      case Curve::Shape::rise:
        curve.scale = -curve.scale;
        break;
    }
  }
}

/// How efforts move a metric's reading, from its row.
void read(const Person& me, std::size_t metric, Reading& reading) {
  const Coefficients::OfReading& effects = me.row.reading[metric];
  for (std::size_t k = 0; k < index(me.now.constants.activities); ++k) {
    reading.loading[k] = effects.loading[k] ? effects.loading[k][me.q] : 0.0;
    reading.bend[k] = effects.bend[k] ? effects.bend[k][me.q] : 0.0;
  }
}

}  // namespace

void Person::take(std::size_t place) {
  q = place;
  at = row.who[place];
  i = sheet.begin + at;
}

void constrain(Person& me, Decision& decision) {
  const Population& people = me.now.people;
  const auto activities = index(me.now.constants.activities);
  decision.activities = me.now.constants.activities;
  decision.gaming = 0;
  decision.readings = 0;
  decision.curves = {};
  decision.charges = {};
  decision.horizon = 1;
  decision.interaction = nullptr;
  decision.parts = &me.desk.parts;
  decision.budget = std::max(0.0, me.row.budget[me.q]);
  decision.strain = me.row.strain[me.q];
  decision.slack = me.row.slack[me.q];
  for (std::size_t k = 0; k < activities; ++k) {
    decision.time[k] = me.row.time[k][me.q];
    decision.felt_time[k] = me.row.felt_time[k][me.q];
    decision.most[k] = me.row.most[k] ? me.row.most[k][me.q] : std::numeric_limits<double>::infinity();
    decision.gaming |= std::uint32_t{people.activities[k].gaming} << k;
  }
  if (people.effort.interactions.empty()) return;
  auto& interaction = me.interaction;
  std::fill_n(interaction.begin(), activities * activities, 0.0);
  for (const EffortColumns::Pair& pair : people.effort.interactions) {
    interaction[index(pair.first) * activities + index(pair.second)] += pair.strain[me.i];
    interaction[index(pair.second) * activities + index(pair.first)] += pair.strain[me.i];
  }
  decision.interaction = interaction.data();
}

void value_by_itself(const Person& me, Decision& decision) {
  for (std::size_t k = 0; k < index(me.now.constants.activities); ++k) {
    decision.linear[k] = me.row.linear[k][me.q];
    decision.curvature[k] = me.row.curvature[k][me.q];
  }
}

double care(Person& me) {
  const InForce& force = me.now.force;
  const Population& people = me.now.people;
  const std::size_t i = me.i;
  const double care = people.effort.intrinsic[i];
  if (!force.crowds) return care;
  double at_stake = 0;
  Reading reading;
  for (std::size_t c = 0; c < force.incentives.size(); ++c) {
    const InForce::Incentive& incentive = force.incentives[c];
    if (incentive.level != Level::individual) continue;
    const auto j = index(incentive.metric);
    read(me, j, reading);
    const bool at_once = force.setting->metrics.entries[j].value.delay == 0;
    const MetricColumns& metric = people.metrics[j];
    const double settled = baseline(me.now, j, i) +
                           (metric.value_weight + metric.contribution_weight) * me.due_value() +
                           (me.now.state.received.empty() ? 0.0 : metric.value_weight * me.now.state.received[i]) +
                           (at_once ? me.due_reading(j) : 0.0);
    // The highest and the lowest reading that a plan can have: two decisions with nothing else at heart.
    double ends[2];
    for (const double sign : {1.0, -1.0}) {
      Decision& reach = me.alone;
      constrain(me, reach);
      reach.strain = 0;
      reach.interaction = nullptr;
      for (std::size_t k = 0; k < index(me.now.constants.activities); ++k) {
        reach.felt_time[k] = reach.time[k];
        reach.linear[k] = sign * reading.loading[k];
        reach.curvature[k] = sign * reading.bend[k];
      }
      PerActivity plan{};
      const bool bounded = decide(reach, plan) == Solved::exactly;
      ends[sign > 0 ? 1 : 0] =
          bounded ? settled + sign * utility(reach, plan) : sign * std::numeric_limits<double>::infinity();
    }
    at_stake += me.supposed.stakes_of(force, c) *
                stake(*incentive.scheme, me.supposed.terms_of(force, c), i, ends[0], ends[1], incentive.lower);
  }
  return care / (1 + force.setting->effort.crowding * at_stake);
}

Rivals rivals_of(const Person& me, std::size_t n, std::span<double, kMostComponents> means) {
  const InForce::Incentive& incentive = me.now.force.incentives[n];
  const Roster& roster = me.now.state.roster;
  const std::size_t entrant = incentive.entrant(roster, me.i);
  const auto [begin, end] = incentive.scope(roster, entrant);
  Rivals rivals;
  if (end - begin < 2) return rivals;
  const std::size_t scope = incentive.within_team ? roster.team_of(entrant) : 0, others = end - begin - 1;
  const bool many = end - begin > kMany;
  const std::size_t m = many ? end - begin : others, components = std::min(kMostComponents, others);
  for (std::size_t r = 0; r < components; ++r) {
    // The ceil(m (r - 1/2) / R)-th smallest, r counted from 1.
    std::size_t at = (m * (2 * r + 1) + 2 * components - 1) / (2 * components) - 1;
    if (!many && at >= incentive.place[entrant]) ++at;  // oneself left out
    means[r] = incentive.sorted[begin + at];
  }
  const auto count = static_cast<double>(others);
  rivals.others = others;
  rivals.mean = (incentive.sum_expected[scope] - incentive.expected[entrant]) / count;
  rivals.variance = std::max(0.0, (incentive.sum_variance[scope] - incentive.variance[entrant]) / count);
  if (incentive.lower) {
    rivals.mean = -rivals.mean;
    std::reverse(means.begin(), means.begin() + static_cast<std::ptrdiff_t>(components));
    for (double& mean : means.first(components)) mean = -mean;
  }
  rivals.means = means.first(components);
  return rivals;
}

Prospect prospect_of(const Person& me, std::size_t c) {
  const State& state = me.now.state;
  const InForce& force = me.now.force;
  const Population& people = me.now.people;
  const std::size_t i = me.i, n = state.roster.size;
  const int t = state.next;
  const InForce::Incentive& incentive = force.incentives[c];
  const auto j = index(incentive.metric);
  const Metric& metric = force.setting->metrics.entries[j].value;
  const MetricColumns& columns = people.metrics[j];
  // A newcomer's window begins with its first step.
  const int open = std::max(incentive.open, state.roster.arrival[i]);
  const int reads = t + metric.delay;
  Prospect prospect;
  prospect.employee = i;
  prospect.left = incentive.close - reads + 1;
  prospect.window = incentive.close - open + 1;
  prospect.patience = incentive.patience * me.supposed.stakes_of(force, c);
  prospect.lower = incentive.lower;
  // One's own reading in a step, besides what efforts make of it: baseline and what mates are expected to give; and,
  // once, what falls due.
  const double own = baseline(me.now, j, i) + (state.received.empty() ? 0.0 : columns.value_weight * state.received[i]);
  const double once =
      (columns.value_weight + columns.contribution_weight) * me.due_value() + (open <= t ? me.due_reading(j) : 0.0);
  if (open <= t && !incentive.readings.empty()) prospect.settled = incentive.readings[i];
  if (incentive.level == Level::individual) {
    prospect.settled += prospect.left * own + once;
    const auto& ring = state.believed[j];
    for (int s = std::max(open, t); s < reads; ++s) {
      prospect.settled += baseline(me.now, j, i) + ring[state.slot(s, metric.delay) * n + i];
    }
    const double share = incentive.compares ? 1 - metric.common : 1;
    prospect.noise = columns.scale[i] * columns.deviations * std::sqrt(share);
  } else {
    // The others' part is what it was in the last step, less what they then had from oneself.
    const std::size_t unit = state.unit_of(incentive.level, i);
    const double members = state.members(incentive.level, unit);
    const double others = state.level_expectation[j][unit] - state.expectation[j][i] -
                          (state.given.empty() ? 0.0 : columns.value_weight * state.given[i]);
    prospect.settled += (prospect.left * (own + others) + once) / members;
    const std::size_t units = state.units_of(incentive.level);
    for (int s = std::max(open, t); s < reads; ++s) {
      prospect.settled += state.level_under_way[j][state.slot(s, metric.delay) * units + unit] / members;
    }
    const double alone = (1 - metric.common) * force.variance_sum[j][unit];
    const double shared = metric.common * force.deviation_sum[j][unit] * force.deviation_sum[j][unit];
    prospect.noise = std::sqrt(alone + (incentive.compares ? 0.0 : shared)) / members;
    prospect.patience *= 1 + people.effort.solidarity[i] * (members - 1);
  }
  prospect.foresight = foreseen_part(me.now, c, i);
  return prospect;
}

double setup_time(const Now& now, std::size_t i, int k) {
  const bool lasts = now.force.setting->activities.entries[index(k)].value.setup->paid == "once";
  return lasts && (now.state.set_up[i] >> k & 1u) ? 0.0 : now.people.activities[index(k)].setup_time[i];
}

void charge(Person& me, bool audited, Decision& decision) {
  const InForce& force = me.now.force;
  const std::size_t i = me.i;
  std::size_t used = 0;
  for (const int k : force.setups) {
    const bool lasts = force.setting->activities.entries[index(k)].value.setup->paid == "once";
    if (lasts && (me.now.state.set_up[i] >> k & 1u)) continue;
    const ActivityColumns& activity = me.now.people.activities[index(k)];
    me.charged_for[used] = k;
    me.charges[used++] = {
        .opens = 1u << k, .utility = activity.setup_aversion[i], .time = activity.setup_time[i], .lasts = lasts};
  }
  if (used > 0) {
    const double discount = force.setting->effort.discount;
    double steps = me.now.people.effort.horizon[i];
    if (me.now.constants.scenario.time.end == "known")
      steps = std::min(steps, static_cast<double>(me.now.constants.scenario.time.steps - me.now.state.next));
    decision.horizon = discount == 1 ? steps : (1 - std::pow(discount, steps)) / (1 - discount);
  }
  if (audited && force.audits && force.audits->fine > 0) {
    me.charged_for[used] = -1;
    me.charges[used++] = {.opens = decision.gaming, .utility = fine_of(me.now, i), .curves = me.suspected ? 1u : 0u};
  }
  decision.charges = {me.charges.data(), used};
  decision.paid = &me.pays;
  me.pays = 0;
}

namespace {

/// What suspicion takes of the fine that one who games expects (`fine_of`), as a curve over the metric's reading; false
/// where nothing is suspicious.
bool suspect(const Person& me, Curve& curve) {
  const InForce& force = me.now.force;
  const std::size_t i = me.i;
  if (!force.watch || !(force.audits->fine > 0)) return false;
  const InForce::Watch& watch = *force.watch;
  if (std::isnan(watch.threshold) || std::isnan(watch.own[i])) return false;
  const double more = force.audits->suspicion->rate - (*force.audit_rate)[0][i];
  if (more == 0) return false;
  const auto j = index(watch.metric);
  const MetricColumns& metric = me.now.people.metrics[j];
  const double besides = baseline(me.now, j, i) +
                         (me.now.state.received.empty() ? 0.0 : metric.value_weight * me.now.state.received[i]) +
                         metric.value_weights() * me.due_value() + me.due_reading(j);
  curve = Curve{};
  curve.shape = Curve::Shape::step;
  // Where the suspicious are audited more often, what is not suspicious escapes it, and the other way round.
  curve.falling = (more > 0) == (watch.sign > 0);
  curve.weight = force.audits->fine * std::fabs(more);
  curve.low = watch.own[i] + watch.sign * watch.threshold - besides;
  curve.noise = metric.scale[i] * metric.deviations;
  return true;
}

}  // namespace

void promise(Person& me, int which, Decision& decision, std::vector<Curve>& curves) {
  const InForce& force = me.now.force;
  const auto activities = index(me.now.constants.activities);
  std::array<int, kMostReadings> place;  // of a metric among the decision's readings
  place.fill(-1);
  std::size_t used = 0;
  const auto require_one_bend = [&](const Reading& reading, std::size_t j) {
    bool up = false, down = false;
    for (std::size_t k = 0; k < activities; ++k) {
      up = up || reading.bend[k] < 0;
      down = down || reading.bend[k] > 0;
    }
    if (!up || !down) return;
    throw RunError(
        fmt::format("metrics.{}: with these weights its reading bends up in some activities and down in others; "
                    "give value a weight of at least 0",
                    force.setting->metrics.entries[j].name));
  };
  for (std::size_t c = 0; c < force.incentives.size(); ++c) {
    const InForce::Incentive& incentive = force.incentives[c];
    if (!incentive.worthwhile || (which != kAllIncentives && index(which) != c)) continue;
    const auto j = index(incentive.metric);
    Reading& reading = decision.reading[index(place[j] < 0 ? decision.readings : place[j])];
    read(me, j, reading);
    Hopes hopes{.curves = curves.data() + used,
                .reading = 0,
                .shelf = &me.desk.shelf,
                .alone = !force.watch && force.one_reading};
    if (straight(*incentive.scheme)) {
      hopes.slope = me.row.slope[c][me.q];
    } else {
      Prospect prospect = prospect_of(me, c);
      if (incentive.compares) {
        prospect.rivals = rivals_of(me, c, me.rival_means);
        if (prospect.rivals.others == 0) continue;  // nobody to compare with: nothing is paid
      }
      expect(*incentive.scheme, me.supposed.terms_of(force, c), prospect, hopes);
    }
    for (std::size_t k = 0; k < activities; ++k) {
      decision.linear[k] += hopes.slope * reading.loading[k];
      decision.curvature[k] += hopes.slope * reading.bend[k];
    }
    if (hopes.count == 0) continue;
    require_one_bend(reading, j);
    if (place[j] < 0) place[j] = decision.readings++;
    for (int h = 0; h < hopes.count; ++h) curves[used++].reading = place[j];
  }
  me.suspected = suspect(me, curves[used]);
  if (me.suspected) {
    const auto j = index(force.watch->metric);
    if (place[j] < 0) {
      Reading& reading = decision.reading[index(decision.readings)];
      read(me, j, reading);
      require_one_bend(reading, j);
      place[j] = decision.readings++;
    }
    curves[used++].reading = place[j];
  }
  decision.curves = {curves.data(), used};
  for (int r = 0; r < decision.readings; ++r) turn_round(decision, r, {curves.data(), used});
}

namespace {

/// Chooses, and notes how hard that was; a decision that could not be proved says whose it is.
Solved choose_counting(const Behaviour& behaviour, Person& me) {
  InForce::Desk& desk = me.desk;
  desk.parts = 0;
  Solved solved;
  try {
    me.hope = {};
    if (responds(behaviour)) me.hope = hope(me, *me.decision);
    solved = choose(behaviour, me, me.efforts);
  } catch (const RunError& error) {
    throw RunError(fmt::format("at step {}, employee {}: {}", me.now.state.next, me.i, error.what()));
  }
  HardestDecision& hardest = desk.hardest;
  if (desk.parts > hardest.parts || (desk.parts == hardest.parts && desk.parts > 0 && me.i < hardest.employee)) {
    hardest = {desk.parts, me.i};
  }
  return solved;
}

}  // namespace

void decide(Person& me, bool may_keep) {
  const State& state = me.now.state;
  const InForce& force = me.now.force;
  const std::size_t i = me.i;
  const auto activities = index(me.now.constants.activities);
  Decision& decision = me.problem;
  me.past = has_past(state, i);

  std::size_t terms = 0;
  const Behaviour& behaviour = force.behaviour(state.roster, i, &terms);
  if (state.memory_width > 0) me.memory = me.memory.first(memory_size(behaviour, me.incentives()));
  me.paid = state.reward.empty() ? 0.0 : state.reward[i];
  remember(behaviour, me);
  const double phi = may_keep ? inertia(behaviour) : 0.0;
  me.suspected = false;
  if (phi > 0 && me.past && me.draw(Purpose::inertia, 0) < phi) {
    for (std::size_t k = 0; k < activities; ++k) me.efforts[k] = state.units[k][i];
    charge(me, false, decision);
    fit(decision, me.efforts);
    return;
  }
  me.desk.shelf.turn();
  value_by_itself(me, decision);
  if (responds(behaviour)) promise(me, kAllIncentives, decision, me.desk.curves);
  charge(me, true, decision);
  me.employee = i;
  me.terms = &me.now.people.behaviours[terms];
  me.decision = &decision;
  for (std::size_t k = 0; k < activities; ++k) me.last[k] = state.units[k].empty() ? 0.0 : state.units[k][i];
  const std::vector<double>& utility = state.past_utility.empty() ? state.utility : state.past_utility;
  me.utility = utility.empty() ? 0.0 : utility[i];
  if (choose_counting(behaviour, me) == Solved::unbounded) {
    throw RunError(
        fmt::format("employee {} could gain without end by working more: give effort.budget, the activities' max or "
                    "effort.strain a number that stops it",
                    i));
  }
  double time = 0;
  for (std::size_t k = 0; k < activities; ++k) {
    time += me.efforts[k] * decision.time[k];
    if (within(me.efforts[k], decision.most[k])) continue;
    throw RunError(
        fmt::format("at step {} what employee {} should do of activities.{} came out as {:.3g} units, not "
                    "within 0 and {:.3g}: rewards or values are too large for what is best to be computed; "
                    "bound them",
                    state.next, i, force.setting->activities.entries[k].name, me.efforts[k], decision.most[k]));
  }
  if (!within(time, std::max(0.0, decision.budget))) {
    throw RunError(
        fmt::format("at step {} the time that employee {} should work came out as {:.3g}, not within 0 and "
                    "{:.3g}: rewards or values are too large for what is best to be computed; bound them",
                    state.next, i, time, std::max(0.0, decision.budget)));
  }
}

int Person::incentives() const {
  return static_cast<int>(now.force.incentives.size());
}

Decision& Person::facing(int incentive) {
  constrain(*this, alone);
  value_by_itself(*this, alone);
  if (incentive >= 0) promise(*this, incentive, alone, desk.alone_curves);
  return alone;
}

double Person::draw(OwnPurpose purpose, std::uint32_t number) const {
  const Constants& constants = now.constants;
  return constants.own[purpose.place()].uniform(constants.luck.replicate, static_cast<std::uint32_t>(i), now.state.next,
                                                number);
}

std::optional<PeerView> Person::meet(double u) const {
  const State& state = now.state;
  const std::optional<std::size_t> peer = now.constants.peers.pick(i, u, state.roster);
  // One who has just come has done nothing yet that could be copied.
  if (!peer || state.roster.arrival[*peer] == state.next) return std::nullopt;
  PeerView view;
  for (std::size_t k = 0; k < state.past_units.size(); ++k) view.efforts[k] = state.past_units[k][*peer];
  view.utility = state.past_utility[*peer];
  return view;
}

double plain_reading(const Person& me, std::size_t metric) {
  const MetricColumns& columns = me.now.people.metrics[metric];
  double sum = baseline(me.now, metric, me.i);
  if (!me.now.state.received.empty()) sum += columns.value_weight * me.now.state.received[me.i];
  for (std::size_t k = 0; k < index(me.now.constants.activities); ++k) {
    const ActivityColumns& activity = me.now.people.activities[k];
    const double x = me.efforts[k], half_square = 0.5 * x * x;
    sum += columns.loading[k][me.i] * x - bend_of(me.now, metric, k, me.i) * half_square;
    sum += (columns.value_weight + columns.contribution_weight) *
           (activity.value[me.i] * x - activity.saturation[me.i] * half_square);
    if (me.now.force.gives) sum += columns.contribution_weight * me.given(k, x);
  }
  return sum;
}

void crowd_out(const Picked& picked, Person& me) {
  put_bounds(me.now, picked, true);
  for (const InForce::Incentive& incentive : me.now.force.incentives) {
    if (incentive.level == Level::individual) put_effects(me.now, picked, index(incentive.metric));
  }
  for (std::size_t q = 0; q < picked.count(); ++q) {
    me.take(q);
    picked.sheet.own_care[me.at] = care(me);
  }
  picked.sheet.care = picked.sheet.own_care.data();
}

void put_rows(const Now& now, const Picked& picked, const Supposed& supposed) {
  const InForce& force = now.force;
  put_bounds(now, picked, true);
  put_worth(now, picked, picked.sheet.care, true);
  std::uint32_t done = 0;
  for (std::size_t c = 0; c < force.incentives.size(); ++c) {
    const InForce::Incentive& incentive = force.incentives[c];
    if (!incentive.worthwhile) continue;
    if (!(done >> incentive.metric & 1u)) put_effects(now, picked, index(incentive.metric));
    done |= 1u << incentive.metric;
    if (straight(*incentive.scheme)) put_slope(now, picked, c, supposed);
  }
  if (force.watch && !(done >> force.watch->metric & 1u)) put_effects(now, picked, index(force.watch->metric));
}

}  // namespace goodhart
