/// Random small worlds run by the engine, held against the model written a second time, as plainly as it reads.
///
/// Nothing here knows how the engine decides. `World` holds the coefficients, `Second` says what they mean (sections 2
/// to 6 of the model), and `Search` looks for a plan better than the engine's on a grid, on notches, and around the
/// best points found. The histories (efforts and readings of earlier steps) are the engine's own.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "support/run.hpp"

namespace {

using namespace goodhart;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kMost = 4;  ///< activities
using Plan = std::array<double, kMost>;

// --- the coefficients

struct Work {
  double value, saturation, perceived, time, max, strain, aversion, erosion, visible;
  bool gaming, perceives;
  int after = 0;  ///< 0: nothing later
  double later_time = 0, later_value = 0, foreseen = 0;
  std::vector<double> later_amount;  ///< by metric
  double team_value = 0, team_bend = 0, team_load = 0;
  double initial = 1;  ///< share that has access from the start
};

struct Gauge {
  std::vector<double> loading, bend;  ///< by activity
  double weight;                      ///< of value
  double baseline, scale, believed_sd;
  std::string noise;
  int delay;
  bool lower;
  char level = 'i';                     ///< of the individual, the team or the organisation
  double contribution = 0, common = 0;  ///< weight of contribution; share of the noise that all have in common
};

enum class Kind { linear, quota, tournament, relative, status };

struct Pay {
  Kind kind;
  std::size_t metric;
  int every;
  double target, rate, floor, cap, reward, penalty;
  bool within_team = false, dismiss = false;
  double top = 0, bottom = 0, prize = 0;
  bool compares() const { return kind != Kind::linear && kind != Kind::quota; }
};

struct Stage {
  int from;
  std::vector<Pay> pays;
  double audit_rate = 0, audit_penalty = 0, dismiss = 0;
};

struct World {
  std::vector<Work> works;
  std::vector<Gauge> gauges;
  std::vector<Stage> stages;
  std::vector<std::array<double, 3>> interactions;  ///< first, second, strain
  double budget, norm, strain, intrinsic, risk_aversion, discount, crowding;
  bool honest;
  int people, team, before, steps;
  std::uint64_t seed;
  double solidarity = 0;

  /// Does everybody know when the run ends? In every other world.
  bool end_is_known() const { return seed % 2 == 1; }

  std::size_t members(std::size_t unit) const {
    const auto begin = unit * static_cast<std::size_t>(team);
    return std::min(static_cast<std::size_t>(team), static_cast<std::size_t>(people) - begin);
  }
  std::size_t team_of(std::size_t employee) const { return employee / static_cast<std::size_t>(team); }
  /// The employees whose mean a metric reads for one of them: from ... to - 1.
  std::pair<std::size_t, std::size_t> unit(char level, std::size_t employee) const {
    if (level == 'i') return {employee, employee + 1};
    if (level == 'o') return {0, static_cast<std::size_t>(people)};
    const std::size_t begin = team_of(employee) * static_cast<std::size_t>(team);
    return {begin, begin + members(team_of(employee))};
  }
  /// Those who are compared: employees, or teams.
  std::size_t entrants(const Pay& pay) const {
    return gauges[pay.metric].level == 't' ? team_of(static_cast<std::size_t>(people) - 1) + 1
                                           : static_cast<std::size_t>(people);
  }
  std::size_t entrant(const Pay& pay, std::size_t employee) const {
    return gauges[pay.metric].level == 't' ? team_of(employee) : employee;
  }
  std::pair<std::size_t, std::size_t> scope(const Pay& pay, std::size_t entrant) const {
    if (pay.within_team) return unit('t', entrant);
    return {0, entrants(pay)};
  }
};

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  /// A number with few digits, so that the scenario's text holds it exactly.
  double between(double low, double high) {
    return std::round((low + (high - low) * std::uniform_real_distribution<>(0, 1)(engine_)) * 1000) / 1000;
  }
  bool chance(double p) { return std::uniform_real_distribution<>(0, 1)(engine_) < p; }
  int whole(int low, int high) { return std::uniform_int_distribution<>(low, high)(engine_); }

 private:
  std::mt19937 engine_;
};

World draw_world(unsigned seed) {
  Dice dice(seed);
  World world;
  const auto activities = static_cast<std::size_t>(dice.whole(1, static_cast<int>(kMost)));
  const auto metrics = static_cast<std::size_t>(dice.whole(1, 3));
  const bool endless = dice.chance(0.1);  // no budget, but each activity is bounded
  for (std::size_t k = 0; k < activities; ++k) {
    Work work{};
    work.value = dice.between(-0.2, 1.5);
    work.saturation = dice.chance(0.5) ? dice.between(0, 1.5) : 0;
    work.perceives = dice.chance(0.3);
    work.perceived = work.perceives ? dice.between(-0.2, 1.5) : work.value;
    work.time = dice.chance(0.4) ? dice.between(0.2, 2) : 1;
    work.max = endless || dice.chance(0.3) ? dice.between(0, 1) : kInfinity;
    work.strain = dice.chance(0.6) ? dice.between(0.1, 2) : 0;
    work.aversion = dice.chance(0.5) ? dice.between(-0.1, 0.6) : 0;
    work.erosion = dice.chance(0.4) ? dice.between(0, 1) : 0;
    work.visible = dice.chance(0.3) ? dice.between(0.05, 0.4) : 0.01;
    work.gaming = dice.chance(0.3);
    if (dice.chance(0.25)) {
      work.after = dice.whole(1, 2);
      work.later_time = dice.between(0, 0.4);
      work.later_value = dice.between(-0.5, 0.3);
      work.foreseen = dice.chance(0.6) ? dice.between(0, 1) : 0;
      work.later_amount.assign(metrics, 0.0);
      if (dice.chance(0.5)) work.later_amount[0] = dice.between(-0.5, 0.5);
    }
    world.works.push_back(work);
  }
  for (std::size_t j = 0; j < metrics; ++j) {
    Gauge gauge{};
    gauge.weight = dice.chance(0.4) ? (dice.chance(0.5) ? 1 : dice.between(0.2, 2)) : 0;
    for (std::size_t k = 0; k < activities; ++k) {
      const bool reads = dice.chance(gauge.weight > 0 ? 0.3 : 0.8);
      gauge.loading.push_back(reads ? dice.between(-0.3, 2) : 0);
      gauge.bend.push_back(reads && dice.chance(0.3) ? dice.between(0, 1) : 0);
    }
    gauge.baseline = dice.chance(0.3) ? dice.between(-0.5, 0.5) : 0;
    gauge.scale = dice.chance(0.5) ? dice.between(0.02, 0.6) : 0;
    const int law = dice.whole(0, 3);
    const std::string scale = number_text(gauge.scale);
    gauge.noise = law == 1   ? "{student_t: {scale: " + scale + ", dof: 5}}"
                  : law == 2 ? "{laplace: {scale: " + scale + "}}"
                             : scale;
    gauge.believed_sd = gauge.scale * (law == 1 ? std::sqrt(5.0 / 3) : law == 2 ? std::sqrt(2.0) : 1.0);
    gauge.delay = dice.chance(0.3) ? dice.whole(1, 2) : 0;
    gauge.lower = dice.chance(0.2);
    world.gauges.push_back(gauge);
  }
  world.before = dice.chance(0.3) ? dice.whole(1, 3) : 0;
  world.steps = dice.whole(3, 6);
  const int stages = dice.chance(0.3) ? 2 : 1;
  for (int p = 0; p < stages; ++p) {
    Stage stage{.from = p == 0 ? 0 : dice.whole(1, world.steps - 1), .pays = {}};
    const int pays = dice.whole(0, 3);
    for (int n = 0; n < pays; ++n) {
      Pay pay{};
      pay.kind = dice.chance(0.6) ? Kind::quota : Kind::linear;
      pay.metric = static_cast<std::size_t>(dice.whole(0, static_cast<int>(metrics) - 1));
      pay.every = dice.whole(1, 4);
      pay.target = dice.between(-0.2, 1);
      pay.rate = dice.between(-0.2, 1.2);
      pay.floor = dice.chance(0.4) ? dice.between(-0.5, 0) : -kInfinity;
      pay.cap = dice.chance(0.4) ? dice.between(0, 0.5) : kInfinity;
      pay.reward = dice.between(0, 0.5);
      pay.penalty = dice.chance(0.5) ? dice.between(0, 0.5) : 0;
      stage.pays.push_back(pay);
    }
    if (dice.chance(0.3)) {
      stage.audit_rate = dice.between(0.1, 0.6);
      stage.audit_penalty = dice.between(0, 1);
      stage.dismiss = dice.chance(0.5) ? dice.between(0.3, 1) : 0;
    }
    world.stages.push_back(stage);
  }
  // Own strain is raised so that the whole form stays convex.
  for (std::size_t k = 0; k < activities; ++k) {
    for (std::size_t l = k + 1; l < activities; ++l) {
      if (!dice.chance(0.15)) continue;
      const double strain = dice.between(-0.5, 0.5);
      world.interactions.push_back({static_cast<double>(k), static_cast<double>(l), strain});
      world.works[k].strain += std::fabs(strain);
      world.works[l].strain += std::fabs(strain);
    }
  }
  world.budget = endless ? kInfinity : dice.between(0.6, 1.5);
  world.norm = dice.between(0.5, 1.2);
  world.strain = dice.chance(0.8) ? dice.between(0.2, 5) : 0;
  world.intrinsic = dice.between(0, 1);
  world.risk_aversion = dice.chance(0.2) ? dice.between(0.1, 2) : 0;
  world.discount = dice.chance(0.4) ? dice.between(0.6, 0.99) : 1;
  world.crowding = !endless && dice.chance(0.25) ? dice.between(0.1, 2) : 0;
  world.honest = dice.chance(0.1);
  world.people = 4;
  world.team = dice.whole(1, 4);
  world.seed = seed;
  return world;
}

