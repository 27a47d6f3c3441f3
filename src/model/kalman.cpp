/// What an estimate says of a level.
#include "goodhart/model/kalman.hpp"

#include <cmath>

namespace goodhart {

double probability_above(const Belief& belief, double level) {
  if (belief.variance == 0) return belief.mean > level ? 1 : 0;
  return 0.5 * std::erfc((level - belief.mean) / std::sqrt(2 * belief.variance));
}

}  // namespace goodhart
