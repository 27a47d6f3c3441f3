/// Tabulated non-decreasing functions.
#include "goodhart/model/rise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "goodhart/core/lanes.hpp"

namespace goodhart {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

std::size_t Rise::piece_at(double v) const {
  const double bucket = (v - low()) * per_bucket_;
  const std::size_t last = pieces_.size() - 1;
  std::size_t p = buckets_[bucket > 0 ? std::min(static_cast<std::size_t>(bucket), buckets_.size() - 1) : 0];
  while (p > 0 && v < knots_[p]) --p;
  while (p < last && v >= knots_[p + 1]) ++p;
  return p;
}

/// Where to begin to look for a piece: twice as many buckets of the same width as there are pieces.
void Rise::fill_buckets() {
  buckets_.resize(2 * pieces_.size());
  per_bucket_ = static_cast<double>(buckets_.size()) / (high() - low());
  std::size_t p = 0;
  for (std::size_t b = 0; b < buckets_.size(); ++b) {
    const double left = low() + static_cast<double>(b) / per_bucket_;
    while (p + 1 < pieces_.size() && left >= knots_[p + 1]) ++p;
    buckets_[b] = static_cast<std::uint32_t>(p);
  }
}

Rise::Point Rise::at(double v) const {
  if (v <= low()) return {pieces_.front().front(), 0, 0};
  if (v >= high()) return {pieces_.back().back(), 0, 0};
  const std::size_t p = piece_at(v);
  // In powers of t, by differences of the coefficients: slope and curvature are as precise as these.
  const Piece& c = pieces_[p];
  const double per_h = 1 / width(p), t = (v - knots_[p]) * per_h;
  const double d1 = c[1] - c[0], e1 = c[2] - c[1], f1 = c[3] - c[2], g1 = c[4] - c[3], h1 = c[5] - c[4];
  const double d2 = e1 - d1, e2 = f1 - e1, f2 = g1 - f1, g2 = h1 - g1;
  const double d3 = e2 - d2, e3 = f2 - e2, f3 = g2 - f2;
  const double d4 = e3 - d3, e4 = f3 - e3;
  const double d5 = e4 - d4;
  Point point;
  point.value = c[0] + t * (5 * d1 + t * (10 * d2 + t * (10 * d3 + t * (5 * d4 + t * d5))));
  point.slope = 5 * per_h * (d1 + t * (4 * d2 + t * (6 * d3 + t * (4 * d4 + t * d5))));
  point.curvature = 20 * per_h * per_h * (d2 + t * (3 * d3 + t * (3 * d4 + t * d5)));
  return point;
}

double Rise::value(double v) const {
  return at(v).value;
}

namespace {

/// A Bernstein coefficient of the derivative, from two of a polynomial of this degree next to each other.
GOODHART_INLINE double derived(double degree, double here, double next, double width) {
  return degree * (next - here) / width;
}

/// Bernstein coefficients over a part of where they stand, given as shares of it (de Casteljau's algorithm).
template <std::size_t N>
GOODHART_INLINE void restrict_to(std::array<double, N>& c, double from, double to) {
  if (to < 1) {  // keep the left part
#pragma GCC unroll 8
    for (std::size_t round = 1; round < N; ++round) {
#pragma GCC unroll 8
      for (std::size_t i = N - 1; i >= round; --i) c[i] = c[i - 1] + to * (c[i] - c[i - 1]);
    }
  }
  if (from > 0) {  // keep the right part of that
    const double share = from / std::min(1.0, to);
#pragma GCC unroll 8
    for (std::size_t round = 1; round < N; ++round) {
#pragma GCC unroll 8
      for (std::size_t i = 0; i + round < N; ++i) c[i] += share * (c[i + 1] - c[i]);
    }
  }
}

}  // namespace

/// The coefficients of a piece over a part [a, b] of it.
Rise::Piece Rise::part(std::size_t piece, double a, double b) const {
  Piece c = pieces_[piece];
  restrict_to(c, (a - knots_[piece]) / width(piece), (b - knots_[piece]) / width(piece));
  return c;
}

/// Slopes and curvatures of a piece over a part of it lie between the coefficients of the derivatives. These are taken
/// from the whole piece: differences of coefficients over a short part would be mostly rounding.
void Rise::widen(Range& range, std::size_t piece, double a, double b) const {
  const Piece& c = pieces_[piece];
  const double h = width(piece), from = (a - knots_[piece]) / h, to = (b - knots_[piece]) / h;
  std::array<double, kDegree> slope;
  std::array<double, kDegree - 1> curvature;
  for (std::size_t i = 0; i < kDegree; ++i) slope[i] = derived(kDegree, c[i], c[i + 1], h);
  for (std::size_t i = 0; i + 1 < kDegree; ++i) curvature[i] = derived(kDegree - 1, slope[i], slope[i + 1], h);
  restrict_to(slope, from, to);
  restrict_to(curvature, from, to);
  const auto [least_slope, most_slope] = std::minmax_element(slope.begin(), slope.end());
  const auto [least_curvature, most_curvature] = std::minmax_element(curvature.begin(), curvature.end());
  widen(range, {*least_slope, *most_slope, *least_curvature, *most_curvature});
}

void Rise::widen(Range& range, const Range& other) {
  range.least_slope = std::min(range.least_slope, other.least_slope);
  range.most_slope = std::max(range.most_slope, other.most_slope);
  range.least_curvature = std::min(range.least_curvature, other.least_curvature);
  range.most_curvature = std::max(range.most_curvature, other.most_curvature);
}

Rise::Range Rise::range(double a, double b) const {
  Range range{kInfinity, -kInfinity, kInfinity, -kInfinity};
  if (a < low() || b > high()) range = {0, 0, 0, 0};
  a = std::max(a, low());
  b = std::min(b, high());
  if (!(a < b)) {
    const Point here = at(a);
    widen(range, {here.slope, here.slope, here.curvature, here.curvature});
    return range;
  }
  const std::size_t first = piece_at(a), last = piece_at(b);
  for (std::size_t p = first; p <= last; ++p) {
    if (p % kGroup == 0 && p > first && p + kGroup - 1 < last) {
      widen(range, groups_[p / kGroup]);
      p += kGroup - 1;
      continue;
    }
    const double from = std::max(a, knots_[p]), to = std::min(b, knots_[p + 1]);
    if (p > first && p < last) {
      widen(range, ranges_[p]);
    } else {
      widen(range, p, from, to);
    }
  }
  return range;
}

void Rise::cover(double a, double b, ScratchVector<Corner>& corners) const {
  corners.clear();
  // Graham's scan from left to right over the coefficients, which a piece lies below the hull of.
  const auto add_corner = [&](double at, double value) {
    while (corners.size() >= 2) {
      const Corner& one = corners[corners.size() - 2];
      const Corner& two = corners.back();
      if ((two.value - one.value) * (at - one.at) > (value - one.value) * (two.at - one.at)) break;
      corners.pop_back();
    }
    if (!corners.empty() && at <= corners.back().at) {
      corners.back().value = std::max(corners.back().value, value);
      return;
    }
    corners.push_back({at, value});
  };
  if (a < low()) add_corner(a, pieces_.front().front());
  if (b <= low()) add_corner(b, pieces_.front().front());
  const double from = std::clamp(a, low(), high()), to = std::clamp(b, low(), high());
  if (from < to) {
    const std::size_t last = piece_at(to);
    for (std::size_t p = piece_at(from); p <= last; ++p) {
      const double left = std::max(from, knots_[p]), right = std::min(to, knots_[p + 1]);
      if (!(left < right)) continue;
      const bool whole = left == knots_[p] && right == knots_[p + 1];
      const Piece c = whole ? pieces_[p] : part(p, left, right);
      for (std::size_t i = 0; i <= kDegree; ++i)
        add_corner(left + (right - left) * static_cast<double>(i) / kDegree, c[i]);
    }
  }
  if (b > high()) {
    if (a > high()) add_corner(a, pieces_.back().back());
    add_corner(b, pieces_.back().back());
  }
  if (corners.empty()) add_corner(a, value(a));
}

void Rise::add(double from, const Point& a, double to, const Point& b) {
  const double h = to - from;
  pieces_.push_back({a.value, a.value + h * a.slope / 5, a.value + 2 * h * a.slope / 5 + h * h * a.curvature / 20,
                     b.value - 2 * h * b.slope / 5 + h * h * b.curvature / 20, b.value - h * b.slope / 5, b.value});
  knots_.push_back(to);
}

namespace {

/// Bounds of whole pieces, `widen` for many at once: Bernstein coefficients of a derivative bound it.
GOODHART_WIDE void bound_pieces(const std::array<double, 6>* pieces, const double* knots, std::size_t count,
                                Rise::Range* ranges) {
  constexpr std::size_t kTile = 32;
  double coefficient[6][kTile], width[kTile], slope[5][kTile];
  double least_slope[kTile], most_slope[kTile], least_curvature[kTile], most_curvature[kTile];
  for (std::size_t begin = 0; begin < count; begin += kTile) {
    const std::size_t here = count - begin < kTile ? count - begin : kTile;
    for (std::size_t q = 0; q < kTile; ++q) {
      const std::size_t p = begin + (q < here ? q : here - 1);
      width[q] = knots[p + 1] - knots[p];
      for (std::size_t i = 0; i < 6; ++i) coefficient[i][q] = pieces[p][i];
    }
    for (std::size_t i = 0; i < 5; ++i) {
      for (std::size_t q = 0; q < kTile; ++q) {
        slope[i][q] = derived(5, coefficient[i][q], coefficient[i + 1][q], width[q]);
        least_slope[q] = i == 0 ? slope[i][q] : least(slope[i][q], least_slope[q]);
        most_slope[q] = i == 0 ? slope[i][q] : greatest(slope[i][q], most_slope[q]);
      }
    }
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t q = 0; q < kTile; ++q) {
        const double curvature = derived(4, slope[i][q], slope[i + 1][q], width[q]);
        least_curvature[q] = i == 0 ? curvature : least(curvature, least_curvature[q]);
        most_curvature[q] = i == 0 ? curvature : greatest(curvature, most_curvature[q]);
      }
    }
    for (std::size_t q = 0; q < here; ++q) {
      ranges[begin + q] = {least_slope[q], most_slope[q], least_curvature[q], most_curvature[q]};
    }
  }
}

}  // namespace

