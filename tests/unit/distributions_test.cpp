/// Distributions: quantiles against closed forms and tables, truncation, and parameters that make no sense together.
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "goodhart/scenario/distributions.hpp"

namespace goodhart {

namespace {

doctest::Approx about(double value) {
  return doctest::Approx(value).epsilon(1e-12);
}

constexpr double kZ = 1.959963984540054;  ///< the 97.5 % quantile of the standard normal law

template <class Kind>
Kind cut(Kind kind, double min, double max) {
  kind.min = min;
  kind.max = max;
  return kind;
}

Normal normal(double mean, double sd) {
  Normal kind;
  kind.mean = mean;
  kind.sd = sd;
  return kind;
}
Uniform uniform(double low, double high) {
  Uniform kind;
  kind.low = low;
  kind.high = high;
  return kind;
}
Discrete discrete(std::vector<double> values, std::vector<double> weights) {
  Discrete kind;
  kind.values = std::move(values);
  kind.weights = std::move(weights);
  return kind;
}
Bernoulli bernoulli(double p) {
  Bernoulli kind;
  kind.p = p;
  return kind;
}
template <class Kind>
Kind with_two(double Kind::*first, double a, double Kind::*second, double b) {
  Kind kind;
  kind.*first = a;
  kind.*second = b;
  return kind;
}

}  // namespace

TEST_CASE("quantiles of continuous laws agree with their closed forms") {
  CHECK(quantile(uniform(2, 6), 0.25) == about(3));
  CHECK(quantile(normal(2, 3), 0.5) == about(2));
  CHECK(quantile(normal(2, 3), 0.975) == about(2 + 3 * kZ));
  CHECK(quantile(normal(2, 3), 0.025) == about(2 - 3 * kZ));
  CHECK(quantile(with_two(&Lognormal::median, 2, &Lognormal::sigma, 0.5), 0.975) == about(2 * std::exp(0.5 * kZ)));
  Exponential exponential;
  exponential.mean = 3;
  CHECK(quantile(exponential, 0.5) == about(3 * std::numbers::ln2));
  // Gamma of shape 3 and scale 2 is chi-squared with 6 degrees of freedom; of shape 1, exponential.
  CHECK(quantile(with_two(&Gamma::shape, 3, &Gamma::scale, 2), 0.95) ==
        doctest::Approx(12.591587243743977).epsilon(1e-10));
  CHECK(quantile(with_two(&Gamma::shape, 1, &Gamma::scale, 3), 0.5) == about(3 * std::numbers::ln2));
  // Beta with a = 1 has the distribution function 1 - (1 - x)^b.
  CHECK(quantile(with_two(&Beta::a, 1, &Beta::b, 3), 0.3) == about(1 - std::cbrt(0.7)));
  CHECK(quantile(with_two(&Pareto::scale, 2, &Pareto::shape, 3), 0.9) == about(2 * std::cbrt(10.0)));
  // Student's t with one degree of freedom is Cauchy's law; with two it has a closed form as well.
  StudentT student;
  student.location = 1;
  student.scale = 2;
  student.dof = 1;
  CHECK(quantile(student, 0.75) == about(1 + 2 * 1));
  student.dof = 2;
  CHECK(quantile(student, 0.9) == about(1 + 2 * (0.8 / std::sqrt(2 * 0.9 * 0.1))));
}

TEST_CASE("quantiles of discrete laws are the smallest values with enough below them") {
  CHECK(quantile(bernoulli(0.25), 0.75) == 0);
  CHECK(quantile(bernoulli(0.25), 0.7501) == 1);
  CHECK(quantile(bernoulli(0), 0.999) == 0);
  CHECK(quantile(bernoulli(1), 0.001) == 1);
  // Weights are proportions, values need no order, those of weight 0 never come.
  const Discrete law = discrete({5, 1, 9, 3}, {2, 1, 0, 1});
  CHECK(quantile(law, 0.25) == 1);
  CHECK(quantile(law, 0.26) == 3);
  CHECK(quantile(law, 0.51) == 5);
  CHECK(quantile(law, 1 - 0x1p-53) == 5);
}

TEST_CASE("truncation cuts off, it does not clip") {
  CHECK(quantile(cut(uniform(0, 1), 0.5, 0.75), 0.5) == about(0.625));
  // The median of the half-normal law is the upper quartile of the normal law.
  CHECK(quantile(cut(normal(0, 1), 0, INFINITY), 0.5) == about(0.6744897501960817));
  CHECK(quantile(cut(normal(0, 1), -INFINITY, 0), 0.5) == about(-0.6744897501960817));
  const Discrete law = discrete({1, 2, 3}, {1, 1, 1});
  CHECK(quantile(cut(law, 2, INFINITY), 0.25) == 2);
  CHECK(quantile(cut(law, 2, INFINITY), 0.75) == 3);
  CHECK(quantile(cut(law, -INFINITY, 2), 0.75) == 2);
  CHECK(quantile(cut(bernoulli(0.1), 0.5, INFINITY), 0.01) == 1);
}

TEST_CASE("every law rises with luck and stays within its bounds, to the last bit of luck") {
  const std::vector<Distribution> laws{
      uniform(-1, 1),
      normal(0, 1),
      with_two(&Lognormal::median, 1, &Lognormal::sigma, 1),
      Exponential(),
      with_two(&Gamma::shape, 0.5, &Gamma::scale, 1),
      with_two(&Beta::a, 0.5, &Beta::b, 0.5),
      bernoulli(0.5),
      with_two(&Pareto::scale, 0.5, &Pareto::shape, 1),
      StudentT(),
      discrete({0.6, 1.2, 0.9}, {1, 2, 3}),
  };
  for (const Distribution& whole : laws) {
    CAPTURE(whole.index());
    const Distribution truncated =
        std::visit([](const auto& kind) { return Distribution(cut(kind, 0.55, 1.25)); }, whole);
    for (const Distribution& law : {whole, truncated}) {
      double before = -INFINITY;
      for (const double u : {0x1p-53, 1e-9, 0.1, 0.3, 0.5, 0.7, 0.9, 1 - 1e-9, 1 - 0x1p-53}) {
        const double x = quantile(law, u);
        CHECK(std::isfinite(x));
        CHECK(x >= before);
        before = x;
      }
    }
    if (whole.index() == Distribution(Uniform()).index()) continue;
    CHECK(quantile(truncated, 0x1p-53) >= 0.55);
    CHECK(quantile(truncated, 1 - 0x1p-53) <= 1.25);
  }
}

TEST_CASE("parameters that make no sense together are told") {
  CHECK(fault(uniform(0, 1)) == "");
  CHECK(fault(uniform(1, 1)) == "low must be below high");
  CHECK(fault(cut(uniform(0, 1), 2, 1)) == "min must not be above max");
  CHECK(fault(cut(uniform(0, 1), 2, INFINITY)) == "min and max leave nothing of the distribution");
  CHECK(fault(cut(uniform(0, 1), INFINITY, INFINITY)) == "min and max leave nothing of the distribution");
  CHECK(fault(cut(uniform(0, 1), -INFINITY, -INFINITY)) == "min and max leave nothing of the distribution");
  CHECK(fault(cut(uniform(0, 1), -INFINITY, INFINITY)) == "");
  CHECK(fault(cut(bernoulli(1), -INFINITY, 0.5)) == "min and max leave nothing of the distribution");
  CHECK(fault(cut(bernoulli(0.5), 1, 1)) == "");
  CHECK(fault(discrete({}, {})) == "values must hold at least one number");
  CHECK(fault(discrete({1}, {1, 2})) == "there are 1 values but 2 weights; give one weight for each value");
  CHECK(fault(discrete({1}, {0})) == "at least one weight must be above 0");
}

TEST_CASE("a law may be drawn once for a team") {
  Normal law = normal(0, 1);
  CHECK_FALSE(per_team(law));
  law.per = "team";
  CHECK(per_team(law));
}

}  // namespace goodhart
