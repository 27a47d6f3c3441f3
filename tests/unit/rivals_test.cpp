/// What a contest promises, against slow and plain quadrature; and the tables it is kept in.
#include "goodhart/model/rivals.hpp"

#include <algorithm>
#include <array>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "goodhart/core/errors.hpp"

namespace {

using goodhart::add_contest;
using goodhart::add_standing;
using goodhart::add_standing_by_steps;
using goodhart::Curve;
using goodhart::Rise;
using goodhart::RiseShelf;
using goodhart::Rivals;

double phi(double z) {
  return 0.5 * std::erfc(-z / std::sqrt(2.0));
}

/// G(m): the share of rivals behind a reading m.
double behind(const Rivals& rivals, double m) {
  double sum = 0;
  for (const double mean : rivals.means) {
    sum += rivals.variance > 0 ? phi((m - mean) / std::sqrt(rivals.variance)) : (m >= mean ? 1.0 : 0.0);
  }
  return sum / static_cast<double>(rivals.means.size());
}

/// P(Binomial(n, 1 - g) < places), term by term for few rivals.
double wins(std::size_t n, std::size_t places, double g) {
  if (n > 200) {
    return g <= 0   ? 0
           : g >= 1 ? 1
                    : boost::math::ibeta(static_cast<double>(n + 1 - places), static_cast<double>(places), g);
  }
  double sum = 0;
  for (std::size_t k = 0; k < places; ++k) {
    const auto ahead = static_cast<double>(k), all = static_cast<double>(n);
    const double ways = std::exp(std::lgamma(all + 1) - std::lgamma(ahead + 1) - std::lgamma(all - ahead + 1));
    sum += ways * std::pow(1 - g, ahead) * std::pow(g, all - ahead);
  }
  return sum;
}

/// Averages f(m + noise z) over a standard normal z, by brute force.
template <class F>
double averaged(F f, double m, double noise) {
  if (noise == 0) return f(m);
  constexpr int kHalf = 4000;
  double sum = 0, weight = 0;
  for (int i = -kHalf; i <= kHalf; ++i) {
    const double z = 9.0 * (i + 0.5) / kHalf, w = std::exp(-0.5 * z * z);
    sum += w * f(m + noise * z);
    weight += w;
  }
  return sum / weight;
}

double value_of(const Curve& curve, double y) {
  if (curve.shape == Curve::Shape::rise) return curve.weight * curve.rise->value(curve.offset + curve.scale * y);
  const double ahead = curve.falling ? curve.low - y : y - curve.low;
  if (curve.noise > 0) return curve.weight * phi(ahead / curve.noise);
  return ahead >= 0 ? curve.weight : 0.0;
}

double total(const std::array<Curve, 16>& curves, int count, double y) {
  double sum = 0;
  for (int c = 0; c < count; ++c) sum += value_of(curves[static_cast<std::size_t>(c)], y);
  return sum;
}

/// Random beliefs: few and many rivals, alike, spread and in clusters.
struct World {
  Rivals rivals;
  std::vector<double> means;
  std::size_t places = 1;
  double noise = 0;
};

World world(std::mt19937_64& engine, bool noisy_rivals, bool noisy_self) {
  const auto uniform = [&](double a, double b) { return a + (b - a) * static_cast<double>(engine() >> 11) * 0x1p-53; };
  World w;
  w.rivals.others = uniform(0, 1) < 0.25 ? 1 : static_cast<std::size_t>(std::pow(10.0, uniform(0.3, 5)));
  w.means.resize(std::min<std::size_t>(16, w.rivals.others));
  const double spread = uniform(0, 1) < 0.3 ? 0 : std::pow(10.0, uniform(-1, 1.5));
  const bool clusters = uniform(0, 1) < 0.4;
  for (double& mean : w.means) {
    mean = spread * uniform(-1, 1);
    if (clusters && spread > 0) mean = spread * std::round(mean / spread);
  }
  std::sort(w.means.begin(), w.means.end());
  w.rivals.means = w.means;
  w.rivals.variance = noisy_rivals ? std::pow(10.0, uniform(-2, 1)) : 0;
  w.noise = noisy_self ? std::sqrt(noisy_rivals ? w.rivals.variance : 1.0) * std::pow(10.0, uniform(-2, 2)) : 0;
  w.places = std::clamp<std::size_t>(static_cast<std::size_t>(uniform(0, 1) * static_cast<double>(w.rivals.others)), 1,
                                     w.rivals.others);
  return w;
}

}  // namespace

