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
};

struct Gauge {
  std::vector<double> loading, bend;  ///< by activity
  double weight;                      ///< of value
  double baseline, scale, believed_sd;
  std::string noise;
  int delay;
  bool lower;
};

struct Pay {
  bool quota;
  std::size_t metric;
  int every;
  double target, rate, floor, cap, reward, penalty;
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
      pay.quota = dice.chance(0.6);
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

std::string text_of(const World& world) {
  const auto n = [](double x) { return number_text(x); };
  std::string text = "goodhart: 1\ntitle: random\n";
  text += "seed: " + std::to_string(world.seed) + "\n";
  text += "time: {steps: " + std::to_string(world.steps) + ", before: " + std::to_string(world.before) + "}\n";
  text += "population: {size: " + std::to_string(world.people) + ", team_size: " + std::to_string(world.team) +
          ", traits: {skill: {normal: {mean: 1, sd: 0.25, min: 0.4, max: 1.6}}}}\n";
  text += "effort:\n  budget: " + n(world.budget) + "\n  norm: " + n(world.norm) + "\n  strain: " + n(world.strain) +
          "\n  intrinsic: " + n(world.intrinsic) + "\n  risk_aversion: " + n(world.risk_aversion) +
          "\n  discount: " + n(world.discount) + "\n  crowding: " + n(world.crowding) + "\n";
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
    text += "value: " + n(gauge.weight) + "}, baseline: " + n(gauge.baseline) + ", noise: " + gauge.noise +
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
      text += "          - " + std::string(pay.quota ? "quota" : "linear") + ": {metric: m" +
              std::to_string(pay.metric) + ", every: " + std::to_string(pay.every) + ", target: " + n(pay.target);
      text += pay.quota ? ", reward: " + n(pay.reward) + ", penalty: " + n(pay.penalty) + "}\n"
                        : ", rate: " + n(pay.rate) + ", floor: " + n(pay.floor) + ", cap: " + n(pay.cap) + "}\n";
    }
  }
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
  if (pay.quota) return (lower ? mean <= pay.target + hair : mean >= pay.target - hair) ? pay.reward : -pay.penalty;
  return std::clamp(pay.rate * (lower ? pay.target - mean : mean - pay.target), pay.floor, pay.cap);
}