/// A world in which people also help and hold up each other, are read together, compared and dismissed.
World draw_company(unsigned seed) {
  World world = draw_world(seed);
  Dice dice(seed + 1'000'000);
  world.people = dice.whole(2, 6);
  world.team = dice.whole(1, world.people);
  world.solidarity = dice.chance(0.3) ? dice.between(0, 1) : 0;
  for (Work& work : world.works) {
    if (dice.chance(0.4)) {
      work.team_value = dice.between(-0.4, 1);
      work.team_bend = dice.chance(0.5) ? dice.between(0, 1) : 0;
    }
    if (dice.chance(0.25)) work.team_load = dice.between(0, 0.3);
    if (dice.chance(0.2)) work.initial = 0.6;
  }
  for (Gauge& gauge : world.gauges) {
    gauge.level = dice.chance(0.5) ? 'i' : dice.chance(0.7) ? 't' : 'o';
    if (dice.chance(0.3)) gauge.contribution = dice.between(0.2, 1.5);
    if (dice.chance(0.3)) gauge.common = dice.between(0, 0.9);
    if (gauge.scale > 0) gauge.scale = std::max(gauge.scale, 0.1);
    if (gauge.scale > 0) gauge.noise = number_text(gauge.scale), gauge.believed_sd = gauge.scale;
  }
  world.stages.resize(1);
  std::vector<Pay>& pays = world.stages[0].pays;
  const int contests = dice.whole(1, 3);
  for (int c = 0; c < contests; ++c) {
    Pay pay{};
    pay.metric = static_cast<std::size_t>(dice.whole(0, static_cast<int>(world.gauges.size()) - 1));
    const char level = world.gauges[pay.metric].level;
    if (level == 'o' || (level == 't' && world.team >= world.people)) continue;
    pay.within_team = level == 'i' && world.team > 1 && dice.chance(0.4);
    pay.every = dice.whole(1, 3);
    const int kind = dice.whole(0, 3);
    pay.kind = kind == 0 ? Kind::relative : kind == 1 ? Kind::status : Kind::tournament;
    pay.rate = dice.between(-0.1, 0.6);
    pay.prize = dice.between(0, 1);
    pay.top = dice.chance(0.8) ? dice.between(0.1, 0.6) : 0;
    pay.bottom = dice.chance(0.6) ? dice.between(0.1, 0.4) : 0;
    pay.penalty = dice.between(0, 0.6);
    pay.dismiss = pay.bottom > 0 && dice.chance(0.4);
    pays.push_back(pay);
  }
  return world;
}

std::string text_of(const World& world) {
  const auto n = [](double x) { return number_text(x); };
  std::string text = "goodhart: 1\ntitle: random\n";
  text += "seed: " + std::to_string(world.seed) + "\n";
  text += "time: {steps: " + std::to_string(world.steps) + ", before: " + std::to_string(world.before) +
          (world.end_is_known() ? ", end: known}\n" : "}\n");
  text += "population: {size: " + std::to_string(world.people) + ", team_size: " + std::to_string(world.team) +
          ", traits: {skill: {normal: {mean: 1, sd: 0.25, min: 0.4, max: 1.6}}}}\n";
  text += "effort:\n  budget: " + n(world.budget) + "\n  norm: " + n(world.norm) + "\n  strain: " + n(world.strain) +
          "\n  intrinsic: " + n(world.intrinsic) + "\n  risk_aversion: " + n(world.risk_aversion) +
          "\n  discount: " + n(world.discount) + "\n  crowding: " + n(world.crowding) +
          "\n  solidarity: " + n(world.solidarity) + "\n";
  if (!world.interactions.empty()) text += "  interactions:\n";
  for (const auto& [k, l, strain] : world.interactions)
    text += "    - {between: [a" + n(k) + ", a" + n(l) + "], strain: " + n(strain) + "}\n";
  text += "activities:\n";
  for (std::size_t k = 0; k < world.works.size(); ++k) {
    const Work& work = world.works[k];
    text += "  a" + std::to_string(k) + ": {value: " + n(work.value) + " * skill, saturation: " + n(work.saturation) +
            ", time: " + n(work.time) + ", max: " + n(work.max) + ", strain: " + n(work.strain) +
            ", aversion: " + n(work.aversion) + ", erosion: " + n(work.erosion) + ", visible: " + n(work.visible) +
            ", gaming: " + (work.gaming ? "true" : "false");
    if (work.perceives) text += ", perceived_value: " + n(work.perceived);
    if (work.team_value != 0 || work.team_bend != 0)
      text += ", team_value: {value: " + n(work.team_value) + ", saturation: " + n(work.team_bend) + "}";
    if (work.team_load != 0) text += ", team_load: " + n(work.team_load);
    if (work.initial < 1) text += ", spread: {initial: " + n(work.initial) + ", innovation: 0.1, abandon: 0.1}";
    if (work.after > 0) {
      text += ", later: {after: " + std::to_string(work.after) + ", time: " + n(work.later_time) +
              ", value: " + n(work.later_value) + ", foreseen: " + n(work.foreseen);
      for (std::size_t j = 0; j < work.later_amount.size(); ++j) {
        if (work.later_amount[j] != 0) text += ", m" + std::to_string(j) + ": " + n(work.later_amount[j]);
      }
      text += "}";
    }
    text += "}\n";
  }
  text += "metrics:\n";
  for (std::size_t j = 0; j < world.gauges.size(); ++j) {
    const Gauge& gauge = world.gauges[j];
    text += "  m" + std::to_string(j) + ": {measures: {";
    for (std::size_t k = 0; k < world.works.size(); ++k) {
      text +=
          "a" + std::to_string(k) + ": {loading: " + n(gauge.loading[k]) + ", saturation: " + n(gauge.bend[k]) + "}, ";
    }
    const char* level = gauge.level == 'i' ? "individual" : gauge.level == 't' ? "team" : "organisation";
    text += "value: " + n(gauge.weight) + ", contribution: " + n(gauge.contribution) + "}, level: " + level +
            ", common: " + n(gauge.common) + ", baseline: " + n(gauge.baseline) + ", noise: " + gauge.noise +
            ", delay: " + std::to_string(gauge.delay) + ", better: " + (gauge.lower ? "lower" : "higher") + "}\n";
  }
  text += "policies:\n  p:\n    phases:\n";
  for (std::size_t p = 0; p < world.stages.size(); ++p) {
    const Stage& stage = world.stages[p];
    text += "      - name: s" + std::to_string(p) + "\n        from: " + std::to_string(stage.from) + "\n";
    if (stage.audit_rate > 0) {
      text += "        audits: {rate: " + n(stage.audit_rate) + ", penalty: " + n(stage.audit_penalty) +
              ", dismiss: " + n(stage.dismiss) + "}\n";
    }
    text += stage.pays.empty() ? "        incentives: []\n" : "        incentives:\n";
    for (const Pay& pay : stage.pays) {
      const char* names[] = {"linear", "quota", "tournament", "relative", "status"};
      text += "          - " + std::string(names[static_cast<int>(pay.kind)]) + ": {metric: m" +
              std::to_string(pay.metric) + ", every: " + std::to_string(pay.every);
      if (pay.compares()) text += pay.within_team ? ", scope: team" : ", scope: organisation";
      if (pay.kind == Kind::linear) {
        text += ", target: " + n(pay.target) + ", rate: " + n(pay.rate) + ", floor: " + n(pay.floor) +
                ", cap: " + n(pay.cap) + "}\n";
      } else if (pay.kind == Kind::quota) {
        text += ", target: " + n(pay.target) + ", reward: " + n(pay.reward) + ", penalty: " + n(pay.penalty) + "}\n";
      } else if (pay.kind == Kind::tournament) {
        text += ", top: " + n(pay.top) + ", prize: " + n(pay.prize) + ", bottom: " + n(pay.bottom) +
                ", penalty: " + n(pay.penalty) + ", dismiss: " + (pay.dismiss ? "true" : "false") + "}\n";
      } else if (pay.kind == Kind::relative) {
        text += ", rate: " + n(pay.rate) + "}\n";
      } else {
        text += ", prize: " + n(pay.prize) + "}\n";
      }
    }
  }
  text += "  idle: []\n";
  if (world.honest) text += "behaviour: honest\n";
  return text;
}