TEST_CASE("contest: what is promised is the chance of winning, whatever the noise on either side") {
  std::mt19937_64 engine(7);
  RiseShelf shelf;
  for (const bool noisy_rivals : {false, true}) {
    for (const bool noisy_self : {false, true}) {
      for (int i = 0; i < 30; ++i) {
        World w = world(engine, noisy_rivals, noisy_self);
        w.rivals.means = w.means;
        CAPTURE(w.rivals.others);
        CAPTURE(w.places);
        CAPTURE(w.noise);
        CAPTURE(w.rivals.variance);
        std::array<Curve, 16> curves, standing;
        shelf.turn();
        const int count = add_contest(w.rivals, w.places, w.noise, 1, 0, 1, 0, shelf, curves.data());
        const int others = add_standing(w.rivals, w.noise, 1, 0, 1, 0, shelf, standing.data());
        std::array<Curve, 16> steps;
        const int many = add_standing_by_steps(w.rivals, w.noise, 1, 0, 1, 0, steps.data());
        const double reach = 3 * (w.noise + std::sqrt(w.rivals.variance));
        for (int p = 0; p < 6; ++p) {
          const double m = w.means.front() - reach + (w.means.back() - w.means.front() + 2 * reach) * (p + 0.37) / 6;
          CAPTURE(m);
          const auto chance = [&](double at) { return wins(w.rivals.others, w.places, behind(w.rivals, at)); };
          const auto share = [&](double at) { return behind(w.rivals, at); };
          // Without noise of the rivals the plain average goes over jumps, and knows them to its own grain only.
          const double grain = noisy_self && !noisy_rivals ? 1e-3 : noisy_self ? 1e-9 : 1e-10;
          CHECK(std::fabs(total(curves, count, m) - averaged(chance, m, w.noise)) < grain);
          CHECK(std::fabs(total(standing, others, m) - averaged(share, m, w.noise)) < grain);
          CHECK(std::fabs(total(steps, many, m) - total(standing, others, m)) < 1e-10);
        }
      }
    }
  }
}

TEST_CASE("contest: among equals the marginal chance is that of Lazear and Rosen") {
  struct Row {
    std::size_t rivals, prizes;
    double marginal;
  };
  for (const Row& row :
       {Row{2, 1, 0.5641896 / 2}, Row{10, 1, 0.3077514 / 2}, Row{10, 2, 0.5080222 / 2}, Row{100, 10, 0.3459576 / 2}}) {
    CAPTURE(row.rivals);
    const std::vector<double> means(std::min<std::size_t>(16, row.rivals - 1), 0.0);
    const Rivals rivals{.means = means, .variance = 1, .others = row.rivals - 1};
    RiseShelf shelf;
    Curve curve;
    REQUIRE(add_contest(rivals, row.prizes, 1, 1, 0, 1, 0, shelf, &curve) == 1);
    CHECK(std::fabs(curve.rise->at(0).slope - row.marginal) < 1e-6);
    // Equal rivals win equally often.
    CHECK(std::fabs(curve.rise->value(0) - static_cast<double>(row.prizes) / static_cast<double>(row.rivals)) < 1e-10);
  }
}

TEST_CASE("contest: without noise an equal reading wins, and readings are turned round with the scale") {
  const std::vector<double> means{1, 2, 2, 3};
  const Rivals rivals{.means = means, .others = 4};
  RiseShelf shelf;
  std::array<Curve, 16> curves;
  // Two prizes: at most one rival ahead, each above with the share of those whose mean is above.
  int count = add_contest(rivals, 2, 0, 2, 0, 1, 0, shelf, curves.data());
  CHECK(count == 3);
  CHECK(total(curves, count, 0.999) == 0);
  for (const auto& [y, share] : {std::pair{1.0, 0.25}, {1.9, 0.25}, {2.0, 0.75}, {3.0, 1.0}}) {
    CHECK(total(curves, count, y) == doctest::Approx(2 * wins(4, 2, share)).epsilon(1e-14));
  }
  count = add_contest(rivals, 2, 0, 2, 5, -2, 0, shelf, curves.data());
  CHECK(total(curves, count, 1.5) == doctest::Approx(2 * wins(4, 2, 0.75)).epsilon(1e-14));
  CHECK(total(curves, count, 1.51) == doctest::Approx(2 * wins(4, 2, 0.25)).epsilon(1e-14));
}

