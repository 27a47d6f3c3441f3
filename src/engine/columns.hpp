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
/// out = a + b; out may be a
void plus(double* out, const double* a, const double* b, std::size_t count);
/// The sum over those whose group is `which`
double sum_of_group(const double* a, const std::int16_t* group, std::int16_t which, std::size_t count);
/// How many they are
double members_of_group(const std::int16_t* group, std::int16_t which, std::size_t count);
/// a += factor b
void add_scaled(double* a, double factor, const double* b, std::size_t count);
/// out = factor b
void scaled(double* out, double factor, const double* b, std::size_t count);
/// a = factor a
void scale(double* a, double factor, std::size_t count);
/// out = a / b
void ratio(double* out, const double* a, const double* b, std::size_t count);
/// a += b c
void add_product(double* a, const double* b, const double* c, std::size_t count);
/// out = a b + c
void product_plus(double* out, const double* a, const double* b, const double* c, std::size_t count);
/// out = a (1 - b c), where b is one number
void erode(double* out, const double* a, double b, const double* c, std::size_t count);
/// a += linear x - bend x^2 / 2, or a = the same; each of linear and bend may be null, for 0
void add_bent(double* a, const double* linear, const double* bend, const double* x, std::size_t count);
void bent(double* a, const double* linear, const double* bend, const double* x, std::size_t count);
/// What a unit is worth to an employee, and what it is worth less with each: linear = care worth - aversion, and
/// curvature = care saturation + strain; saturation may be null, for 0
void worth_of_unit(double* linear, double* curvature, const double* care, const double* worth, const double* aversion,
                   const double* saturation, const double* strain, std::size_t count);
/// a += (strain / 2) (hours - norm)^2
void add_off_norm(double* a, const double* strain, const double* hours, const double* norm, std::size_t count);
/// out = care worth - burden
void utility(double* out, const double* care, const double* worth, const double* burden, std::size_t count);
/// out = a + scale (shared + rest own), where shared and rest are one number; out may be a
void add_noise(double* out, const double* a, const double* scale, double shared, double rest, const double* own,
               std::size_t count);

/// What an activity takes: hours += time x, and time itself to `took`.
void take_time(double* took, double* hours, const double* time, const double* x, std::size_t count);
/// What efforts in one activity do: took = time x, hours += took, made += value x - saturation x^2 / 2,
/// burden += strain x^2 / 2 + aversion x. Returns the sum of `took`.
struct Effort {
  const double *x, *time, *value, *saturation, *strain, *aversion;
  double *took, *hours, *made, *burden;
};
double work(const Effort& effort, std::size_t count);
/// The same of a first activity, where nothing is in hours, made and burden yet.
double first_work(const Effort& effort, std::size_t count);
/// Bits of those whose time in an activity is at least `visible`, 32 to a word; bits beyond the last are 0. Returns how
/// many they are.
std::size_t visible(const double* took, double visible, std::size_t count, std::uint32_t* bits);
/// How many bits are set.
std::size_t bits_in(const std::uint32_t* words, std::size_t count);

/// Marks those who keep their efforts: whose luck is below their inertia (`inertias`, or `inertia` where that is null),
/// and who did not arrive just now. Returns how many.
std::size_t held(const double* luck, const double* inertias, double inertia, const std::int32_t* arrival,
                 std::int32_t now, std::size_t count, char* odd);

/// Sums over those rewarded, whose `paid` is above 0.
struct Rewarded {
  double people = 0, contribution = 0, reading = 0, hours = 0, gaming_time = 0;
};
/// Of these, people and reading alone.
Rewarded rewarded(const double* paid, const double* reading, std::size_t count);
Rewarded rewarded(const double* paid, const double* contribution, const double* reading, const double* hours,
                  const double* gaming_time, std::size_t count);

}  // namespace goodhart::columns