void Rise::bound_all() {
  ranges_.resize(pieces_.size());
  bound_pieces(pieces_.data(), knots_.data(), pieces_.size(), ranges_.data());
  groups_.clear();
  for (std::size_t p = 0; p < pieces_.size(); ++p) {
    if (p % kGroup == 0) groups_.push_back(ranges_[p]);
    widen(groups_.back(), ranges_[p]);
  }
}

/// Is the polynomial between two knots right at the middle? Taking the middle as a knot makes what is left of the error
/// 64 times smaller.
bool Rise::fits(const Knot& from, const Knot& to, const Point& middle) {
  const Point &a = from.point, &b = to.point;
  const double h = to.at - from.at;
  const double value =
      0.5 * (a.value + b.value) + 5 * h / 32 * (a.slope - b.slope) + h * h / 64 * (a.curvature + b.curvature);
  const double slope =
      15 / (8 * h) * (b.value - a.value) - 7.0 / 16 * (a.slope + b.slope) + h / 32 * (b.curvature - a.curvature);
  return std::fabs(value - middle.value) < 5e-10 && std::fabs(slope - middle.slope) * h < 2e-9;
}

void Rise::build(const Function& function, std::span<const std::pair<double, double>> segments, double spacing) {
  constexpr int kHalvings = 12;
  knots_.clear();
  pieces_.clear();
  turn_.reset();
  ++builds_;
  ScratchVector<Knot> knots, finer;
  ScratchVector<double> places;
  ScratchVector<Point> points;
  const auto look = [&] {
    points.resize(places.size());
    function(places, points.data());
  };

  // The first knots; nothing rises between segments.
  for (const auto& [from, to] : segments) {
    const double count = std::max(1.0, std::ceil((to - from) / spacing));
    for (double i = 0; i <= count; ++i) places.push_back(i == count ? to : from + (to - from) * i / count);
  }
  look();
  std::size_t taken = 0;
  for (const auto& [from, to] : segments) {
    const bool first = taken == 0;
    const double before = first ? 0 : knots.back().point.value;
    for (; taken < places.size() && places[taken] <= to; ++taken) {
      Knot& knot = knots.emplace_back(Knot{places[taken], points[taken], true});
      const bool begins = knot.at == from, ends = knot.at == to;
      if (ends || (begins && !first)) knot.point.slope = knot.point.curvature = 0;
      if (begins && !first) knot.point.value = before;
      if (ends) knot.open = false;
    }
  }

  // All pieces that are too coarse are halved at once.
  for (int round = 0; round <= kHalvings; ++round) {
    places.clear();
    for (std::size_t k = 0; k + 1 < knots.size(); ++k) {
      if (knots[k].open) places.push_back(0.5 * (knots[k].at + knots[k + 1].at));
    }
    if (places.empty()) break;
    look();
    finer.clear();
    taken = 0;
    for (std::size_t k = 0; k < knots.size(); ++k) {
      Knot knot = knots[k];
      if (!knot.open) {
        finer.push_back(knot);
        continue;
      }
      const Point& middle = points[taken];
      knot.open = round < kHalvings && !fits(knot, knots[k + 1], middle);
      finer.push_back(knot);
      finer.push_back({places[taken++], middle, knot.open});
    }
    knots.swap(finer);
  }

  knots_.push_back(knots.front().at);
  for (std::size_t k = 0; k + 1 < knots.size(); ++k) {
    add(knots[k].at, knots[k].point, knots[k + 1].at, knots[k + 1].point);
  }
  bound_all();
  fill_buckets();
}