TEST_CASE("contest: readings that are large beside their noise promise what small ones do") {
  const auto promised = [](double base, double y, bool standing) {
    const std::vector<double> means{base - 1, base, base + 2};
    const Rivals rivals{.means = means, .variance = 0.25, .others = 5, .mean = base + 1 / 3.0};
    RiseShelf shelf;
    std::array<Curve, 16> curves;
    const int count = standing ? add_standing(rivals, 0.5, 1, base, 1, 0, shelf, curves.data())
                               : add_contest(rivals, 2, 0.5, 1, base, 1, 0, shelf, curves.data());
    REQUIRE(count == 1);
    return curves[0].rise->at(curves[0].offset + curves[0].scale * y);
  };
  for (const bool standing : {false, true}) {
    for (double y = -3; y <= 4; y += 0.25) {
      const Rise::Point near = promised(0, y, standing), far = promised(0x1p33, y, standing);
      CAPTURE(y);
      CHECK(far.value == doctest::Approx(near.value).epsilon(1e-9));
      CHECK(std::fabs(far.slope - near.slope) < 1e-8);
      CHECK(std::fabs(far.curvature - near.curvature) < 1e-6);
    }
  }
}

TEST_CASE("contest: noise that is lost in the rounding of readings is an error") {
  const std::vector<double> means{1e15, 1e15};
  Rivals rivals{.means = means, .variance = 0.25, .others = 5, .mean = 1e15};
  RiseShelf shelf;
  std::array<Curve, 16> curves;
  const auto contest = [&] { add_contest(rivals, 2, 0.5, 1, 1e15, 1, 0, shelf, curves.data()); };
  const auto standing = [&] { add_standing(rivals, 0.5, 1, 1e15, 1, 0, shelf, curves.data()); };
  CHECK_THROWS_AS(contest(), goodhart::RunError);
  CHECK_THROWS_AS(standing(), goodhart::RunError);
  rivals.variance = 0;
  CHECK_THROWS_AS(contest(), goodhart::RunError);
  const std::vector<double> nearer{1e12, 1e12};
  rivals.means = nearer;
  CHECK_NOTHROW(contest());
}

TEST_CASE("shelf: the same beliefs share a table, and a decision's tables stay") {
  RiseShelf shelf;
  const std::vector<double> means(16, 0.0);
  const auto table = [&](double variance) {
    Curve curve;
    const Rivals rivals{.means = means, .variance = variance, .others = 100};
    add_contest(rivals, 3, 1, 1, 0, 1, 0, shelf, &curve);
    return curve.rise;
  };
  const Rise* first = table(1);
  CHECK(table(1) == first);
  CHECK(table(2) != first);
  // As many as one decision asks for stay in their places.
  std::vector<const Rise*> tables;
  shelf.turn();
  for (int i = 1; i <= 12; ++i) tables.push_back(table(i));
  for (int i = 1; i <= 12; ++i) CHECK(table(i) == tables[static_cast<std::size_t>(i - 1)]);
}

