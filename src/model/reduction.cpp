/// Finite bounds for decisions whose caps and budget are infinite.
#include "reduction.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Eigenvalues>

#include "concave_quadratic.hpp"
#include "sigmoid.hpp"

namespace goodhart::detail {

bool confine(const Decision& decision, Reduced& reduced, bool& assumed) {
  assumed = false;
  std::array<std::size_t, kMostActivities> open;
  int count = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(reduced.size); ++i) {
    if (reduced.most[i] == kInfinity) open[static_cast<std::size_t>(count++)] = i;
  }
  if (count == 0) return true;

  // Over the open-ended efforts x, U <= start + growth . x - x' form x / 2. Rewards grow at most linearly in a reading,
  // and a reading at most linearly upwards; what falls without end in a bent reading is taken from the form.
  Matrix form(count, count);
  Vector growth(count);
  double start = 0.5 * reduced.strain * reduced.slack * reduced.slack;
  double reach = 1;
  bool lost = false;
  for (int a = 0; a < count; ++a) {
    const std::size_t i = open[static_cast<std::size_t>(a)];
    const auto k = static_cast<std::size_t>(reduced.activity[i]);
    for (int b = 0; b < count; ++b) {
      const std::size_t l = open[static_cast<std::size_t>(b)];
      form(a, b) =
          reduced.strain * reduced.felt_time[i] * reduced.felt_time[l] +
          (a == b ? reduced.curvature[i] : interaction_between(decision, reduced.activity[i], reduced.activity[l]));
    }
    growth(a) = std::max(0.0, reduced.linear[i] + reduced.strain * reduced.slack * reduced.felt_time[i]);
    // The slope of U along this effort alone, in the long run.
    double drift = reduced.linear[i];
    for (std::size_t other = 0; other < static_cast<std::size_t>(reduced.size); ++other) {
      if (reduced.most[other] < kInfinity) {
        growth(a) += std::max(0.0, -interaction_between(decision, reduced.activity[i], reduced.activity[other])) *
                     reduced.most[other];
      }
    }
    for (const Curve& curve : decision.curves) {
      const Reading& reading = decision.reading[static_cast<std::size_t>(curve.reading)];
      const Sigmoid sigmoid(curve);
      bool live = false;
      for (int m = 0; m < reduced.live; ++m) {
        if (reduced.reading[static_cast<std::size_t>(m)] == curve.reading) live = true;
      }
      if (!live || sigmoid.weight == 0) continue;
      const double along = sigmoid.sign * reading.loading[k];
      if (!sigmoid.step) {
        growth(a) += sigmoid.weight * std::fabs(along);
        if (sigmoid.sign < 0 && sigmoid.high == kInfinity) form(a, a) -= sigmoid.weight * reading.bend[k];
        const double direction = reading.bend[k] > 0 ? -sigmoid.sign : along;
        if (direction > 0 && sigmoid.high == kInfinity) drift += sigmoid.weight * along;
        if (direction < 0 && sigmoid.low == -kInfinity) drift += sigmoid.weight * along;
      }
      for (const double level : {sigmoid.low, sigmoid.high}) {
        if (std::isfinite(level) && along != 0) {
          reach = std::max(reach, 100 * (std::fabs(level) + 40 * sigmoid.noise + 1) / std::fabs(along));
        }
      }
    }
    if (form(a, a) < 0 || (form(a, a) == 0 && drift > 0)) lost = true;
  }
  if (lost) return false;
  for (std::size_t i = 0; i < static_cast<std::size_t>(reduced.size); ++i) {
    if (reduced.most[i] < kInfinity) start += std::fabs(reduced.linear[i]) * reduced.most[i];
  }
  for (const Curve& curve : decision.curves) {
    const Sigmoid sigmoid(curve);
    start += sigmoid.step ? sigmoid.weight : 0.0;
    if (!sigmoid.step) {
      for (const double level : {sigmoid.low, sigmoid.high}) {
        if (std::isfinite(level)) start += 2 * sigmoid.weight * (std::fabs(level) + sigmoid.noise);
      }
      double steady = 0;
      for (std::size_t i = 0; i < static_cast<std::size_t>(reduced.size); ++i) {
        const Reading& reading = decision.reading[static_cast<std::size_t>(curve.reading)];
        const auto k = static_cast<std::size_t>(reduced.activity[i]);
        const double u = reduced.most[i];
        if (u < kInfinity) steady += (std::fabs(reading.loading[k]) + reading.bend[k] * u) * u;
      }
      start += sigmoid.weight * steady;
    }
  }

  // x' form x >= least |x|^2 for x >= 0, from the eigenvalues or from entries that are nowhere negative.
  double least = Eigen::SelfAdjointEigenSolver<Matrix>(form, Eigen::EigenvaluesOnly).eigenvalues().minCoeff();
  double entry = kInfinity;
  for (int a = 0; a < count; ++a) {
    for (int b = 0; b < count; ++b) entry = std::min(entry, a == b ? kInfinity : form(a, b));
  }
  if (entry >= 0) least = std::max(least, form.diagonal().minCoeff());
  double radius = 0;
  if (least > 1e-12 * form.diagonal().maxCoeff() && least > 0) {
    const double push = growth.norm();
    radius = (push + std::sqrt(push * push + 4 * least * start)) / least;
  } else {
    // A direction without curvature along which utility seems not to rise: far enough for every level to be in reach.
    assumed = true;
    radius = 1e3 * (reach + growth.norm() + start);
  }
  for (int a = 0; a < count; ++a) reduced.most[open[static_cast<std::size_t>(a)]] = 1.01 * radius + 1;
  return true;
}

}  // namespace goodhart::detail