/// E[R(M)] for M ~ N(mean, sd^2).
double expected(const Pay& pay, double mean, double sd, bool lower, double hair) {
  if (sd == 0) return paid(pay, mean, lower, hair);
  if (pay.quota) {
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

/// What has happened, by step from the first of the burn-in and by employee.
struct History {
  std::vector<std::vector<Plan>> efforts;
  std::vector<std::vector<std::vector<double>>> readings;  ///< step, employee, metric
};

/// An employee's problem at a step.
class Second {
 public:
  Second(const World& world, const History& history, std::size_t employee, int step, const std::vector<int>& arrival,
         double skill)
      : world_(world), history_(history), i_(employee), t_(step), arrival_(arrival) {
    for (const Work& work : world.works) {
      p_.push_back(work.value * skill);
      believed_.push_back(work.perceives ? work.perceived : p_.back());
      f_.push_back(work.foreseen * std::pow(world.discount, work.after));
    }
    const std::size_t stage = stage_index();
    if (t_ >= 0) stage_ = &world.stages[stage];
    phase_end_ = stage + 1 < world.stages.size() ? world.stages[stage + 1].from : world.steps;
    due_time_ = due_at(t_, [](const Work& work) { return work.later_time; });
    due_value_ = due_at(t_, [](const Work& work) { return work.later_value; });
  }

  std::size_t count() const { return world_.works.size(); }
  double budget() const { return std::max(0.0, world_.budget - due_time_); }
  double most(std::size_t k) const { return world_.honest && world_.works[k].gaming ? 0 : world_.works[k].max; }
  double time(std::size_t k) const { return world_.works[k].time; }
  const Stage* stage() const { return stage_; }

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
    const Gauge& gauge = world_.gauges[j];
    double y = 0;
    for (std::size_t k = 0; k < count(); ++k) {
      const Work& work = world_.works[k];
      const double amount = work.after > 0 ? work.later_amount[j] : 0;
      y += (gauge.loading[k] + f_[k] * amount) * x[k] - gauge.bend[k] * x[k] * x[k] / 2;
      y += gauge.weight * ((believed_[k] + f_[k] * work.later_value) * x[k] - work.saturation * x[k] * x[k] / 2);
    }
    return y;
  }

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
    window.sd = gauge.believed_sd * std::sqrt(window.left) / window.length;
    for (int s = open; s < read_at; ++s) {
      if (s < t_) {
        window.settled += history_.readings[at(s)][i_][pay.metric];
      } else {
        window.settled += gauge.baseline + under_way(pay.metric, s - gauge.delay);
      }
    }
    if (open <= t_) window.settled += due_amount(pay.metric);
    window.settled += window.left * gauge.baseline + gauge.weight * due_value_;
    return window;
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
    for (const Pay& pay : stage_->pays) windows_.push_back(window(pay));
  }
  void crowd_out(double stakes) { care_ = world_.intrinsic / (1 + world_.crowding * stakes); }

  /// U(x), section 6. `hair` is how closely a notch without noise must be met.
  double utility(const Plan& x, double hair) const {
    double u = 0, felt = due_time_;
    for (std::size_t k = 0; k < count(); ++k) {
      const Work& work = world_.works[k];
      u += care_ * ((believed_[k] + f_[k] * work.later_value) * x[k] - work.saturation * x[k] * x[k] / 2);
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
      u += window.length / window.left * window.patience *
           expected(pay, mean, window.sd, world_.gauges[pay.metric].lower, hair);
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
      if (pay.quota) {
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
    double y = gauge.weight * due_at(step, [](const Work& work) { return work.later_value; });
    for (std::size_t k = 0; k < count(); ++k) {
      const double x = effort_at(step, k);
      y += gauge.loading[k] * x - gauge.bend[k] * x * x / 2;
      y += gauge.weight * (believed_[k] * x - world_.works[k].saturation * x * x / 2);
    }
    return y;
  }

  const World& world_;
  const History& history_;
  std::size_t i_;
  int t_;
  const std::vector<int>& arrival_;
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
    double ends[2];
    // What is known to be read besides: the baseline, and what falls due (amounts at once, value with its delay).
    double known = gauge.baseline + gauge.weight * problem.due_value();
    if (gauge.delay == 0) known += problem.due_amount(pay.metric);
    for (const double sign : {1.0, -1.0}) {
      Search search(problem, [&](const Plan& x) { return sign * problem.expected_part(pay.metric, x); });
      search.over_grid();
      ends[sign > 0] = known + sign * search.best();
    }
    sum += std::fabs(paid(pay, ends[1], gauge.lower, 1e-9) - paid(pay, ends[0], gauge.lower, 1e-9));
  }
  return sum;
}

// --- the comparison

struct Tally {
  int decisions = 0;
  double worst = -kInfinity;  ///< by how much a plan found is better than the engine's, over 1 + |U|
};

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
    }
    now->step();
    arrival = now->roster().arrival;
    std::vector<Plan> efforts(people, Plan{});
    std::vector<std::vector<double>> readings(people, std::vector<double>(metrics));
    for (std::size_t i = 0; i < people; ++i) {
      for (std::size_t k = 0; k < activities; ++k) efforts[i][k] = now->units(static_cast<int>(k))[i];
      for (std::size_t j = 0; j < metrics; ++j) readings[i][j] = now->reading(static_cast<int>(j))[i];
    }
    history.efforts.push_back(efforts);
    history.readings.push_back(readings);
    for (std::size_t i = 0; i < people; ++i) {
      INFO("employee ", i);
      Second problem(world, history, i, t, arrival, now->population().traits[0][i]);
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
      REQUIRE(now->value()[i] == doctest::Approx(problem.value_of(chosen)).epsilon(1e-12));

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
        const Gauge& gauge = world.gauges[j];
        if (gauge.scale > 0) continue;
        const int then = t - gauge.delay;
        double reading = gauge.baseline + problem.due_amount(j);
        if (then >= std::max(-world.before, arrival[i])) {
          const Second past(world, history, i, then, arrival, now->population().traits[0][i]);
          const Plan& x = history.efforts[static_cast<std::size_t>(then + world.before)][i];
          reading += gauge.weight * past.value_of(x);
          for (std::size_t k = 0; k < activities; ++k)
            reading += gauge.loading[k] * x[k] - gauge.bend[k] * x[k] * x[k] / 2;
        }
        REQUIRE(readings[i][j] == doctest::Approx(reading).epsilon(1e-11));
      }

      // What is paid: W R(M) where a window closes.
      double reward = 0;
      for (std::size_t n = 0; problem.stage() && n < problem.stage()->pays.size(); ++n) {
        const Pay& pay = problem.stage()->pays[n];
        const int from = problem.stage()->from;
        if ((t + 1 - from) % pay.every != 0) continue;
        const int open = std::max(t + 1 - pay.every, arrival[i]);
        double mean = 0;
        for (int s = open; s <= t; ++s)
          mean += history.readings[static_cast<std::size_t>(s + world.before)][i][pay.metric] / (t - open + 1);
        const double hair = 1e-9 * std::max(1.0, std::fabs(pay.target));
        reward += (t - open + 1) * paid(pay, mean, world.gauges[pay.metric].lower, hair);
      }
      REQUIRE(now->pay() * now->reward()[i] == doctest::Approx(reward).epsilon(1e-9));
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
