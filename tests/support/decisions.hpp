/// Decisions by themselves: what they point to, whether a plan is allowed, a search for better plans, and their text.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "goodhart/model/decision.hpp"
#include "goodhart/model/rivals.hpp"

namespace goodhart::test {

/// A decision together with what it points to.
struct Problem {
  Decision decision;
  std::vector<Curve> curves;
  std::vector<double> interaction;
  std::shared_ptr<RiseShelf> shelf = std::make_shared<RiseShelf>();

  Decision& get() {
    decision.curves = curves;
    decision.interaction = interaction.empty() ? nullptr : interaction.data();
    return decision;
  }
};

inline double hours(const Decision& decision, const PerActivity& x) {
  double sum = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) sum += decision.time[k] * x[k];
  return sum;
}

inline bool allowed(const Decision& decision, const PerActivity& x) {
  for (std::size_t k = 0; k < kMostActivities; ++k) {
    const double most = k < static_cast<std::size_t>(decision.activities) ? decision.most[k] : 0.0;
    if (!(x[k] >= 0 && x[k] <= most)) return false;
  }
  return hours(decision, x) <= std::max(0.0, decision.budget) * (1 + 1e-12);
}

/// A slow and independent search for a better plan: a grid over all plans, then pattern searches from the best points,
/// along efforts, exchanges in equal time, and exchanges that keep a reading.
class BruteForce {
 public:
  explicit BruteForce(const Decision& decision)
      : decision_(decision), size_(static_cast<std::size_t>(decision.activities)) {}

  double search() {
    constexpr std::array<int, 5> kPoints{0, 601, 61, 17, 9};
    points_ = kPoints[size_];
    PerActivity x{};
    walk(0, std::max(0.0, decision_.budget), x);
    std::vector<std::pair<double, PerActivity>> starts = best_;
    for (const auto& start : starts) reach_notches(start.second);
    starts = best_;
    double best = -std::numeric_limits<double>::infinity();
    for (const auto& start : starts) best = std::max(best, climb(start.second));
    return best;
  }

