/// Random small decisions as the schemes make them: an employee, up to three metrics, and what two or three schemes
/// promise on them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "goodhart/model/decision.hpp"
#include "goodhart/model/rivals.hpp"
#include "support/decisions.hpp"

namespace goodhart::test {

enum class SchemeKind : std::uint8_t { linear, quota, tournament, relative, status };
inline constexpr int kSchemeKinds = 5;
using SchemeKinds = std::vector<SchemeKind>;

/// Every pair and every triple of kinds, those with a kind twice or thrice included: 15 + 35.
inline std::vector<SchemeKinds> pairs_and_triples() {
  std::vector<SchemeKinds> all;
  const auto kind = [](int number) { return static_cast<SchemeKind>(number); };
  for (int a = 0; a < kSchemeKinds; ++a) {
    for (int b = a; b < kSchemeKinds; ++b) {
      all.push_back({kind(a), kind(b)});
      for (int c = b; c < kSchemeKinds; ++c) all.push_back({kind(a), kind(b), kind(c)});
    }
  }
  return all;
}

inline std::string names_of(const SchemeKinds& kinds) {
  constexpr std::array<const char*, kSchemeKinds> kNames{"linear", "quota", "tournament", "relative", "status"};
  std::string text;
  for (const SchemeKind kind : kinds)
    text += std::string(text.empty() ? "" : ", ") + kNames[static_cast<std::size_t>(kind)];
  return text;
}

/// Draws one decision. What occurs in scenarios occurs here: values that people care for or not, saturation, strain of
/// activities and of hours, budgets that bind, caps, closed activities, hours that are felt as more, interactions;
/// metrics that read value or efforts, that bend, with noise and without, where less is better; windows that are
/// partly over; rivals that are believed to do nothing, the same, nearly the same, everything in one activity, or
/// anything.
class SmallDecision {
 public:
  SmallDecision(std::uint64_t seed, const SchemeKinds& kinds, int most_activities) : engine_(seed) {
    draw_employee(most_activities);
    draw_metrics();
    for (std::size_t s = 0; s < kinds.size(); ++s) add_scheme(kinds[s], s);
  }

  Problem problem;

 private:
  static constexpr double kInfinity = std::numeric_limits<double>::infinity();

  struct Metric {
    double noise = 0, baseline = 0;
    double sign = 1;  ///< -1 where less is better
  };

  /// How a window of steps is read: its mean is (settled + left y) / length.
  struct Window {
    double length = 1, left = 1, settled = 0;
    double share() const { return length / left; }  ///< what a step's part of the reward weighs
  };

  double uniform(double a, double b) { return a + (b - a) * static_cast<double>(engine_() >> 11) * 0x1p-53; }
  /// With few digits, as people write numbers: so that ties and coincidences occur.
  double rounded(double a, double b) { return std::round(uniform(a, b) * 1000) / 1000; }
  bool chance(double p) { return uniform(0, 1) < p; }
  int whole(int a, int b) { return std::min(b, a + static_cast<int>(uniform(0, 1) * (b - a + 1))); }

  Reading& reading(std::size_t j) { return problem.decision.reading[j]; }
  std::size_t activities() const { return static_cast<std::size_t>(problem.decision.activities); }

  void draw_employee(int most_activities) {
    Decision& d = problem.decision;
    d.activities = whole(1, most_activities);
    const double care = chance(0.5) ? 0.3 : rounded(0, 1);
    d.budget = chance(0.5) ? 1.25 : rounded(0.3, 2);
    d.strain = chance(0.2) ? 0 : chance(0.5) ? 4 : rounded(0.2, 8);
    d.slack = chance(0.5) ? 1 : rounded(0.2, 1.2);
    for (std::size_t k = 0; k < activities(); ++k) {
      value_[k] = chance(0.2) ? 0 : rounded(-0.3, 1.5);
      saturation_[k] = chance(0.5) ? 0 : chance(0.3) ? rounded(0, 12) : rounded(0, 2);
      const double strain = chance(0.5) ? 0 : rounded(0.1, 2), aversion = chance(0.6) ? 0 : rounded(-0.1, 0.6);
      d.linear[k] = care * value_[k] - aversion;
      d.curvature[k] = care * saturation_[k] + strain;
      d.time[k] = chance(0.6) ? 1 : rounded(0.2, 2);
      d.felt_time[k] = d.time[k] * (chance(0.15) ? uniform(1, 1.5) : 1.0);
      d.most[k] = chance(0.7) ? kInfinity : chance(0.1) ? 0 : rounded(0.05, 1);
    }
    if (activities() > 1 && chance(0.25)) draw_interactions();
  }

