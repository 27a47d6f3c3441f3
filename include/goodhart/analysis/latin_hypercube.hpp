/// Latin hypercubes: each range is cut into equal parts, and each part is met once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// One coordinate of a Latin hypercube of so many points in (0, 1) (McKay, Beckman & Conover 1979, doi
/// 10.1080/00401706.1979.10489755). The draws are named by the path of the number that the coordinate stands for, so
/// that another number more leaves it as it is.
std::vector<double> latin_hypercube(std::uint64_t seed, const std::string& path, int points);

/// So many worlds: the values of each number in `experiment.vary`, number by number, each at its shares of such a cube.
std::vector<std::vector<double>> sampled_values(const Scenario& scenario, int worlds);

}  // namespace goodhart