// --- the model, a second time

double density(double z) {
  return std::exp(-z * z / 2) / std::sqrt(2 * 3.14159265358979323846);
}
double below(double z) {
  return std::erfc(-z / std::sqrt(2.0)) / 2;
}

/// R(M). A target counts as attained within `hair`.
double paid(const Pay& pay, double mean, bool lower, double hair) {
  if (pay.kind == Kind::quota)
    return (lower ? mean <= pay.target + hair : mean >= pay.target - hair) ? pay.reward : -pay.penalty;
  return std::clamp(pay.rate * (lower ? pay.target - mean : mean - pay.target), pay.floor, pay.cap);
}

/// E[R(M)] for M ~ N(mean, sd^2).
double expected(const Pay& pay, double mean, double sd, bool lower, double hair) {
  if (sd == 0) return paid(pay, mean, lower, hair);
  if (pay.kind == Kind::quota) {
    const double z = (mean - pay.target) / sd;
    return (pay.reward + pay.penalty) * below(lower ? -z : z) - pay.penalty;
  }
  const double m = pay.rate * (lower ? pay.target - mean : mean - pay.target), v = std::fabs(pay.rate) * sd;
  if (v == 0) return std::clamp(m, pay.floor, pay.cap);
  const double a = (pay.floor - m) / v, b = (pay.cap - m) / v;
  double sum = m * (below(b) - below(a)) - v * ((std::isinf(b) ? 0 : density(b)) - (std::isinf(a) ? 0 : density(a)));
  if (std::isfinite(pay.floor)) sum += pay.floor * below(a);
  if (std::isfinite(pay.cap)) sum += pay.cap * below(-b);
  return sum;
}

/// How many of n places a share makes.
int places(double share, int n) {
  return share == 0 ? 0 : std::max(1, static_cast<int>(std::floor(share * n + 0.5 + 1e-9)));
}

/// Whom one is compared with, as one believes: all turned round where lower is better.
struct Others {
  std::vector<double> means;  ///< of the equal mixture's normals
  double variance = 0;

  double below_at(double y, double sd_own, double hair) const {
    const double sd = std::sqrt(variance + sd_own * sd_own);
    double sum = 0;
    for (const double mean : means) sum += sd == 0 ? (y >= mean - hair ? 1.0 : 0.0) : below((y - mean) / sd);
    return sum / static_cast<double>(means.size());
  }
  /// P(Binomial(n - 1, 1 - G(y)) <= ahead), for a reading y without noise.
  double at_most(int ahead, double y, double hair) const {
    const int n = static_cast<int>(means.size());  // at most 16 here, so as many normals as rivals
    const double worse = below_at(y, 0, hair);
    double sum = 0, ways = 1;
    for (int k = 0; k <= ahead && k <= n; ++k) {
      sum += ways * std::pow(1 - worse, k) * std::pow(worse, n - k);
      ways *= static_cast<double>(n - k) / (k + 1);
    }
    return sum;
  }
  /// The same averaged over one's own noise, by the trapezoidal rule.
  double at_most(int ahead, double y, double sd_own, double hair) const {
    if (sd_own == 0) return at_most(ahead, y, hair);
    double sum = 0;
    const double step = std::min(0.4, 0.25 * std::sqrt(variance) / sd_own);
    for (double z = -9; z <= 9; z += step) sum += density(z) * at_most(ahead, y + z * sd_own, hair) * step;
    return sum;
  }
  double tournament(const Pay& pay, double y, double sd_own, double hair) const {
    const int n = static_cast<int>(means.size()) + 1, first = places(pay.top, n);
    const int last = std::min(places(pay.bottom, n), n - first);
    double sum = 0;
    if (first > 0) sum += pay.prize * at_most(first - 1, y, sd_own, hair);
    if (last > 0) sum -= pay.penalty * (1 - at_most(n - last - 1, y, sd_own, hair));
    return sum;
  }
};

/// A smooth function over an interval as a Chebyshev series, so that what is slow is asked a few hundred times only.
class Series {
 public:
  template <class Function>
  void fit(double low, double high, const Function& function) {
    middle_ = (low + high) / 2;
    half_ = std::max((high - low) / 2, 1e-6);
    for (std::size_t count = 48; count <= 3072; count *= 2) {
      std::vector<double> values(count);
      const double pi = std::acos(-1.0), n = static_cast<double>(count);
      for (std::size_t q = 0; q < count; ++q)
        values[q] = function(middle_ + half_ * std::cos(pi * (static_cast<double>(q) + 0.5) / n));
      c_.assign(count, 0.0);
      for (std::size_t k = 0; k < count; ++k) {
        for (std::size_t q = 0; q < count; ++q)
          c_[k] += 2 / n * values[q] * std::cos(pi * static_cast<double>(k) * (static_cast<double>(q) + 0.5) / n);
      }
      double tail = 0;
      for (std::size_t k = count - 12; k < count; ++k) tail = std::max(tail, std::fabs(c_[k]));
      if (tail > 1e-13) continue;
      while (c_.size() > 2 && std::fabs(c_.back()) < 1e-14) c_.pop_back();
      return;
    }
    FAIL("a contest's chance is too steep for this test");
  }
  double operator()(double x) const {
    const double u = (x - middle_) / half_;
    double one = 0, two = 0;
    for (std::size_t k = c_.size(); k-- > 1;) {
      const double next = 2 * u * one - two + c_[k];
      two = one;
      one = next;
    }
    return u * one - two + c_[0] / 2;
  }

