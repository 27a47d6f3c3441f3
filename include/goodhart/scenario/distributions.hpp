/// The list of distributions a quantity can have. A new one: a header and a source in distributions/, and its line
/// here.
#pragma once

#include <array>
#include <span>
#include <string>
#include <variant>

#include "goodhart/scenario/distributions/bernoulli.hpp"
#include "goodhart/scenario/distributions/beta.hpp"
#include "goodhart/scenario/distributions/discrete.hpp"
#include "goodhart/scenario/distributions/exponential.hpp"
#include "goodhart/scenario/distributions/gamma.hpp"
#include "goodhart/scenario/distributions/lognormal.hpp"
#include "goodhart/scenario/distributions/normal.hpp"
#include "goodhart/scenario/distributions/pareto.hpp"
#include "goodhart/scenario/distributions/student_t.hpp"
#include "goodhart/scenario/distributions/uniform.hpp"

namespace goodhart {

using Distribution =
    std::variant<Uniform, Normal, Lognormal, Exponential, Gamma, Beta, Bernoulli, Pareto, StudentT, Discrete>;

template <>
struct Family<Distribution> {
  static constexpr const char* noun = "distribution";
  static constexpr std::array<const char*, 0> later{};
};

/// The value at probability u of a distribution, its truncation included: draws are made by inversion, so that the same
/// luck u means the same rank under every policy, whatever the distribution's parameters there.
///
/// Truncation to [min, max] maps u to F(min) + u (F(max) - F(min)).
double quantile(const Distribution& distribution, double u);
/// The same of many probabilities at once, each in its place.
void quantiles(const Distribution& distribution, std::span<double> u);

/// What the parameters' own bounds cannot say (low above high, weights that sum to zero, a truncation that leaves
/// nothing). Empty where all is well.
std::string fault(const Distribution& distribution);

/// Does it take single values only (`kStepped`), so that nothing lies between them?
bool stepped(const Distribution& distribution);

/// One draw for the whole team?
bool per_team(const Distribution& distribution);

}  // namespace goodhart