 private:
  void keep(const PerActivity& x) {
    const double u = utility(decision_, x);
    if (best_.size() == 8 && u <= best_.back().first) return;
    for (const auto& other : best_) {
      double distance = 0;
      for (std::size_t k = 0; k < size_; ++k) distance = std::max(distance, std::fabs(other.second[k] - x[k]));
      if (distance < 1e-3 && u <= other.first) return;
    }
    best_.emplace_back(u, x);
    std::sort(best_.begin(), best_.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    if (best_.size() > 8) best_.pop_back();
  }

  double cap(std::size_t k, double left) const { return std::min({decision_.most[k], left / decision_.time[k], 8.0}); }

  void walk(std::size_t k, double left, PerActivity& x) {
    if (k == size_) return keep(x);
    const double most = cap(k, left);
    for (int i = 0; i < points_; ++i) {
      x[k] = most * i / (points_ - 1);
      walk(k + 1, std::max(0.0, left - decision_.time[k] * x[k]), x);
      if (most <= 0) break;
    }
    x[k] = 0;
  }

  bool clip(PerActivity& x) const {
    for (std::size_t k = 0; k < size_; ++k) x[k] = std::clamp(x[k], 0.0, decision_.most[k]);
    return hours(decision_, x) <= std::max(0.0, decision_.budget);
  }

  /// Points where one effort is moved until a reading is just what a step asks for.
  void reach_notches(const PerActivity& from) {
    for (const Curve& curve : decision_.curves) {
      const auto& reading = decision_.reading[static_cast<std::size_t>(curve.reading)];
      for (const double level : {curve.low, curve.high}) {
        if (!std::isfinite(level)) continue;
        for (std::size_t k = 0; k < size_; ++k) {
          const double l = reading.loading[k];
          const double q = reading.bend[k];
          double rest = -level;
          for (std::size_t o = 0; o < size_; ++o) {
            if (o != k) rest += (reading.loading[o] - 0.5 * reading.bend[o] * from[o]) * from[o];
          }
          const double root = l * l + 2 * q * rest;
          if (root < 0 || (l == 0 && q == 0)) continue;
          for (const double sign : {-1.0, 1.0}) {
            if (q == 0 && sign > 0) continue;
            const double exact = q == 0 ? -rest / l : (l + sign * std::sqrt(root)) / q;
            for (const double nudge : {-1e-13, 0.0, 1e-13}) {
              PerActivity x = from;
              x[k] = exact * (1 + nudge) + nudge;
              if (clip(x)) keep(x);
            }
          }
        }
      }
    }
  }

  double climb(PerActivity x) const {
    std::vector<PerActivity> directions;
    const auto add = [&](const PerActivity& d) {
      double size = 0;
      for (std::size_t k = 0; k < size_; ++k) size = std::max(size, std::fabs(d[k]));
      if (size < 1e-12) return;
      PerActivity plus{};
      PerActivity minus{};
      for (std::size_t k = 0; k < size_; ++k) {
        plus[k] = d[k] / size;
        minus[k] = -d[k] / size;
      }
      directions.push_back(plus);
      directions.push_back(minus);
    };
    for (std::size_t k = 0; k < size_; ++k) {
      PerActivity d{};
      d[k] = 1;
      add(d);
      for (std::size_t o = k + 1; o < size_; ++o) {
        d = {};
        d[k] = decision_.time[o];
        d[o] = -decision_.time[k];
        add(d);
        for (int j = 0; j < decision_.readings; ++j) {
          const auto& l = decision_.reading[static_cast<std::size_t>(j)].loading;
          d = {};
          d[k] = l[o];
          d[o] = -l[k];
          add(d);
          for (std::size_t p = o + 1; p < size_; ++p) {
            const auto& t = decision_.time;
            d = {};
            d[k] = t[o] * l[p] - t[p] * l[o];
            d[o] = t[p] * l[k] - t[k] * l[p];
            d[p] = t[k] * l[o] - t[o] * l[k];
            add(d);
          }
        }
      }
    }
    double best = utility(decision_, x);
    double step = 0.25;
    for (int round = 0; round < 2000 && step > 1e-10; ++round) {
      bool moved = false;
      for (const PerActivity& d : directions) {
        PerActivity trial = x;
        for (std::size_t k = 0; k < size_; ++k) trial[k] += step * d[k];
        if (!clip(trial)) continue;
        const double u = utility(decision_, trial);
        if (u > best) {
          best = u;
          x = trial;
          moved = true;
        }
      }
      step *= moved ? 1.5 : 0.5;
    }
    return best;
  }

  const Decision& decision_;
  std::size_t size_;
  int points_ = 0;
  std::vector<std::pair<double, PerActivity>> best_;
};

inline std::string describe(const Decision& d) {
  std::string text;
  const auto number = [&](double x) { text += std::to_string(x) + " "; };
  for (std::size_t k = 0; k < static_cast<std::size_t>(d.activities); ++k) {
    text += "\nactivity: ";
    for (const double x : {d.linear[k], d.curvature[k], d.time[k], d.felt_time[k], d.most[k]}) number(x);
    for (std::size_t j = 0; j < static_cast<std::size_t>(d.readings); ++j) {
      text += "| ";
      number(d.reading[j].loading[k]);
      number(d.reading[j].bend[k]);
    }
  }
  text += "\nbudget, strain, slack: ";
  for (const double x : {d.budget, d.strain, d.slack}) number(x);
  for (const Curve& c : d.curves) {
    text += std::string("\n") +
            (c.shape == Curve::Shape::step   ? "step "
             : c.shape == Curve::Shape::ramp ? "ramp "
                                             : "rise ") +
            (c.falling ? "falling " : "") + std::to_string(c.reading) + ": ";
    for (const double x : {c.weight, c.low, c.high, c.noise}) number(x);
  }
  return text;
}

}  // namespace goodhart::test
