/// Stages 1 and 2 of a step: what an employee perceives, and what it decides.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "coefficients.hpp"
#include "columns.hpp"
#include "goodhart/model/charges.hpp"
#include "goodhart/model/curved_filling.hpp"
#include "in_range.hpp"
#include "person.hpp"

namespace goodhart {

namespace {

/// What a decision is put together for.
constexpr int kAll = -2;  ///< all incentives

/// Above this many in a scope, quantiles are taken over all of them, oneself included: all then believe the same.
constexpr std::size_t kMany = 64;

/// All places of a strip.
constexpr std::array<std::uint16_t, kStrip> kEverybody = [] {
  std::array<std::uint16_t, kStrip> places{};
  for (std::size_t at = 0; at < kStrip; ++at) places[at] = static_cast<std::uint16_t>(at);
  return places;
}();

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

}  // namespace

// --- 1: perceive
// -------------------------------------------------------------------------------------------------------

/// What the employees of a strip see.
void Simulation::perceive(Sheet& sheet) const {
  const State& state = *state_;
  const InForce& force = *in_force_;
  const Setting& setting = *force.setting;
  const Roster& roster = state.roster;
  const std::size_t begin = sheet.begin, count = sheet.count, n = roster.size;
  const bool fell_due = sheet.falls_due;
  sheet.falls_due = !state.loads.empty();
  sheet.due_readings = false;
  for (const ActivityColumns& activity : population_->activities) {
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
  for (std::size_t k = 0; k < index(constants_->activities); ++k) {
    const ActivityColumns& activity = population_->activities[k];
    sheet.aversion[k] = sheet.of(activity.aversion);
    if (activity.erosion > 0 && constants_->peers.form() != Peers::Form::nobody) {
      constants_->peers.shares(begin, static_cast<int>(k), state.seen, state.counts, roster, constants_->activities,
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
  sheet.care = sheet.of(population_->effort.intrinsic);
}

void Simulation::Person::take(std::size_t place) {
  q = place;
  at = row.who[place];
  i = sheet.begin + at;
}

// --- 2: decide
// ---------------------------------------------------------------------------------------------------------

/// The constraints of a decision, from its row.
void Simulation::constrain(Person& me, Decision& decision) const {
  const Population& people = *population_;
  const auto activities = index(constants_->activities);
  decision.activities = constants_->activities;
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

/// How efforts move a metric's reading, from its row.
void Simulation::read(const Person& me, std::size_t metric, Reading& reading) const {
  const Coefficients::OfReading& effects = me.row.reading[metric];
  for (std::size_t k = 0; k < index(constants_->activities); ++k) {
    reading.loading[k] = effects.loading[k] ? effects.loading[k][me.q] : 0.0;
    reading.bend[k] = effects.bend[k] ? effects.bend[k][me.q] : 0.0;
  }
}

/// What units are worth by themselves, from its row.
void Simulation::value_by_itself(const Person& me, Decision& decision) const {
  for (std::size_t k = 0; k < index(constants_->activities); ++k) {
    decision.linear[k] = me.row.linear[k][me.q];
    decision.curvature[k] = me.row.curvature[k][me.q];
  }
}

/// Intrinsic motivation, crowded out by what is at stake on individual readings. Needs bounds and effects of the row.
double Simulation::care(Person& me) const {
  const InForce& force = *in_force_;
  const Population& people = *population_;
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
    const double settled = baseline(j, i) + (metric.value_weight + metric.contribution_weight) * me.due_value() +
                           (state_->received.empty() ? 0.0 : metric.value_weight * state_->received[i]) +
                           (at_once ? me.due_reading(j) : 0.0);
    // The highest and the lowest reading that a plan can have: two decisions with nothing else at heart.
    double ends[2];
    for (const double sign : {1.0, -1.0}) {
      Decision& reach = me.alone;
      constrain(me, reach);
      reach.strain = 0;
      reach.interaction = nullptr;
      for (std::size_t k = 0; k < index(constants_->activities); ++k) {
        reach.felt_time[k] = reach.time[k];
        reach.linear[k] = sign * reading.loading[k];
        reach.curvature[k] = sign * reading.bend[k];
      }
      PerActivity plan{};
      const bool bounded = goodhart::decide(reach, plan) == Solved::exactly;
      ends[sign > 0 ? 1 : 0] =
          bounded ? settled + sign * goodhart::utility(reach, plan) : sign * std::numeric_limits<double>::infinity();
    }
    at_stake += me.supposed.stakes_of(force, c) *
                stake(*incentive.scheme, me.supposed.terms_of(force, c), i, ends[0], ends[1], incentive.lower);
  }
  return care / (1 + force.setting->effort.crowding * at_stake);
}

/// Whom an employee is compared with, as it believes (model.md, section 5).
Rivals Simulation::rivals_of(const Person& me, std::size_t n, std::span<double, kMostComponents> means) const {
  const InForce::Incentive& incentive = in_force_->incentives[n];
  const Roster& roster = state_->roster;
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

/// How an employee sees the review window that its efforts will be read in; all but its rivals.
Prospect Simulation::prospect_of(const Person& me, std::size_t c) const {
  const State& state = *state_;
  const InForce& force = *in_force_;
  const Population& people = *population_;
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
  const double own = baseline(j, i) + (state.received.empty() ? 0.0 : columns.value_weight * state.received[i]);
  const double once =
      (columns.value_weight + columns.contribution_weight) * me.due_value() + (open <= t ? me.due_reading(j) : 0.0);
  if (open <= t && !incentive.readings.empty()) prospect.settled = incentive.readings[i];
  if (incentive.level == Level::individual) {
    prospect.settled += prospect.left * own + once;
    const auto& ring = state.believed[j];
    for (int s = std::max(open, t); s < reads; ++s) {
      prospect.settled += baseline(j, i) + ring[state.slot(s, metric.delay) * n + i];
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
  prospect.foresight = foreseen_part(now(), c, i);
  return prospect;
}

/// The time that an employee's setup of an activity takes in a step in which it is done.
double Simulation::setup_time(std::size_t i, int k) const {
  const bool lasts = in_force_->setting->activities.entries[index(k)].value.setup->paid == "once";
  return lasts && (state_->set_up[i] >> k & 1u) ? 0.0 : population_->activities[index(k)].setup_time[i];
}

/// Adds what falls due where something is done at all: setups that the employee has not paid yet, and what it expects
/// to be fined for gaming. Comes after `promise`.
void Simulation::charge(Person& me, bool audited, Decision& decision) const {
  const InForce& force = *in_force_;
  const std::size_t i = me.i;
  std::size_t used = 0;
  for (const int k : force.setups) {
    const bool lasts = force.setting->activities.entries[index(k)].value.setup->paid == "once";
    if (lasts && (state_->set_up[i] >> k & 1u)) continue;
    const ActivityColumns& activity = population_->activities[index(k)];
    me.charged_for[used] = k;
    me.charges[used++] = {
        .opens = 1u << k, .utility = activity.setup_aversion[i], .time = activity.setup_time[i], .lasts = lasts};
  }
  if (used > 0) {
    const double discount = force.setting->effort.discount;
    double steps = population_->effort.horizon[i];
    if (scenario().time.end == "known")
      steps = std::min(steps, static_cast<double>(scenario().time.steps - state_->next));
    decision.horizon = discount == 1 ? steps : (1 - std::pow(discount, steps)) / (1 - discount);
  }
  if (audited && force.audits && force.audits->fine > 0) {
    me.charged_for[used] = -1;
    me.charges[used++] = {.opens = decision.gaming, .utility = fine_of(i), .curves = me.suspected ? 1u : 0u};
  }
  decision.charges = {me.charges.data(), used};
  decision.paid = &me.pays;
  me.pays = 0;
}

/// What suspicion takes of the fine that one who games expects (`fine_of`), as a curve over the metric's reading; false
/// where nothing is suspicious.
bool Simulation::suspect(const Person& me, Curve& curve) const {
  const InForce& force = *in_force_;
  const std::size_t i = me.i;
  if (!force.watch || !(force.audits->fine > 0)) return false;
  const InForce::Watch& watch = *force.watch;
  if (std::isnan(watch.threshold) || std::isnan(watch.own[i])) return false;
  const double more = force.audits->suspicion->rate - (*force.audit_rate)[0][i];
  if (more == 0) return false;
  const auto j = index(watch.metric);
  const MetricColumns& metric = population_->metrics[j];
  const double besides = baseline(j, i) + (state_->received.empty() ? 0.0 : metric.value_weight * state_->received[i]) +
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

/// Adds what the incentives promise: all of them, one, or none (-1); and what suspicion does.
void Simulation::promise(Person& me, int which, Decision& decision, std::vector<Curve>& curves) const {
  const InForce& force = *in_force_;
  const auto activities = index(constants_->activities);
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
    if (!incentive.worthwhile || (which != kAll && index(which) != c)) continue;
    const auto j = index(incentive.metric);
    Reading& reading = decision.reading[index(place[j] < 0 ? decision.readings : place[j])];
    read(me, j, reading);
    Hopes hopes{.curves = curves.data() + used, .reading = 0, .shelf = &me.desk.shelf};
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

/// Chooses the efforts of a strip.
///
/// Those whom inertia holds keep the last step's efforts. The others decide: all at once where at most one reward in
/// force is curved (`InForce::straight`), but for those whom that leaves in `odd`; else one by one. Both give the same
/// plans.
void Simulation::choose(Sheet& sheet, std::size_t block) const {
  const State& state = *state_;
  InForce& force = *in_force_;
  std::span<const std::uint16_t> who = std::span(kEverybody).first(sheet.count);
  if (!force.setups.empty()) std::fill_n(sheet.sets_up.begin(), sheet.count, Doing{0});
  // Those who remember do so whether or not they keep their efforts: one by one.
  if (force.inert && state.memory_width == 0) who = hold(sheet, block);
  if (force.crowds) {
    // It counts in everybody's utility, whether or not they decide anew.
    Person me(*this, sheet, force.desks[block]);
    crowd_out({sheet, std::span(kEverybody).first(sheet.count)}, me);
  }
  std::array<std::uint16_t, kStrip> left;
  if (force.straight && !who.empty()) {
    const std::size_t odd = fill_up(sheet, who, block);
    std::size_t found = 0;
    for (std::size_t q = 0; q < who.size() && found < odd; ++q) {
      if (sheet.odd[q]) left[found++] = who[q];
    }
    who = std::span(left).first(found);
  }
  if (!who.empty()) choose_each(sheet, who, block);
}

/// Lets inertia hold whom it holds; returns the others' places.
std::span<const std::uint16_t> Simulation::hold(Sheet& sheet, std::size_t block) const {
  const State& state = *state_;
  const InForce& force = *in_force_;
  const std::size_t count = sheet.count, begin = sheet.begin;
  constants_->own[OwnPurpose(Purpose::inertia).place()].uniforms(
      constants_->luck.replicate, static_cast<std::uint32_t>(begin), state.next, 0, {sheet.luck.data(), count});
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
  keep(sheet, block);
  return std::span(sheet.who).first(deciding);
}

/// Puts into `own_care` what those picked care for once rewards have crowded it out.
void Simulation::crowd_out(const Picked& picked, Person& me) const {
  put_bounds(now(), picked, true);
  for (const InForce::Incentive& incentive : in_force_->incentives) {
    if (incentive.level == Level::individual) put_effects(now(), picked, index(incentive.metric));
  }
  for (std::size_t q = 0; q < picked.count(); ++q) {
    me.take(q);
    picked.sheet.own_care[me.at] = care(me);
  }
  picked.sheet.care = picked.sheet.own_care.data();
}

/// Puts together the whole rows of those picked: bounds, worth, effects on readings, and slopes of straight rewards.
void Simulation::put_rows(const Picked& picked, const Supposed& supposed) const {
  const InForce& force = *in_force_;
  const Now run = now();
  put_bounds(run, picked, true);
  put_worth(run, picked, picked.sheet.care, true);
  std::uint32_t done = 0;
  for (std::size_t c = 0; c < force.incentives.size(); ++c) {
    const InForce::Incentive& incentive = force.incentives[c];
    if (!incentive.worthwhile) continue;
    if (!(done >> incentive.metric & 1u)) put_effects(run, picked, index(incentive.metric));
    done |= 1u << incentive.metric;
    if (straight(*incentive.scheme)) put_slope(run, picked, c, supposed);
  }
  if (force.watch && !(done >> force.watch->metric & 1u)) put_effects(run, picked, index(force.watch->metric));
}

/// Decides one by one.
void Simulation::choose_each(Sheet& sheet, std::span<const std::uint16_t> who, std::size_t block) const {
  const State& state = *state_;
  Person me(*this, sheet, in_force_->desks[block]);
  put_rows({sheet, who}, me.supposed);
  for (std::size_t q = 0; q < who.size(); ++q) {
    me.take(q);
    constrain(me, me.problem);
    me.care = sheet.care[me.at];
    me.memory = std::span(state_->memory).subspan(me.i * state.memory_width, state.memory_width);
    decide(me, state.memory_width > 0);
    for (std::size_t k = 0; k < index(constants_->activities); ++k) sheet.efforts[k][me.at] = me.efforts[k];
    for (std::size_t c = 0; c < me.problem.charges.size(); ++c) {
      if ((me.pays >> c & 1u) && me.charged_for[c] >= 0)
        sheet.sets_up[me.at] = static_cast<Doing>(sheet.sets_up[me.at] | 1u << me.charged_for[c]);
    }
  }
}

/// Everybody's efforts of the last step, and for those marked in `odd`, who keep them, made to fit.
void Simulation::keep(Sheet& sheet, std::size_t block) const {
  const State& state = *state_;
  const auto activities = index(constants_->activities);
  const std::size_t count = sheet.count;
  // Those for whom nothing has changed but what falls due: their hours are looked at in columns.
  double* hours = sheet.mean.data();
  double* over = sheet.window.data();
  columns::fill(hours, 0, count);
  columns::fill(over, 0, count);
  for (std::size_t k = 0; k < activities; ++k) {
    const ActivityColumns& activity = population_->activities[k];
    const double* last = sheet.efforts[k];
    columns::take_time(sheet.took.data(), hours, sheet.of(activity.time), last, count);
    const double* most = sheet.of(activity.max);
    for (std::size_t at = 0; at < count; ++at) over[at] += last[at] > most[at] ? 1.0 : 0.0;
    const bool closes =
        (activity.gaming && (!constants_->mechanisms.adversarial || in_force_->closes_gaming)) || !state.access.empty();
    if (!closes) continue;
    for (std::size_t at = 0; at < count; ++at) over[at] += last[at] > 0 ? 1.0 : 0.0;
  }
  for (const int k : in_force_->setups) {
    for (std::size_t at = 0; at < count; ++at) {
      if (sheet.efforts[index(k)][at] > 0) hours[at] += setup_time(sheet.begin + at, k);
    }
  }
  const double* budget = sheet.of(population_->effort.budget);
  std::array<std::uint16_t, kStrip> misfits;
  std::size_t found = 0;
  for (std::size_t at = 0; at < count; ++at) {
    if (!sheet.odd[at] || (over[at] == 0 && hours[at] <= budget[at] - sheet.due_time[at])) continue;
    misfits[found++] = static_cast<std::uint16_t>(at);
  }
  if (found == 0) return;
  put_bounds(now(), {sheet, std::span(misfits).first(found)}, false);
  Person me(*this, sheet, in_force_->desks[block]);
  for (std::size_t q = 0; q < found; ++q) {
    me.take(q);
    constrain(me, me.problem);
    for (std::size_t k = 0; k < activities; ++k) me.efforts[k] = sheet.efforts[k][me.at];
    charge(me, false, me.problem);
    fit(me.problem, me.efforts);
    for (std::size_t k = 0; k < activities; ++k) sheet.efforts[k][me.at] = me.efforts[k];
  }
}

/// Decides where one incentive's reward is curved, as `fill_up` does once it has put together everything else.
std::size_t Simulation::fill_bent(const Picked& picked, const Fillings& plain, std::size_t block) const {
  const InForce& force = *in_force_;
  const std::size_t c = index(force.curved), count = picked.who.size();
  const InForce::Incentive& incentive = force.incentives[c];
  Sheet& sheet = picked.sheet;
  if (!incentive.worthwhile) return fill_many(plain, sheet.odd);
  const MetricColumns& metric = population_->metrics[index(incentive.metric)];
  // One by one where the reading bends, and where employees may believe something else of their rivals.
  bool unfit = !constants_->mechanisms.extremal;
  const bool mates = metric.contribution_weight != 0 || incentive.level != Level::individual;
  for (std::size_t k = 0; k < index(constants_->activities); ++k) {
    const bool through_value = metric.value_weights() != 0 && !population_->activities[k].saturation.always(0);
    unfit = unfit || !metric.bend[k].always(0) || through_value || (mates && sheet.given_bend[k] != nullptr);
  }
  if (incentive.compares) {
    unfit = unfit || incentive.level != Level::individual || incentive.within_team || state_->roster.size <= kMany ||
            !metric.scale.constant();
  }
  if (unfit) {
    std::fill_n(sheet.odd.begin(), count, char{1});
    return count;
  }

  // The reading, turned round where less of it is better.
  put_effects(now(), picked, index(incentive.metric));
  CurvedFillings curved;
  curved.plain = plain;
  for (std::size_t k = 0; k < index(constants_->activities); ++k) {
    const double* loading = sheet.coefficients.reading[index(incentive.metric)].loading[k];
    curved.loading[k] = loading;
    if (loading != nullptr && !incentive.lower) continue;
    curved.loading[k] = sheet.place(k, 7);
    if (loading == nullptr) {
      columns::fill(sheet.place(k, 7), 0, count);
    } else {
      columns::scaled(sheet.place(k, 7), -1, loading, count);
    }
  }

  // The rewards.
  constexpr std::size_t kParts = CurvedFillings::kMostParts;
  double* const offset = sheet.place(4);
  double* const scale = sheet.place(5);
  double* const weight[kParts] = {sheet.place(6), sheet.place(7)};
  std::array<const Rise*, kParts> rises{};
  std::size_t parts = 1;
  InForce::Desk& desk = in_force_->desks[block];
  Person me(*this, sheet, desk);
  Rivals rivals;
  std::array<Curve, kMostCurves> curves;
  std::array<char, kStrip> apart{};
  std::size_t many_apart = 0;
  bool settled = false, steps = false, sharp = false;  // one kind goes together: that of the first
  desk.shelf.turn();
  for (std::size_t q = 0; q < count; ++q) {
    me.take(q);
    offset[q] = 0;
    scale[q] = 1;
    for (double* one : weight) one[q] = 0;
    // A newcomer's window is shorter: it would need a table of its own.
    if (incentive.compares && state_->roster.arrival[me.i] > incentive.open) {
      apart[q] = 1;
      ++many_apart;
      continue;
    }
    Prospect prospect = prospect_of(me, c);
    if (incentive.compares) {
      if (rivals.others == 0) rivals = rivals_of(me, c, me.rival_means);
      prospect.rivals = rivals;
    }
    Hopes hopes{.curves = curves.data(), .reading = 0, .shelf = &desk.shelf};
    expect(*incentive.scheme, *incentive.terms, prospect, hopes);
    bool fits = true;
    for (std::size_t h = 0; h < index(hopes.count); ++h) {
      const Curve& curve = curves[h];
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
      fits = step == steps && blunt != sharp && (step ? h == 0 : part < kParts) &&
             (h == 0 || (steep == scale[q] && begin == offset[q]));
      if (!fits) break;
      rises[part] = curve.rise;
      parts = std::max(parts, part + 1);
      scale[q] = steep;
      offset[q] = begin;
      weight[part][q] += curve.weight;  // prize and penalty may share a table
    }
    apart[q] = fits ? 0 : 1;
    many_apart += fits ? 0 : 1;
  }
  if (many_apart == count) {
    std::fill_n(sheet.odd.begin(), count, char{1});
    return count;
  }
  std::array<CurvedFillings::Part, kParts> all;
  std::span<const Outline> outlines;
  if (rises[0] != nullptr) outlines = desk.outlines.of(std::span(rises).first(parts));
  for (std::size_t part = 0; part < parts; ++part) {
    all[part] = {rises[part], rises[part] ? &outlines[part] : &outline_of_normal_law(), weight[part]};
  }
  curved.parts = std::span(all).first(parts);
  curved.offset = offset;
  curved.scale = scale;
  if (sharp) curved.target = offset;
  fill_curved(curved, sheet.odd);
  std::size_t odd = 0;
  for (std::size_t q = 0; q < count; ++q) {
    sheet.odd[q] = static_cast<char>(sheet.odd[q] | apart[q]);
    odd += sheet.odd[q] != 0;
  }
  return odd;
}

/// Decides for those who do so anew where at most one incentive's reward is curved: with columns of coefficients, by
/// water filling. Leaves in `odd`, by place in `who`, whose decision is to be looked at by itself; returns how many.
std::size_t Simulation::fill_up(Sheet& sheet, std::span<const std::uint16_t> who, std::size_t block) const {
  const InForce& force = *in_force_;
  const Population& people = *population_;
  const auto activities = index(constants_->activities);
  const std::size_t count = who.size();
  const Picked picked{sheet, who};
  const bool all = picked.all();
  const Now run = now();
  const Coefficients& coefficients = sheet.coefficients;
  put_bounds(run, picked, false);
  put_worth(run, picked, sheet.care, true);
  // What straight incentives promise is so much for a unit of reading.
  std::uint32_t done = 0;
  for (std::size_t c = 0; c < force.incentives.size(); ++c) {
    const InForce::Incentive& incentive = force.incentives[c];
    if (!incentive.worthwhile || static_cast<int>(c) == force.curved) continue;
    if (!(done >> incentive.metric & 1u)) put_effects(run, picked, index(incentive.metric));
    done |= 1u << incentive.metric;
    put_slope(run, picked, c, {});
    const double* slope = coefficients.slope[c];
    const Coefficients::OfReading& effects = coefficients.reading[index(incentive.metric)];
    for (std::size_t k = 0; k < activities; ++k) {
      if (effects.loading[k]) columns::add_product(coefficients.linear[k], slope, effects.loading[k], count);
      if (effects.bend[k]) columns::add_product(coefficients.curvature[k], slope, effects.bend[k], count);
    }
  }
  Fillings all_of_them;
  all_of_them.activities = constants_->activities;
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
  const std::size_t odd = force.curved < 0 ? fill_many(all_of_them, sheet.odd) : fill_bent(picked, all_of_them, block);
  if (all) return odd;
  for (std::size_t k = 0; k < activities; ++k) {
    for (std::size_t q = 0; q < count; ++q) sheet.efforts[k][who[q]] = all_of_them.efforts[k][q];
  }
  return odd;
}

/// Chooses, and notes how hard that was; a decision that could not be proved says whose it is.
Solved Simulation::choose_counting(const Behaviour& behaviour, Person& me) const {
  InForce::Desk& desk = me.desk;
  desk.parts = 0;
  Solved solved;
  try {
    me.hope = {};
    if (responds(behaviour)) me.hope = hope(me, *me.decision);
    solved = goodhart::choose(behaviour, me, me.efforts);
  } catch (const RunError& error) {
    throw RunError(fmt::format("at step {}, employee {}: {}", state_->next, me.i, error.what()));
  }
  HardestDecision& hardest = desk.hardest;
  if (desk.parts > hardest.parts || (desk.parts == hardest.parts && desk.parts > 0 && me.i < hardest.employee)) {
    hardest = {desk.parts, me.i};
  }
  return solved;
}

/// One employee's decision; what constrains it has been put into `me.problem`, what it cares for into `me.care`, and
/// what it remembers into `me.memory`. `may_keep`: inertia may still hold it.
void Simulation::decide(Person& me, bool may_keep) const {
  const State& state = *state_;
  const InForce& force = *in_force_;
  const std::size_t i = me.i;
  const auto activities = index(constants_->activities);
  Decision& decision = me.problem;
  me.past = has_past(i);

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
  if (responds(behaviour)) promise(me, kAll, decision, me.desk.curves);
  charge(me, true, decision);
  me.employee = i;
  me.terms = &population_->behaviours[terms];
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

int Simulation::Person::incentives() const {
  return static_cast<int>(simulation.in_force_->incentives.size());
}

Decision& Simulation::Person::facing(int incentive) {
  simulation.constrain(*this, alone);
  simulation.value_by_itself(*this, alone);
  if (incentive >= 0) simulation.promise(*this, incentive, alone, desk.alone_curves);
  return alone;
}

double Simulation::Person::draw(OwnPurpose purpose, std::uint32_t number) const {
  const Constants& constants = *simulation.constants_;
  return constants.own[purpose.place()].uniform(constants.luck.replicate, static_cast<std::uint32_t>(i),
                                                simulation.state_->next, number);
}

std::optional<PeerView> Simulation::Person::meet(double u) const {
  const State& state = *simulation.state_;
  const std::optional<std::size_t> peer = simulation.constants_->peers.pick(i, u, state.roster);
  // One who has just come has done nothing yet that could be copied.
  if (!peer || state.roster.arrival[*peer] == state.next) return std::nullopt;
  PeerView view;
  for (std::size_t k = 0; k < state.past_units.size(); ++k) view.efforts[k] = state.past_units[k][*peer];
  view.utility = state.past_utility[*peer];
  return view;
}

/// What employees would read who respond to nothing but themselves: what rivals are expected to do before a first
/// window has closed. Into the incentive's `plain`, by employee.
void Simulation::imagine(std::size_t block) {
  const State& state = *state_;
  InForce& force = *in_force_;
  const std::size_t end = std::min((block + 1) * kBlock, state.roster.size);
  Sheet& sheet = constants_->sheet();
  Person me(*this, sheet, force.desks[block]);
  for (std::size_t i = block * kBlock; i < end; ++i) {
    if (i % kStrip == 0) {
      lay(sheet, i, std::min(kStrip, end - i));
      perceive(sheet);
      const Picked all{sheet, std::span(kEverybody).first(sheet.count)};
      put_bounds(now(), all, true);
      put_worth(now(), all, sheet.of(population_->effort.intrinsic), false);
    }
    me.take(i % kStrip);
    constrain(me, me.problem);
    value_by_itself(me, me.problem);
    charge(me, false, me.problem);
    std::size_t terms = 0;
    const Behaviour& behaviour = force.behaviour(state.roster, i, &terms);
    if (unrewarded(behaviour, population_->behaviours[terms], i, me.problem, me.efforts) == Solved::unbounded) {
      throw RunError(fmt::format("employee {} could gain without end by working more even without incentives", i));
    }
    for (std::size_t j = 0; j < index(constants_->metrics); ++j) {
      if (force.keeps_plain[j]) state_->plain[j][i] = plain_reading(me, j);
    }
  }
}

/// The reading of efforts without noise and without what falls due, with what mates gave in the last step.
double Simulation::plain_reading(const Person& me, std::size_t metric) const {
  const MetricColumns& columns = population_->metrics[metric];
  double sum = baseline(metric, me.i);
  if (!state_->received.empty()) sum += columns.value_weight * state_->received[me.i];
  for (std::size_t k = 0; k < index(constants_->activities); ++k) {
    const ActivityColumns& activity = population_->activities[k];
    const double x = me.efforts[k], half_square = 0.5 * x * x;
    sum += columns.loading[k][me.i] * x - bend(metric, k, me.i) * half_square;
    sum += (columns.value_weight + columns.contribution_weight) *
           (activity.value[me.i] * x - activity.saturation[me.i] * half_square);
    if (in_force_->gives) sum += columns.contribution_weight * me.given(k, x);
  }
  return sum;
}

/// Puts in order what is believed of rivals, from what each is expected to have read.
void Simulation::believe(std::size_t n) {
  InForce::Incentive& incentive = in_force_->incentives[n];
  const Roster& roster = state_->roster;
  const std::size_t entrants = incentive.entrants(roster), j = index(incentive.metric);
  const double share = 1 - in_force_->setting->metrics.entries[j].value.common;
  const MetricColumns& columns = population_->metrics[j];
  for (std::size_t e = 0; e < entrants; ++e) {
    if (incentive.level == Level::team) {
      const auto members = static_cast<double>(roster.members(e));
      incentive.variance[e] = share * in_force_->variance_sum[j][e] / (members * members) / incentive.every;
    } else {
      const double deviation = columns.scale[e] * columns.deviations;
      incentive.variance[e] = share * deviation * deviation / incentive.every;
    }
  }
  ScratchVector<std::size_t> order(entrants);
  for (std::size_t scope = 0, begin = 0; begin < entrants; ++scope) {
    const std::size_t end = incentive.scope(roster, begin).second;
    double sum_expected = 0, sum_variance = 0;
    for (std::size_t e = begin; e < end; ++e) {
      order[e] = e;
      sum_expected += incentive.expected[e];
      sum_variance += incentive.variance[e];
    }
    incentive.sum_expected[scope] = sum_expected;
    incentive.sum_variance[scope] = sum_variance;
    const auto first = order.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = order.begin() + static_cast<std::ptrdiff_t>(end);
    std::sort(first, last, [&](std::size_t a, std::size_t b) {
      return std::pair(incentive.expected[a], a) < std::pair(incentive.expected[b], b);
    });
    for (std::size_t e = begin; e < end; ++e) {
      incentive.sorted[e] = incentive.expected[order[e]];
      incentive.place[order[e]] = static_cast<std::uint32_t>(e - begin);
    }
    begin = end;
  }
  incentive.stale = false;
}

}  // namespace goodhart
