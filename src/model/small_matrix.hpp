/// Vectors and square matrices of a few numbers, whose size is known at run time and whose memory is their own.
///
/// Plain loops in the order of the indices: what a function returns does not depend on how a compiler arranges it, and
/// each is compiled once for all sizes. What takes more than a few lines is left to core/decompositions.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "goodhart/scenario/limits.hpp"

namespace goodhart::detail {

using Index = std::ptrdiff_t;

/// At most `Most` numbers.
template <int Most>
class SmallVector {
 public:
  SmallVector() = default;
  /// Numbers that are yet to be set.
  explicit SmallVector(Index size) : size_(size) {}
  SmallVector(const SmallVector& other) : size_(other.size_) { std::copy_n(other.data(), size_, data()); }
  SmallVector& operator=(const SmallVector& other) {
    size_ = other.size_;
    std::copy_n(other.data(), size_, data());
    return *this;
  }
  static SmallVector zero(Index size) {
    SmallVector made(size);
    std::fill_n(made.data(), size, 0.0);
    return made;
  }

  Index size() const { return size_; }
  void resize(Index size) { size_ = size; }
  double* data() { return at_.data(); }
  const double* data() const { return at_.data(); }
  double& operator()(Index i) { return at_[static_cast<std::size_t>(i)]; }
  double operator()(Index i) const { return at_[static_cast<std::size_t>(i)]; }

  SmallVector& operator+=(const SmallVector& other) {
    for (Index i = 0; i < size_; ++i) (*this)(i) += other(i);
    return *this;
  }
  SmallVector& operator-=(const SmallVector& other) {
    for (Index i = 0; i < size_; ++i) (*this)(i) -= other(i);
    return *this;
  }
  /// this + factor * other.
  SmallVector& add(double factor, const SmallVector& other) {
    for (Index i = 0; i < size_; ++i) (*this)(i) += factor * other(i);
    return *this;
  }

  double dot(const SmallVector& other) const {
    double sum = 0;
    for (Index i = 0; i < size_; ++i) sum += (*this)(i)*other(i);
    return sum;
  }
  double norm() const { return std::sqrt(dot(*this)); }
  /// Element by element.
  SmallVector times(const SmallVector& other) const {
    SmallVector made(size_);
    for (Index i = 0; i < size_; ++i) made(i) = (*this)(i)*other(i);
    return made;
  }
  SmallVector magnitudes() const {
    SmallVector made(size_);
    for (Index i = 0; i < size_; ++i) made(i) = std::fabs((*this)(i));
    return made;
  }
  double greatest_magnitude() const {
    double most = 0;
    for (Index i = 0; i < size_; ++i) most = std::max(most, std::fabs((*this)(i)));
    return most;
  }
  bool finite() const {
    bool all = true;
    for (Index i = 0; i < size_; ++i) all = all && std::isfinite((*this)(i));
    return all;
  }

  friend SmallVector operator+(SmallVector a, const SmallVector& b) { return a += b; }
  friend SmallVector operator-(SmallVector a, const SmallVector& b) { return a -= b; }
  friend SmallVector operator-(SmallVector a) {
    for (Index i = 0; i < a.size_; ++i) a(i) = -a(i);
    return a;
  }
  friend SmallVector operator*(double factor, SmallVector a) {
    for (Index i = 0; i < a.size_; ++i) a(i) *= factor;
    return a;
  }

 private:
  Index size_ = 0;
  std::array<double, Most> at_;
};

/// At most `Most` rows, and as many columns; column after column.
template <int Most>
class SmallMatrix {
 public:
  static constexpr Index kMost = Most;
  using Vector = SmallVector<Most>;

  SmallMatrix() = default;
  /// Numbers that are yet to be set.
  explicit SmallMatrix(Index size) : size_(size) {}
  SmallMatrix(const SmallMatrix& other) : size_(other.size_) { std::copy_n(other.data(), size_ * size_, data()); }
  SmallMatrix& operator=(const SmallMatrix& other) {
    size_ = other.size_;
    std::copy_n(other.data(), size_ * size_, data());
    return *this;
  }
  static SmallMatrix zero(Index size) {
    SmallMatrix made(size);
    std::fill_n(made.data(), size * size, 0.0);
    return made;
  }

  Index size() const { return size_; }
  void resize(Index size) { size_ = size; }
  double* data() { return at_.data(); }
  const double* data() const { return at_.data(); }
  double& operator()(Index row, Index column) { return at_[static_cast<std::size_t>(row + column * size_)]; }
  double operator()(Index row, Index column) const { return at_[static_cast<std::size_t>(row + column * size_)]; }

  friend Vector operator*(const SmallMatrix& a, const Vector& x) {
    Vector made = Vector::zero(a.size_);
    for (Index column = 0; column < a.size_; ++column) {
      for (Index row = 0; row < a.size_; ++row) made(row) += a(row, column) * x(column);
    }
    return made;
  }
  SmallMatrix magnitudes() const {
    SmallMatrix made(size_);
    for (Index i = 0; i < size_ * size_; ++i) made.data()[i] = std::fabs(data()[i]);
    return made;
  }
  double greatest_magnitude() const {
    double most = 0;
    for (Index i = 0; i < size_ * size_; ++i) most = std::max(most, std::fabs(data()[i]));
    return most;
  }
  double least_on_diagonal() const {
    double least = size_ > 0 ? (*this)(0, 0) : 0.0;
    for (Index i = 0; i < size_; ++i) least = std::min(least, (*this)(i, i));
    return least;
  }
  double greatest_on_diagonal() const {
    double greatest = size_ > 0 ? (*this)(0, 0) : 0.0;
    for (Index i = 0; i < size_; ++i) greatest = std::max(greatest, (*this)(i, i));
    return greatest;
  }
  /// this + factor * a a'.
  void add_square(double factor, const Vector& a) {
    for (Index column = 0; column < size_; ++column) {
      for (Index row = 0; row < size_; ++row) (*this)(row, column) += factor * a(row) * a(column);
    }
  }
  /// this + factor * the diagonal matrix of a.
  void add_diagonal(double factor, const Vector& a) {
    for (Index i = 0; i < size_; ++i) (*this)(i, i) += factor * a(i);
  }
  /// this + number * the unit matrix.
  void add_diagonal(double number) {
    for (Index i = 0; i < size_; ++i) (*this)(i, i) += number;
  }

 private:
  Index size_ = 0;
  std::array<double, Most * Most> at_;
};

/// One place for each activity.
using Vector = SmallVector<kMostActivities>;
using Matrix = SmallMatrix<kMostActivities>;

/// Is a symmetric matrix positive definite, as Cholesky's decomposition finds it? Only the lower triangle is read.
bool positive_definite(Matrix a);

/// Solves a x = b for a symmetric positive semidefinite matrix, by LDL' with pivots from the diagonal. Only the lower
/// triangle is read. Directions in which the matrix is 0 get 0.
Vector solve_symmetric(Matrix a, Vector b);

/// The least eigenvalue of a symmetric matrix. Only the lower triangle is read.
double least_eigenvalue(const Matrix& a);

/// The activities and constraints of a search for a stationary point, and 40 is more than all of them.
using LongVector = SmallVector<40>;
using LargeMatrix = SmallMatrix<40>;

/// The shortest x of those with the least |a x - b|, by a complete orthogonal decomposition.
LongVector solve_least_squares(const LargeMatrix& a, const LongVector& b);

}  // namespace goodhart::detail