TEST_CASE("rise: chords before the turn and tangents after it are bounds") {
  std::mt19937_64 engine(5);
  const auto uniform = [&] { return static_cast<double>(engine() >> 11) * 0x1p-53; };
  int turn_once = 0, often = 0;
  for (int contest = 0; contest < 60; ++contest) {
    // Rivals near each other next to their noise, far off, and in two clusters.
    RiseShelf shelf;
    Rivals rivals;
    rivals.others = 100;
    rivals.variance = 0.04;
    std::vector<double> means(16);
    const bool clusters = contest % 3 == 2;
    for (double& mean : means)
      mean = (contest % 3 == 0 ? 0.3 : 1.5) * uniform() + (clusters && uniform() < 0.5 ? 5 : 0);
    std::sort(means.begin(), means.end());
    rivals.means = means;
    std::array<Curve, 16> curves;
    const auto places = static_cast<std::size_t>(1 + 98 * uniform());
    // Standing among clusters rises at each; a place among the first is won or lost at one.
    if (clusters) {
      REQUIRE(add_standing(rivals, 0.1, 1, 0, 1, 0, shelf, curves.data()) == 1);
    } else {
      REQUIRE(add_contest(rivals, places, 0.1, 1, 0, 1, 0, shelf, curves.data()) == 1);
    }
    const Rise& rise = *curves[0].rise;
    if (std::isnan(rise.turn())) {
      ++often;
      continue;
    }
    ++turn_once;
    const double slack = rise.turn_slack() + 1e-14;
    CHECK(rise.turn_slack() <= 1e-10);
    double worst = -1;
    for (int i = 0; i < 2000; ++i) {
      const double a = rise.low() + (rise.turn() - rise.low()) * uniform(), b = a + (rise.turn() - a) * uniform();
      const double share = uniform(), v = a + share * (b - a);
      worst = std::max(worst, rise.value(v) - ((1 - share) * rise.value(a) + share * rise.value(b)) - slack);
      const double at = rise.turn() + (rise.high() - rise.turn()) * uniform();
      const double to = rise.turn() + (rise.high() + 0.1 - rise.turn()) * uniform();
      const Rise::Point point = rise.at(at);
      worst = std::max(worst, rise.value(to) - (point.value + point.slope * (to - at)) - slack);
    }
    CHECK(worst <= 0);
  }
  CHECK(turn_once >= 38);
  CHECK(often >= 18);
}

TEST_CASE("rise: slopes, curvatures and their bounds are true, and so is the concave cover") {
  std::mt19937_64 engine(11);
  RiseShelf shelf;
  goodhart::ScratchVector<Rise::Corner> corners;
  for (int i = 0; i < 60; ++i) {
    CAPTURE(i);
    World w = world(engine, true, i % 3 != 0);
    w.rivals.means = w.means;
    Curve curve;
    shelf.turn();
    add_contest(w.rivals, w.places, w.noise, 1, 0, 1, 0, shelf, &curve);
    const Rise& rise = *curve.rise;
    const double width = rise.high() - rise.low();
    for (int p = 0; p < 20; ++p) {
      const auto u = [&] { return static_cast<double>(engine() >> 11) * 0x1p-53; };
      const double a = rise.low() - 0.05 * width + 1.1 * width * u();
      const double b = a + width * std::pow(10.0, -5 * u());
      const Rise::Range range = rise.range(a, b);
      rise.cover(a, b, corners);
      REQUIRE(corners.front().at <= a + 1e-12 * width);
      REQUIRE(corners.back().at >= b - 1e-12 * width);
      for (int s = 0; s <= 20; ++s) {
        const double v = a + (b - a) * s / 20;
        const Rise::Point here = rise.at(v);
        const double slack = 1e-9 * (1 + std::fabs(range.most_slope));
        CHECK(here.slope <= range.most_slope + slack);
        CHECK(here.slope >= range.least_slope - slack);
        CHECK(here.curvature <= range.most_curvature + 1e-7 * (1 + std::fabs(range.most_curvature)));
        CHECK(here.curvature >= range.least_curvature - 1e-7 * (1 + std::fabs(range.least_curvature)));
        std::size_t c = 1;
        while (c + 1 < corners.size() && corners[c].at < v) ++c;
        if (corners.size() > 1) {
          const auto& [x0, y0] = corners[c - 1];
          const auto& [x1, y1] = corners[c];
          CHECK(y0 + (y1 - y0) / (x1 - x0) * (v - x0) >= here.value - 1e-12);
        }
        const double step = 1e-5 * width;
        const double difference = (rise.value(v + step) - rise.value(v - step)) / (2 * step);
        const Rise::Range near = rise.range(v - step, v + step);
        CHECK(difference >= near.least_slope - 1e-9 / step);
        CHECK(difference <= near.most_slope + 1e-9 / step);
      }
    }
  }
}