 private:
  double middle_ = 0, half_ = 1;
  std::vector<double> c_;
};

/// What has happened, by step from the first of the burn-in and by employee.
struct History {
  std::vector<std::vector<Plan>> efforts;
  std::vector<std::vector<std::vector<double>>> readings;  ///< step, employee, metric
  std::vector<std::vector<double>> made;                   ///< value produced, with what fell due (step, employee)
  std::vector<std::vector<std::vector<double>>> due;       ///< amounts that fell due (step, employee, metric)
  std::vector<std::vector<std::vector<double>>> plain;     ///< readings without noise (step, employee, metric)
  std::vector<std::vector<double>> expected;               ///< what each one's M is expected to be (incentive, entrant)
};

/// What goes between team mates, from what was done at a step (0 is the first of the burn-in).
struct Between {
  const World& world;
  const History& history;

  double given(std::size_t at, std::size_t i) const {
    if (world.members(world.team_of(i)) < 2) return 0;
    double sum = 0;
    for (std::size_t k = 0; k < world.works.size(); ++k) {
      const double x = history.efforts[at][i][k];
      sum += world.works[k].team_value * x - world.works[k].team_bend * x * x / 2;
    }
    return sum;
  }
  double received(std::size_t at, std::size_t i) const {
    return from_mates(i, [&](std::size_t mate) { return given(at, mate); });
  }
  double load(std::size_t at, std::size_t i) const {
    return from_mates(i, [&](std::size_t mate) {
      double sum = 0;
      for (std::size_t k = 0; k < world.works.size(); ++k)
        sum += world.works[k].team_load * history.efforts[at][mate][k];
      return sum;
    });
  }
  /// The part of a reading that the efforts of a step make, and what mates gave in it.
  double part(std::size_t at, std::size_t i, std::size_t j) const {
    const Gauge& gauge = world.gauges[j];
    double y = gauge.weight * (history.made[at][i] + received(at, i)) +
               gauge.contribution * (history.made[at][i] + given(at, i));
    for (std::size_t k = 0; k < world.works.size(); ++k) {
      const double x = history.efforts[at][i][k];
      y += gauge.loading[k] * x - gauge.bend[k] * x * x / 2;
    }
    return y;
  }

 private:
  template <class Part>
  double from_mates(std::size_t i, const Part& part) const {
    const auto [begin, end] = world.unit('t', i);
    double sum = 0;
    for (std::size_t mate = begin; mate < end; ++mate) {
      if (mate != i) sum += part(mate) / static_cast<double>(end - begin - 1);
    }
    return sum;
  }
};

/// An employee's problem at a step.
class Second {
 public:
  Second(const World& world, const History& history, std::size_t employee, int step, const std::vector<int>& arrival,
         double skill, const std::vector<bool>& open = {})
      : world_(world), history_(history), between_{world, history}, i_(employee), t_(step), arrival_(arrival) {
    open_ = open.empty() ? std::vector<bool>(world.works.size(), true) : open;
    const bool alone = world.members(world.team_of(i_)) < 2;
    for (const Work& work : world.works) {
      given_.push_back(alone ? 0 : work.team_value);
      given_bend_.push_back(alone ? 0 : work.team_bend);
    }
    // One without a past has had nothing yet.
    const bool past = t_ > -world.before && arrival[i_] != t_;
    received_ = past ? between_.received(at(t_ - 1), i_) : 0;
    load_ = past ? between_.load(at(t_ - 1), i_) : 0;
    for (const Work& work : world.works) {
      p_.push_back(work.value * skill);
      believed_.push_back(work.perceives ? work.perceived : p_.back());
      f_.push_back(work.foreseen * std::pow(world.discount, work.after));
    }
    const std::size_t stage = stage_index();
    if (t_ >= 0) stage_ = &world.stages[stage];
    phase_end_ = stage + 1 < world.stages.size() ? world.stages[stage + 1].from
                 : world.end_is_known()          ? world.steps
                                                 : std::numeric_limits<int>::max();
    due_time_ = load_ + due_at(t_, [](const Work& work) { return work.later_time; });
    due_value_ = due_at(t_, [](const Work& work) { return work.later_value; });
  }

  std::size_t count() const { return world_.works.size(); }
  double budget() const { return std::max(0.0, world_.budget - due_time_); }
  double most(std::size_t k) const {
    return !open_[k] || (world_.honest && world_.works[k].gaming) ? 0 : world_.works[k].max;
  }
  double time(std::size_t k) const { return world_.works[k].time; }
  const Stage* stage() const { return stage_; }
  int phase_end() const { return phase_end_; }

  /// What falls due at a step, from efforts `after` steps before it.
  template <class Part>
  double due_at(int step, Part part) const {
    double sum = 0;
    for (std::size_t k = 0; k < count(); ++k) {
      const Work& work = world_.works[k];
      if (work.after > 0) sum += part(work) * effort_at(step - work.after, k);
    }
    return sum;
  }

  double due_time() const { return due_time_; }
  double due_value() const { return due_value_; }
  double due_amount(std::size_t j) const {
    return due_at(t_, [j](const Work& work) { return work.after > 0 ? work.later_amount[j] : 0.0; });
  }

  double value_of(const Plan& x) const {
    double value = due_value_;
    for (std::size_t k = 0; k < count(); ++k) value += p_[k] * x[k] - world_.works[k].saturation * x[k] * x[k] / 2;
    return value;
  }

  /// The reading that this step's efforts make as the employee expects it, without baseline and what is due.
  double expected_part(std::size_t j, const Plan& x) const {
    double y = 0;
    for (std::size_t k = 0; k < count(); ++k) y += part_of(j, k, x[k]);
    return y;
  }

  /// The same of one activity, at the metric's level: a unit's mean moves by its share of what a member does.
  double part_of(std::size_t j, std::size_t k, double x) const {
    const Gauge& gauge = world_.gauges[j];
    const Work& work = world_.works[k];
    const double amount = work.after > 0 ? work.later_amount[j] : 0, half = x * x / 2;
    const double produced = (believed_[k] + f_[k] * work.later_value) * x - work.saturation * half;
    const double given = given_[k] * x - given_bend_[k] * half;
    double y = (gauge.loading[k] + f_[k] * amount) * x - gauge.bend[k] * half;
    y += gauge.weight * produced + gauge.contribution * (produced + given);
    if (gauge.level != 'i') y += gauge.weight * given;
    return y / size_of(j);
  }

  /// The least and the most that efforts can make of a reading, or beyond.
  std::pair<double, double> reach(std::size_t j) const {
    double low = 0, high = 0;
    for (std::size_t k = 0; k < count(); ++k) {
      const double end = std::min(most(k), budget() / time(k)) * (1 + 1e-9), last = part_of(j, k, end);
      const double middle = part_of(j, k, end / 2), bend = 4 * (2 * middle - last),
                   slope = last / std::max(end, 1e-300);
      // a x - b x^2 / 2 with b = bend / end^2: it may turn within.
      const double a = slope + bend / std::max(end, 1e-300) / 2;
      const double turn = bend == 0 ? end : std::clamp(a * end * end / bend, 0.0, end);
      const double top = end > 0 ? part_of(j, k, turn) : 0;
      low += std::min({0.0, last, top});
      high += std::max({0.0, last, top});
    }
    return {low, high};
  }

  double size_of(std::size_t j) const {
    const auto [begin, end] = world_.unit(world_.gauges[j].level, i_);
    return static_cast<double>(end - begin);
  }
  double received() const { return received_; }

