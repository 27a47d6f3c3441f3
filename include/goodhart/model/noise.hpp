/// The noise of readings.
#pragma once

#include <cstddef>
#include <span>

#include "goodhart/model/population.hpp"

namespace goodhart {

/// Noise is drawn for four employees at a time: blocks must begin at a multiple of this.
inline constexpr std::size_t kNoiseGroup = 4;

/// Writes standard draws (scale 1) of a noise's law for the employees first, first + 1, ... of one step.
///
/// Gaussian: Box & Muller 1958 (doi 10.1214/aoms/1177706645). Student-t: Bailey 1994
/// (doi 10.2307/2153537). Laplace: by inversion. Draws: one counter for four employees, so that
/// employee i's number depends on nothing but i.
void standard_noise(const Noise& law, const Draws& draws, std::uint32_t replicate, std::int32_t step, std::size_t first,
                    std::span<double> out);

}  // namespace goodhart
