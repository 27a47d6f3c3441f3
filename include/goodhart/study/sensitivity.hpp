/// Which uncertain numbers drive an outcome, and how much of it is luck.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "goodhart/analysis/estimates.hpp"
#include "goodhart/study/study.hpp"

namespace goodhart {

/// The outcomes of a Sobol' design on two lucks, which the points of a row share and no other row has.
struct SobolOutcomes {
  std::size_t inputs = 0, rows = 0, scrambles = 0;
  /// [scramble][row][point]: A, B, then A with B's value of each input. NaN where a run failed.
  std::vector<double> one, other;
  /// The size of what the outcomes were summed up from, where that is larger than they are, as for differences.
  double magnitude = 0;
};

/// Shares of the variance of the mean outcome over luck, with intervals over the scrambles.
struct SobolShares {
  std::string fault;            ///< why there are none; else empty
  std::vector<Estimate> first;  ///< by input: what it explains by itself
  std::vector<Estimate> total;  ///< what would be left of the variance if all others were known
  Estimate luck;                ///< share of luck in the variance of a single run's outcome: L / (L + V)
  std::size_t left_out = 0;     ///< rows in which a run failed
};

/// Sobol' indices that luck does not bias. With f and f' the outcomes on two independent lucks that the points A, B and
/// j (A with B's value of input j) of a row share,
///
///   V   = ½ E[(fA - fB)(f'A - f'B)]
///   V_j = ½ E[fB (f'j - f'A) + f'B (fj - fA)]
///   T_j = ½ E[(fA - fj)(f'A - f'j)]
///   L   = ½ E[(fp - f'p)²], over all points p of the row
///
/// are unbiased for the variance of the outcome's mean over luck, for what input j explains of it by itself, for what
/// it explains in all, and for the variance by luck; reported are V_j / V, T_j / V and L / (L + V). With one luck
/// alone, noise would pass for interaction (Hart, Alexanderian & Gremaud 2017, arXiv:1602.04795). Outcomes are taken
/// less their mean over all points, which changes no expectation but for terms of the order of 1 / points.
///
/// Intervals are Student's on the jackknife's pseudo-values over the scrambles, which are independent. Rows with a
/// failed run are left out; above 1 % of them there are no shares. Nor are there where nothing varies, or where V
/// cannot be told from 0.
SobolShares sobol_shares(const SobolOutcomes& outcomes, double confidence = 0.95);

/// Elementary effects of each input: by how much the outcome changes, for a whole range, where one input alone moves.
struct MorrisEffects {
  std::string fault;
  std::vector<Estimate> mean;      ///< with sign
  std::vector<Estimate> absolute;  ///< of the effects' absolute values: Campolongo's mu*
  std::vector<double> deviation;   ///< standard deviation: how much an effect depends on the other inputs (and on luck)
  std::size_t left_out = 0;        ///< trajectories in which a run failed
};

/// `outcomes` [trajectory][point], `shares` [trajectory][point][input] as `Study::shares`.
MorrisEffects morris_effects(const std::vector<std::vector<double>>& outcomes,
                             const std::vector<std::vector<std::vector<double>>>& shares);

/// What is looked at: a policy's outcome, or its difference to the comparison policy's.
struct SensitivityTarget {
  std::string policy;
  bool difference = false;
  std::size_t failed = 0;  ///< runs
  SobolShares shares;      ///< of a Sobol' design
  MorrisEffects effects;   ///< of Morris's
};

/// A sensitivity's findings: each policy's outcome, and each difference to the comparison policy.
struct SensitivityFindings {
  bool morris = false;
  std::vector<std::string> inputs;  ///< names
  std::vector<SensitivityTarget> targets;
};

/// Throws Bug where a unit is missing.
SensitivityFindings sensitivity_of(const Study& study, const ReadUnit& read);

}  // namespace goodhart