  /// The window in which this step's efforts are read, for an incentive.
  struct Window {
    bool counts = false;
    double length = 0, left = 0, settled = 0, patience = 0, sd = 0;
    double mean(double y) const { return (settled + left * y) / length; }
  };

  Window window(const Pay& pay) const {
    const Gauge& gauge = world_.gauges[pay.metric];
    Window window;
    const int read_at = t_ + gauge.delay;
    if (read_at >= phase_end_) return window;
    int open = stage_->from + (read_at - stage_->from) / pay.every * pay.every;
    const int close = open + pay.every - 1;
    if (close >= phase_end_) return window;
    open = std::max(open, arrival_[i_]);
    window.counts = true;
    window.length = close - open + 1;
    window.left = close - read_at + 1;
    window.patience = std::pow(world_.discount, gauge.delay + window.left - 1);
    const std::size_t j = pay.metric;
    const auto [begin, end] = world_.unit(gauge.level, i_);
    const double size = static_cast<double>(end - begin);
    // What all have in common does not average out, but in comparisons it cancels.
    const double shared = pay.compares() ? 0 : gauge.common;
    window.sd =
        gauge.believed_sd * std::sqrt((1 - gauge.common) / size + shared) * std::sqrt(window.left) / window.length;
    if (gauge.level != 'i') window.patience *= 1 + world_.solidarity * (size - 1);
    for (int s = open; s < read_at; ++s) {
      for (std::size_t m = begin; m < end; ++m) {
        if (s < t_) {
          window.settled += history_.readings[at(s)][m][j] / size;
        } else if (gauge.level == 'i') {
          window.settled += gauge.baseline + under_way(j, s - gauge.delay);
        } else {
          const int done = s - gauge.delay;
          const bool there = done >= -world_.before && done >= arrival_[m];
          window.settled += (gauge.baseline + (there ? between_.part(at(done), m, j) : 0)) / size;
        }
      }
    }
    if (open <= t_) window.settled += due_amount(j) / size;
    window.settled += (gauge.weight + gauge.contribution) * due_value_ / size;
    double each = gauge.baseline + gauge.weight * received_;
    if (gauge.level != 'i') {
      // The others do as they did in the last step, but for what they had from oneself.
      for (std::size_t m = begin; m < end; ++m) {
        if (m == i_) continue;
        each += gauge.baseline;
        if (t_ > -world_.before) each += between_.part(at(t_ - 1), m, j) + history_.due[at(t_ - 1)][m][j];
      }
      if (t_ > -world_.before) each -= gauge.weight * between_.given(at(t_ - 1), i_);
    }
    window.settled += window.left * each / size;
    return window;
  }

  /// What is believed of those one is compared with; nobody where one is alone.
  Others others(std::size_t incentive) const {
    const Pay& pay = stage_->pays[incentive];
    const Gauge& gauge = world_.gauges[pay.metric];
    const std::size_t own = world_.entrant(pay, i_);
    const auto [begin, end] = world_.scope(pay, own);
    Others others;
    for (std::size_t e = begin; e < end; ++e) {
      if (e == own) continue;
      others.means.push_back((gauge.lower ? -1 : 1) * history_.expected[incentive][e]);
      const double size = gauge.level == 't' ? static_cast<double>(world_.members(e)) : 1;
      others.variance += (1 - gauge.common) * gauge.believed_sd * gauge.believed_sd / size / pay.every /
                         static_cast<double>(end - begin - 1);
    }
    return others;
  }

  /// The share of team mates who visibly did activity k in the last step.
  double peers_doing(std::size_t k) const {
    if (t_ == -world_.before) return 0;
    const auto team = static_cast<std::size_t>(world_.team);
    double doing = 0, mates = 0;
    for (std::size_t other = 0; other < static_cast<std::size_t>(world_.people); ++other) {
      if (other == i_ || other / team != i_ / team) continue;
      mates += 1;
      const bool new_here = arrival_[other] == t_;
      if (!new_here && history_.efforts[at(t_ - 1)][other][k] * time(k) >= world_.works[k].visible) doing += 1;
    }
    return mates == 0 ? 0 : doing / mates;
  }

  /// Everything of U that does not depend on the plan, worked out once.
  void prepare() {
    for (std::size_t k = 0; k < count(); ++k) {
      const Work& work = world_.works[k];
      kappa_.push_back(work.aversion * (1 - work.erosion * peers_doing(k)));
      if (stage_ && work.gaming) kappa_.back() += stage_->audit_rate * stage_->audit_penalty;
    }
    care_ = world_.intrinsic;
    if (!stage_) return;
    for (std::size_t n = 0; n < stage_->pays.size(); ++n) {
      const Pay& pay = stage_->pays[n];
      windows_.push_back(window(pay));
      rivals_.push_back(pay.compares() ? others(n) : Others{});
      chance_.emplace_back();
      if (pay.compares() && rivals_[n].means.empty()) windows_[n].counts = false;
      if (pay.kind != Kind::tournament || !windows_[n].counts || windows_[n].sd == 0) continue;
      const auto [low, high] = reach(pay.metric);
      const double one = windows_[n].mean(low), other = windows_[n].mean(high);
      const double sign = world_.gauges[pay.metric].lower ? -1 : 1;
      chance_[n].fit(one, other,
                     [&](double mean) { return rivals_[n].tournament(pay, sign * mean, windows_[n].sd, 0); });
    }
  }

  /// E[R] of a plan that makes M as much on average.
  double promised(std::size_t n, double mean, double hair) const {
    const Pay& pay = stage_->pays[n];
    const bool lower = world_.gauges[pay.metric].lower;
    const double sign = lower ? -1 : 1, sd = windows_[n].sd;
    if (!pay.compares()) return expected(pay, mean, sd, lower, hair);
    // Being level with a rival counts as winning; but whether two plans that read the same are level to the last bit,
    // only rounding knows: a better plan must not hang on it.
    if (hair < 1e-12) hair = -hair;
    if (pay.kind == Kind::status) return pay.prize * rivals_[n].below_at(sign * mean, sd, hair);
    if (pay.kind == Kind::tournament)
      return sd == 0 ? rivals_[n].tournament(pay, sign * mean, 0, hair) : chance_[n](mean);
    double others = 0;
    for (const double one : rivals_[n].means) others += one / static_cast<double>(rivals_[n].means.size());
    return pay.rate * (sign * mean - others);
  }
  void crowd_out(double stakes) { care_ = world_.intrinsic / (1 + world_.crowding * stakes); }

  /// U(x), section 6. `hair` is how closely a notch without noise must be met.
  double utility(const Plan& x, double hair) const {
    double u = 0, felt = due_time_;
    for (std::size_t k = 0; k < count(); ++k) {
      const Work& work = world_.works[k];
      u += care_ * ((believed_[k] + f_[k] * work.later_value) * x[k] - work.saturation * x[k] * x[k] / 2);
      u += care_ * (given_[k] * x[k] - given_bend_[k] * x[k] * x[k] / 2);
      u -= work.strain * x[k] * x[k] / 2 + kappa_[k] * x[k];
      felt += (work.time + f_[k] * work.later_time) * x[k];
    }
    for (const auto& [k, l, strain] : world_.interactions)
      u -= strain * x[static_cast<std::size_t>(k)] * x[static_cast<std::size_t>(l)];
    u -= world_.strain * (felt - world_.norm) * (felt - world_.norm) / 2;
    for (std::size_t n = 0; n < windows_.size(); ++n) {
      const Window& window = windows_[n];
      if (!window.counts) continue;
      const Pay& pay = stage_->pays[n];
      const double mean = window.mean(expected_part(pay.metric, x));
      u += window.length / window.left * window.patience * promised(n, mean, hair);
    }
    return u;
  }