  /// Own strain is raised so that the whole form stays convex.
  void draw_interactions() {
    const std::size_t n = activities();
    problem.interaction.assign(n * n, 0);
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t l = k + 1; l < n; ++l) {
        if (!chance(0.5)) continue;
        const double strain = rounded(-0.6, 0.6);
        problem.interaction[k * n + l] = problem.interaction[l * n + k] = strain;
        problem.decision.curvature[k] += std::fabs(strain);
        problem.decision.curvature[l] += std::fabs(strain);
      }
    }
  }

  void draw_metrics() {
    Decision& d = problem.decision;
    d.readings = whole(1, 3);
    if (d.readings == 1 && chance(0.7)) d.readings = 2;
    for (std::size_t j = 0; j < static_cast<std::size_t>(d.readings); ++j) {
      const double weight = chance(0.35) ? 1 : 0;
      for (std::size_t k = 0; k < activities(); ++k) {
        const bool reads = chance(weight > 0 ? 0.3 : 0.7);
        const double loading = reads ? chance(0.3) ? rounded(-1, 10) : rounded(-0.3, 2) : 0;
        reading(j).loading[k] = weight * value_[k] + loading;
        reading(j).bend[k] = weight * saturation_[k] + (reads && chance(0.25) ? rounded(0, 1) : 0);
      }
      Metric& metric = metrics_.emplace_back();
      metric.noise = chance(0.4) ? 0 : chance(0.3) ? 1 : rounded(0.02, 0.6);
      metric.sign = chance(0.2) ? -1 : 1;
      metric.baseline = chance(0.3) ? rounded(-0.5, 0.5) : 0;
    }
  }

  /// What a random plan makes metric j read.
  double some_reading(std::size_t j) {
    double y = 0, left = problem.decision.budget;
    for (std::size_t k = 0; k < activities(); ++k) {
      const double most = std::min(problem.decision.most[k], left / problem.decision.time[k]);
      const double x = chance(0.4) ? 0 : uniform(0, 1) * most;
      left -= x * problem.decision.time[k];
      y += (reading(j).loading[k] - 0.5 * reading(j).bend[k] * x) * x;
    }
    return y;
  }

  /// What metric j reads where all time goes into one activity.
  double corner_reading(std::size_t j) {
    const auto k = static_cast<std::size_t>(whole(0, problem.decision.activities - 1));
    const double x = std::min(problem.decision.most[k], problem.decision.budget / problem.decision.time[k]);
    return (reading(j).loading[k] - 0.5 * reading(j).bend[k] * x) * x;
  }

  Window draw_window(std::size_t j) {
    Window window;
    if (chance(0.5)) return {.length = 1, .left = 1, .settled = metrics_[j].baseline};
    window.length = whole(1, 4);
    window.left = whole(1, static_cast<int>(window.length));
    window.settled = window.length * metrics_[j].baseline + (window.length - window.left) * some_reading(j);
    return window;
  }

  void add_scheme(SchemeKind kind, std::size_t number) {
    const auto readings = static_cast<std::size_t>(problem.decision.readings);
    const std::size_t j =
        number < readings ? number : static_cast<std::size_t>(whole(0, problem.decision.readings - 1));
    const Window window = draw_window(j);
    switch (kind) {
      case SchemeKind::linear:
        return add_linear(j, window);
      case SchemeKind::quota:
        return add_quota(j, window);
      case SchemeKind::relative:
        return add_straight(j, metrics_[j].sign * rounded(-0.1, 0.6));
      default:
        return add_ranking(kind, j, window);
    }
  }

  void add_straight(std::size_t j, double rate) {
    for (std::size_t k = 0; k < activities(); ++k) {
      problem.decision.linear[k] += rate * reading(j).loading[k];
      problem.decision.curvature[k] += rate * reading(j).bend[k];
    }
  }

  /// With a floor, a cap, or both.
  void add_linear(std::size_t j, const Window& window) {
    const double rate = metrics_[j].sign * rounded(-0.2, 1.5), target = metrics_[j].baseline + rounded(-0.2, 1);
    const double floor = chance(0.6) ? rounded(-0.5, 0) : -kInfinity;
    const double cap = chance(0.6) || floor == -kInfinity ? rounded(0, 0.5) : kInfinity;
    if (rate == 0) return;
    double low = target + floor / rate, high = target + cap / rate;
    if (low > high) std::swap(low, high);
    Curve curve;
    curve.shape = Curve::Shape::ramp;
    curve.reading = static_cast<int>(j);
    curve.weight = rate;
    curve.noise = metrics_[j].noise / std::sqrt(window.left);
    curve.low = (low * window.length - window.settled) / window.left;
    curve.high = (high * window.length - window.settled) / window.left;
    if (curve.high > curve.low) problem.curves.push_back(curve);
  }

  void add_quota(std::size_t j, const Window& window) {
    Curve curve;
    curve.reading = static_cast<int>(j);
    curve.falling = metrics_[j].sign < 0;
    curve.weight = window.share() * rounded(0.01, 1.5);
    const double target = metrics_[j].baseline + rounded(-0.2, 1);
    curve.low = (target * window.length - window.settled) / window.left;
    curve.noise = metrics_[j].noise / std::sqrt(window.left);
    problem.curves.push_back(curve);
  }

  /// What the others, at most 16 kinds of them, are believed to read, turned round where less is better.
  std::vector<double> rival_means(std::size_t j, std::size_t others) {
    std::vector<double> means(std::min<std::size_t>(16, others));
    const int how = whole(0, 4);
    const double corner = corner_reading(j), same = some_reading(j);
    for (double& mean : means) {
      const double y = how == 0   ? 0
                       : how == 1 ? same
                       : how == 2 ? same * (1 + 0.2 * uniform(-1, 1))
                       : how == 3 ? some_reading(j)
                                  : corner;
      mean = metrics_[j].sign * (metrics_[j].baseline + y);
    }
    std::sort(means.begin(), means.end());
    return means;
  }

  /// A tournament or status, among 2 to 30 people: a team, or all.
  void add_ranking(SchemeKind kind, std::size_t j, const Window& window) {
    const Metric& metric = metrics_[j];
    const int people = chance(0.5) ? whole(2, 6) : whole(2, 30);
    Rivals rivals;
    rivals.others = static_cast<std::size_t>(people - 1);
    const std::vector<double> means = rival_means(j, rivals.others);
    rivals.means = means;
    rivals.variance = metric.noise * metric.noise / window.length;
    const double own = metric.noise * std::sqrt(window.left) / window.length;
    const double offset = metric.sign * window.settled / window.length;
    const double scale = metric.sign * window.left / window.length;
    std::array<Curve, 32> curves;
    int count = 0;
    const auto add_places = [&](int places, double weight) {
      if (places <= 0 || places >= people) return;
      count += add_contest(rivals, static_cast<std::size_t>(places), own, window.share() * weight, offset, scale,
                           static_cast<int>(j), *problem.shelf, curves.data() + count);
    };
    const double prize = rounded(0.05, 1.5);
    if (kind == SchemeKind::tournament) {
      const double top = rounded(0.1, 0.6), bottom = chance(0.5) ? rounded(0.1, 0.4) : 0;
      const auto places = [&](double share) { return static_cast<int>(std::floor(share * people + 0.5)); };
      const int first = std::clamp(places(top), 1, people);
      const int last = bottom > 0 ? std::min(std::clamp(places(bottom), 1, people), people - first) : 0;
      add_places(first, prize);
      if (last > 0) add_places(people - last, rounded(0, 0.6));
    } else {
      count = add_standing(rivals, own, window.share() * prize, offset, scale, static_cast<int>(j), *problem.shelf,
                           curves.data());
    }
    for (int c = 0; c < count; ++c) {
      if (curves[static_cast<std::size_t>(c)].weight != 0)
        problem.curves.push_back(curves[static_cast<std::size_t>(c)]);
    }
  }

  std::mt19937_64 engine_;
  PerActivity value_{}, saturation_{};
  std::vector<Metric> metrics_;
};

}  // namespace goodhart::test
