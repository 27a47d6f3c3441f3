/// Move `commit`: what is chosen before the first step (engine/commitment) is kept, so there is nothing to do later.
#include "kind.hpp"

namespace goodhart {

template <>
void act_as(const Commit&, Office&, std::size_t) {}

template <>
int audited_by(const Commit&, int) {
  return 0;
}

template <>
std::vector<std::string> metrics_read_by(const Commit&) {
  return {};
}

template <>
std::string moves_target_as(const Commit&) {
  return {};
}

template <>
bool moves_rates_as(const Commit&) {
  return false;
}

}  // namespace goodhart