  /// The expected parts of readings at which something happens at a point: targets, floors and caps without noise.
  std::vector<std::pair<std::size_t, double>> notches() const {
    std::vector<std::pair<std::size_t, double>> found;
    for (std::size_t n = 0; n < windows_.size(); ++n) {
      const Window& window = windows_[n];
      if (!window.counts || window.sd > 0) continue;
      const Pay& pay = stage_->pays[n];
      std::vector<double> means;
      if (pay.compares()) {
        for (const double mean : rivals_[n].means) means.push_back(world_.gauges[pay.metric].lower ? -mean : mean);
        if (pay.kind == Kind::relative) means.clear();
      } else if (pay.kind == Kind::quota) {
        means.push_back(pay.target);
      } else if (pay.rate != 0) {
        const double sign = world_.gauges[pay.metric].lower ? -1 : 1;
        for (const double end : {pay.floor, pay.cap}) {
          if (std::isfinite(end)) means.push_back(pay.target + sign * end / pay.rate);
        }
      }
      for (const double mean : means)
        found.emplace_back(pay.metric, (mean * window.length - window.settled) / window.left);
    }
    return found;
  }

  /// The efforts in activity k with which expected_part(j) is y, the others given.
  std::vector<double> meeting(std::size_t j, double y, Plan x, std::size_t k) const {
    x[k] = 0;
    const double rest = y - expected_part(j, x);
    x[k] = 1;
    const double at_one = expected_part(j, x) - (y - rest);
    x[k] = 2;
    const double at_two = expected_part(j, x) - (y - rest);
    // y(x) = b x - a x^2 / 2 through these two points.
    const double a = 2 * at_one - at_two, b = at_one + a / 2;
    if (std::fabs(a) < 1e-9) return std::fabs(b) < 1e-9 ? std::vector<double>{} : std::vector<double>{rest / b};
    const double root = b * b - 2 * a * rest;
    if (root < 0) return {};
    return {(b - std::sqrt(root)) / a, (b + std::sqrt(root)) / a};
  }

 private:
  std::size_t at(int step) const { return static_cast<std::size_t>(step + world_.before); }
  std::size_t stage_index() const {
    std::size_t stage = 0;
    while (stage + 1 < world_.stages.size() && world_.stages[stage + 1].from <= t_) ++stage;
    return stage;
  }
  /// One's own effort then: nothing before the start or before one was hired.
  double effort_at(int step, std::size_t k) const {
    return step < -world_.before || step < arrival_[i_] ? 0 : history_.efforts[at(step)][i_][k];
  }
  /// The effort part of a reading under way, as the employee expects it: of efforts already made.
  double under_way(std::size_t j, int step) const {
    const Gauge& gauge = world_.gauges[j];
    const double own = gauge.weight + gauge.contribution;
    double y = own * due_at(step, [](const Work& work) { return work.later_value; });
    if (step < -world_.before || step < arrival_[i_]) return y;
    // What mates give was expected to be what they had given in the step before.
    if (step > -world_.before && step > arrival_[i_]) y += gauge.weight * between_.received(at(step - 1), i_);
    y += gauge.contribution * between_.given(at(step), i_);
    for (std::size_t k = 0; k < count(); ++k) {
      const double x = effort_at(step, k);
      y += gauge.loading[k] * x - gauge.bend[k] * x * x / 2;
      y += own * (believed_[k] * x - world_.works[k].saturation * x * x / 2);
    }
    return y;
  }

  const World& world_;
  const History& history_;
  Between between_;
  std::size_t i_;
  int t_;
  const std::vector<int>& arrival_;
  std::vector<bool> open_;
  double received_ = 0, load_ = 0;
  std::vector<double> given_, given_bend_;
  std::vector<Others> rivals_;
  std::vector<Series> chance_;
  std::vector<double> p_, believed_, f_, kappa_;
  const Stage* stage_ = nullptr;
  int phase_end_ = 0;
  double due_time_ = 0, due_value_ = 0, care_ = 0;
  std::vector<Window> windows_;
};

// --- the search

using Goal = std::function<double(const Plan&)>;

class Search {
 public:
  Search(const Second& problem, Goal goal) : problem_(problem), goal_(std::move(goal)), count_(problem.count()) {
    for (std::size_t k = 0; k < count_; ++k) upper_[k] = std::min(problem.most(k), problem.budget() / problem.time(k));
  }

  double best() const { return best_; }
  const Plan& plan() const { return plan_; }

  bool fits(const Plan& x) const {
    double time = 0;
    for (std::size_t k = 0; k < count_; ++k) {
      if (!(x[k] >= 0) || x[k] > problem_.most(k)) return false;
      time += problem_.time(k) * x[k];
    }
    return time <= problem_.budget() * (1 + 1e-15);
  }

  /// Tries all points of a grid (those that take too much time are scaled down to what there is), then walks uphill
  /// from the best ones.
  void over_grid() {
    static constexpr int kPoints[] = {0, 200, 32, 12, 7};
    std::vector<std::pair<double, Plan>> found;
    each(kPoints[count_], {}, 0, count_, [&](Plan x) {
      double time = 0;
      for (std::size_t k = 0; k < count_; ++k) time += problem_.time(k) * x[k];
      if (time > problem_.budget()) {
        for (double& one : x) one *= problem_.budget() / time * (1 - 1e-15);
      }
      found.emplace_back(goal_(x), x);
    });
    const std::size_t keep = std::min<std::size_t>(5, found.size());
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(keep), found.end(),
                      [](const auto& a, const auto& b) { return a.first > b.first; });
    for (std::size_t n = 0; n < keep; ++n) climb(found[n].second, 0.5 / kPoints[count_]);
  }

  /// Tries plans that lie exactly on each notch: one activity makes up what the others leave open.
  void over_notches() {
    for (const auto& [metric, y] : problem_.notches()) {
      for (std::size_t k = 0; k < count_; ++k) {
        const auto place = [&, j = metric, level = y](Plan& x) {
          double found = -kInfinity;
          Plan chosen = x;
          for (const double own : problem_.meeting(j, level, x, k)) {
            x[k] = own;
            if (!fits(x)) continue;
            if (const double u = goal_(x); u > found) {
              found = u;
              chosen = x;
            }
          }
          x = chosen;
          return found;
        };
        static constexpr int kPoints[] = {0, 1, 40, 10, 5};
        double highest = -kInfinity;
        Plan from{};
        each(kPoints[count_], {}, 0, count_, [&](Plan x) {
          if (x[k] != 0) return;
          if (const double u = place(x); u > highest) {
            highest = u;
            from = x;
          }
        });
        if (highest == -kInfinity) continue;
        take(highest, from);
        for (double step = 0.2; step > 1e-9; step *= 0.5) {
          for (bool moved = true; moved;) {
            moved = false;
            for (std::size_t l = 0; l < count_; ++l) {
              for (const double way : {-step, step}) {
                if (l == k) continue;
                Plan x = from;
                x[l] = std::max(0.0, x[l] + way);
                if (const double u = place(x); u > highest) {
                  highest = u;
                  from = x;
                  moved = true;
                }
              }
            }
          }
        }
        take(highest, from);
      }
    }
  }

  /// Walks uphill: along each activity, and in exchange of one activity for another in the same time.
  void climb(Plan x, double step) {
    double u = goal_(x);
    for (; step > 1e-9; step *= 0.4) {
      int moves = 0;
      for (bool moved = true; moved && moves < 60; ++moves) {
        moved = false;
        for (std::size_t k = 0; k < count_; ++k) {
          for (std::size_t l = 0; l <= count_; ++l) {
            if (l == k) continue;
            for (const double way : {-step, step}) {
              Plan other = x;
              if (l == count_) {
                other[k] = std::clamp(other[k] + way, 0.0, upper_[k]);
              } else {
                if (way < 0) continue;  // the pair comes by the other way round too
                const double time = std::min({way, (upper_[k] - x[k]) * problem_.time(k), x[l] * problem_.time(l)});
                other[k] += time / problem_.time(k);
                other[l] = std::max(0.0, other[l] - time / problem_.time(l));
              }
              if (l == count_ && way > 0) {
                double over = -problem_.budget();
                for (std::size_t a = 0; a < count_; ++a) over += problem_.time(a) * other[a];
                if (over > 0) other[k] = std::max(x[k], other[k] - over / problem_.time(k));
              }
              if (!fits(other)) continue;
              if (const double up = goal_(other); up > u) {
                u = up;
                x = other;
                moved = true;
              }
            }
          }
        }
      }
    }
    take(u, x);
  }

 private:
  void take(double u, const Plan& x) {
    if (u > best_ && fits(x)) {
      best_ = u;
      plan_ = x;
    }
  }

  template <class Visit>
  void each(int points, Plan x, std::size_t k, std::size_t end, const Visit& visit) const {
    if (k == end || k >= kMost) return visit(x);
    for (int n = 0; n <= points; ++n) {
      x[k] = upper_[k] * n / points;
      each(points, x, k + 1, end, visit);
    }
  }

  const Second& problem_;
  Goal goal_;
  std::size_t count_;
  Plan upper_{};
  double best_ = -kInfinity;
  Plan plan_{};
};

