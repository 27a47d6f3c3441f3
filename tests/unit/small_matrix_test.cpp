/// Small matrices against what they are to satisfy.
#include "model/small_matrix.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace goodhart;
using namespace goodhart::detail;

namespace {

/// A symmetric matrix of a given rank without negative eigenvalues: sums of squares of random vectors.
Matrix random_form(Index size, Index rank, std::mt19937& random) {
  std::uniform_real_distribution<double> between(-1, 1);
  Matrix form = Matrix::zero(size);
  for (Index r = 0; r < rank; ++r) {
    Vector a(size);
    for (Index i = 0; i < size; ++i) a(i) = between(random);
    form.add_square(1, a);
  }
  return form;
}

}  // namespace

TEST_CASE("symmetric systems of all sizes are solved") {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> between(-1, 1);
  for (Index n = 1; n <= kMostActivities; ++n) {
    Matrix a = random_form(n, n, random);
    a.add_diagonal(0.1);
    // As barriers do: what stands first is small, and what follows is larger by far.
    for (Index i = 0; i < n; ++i) a(i, i) *= i % 3 == 2 ? 1e9 : 1;
    Vector x(n);
    for (Index i = 0; i < n; ++i) x(i) = between(random);
    const Vector found = solve_symmetric(a, a * x);
    CAPTURE(n);
    CHECK((found - x).greatest_magnitude() < 1e-10);
  }
}

TEST_CASE("a symmetric system without an effect of one unknown leaves it at 0") {
  Matrix a = Matrix::zero(3);
  a(0, 0) = 2;
  a(2, 2) = 4;
  a(0, 2) = a(2, 0) = 1;
  Vector b = Vector::zero(3);
  b(0) = 4;
  b(2) = 9;
  const Vector x = solve_symmetric(a, b);
  CHECK(x(0) == doctest::Approx(1));
  CHECK(x(1) == 0);
  CHECK(x(2) == doctest::Approx(2));
}

TEST_CASE("a matrix is positive definite as long as its least eigenvalue is above 0") {
  std::mt19937 random(2);
  for (Index n = 1; n <= kMostActivities; ++n) {
    Matrix a = random_form(n, n, random);
    const double least = least_eigenvalue(a);
    CAPTURE(n);
    CHECK(least > 0);
    a.add_diagonal(-least + 1e-9);
    CHECK(positive_definite(a));
    a.add_diagonal(-2e-9);
    CHECK_FALSE(positive_definite(a));
  }
}

TEST_CASE("of all least squares the shortest is found") {
  // x + y = 2 twice: (1, 1). And a third unknown that nothing asks for.
  LargeMatrix a = LargeMatrix::zero(3);
  a(0, 0) = a(0, 1) = a(1, 0) = a(1, 1) = 1;
  LongVector b = LongVector::zero(3);
  b(0) = b(1) = 2;
  const LongVector x = solve_least_squares(a, b);
  CHECK(x(0) == doctest::Approx(1));
  CHECK(x(1) == doctest::Approx(1));
  CHECK(x(2) == doctest::Approx(0));
}
