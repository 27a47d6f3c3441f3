/// Bunching: are there more readings just at and above a target than the readings around it lead to expect?
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace goodhart {

/// What somebody measured: a reading of an employee in a step, line by line.
struct Readings {
  std::vector<double> values;  ///< finite
  /// Whose reading each is, counted from 0; empty where that is not known. Then each counts as another employee's.
  std::vector<std::uint32_t> employee;
  std::size_t employees = 0;  ///< how many there are; 0 where that is not known
  std::vector<double> step;   ///< in which each was made; empty where that was not asked
};

struct BunchingOptions {
  static constexpr int kFewestBins = 5, kMostBins = 100;

  double target = 0;
  std::optional<double> width;  ///< of a bin; without it `bunching_at` chooses one
  int bins = 10;                ///< on each side of the target at most
};

/// What was counted in a stretch of readings, and what would be expected there.
struct Excess {
  double from = 0, to = 0;  ///< readings from here to below there
  double observed = 0, expected = 0;
  double more = 0;  ///< observed - expected
  // The 95 % interval of `more`.
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();

  /// Does the interval lie above, or below, zero?
  bool surely_more() const { return low > 0; }
  bool surely_fewer() const { return high < 0; }
};

/// A step of round numbers, such as 10, that holds more readings than its neighbours.
struct Rounding {
  double step = 0;
  double share = 0;        ///< of all readings but those exactly at the target that are multiples of it
  bool of_target = false;  ///< is the target a multiple, too?
  bool accounted = false;  ///< is it part of what is expected?
};

struct Bunching {
  struct Bin {
    double from = 0;        ///< readings from here to below the next bin's
    double observed = 0;    ///< readings
    double expected = 0;    ///< as the readings away from the target lead to expect
    bool left_out = false;  ///< is too near to the target to say what is expected
  };

  double target = 0, width = 0;
  std::size_t readings = 0;   ///< all there are, within the bins or not
  std::size_t employees = 0;  ///< 0 where that is not known
  std::size_t exactly = 0;    ///< readings that are the target, to the last digit
  double grain = 0;           ///< the largest round number that all readings are multiples of; 0 where there is none
  Excess above;               ///< in the bins from the target on that are left out
  Excess below;               ///< in those just below it
  std::vector<Bin> bins;      ///< in order, without gaps
  std::vector<Rounding> roundings;  ///< from fine to coarse
  int degree = 0;                   ///< of the curve
  /// How far the readings away from the target stray from the curve, as a variance: 1 is what chance makes of it. Where
  /// it is more, intervals are so much wider.
  double misfit = 1;

  /// Readings in [target, target + width) beyond those expected, as a share of all readings.
  double share() const { return above.more / static_cast<double>(readings); }
};

/// The excess of readings at a target.
///
/// Bins of one width w lie to both sides of the target T, at which one begins: bin j holds readings from T + jw to
/// below T + (j + 1)w. Those next to the target are left out. What is expected in them is a curve through the others:
/// counts are Poisson with
///
///   log mean = log(distinct values a bin can hold) + polynomial of degree 1 to 4 + Σ_s b_s (multiples of s in the
///   bin),
///
/// the degree by Akaike's criterion for counts that vary as much as the resamples below say. The last term is there for
/// each step s of round numbers at which readings heap
/// (`Bunching::roundings`), as far as the bins can tell. `above` is what the bins from the target on that are left out
/// hold beyond the curve, `below` the same of those just below, where readings are missing if people moved from there.
/// One bin is left out on each side, or as few more (up to five) as it takes for the curve to fit the others: their
/// mean squared deviation from it, over its variance, is at most 1.7. Where it never fits, those are with which it
/// strays least.
///
/// Intervals are estimate ± t s: s is the standard deviation over 999 resamples of employees (the Poisson bootstrap, in
/// which everybody counts Poisson(1) times), times √misfit where the curve fits worse than luck makes it. The draws are
/// fixed. So the interval knows of luck and of how far the curve strays elsewhere, but not of a hump in what people
/// would do without a target that happens to lie there.
///
/// The standard width is a tenth of the spread of readings, as a round number: the next wider one where bins would be
/// too empty. Bins reach out to the first that has fewer than 5 readings, or holds the
/// least or the greatest reading: that one may lie half beyond what readings can be.
///
/// Sources: Saez 2010, doi 10.1257/pol.2.3.180; Chetty, Friedman, Olsen & Pistaferri 2011, doi 10.1093/qje/qjr013
/// (counterfactual from bins away from the target); Kleven & Waseem 2013, doi 10.1093/qje/qjt004 (notches, round
/// numbers, the hole below); Kleven 2016, doi 10.1146/annurev-economics-080315-015234. The curve: Lindsey's method,
/// Efron & Tibshirani 1996, doi 10.1214/aos/1032181161. The resampling: Hanley & MacGibbon 2006, "Creating
/// non-parametric bootstrap samples using Poisson frequencies", Computer Methods and Programs in Biomedicine 83:57-62.
///
/// Throws UserError with a sentence where the data cannot tell: too few readings or employees, a target beyond the
/// readings or at their edge, readings that are all the same, a width that is less than the readings' grain.
Bunching bunching_at(const Readings& readings, const BunchingOptions& options);

}  // namespace goodhart