/// S: the largest difference in R that a plan of this step can make, read as M.
double stakes_of(const World& world, const Second& problem) {
  double sum = 0;
  for (const Pay& pay : problem.stage()->pays) {
    const Gauge& gauge = world.gauges[pay.metric];
    if (gauge.level != 'i') continue;
    if (pay.kind == Kind::tournament || pay.kind == Kind::status) {
      if (pay.kind == Kind::status || pay.top > 0) sum += pay.prize;
      if (pay.bottom > 0) sum += pay.kind == Kind::tournament ? pay.penalty : 0;
      continue;
    }
    double ends[2];
    // What is known to be read besides: the baseline, and what falls due (amounts at once, value with its delay).
    double known =
        gauge.baseline + (gauge.weight + gauge.contribution) * problem.due_value() + gauge.weight * problem.received();
    if (gauge.delay == 0) known += problem.due_amount(pay.metric);
    for (const double sign : {1.0, -1.0}) {
      Search search(problem, [&](const Plan& x) { return sign * problem.expected_part(pay.metric, x); });
      search.over_grid();
      ends[sign > 0] = known + sign * search.best();
    }
    sum += pay.kind == Kind::relative
               ? std::fabs(pay.rate) * (ends[1] - ends[0])
               : std::fabs(paid(pay, ends[1], gauge.lower, 1e-9) - paid(pay, ends[0], gauge.lower, 1e-9));
  }
  return sum;
}

// --- the comparison

struct Tally {
  int decisions = 0;
  double worst = -kInfinity;  ///< by how much a plan found is better than the engine's, over 1 + |U|
};

/// Before a contest's first close everybody is expected to do what they would do without incentives: what they do under
/// the policy `idle`.
void expect_idleness(const World& world, const Simulation& idle, History& history) {
  const auto people = static_cast<std::size_t>(world.people);
  const Between between{world, history};
  std::vector<Plan> efforts(people, Plan{});
  for (std::size_t i = 0; i < people; ++i) {
    for (std::size_t k = 0; k < world.works.size(); ++k) efforts[i][k] = idle.units(static_cast<int>(k))[i];
  }
  std::vector<double> received(people, 0.0);
  for (std::size_t i = 0; i < people && !history.efforts.empty(); ++i) {
    if (idle.roster().arrival[i] != 0) received[i] = between.received(history.efforts.size() - 1, i);
  }
  for (const Pay& pay : world.stages[0].pays) {
    std::vector<double>& expected = history.expected.emplace_back();
    if (!pay.compares()) continue;
    const Gauge& gauge = world.gauges[pay.metric];
    expected.assign(world.entrants(pay), 0.0);
    for (std::size_t i = 0; i < people; ++i) {
      double y = gauge.baseline + gauge.weight * received[i];
      for (std::size_t k = 0; k < world.works.size(); ++k) {
        const Work& work = world.works[k];
        const double x = efforts[i][k], half = x * x / 2;
        y += gauge.loading[k] * x - gauge.bend[k] * half;
        y += (gauge.weight + gauge.contribution) *
             (work.value * idle.population().traits[0][i] * x - work.saturation * half);
        if (world.members(world.team_of(i)) > 1)
          y += gauge.contribution * (work.team_value * x - work.team_bend * half);
      }
      const auto [begin, end] = world.unit(gauge.level, i);
      expected[world.entrant(pay, i)] += y / static_cast<double>(end - begin);
    }
  }
}

/// Newcomers are expected to do as those in their scope were.
void expect_of_newcomers(const World& world, int step, const std::vector<int>& arrival, History& history) {
  for (std::size_t n = 0; n < history.expected.size(); ++n) {
    const Pay& pay = world.stages[0].pays[n];
    if (!pay.compares() || world.gauges[pay.metric].level != 'i') continue;
    const std::vector<double> before = history.expected[n];
    for (std::size_t e = 0; e < before.size(); ++e) {
      if (arrival[e] != step) continue;
      const auto [begin, end] = world.scope(pay, e);
      double sum = 0;
      for (std::size_t other = begin; other < end; ++other) sum += before[other];
      history.expected[n][e] = sum / static_cast<double>(end - begin);
    }
  }
}

/// M of everybody where a window closes at step t, from readings with noise or without.
double mean_of(const World& world, const Pay& pay, const std::vector<std::vector<std::vector<double>>>& readings, int t,
               const std::vector<int>& arrival, std::size_t i, bool whole_window) {
  const int open = whole_window ? t + 1 - pay.every : std::max(t + 1 - pay.every, arrival[i]);
  const auto [begin, end] = world.unit(world.gauges[pay.metric].level, i);
  double mean = 0;
  for (int s = open; s <= t; ++s) {
    for (std::size_t m = begin; m < end; ++m)
      mean += readings[static_cast<std::size_t>(s + world.before)][m][pay.metric] / static_cast<double>(end - begin) /
              (t - open + 1);
  }
  return mean;
}

/// The reward per step of somebody in a contest; nothing where ties decide.
std::optional<double> won(const World& world, const Pay& pay, const std::vector<double>& means, std::size_t entrant) {
  const auto [begin, end] = world.scope(pay, entrant);
  const int n = static_cast<int>(end - begin);
  if (n < 2) return 0;
  const double sign = world.gauges[pay.metric].lower ? -1 : 1;
  int ahead = 0, equal = 0;
  double others = 0;
  for (std::size_t e = begin; e < end; ++e) {
    if (e == entrant) continue;
    others += means[e] / (n - 1);
    const double lead = sign * (means[e] - means[entrant]);
    if (std::fabs(lead) < 1e-11) {
      ++equal;
    } else if (lead > 0) {
      ++ahead;
    }
  }
  if (pay.kind == Kind::relative) return pay.rate * sign * (means[entrant] - others);
  if (equal > 0) return std::nullopt;
  if (pay.kind == Kind::status) return pay.prize * (n - 1 - ahead) / (n - 1);
  const int first = places(pay.top, n), last = std::min(places(pay.bottom, n), n - first);
  return ahead < first ? pay.prize : ahead >= n - last ? -pay.penalty : 0;
}