const Rise::Turn& Rise::found_turn() const {
  if (!turn_) turn_ = find_turn();
  return *turn_;
}

/// The place of the greatest slope, and how far the function strays from being convex before and concave after it.
///
/// With k >= 0 at least the second derivative, f - K is concave for K'' = k, so f exceeds its tangent by no more than K
/// does, which is less than the width times the integral of k; likewise before the turn. At either end, where next to
/// nothing is left to rise, the table's second derivative is mostly rounding, and looked at in shorter parts. Behind a
/// place q after which slopes are no more than at q, f exceeds tangents no more than it does behind q, so the width
/// that counts is what is left. Before such a place, chords are below f by at most what it has risen.
Rise::Turn Rise::find_turn() const {
  const std::size_t count = pieces_.size();
  std::size_t steepest = 0;
  for (std::size_t p = 1; p < count; ++p) {
    if (at(knots_[p]).slope > at(knots_[steepest]).slope) steepest = p;
  }
  const std::size_t middle = steepest > 0 && at(knots_[steepest]).curvature < 0 ? steepest - 1 : steepest;
  double least = knots_[middle], most = knots_[middle + 1];
  for (int round = 0; round < 60; ++round) {
    const double half = 0.5 * (least + most);
    (at(half).curvature > 0 ? least : most) = half;
  }
  Turn turn{.at = 0.5 * (least + most)};

  constexpr double kRounding = 1e-12, kParts = 32;  // of a piece
  const double span = high() - low();
  double before = 0, after = 0;
  if (turn.at > knots_[middle]) before += (turn.at - knots_[middle]) * -range(knots_[middle], turn.at).least_curvature;
  if (turn.at < knots_[middle + 1]) {
    after += (knots_[middle + 1] - turn.at) * range(turn.at, knots_[middle + 1]).most_curvature;
  }
  before = std::max(0.0, before) * span;
  after = std::max(0.0, after) * span;
  for (std::size_t p = middle; p-- > 0;) {
    const double stray = span * width(p) * std::max(0.0, -ranges_[p].least_curvature);
    if (stray <= kRounding) {
      before += stray;
      continue;
    }
    double part = width(p) / kParts, end = knots_[p + 1];
    while (end - 0.5 * part > knots_[p] &&
           -range(end - part, end).least_curvature * part * span <= kRounding / kParts) {
      end -= part;
    }
    before += value(end) - pieces_.front().front();
    break;
  }
  for (std::size_t p = middle + 1; p < count; ++p) {
    const double stray = span * width(p) * std::max(0.0, ranges_[p].most_curvature);
    if (stray <= kRounding) {
      after += stray;
      continue;
    }
    double slope = 0, sum = 0;
    for (std::size_t rest = p; rest < count; ++rest) {
      const double part = width(rest) / kParts;
      for (double i = 0; i < kParts; ++i) {
        const Range range = this->range(knots_[rest] + i * part, knots_[rest] + (i + 1) * part);
        slope = std::max(slope, range.most_slope);
        sum += part * std::max(0.0, range.most_curvature);
      }
    }
    after += sum * (high() - knots_[p]) + std::max(0.0, slope - at(knots_[p]).slope) * span;
    break;
  }
  turn.slack = std::max(before, after);
  if (!(turn.slack <= 1e-10)) turn.at = std::numeric_limits<double>::quiet_NaN();
  return turn;
}

}  // namespace goodhart
