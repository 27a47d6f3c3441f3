/// The arithmetic of a step over columns: what is done alike for many employees, one loop a piece (core/lanes.hpp).
///
/// All columns that a call gets are apart from each other, unless it says otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "goodhart/model/moments.hpp"

namespace goodhart::columns {

/// The sum of a column; of the products of two.
double sum(const double* a, std::size_t count);
/// The moments of x and y; of x alone, with y all 0, where y is null.
Moments moments(const double* x, const double* y, std::size_t count);
/// The moments of x and y, where those of y by itself are known (as its x).
Moments moments(const double* x, const double* y, const Moments& of_y, std::size_t count);
/// How many are at least `level`.
double at_least(const double* a, double level, std::size_t count);

/// out = value
void fill(double* out, double value, std::size_t count);
/// a += b
void add(double* a, const double* b, std::size_t count);
/// a += factor b
void add_scaled(double* a, double factor, const double* b, std::size_t count);
/// a = factor a
void scale(double* a, double factor, std::size_t count);
/// out = a / b
void ratio(double* out, const double* a, const double* b, std::size_t count);
/// a += b c
void add_product(double* a, const double* b, const double* c, std::size_t count);
/// out = a b - c
void product_less(double* out, const double* a, const double* b, const double* c, std::size_t count);
/// out = a b + c
void product_plus(double* out, const double* a, const double* b, const double* c, std::size_t count);
/// out = a (1 - b c), where b is one number
void erode(double* out, const double* a, double b, const double* c, std::size_t count);
/// a += linear x - bend x^2 / 2; each of linear and bend may be null, for 0
void add_bent(double* a, const double* linear, const double* bend, const double* x, std::size_t count);
/// a += factor (linear x - bend x^2 / 2)
void add_bent(double* a, double factor, const double* linear, const double* bend, const double* x, std::size_t count);
/// a += (strain / 2) (hours - norm)^2
void add_off_norm(double* a, const double* strain, const double* hours, const double* norm, std::size_t count);
/// out = care worth - burden
void utility(double* out, const double* care, const double* worth, const double* burden, std::size_t count);
/// a += scale (shared + rest own), where shared and rest are one number
void add_noise(double* a, const double* scale, double shared, double rest, const double* own, std::size_t count);

/// What an activity takes: hours += time x, and time itself to `took`.
void take_time(double* took, double* hours, const double* time, const double* x, std::size_t count);
/// Bits of those whose time in an activity is at least `visible`, 64 to a word; bits beyond the last are 0.
void visible(const double* took, double visible, std::size_t count, std::uint64_t* bits);

/// Sums over those rewarded, whose `paid` is above 0.
struct Rewarded {
  double people = 0, contribution = 0, reading = 0, hours = 0, gaming_time = 0;
};
Rewarded rewarded(const double* paid, const double* contribution, const double* reading, const double* hours,
                  const double* gaming_time, std::size_t count);

}  // namespace goodhart::columns