void compare(const World& world, Tally& tally) {
  const std::string text = text_of(world);
  INFO(text);
  const Scenario scenario = test::scenario_text(text);
  TaskPool pool(1);
  Simulation common(scenario, Luck{scenario.seed, 0}, pool);
  std::unique_ptr<Simulation> under_policy;
  Simulation* now = &common;
  History history;
  const auto people = static_cast<std::size_t>(world.people);
  const auto activities = world.works.size(), metrics = world.gauges.size();
  std::vector<int> arrival(people, Roster::kFounder);
  for (int t = -world.before; t < world.steps; ++t) {
    INFO("step ", t);
    if (t == 0) {
      under_policy = std::make_unique<Simulation>(common, scenario.policies.entries[0].value);
      now = under_policy.get();
      Simulation idle(common, scenario.policies.entries[1].value);
      idle.step();
      expect_idleness(world, idle, history);
    }
    now->step();
    arrival = now->roster().arrival;
    if (t > 0) expect_of_newcomers(world, t, arrival, history);
    std::vector<Plan> efforts(people, Plan{});
    std::vector<std::vector<double>> readings(people, std::vector<double>(metrics));
    for (std::size_t i = 0; i < people; ++i) {
      for (std::size_t k = 0; k < activities; ++k) efforts[i][k] = now->units(static_cast<int>(k))[i];
      for (std::size_t j = 0; j < metrics; ++j) readings[i][j] = now->reading(static_cast<int>(j))[i];
    }
    history.efforts.push_back(efforts);
    history.readings.push_back(readings);
    const Between between{world, history};
    const auto at = history.efforts.size() - 1;
    history.made.emplace_back(people);
    history.due.emplace_back(people, std::vector<double>(metrics));
    history.plain = history.due.size() == 1 ? history.due : history.plain;
    history.plain.resize(at + 1, history.due[at]);
    std::vector<std::vector<bool>> open(people, std::vector<bool>(activities));
    double value = 0, contribution = 0;
    for (std::size_t i = 0; i < people; ++i) {
      for (std::size_t k = 0; k < activities; ++k) open[i][k] = now->has_access(i, static_cast<int>(k));
      const Second problem(world, history, i, t, arrival, now->population().traits[0][i], open[i]);
      history.made[at][i] = problem.value_of(efforts[i]);
      for (std::size_t j = 0; j < metrics; ++j) history.due[at][i][j] = problem.due_amount(j);
    }
    for (std::size_t i = 0; i < people; ++i) {
      for (std::size_t j = 0; j < metrics; ++j) {
        const int then = t - world.gauges[j].delay;
        history.plain[at][i][j] = world.gauges[j].baseline + history.due[at][i][j];
        if (then >= std::max(-world.before, arrival[i]))
          history.plain[at][i][j] += between.part(static_cast<std::size_t>(then + world.before), i, j);
      }
      REQUIRE(now->value()[i] == doctest::Approx(history.made[at][i] + between.received(at, i)).epsilon(1e-11));
      REQUIRE(now->contribution()[i] == doctest::Approx(history.made[at][i] + between.given(at, i)).epsilon(1e-11));
      value += now->value()[i];
      contribution += now->contribution()[i];
    }
    REQUIRE(value == doctest::Approx(contribution).epsilon(1e-11));
    for (std::size_t i = 0; i < people; ++i) {
      INFO("employee ", i);
      Second problem(world, history, i, t, arrival, now->population().traits[0][i], open[i]);
      problem.prepare();
      if (world.crowding > 0 && problem.stage()) problem.crowd_out(stakes_of(world, problem));
      const Plan& chosen = efforts[i];

      // It fits.
      double hours = 0;
      for (std::size_t k = 0; k < activities; ++k) {
        REQUIRE(chosen[k] >= 0);
        REQUIRE(chosen[k] <= problem.most(k));
        hours += chosen[k] * problem.time(k);
      }
      REQUIRE(hours <= problem.budget() + 1e-12);
      REQUIRE(now->hours()[i] == doctest::Approx(hours + problem.due_time()).epsilon(1e-12));

      // Nothing is better.
      const auto strictly = [&](const Plan& x) { return problem.utility(x, 1e-13); };
      Search search(problem, strictly);
      search.climb(chosen, 0.1);
      search.over_grid();
      search.over_notches();
      const double reached = problem.utility(chosen, 1e-9);
      const double better = (search.best() - reached) / (1 + std::fabs(reached));
      tally.worst = std::max(tally.worst, better);
      tally.decisions += 1;
      std::string plans;
      for (std::size_t k = 0; k < activities; ++k)
        plans += " " + number_text(chosen[k]) + " against " + number_text(search.plan()[k]) + ";";
      INFO("engine's plan against a better one:", plans);
      REQUIRE(better <= 1e-9);

      // Readings without noise are the efforts that are read and what falls due.
      for (std::size_t j = 0; j < metrics; ++j) {
        if (world.gauges[j].scale == 0)
          REQUIRE(readings[i][j] == doctest::Approx(history.plain[at][i][j]).epsilon(1e-11));
      }

      // What is paid: W R(M) where a window closes, and for the steps so far where the run ends before it does.
      double reward = 0;
      bool tied = false;
      for (std::size_t n = 0; problem.stage() && n < problem.stage()->pays.size(); ++n) {
        Pay pay = problem.stage()->pays[n];
        const int so_far = (t - problem.stage()->from) % pay.every + 1;
        const bool settles = t + 1 == world.steps && !world.end_is_known();
        if (so_far < pay.every && !(settles && t - so_far + pay.every < problem.phase_end())) continue;
        pay.every = so_far;
        const int steps = t + 1 - std::max(t + 1 - pay.every, arrival[i]);
        if (!pay.compares()) {
          const double hair = 1e-9 * std::max(1.0, std::fabs(pay.target));
          const double mean = mean_of(world, pay, history.readings, t, arrival, i, false);
          reward += steps * paid(pay, mean, world.gauges[pay.metric].lower, hair);
          continue;
        }
        std::vector<double> means(world.entrants(pay));
        for (std::size_t m = 0; m < people; ++m) {
          const bool whole = world.gauges[pay.metric].level == 't';
          means[world.entrant(pay, m)] = mean_of(world, pay, history.readings, t, arrival, m, whole);
        }
        const auto prize = won(world, pay, means, world.entrant(pay, i));
        tied = tied || !prize;
        reward += steps * prize.value_or(0);
      }
      if (tied) continue;
      REQUIRE(now->pay() * now->reward()[i] == doctest::Approx(reward).epsilon(1e-9));
    }
    // What is believed after a close.
    for (std::size_t n = 0; n < history.expected.size(); ++n) {
      const Pay& pay = world.stages[0].pays[n];
      if (!pay.compares() || (t + 1) % pay.every != 0) continue;
      for (std::size_t i = 0; i < people; ++i) {
        const bool whole = world.gauges[pay.metric].level == 't';
        history.expected[n][world.entrant(pay, i)] = mean_of(world, pay, history.plain, t, arrival, i, whole);
      }
    }
  }
}

}  // namespace

TEST_CASE("no plan on a grid, refined around its best points and on notches, beats the engine's") {
  // Fixed worlds: nothing here is left to chance. About 12,000 decisions.
  Tally tally;
  for (unsigned seed = 1; seed <= 700; ++seed) compare(draw_world(seed), tally);
  CHECK(tally.decisions > 10000);
  // The search is no formality: it comes close to the engine's plan, from below.
  CHECK(tally.worst > -1e-9);
  MESSAGE(tally.decisions, " decisions; a plan found was better by at most ", tally.worst);
}

TEST_CASE("nor where people are also ranked, paid together, help and hold up each other") {
  // Every scheme with every other, at every level.
  Tally tally;
  for (unsigned seed = 1; seed <= 400; ++seed) {
    compare(draw_company(seed), tally);
  }
  CHECK(tally.decisions > 2000);
  CHECK(tally.worst > -1e-9);
  MESSAGE(tally.decisions, " decisions; a plan found was better by at most ", tally.worst);
}
