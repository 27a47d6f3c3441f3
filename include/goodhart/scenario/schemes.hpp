/// The list of schemes by which an incentive turns a reading into a reward. A new one: a header in scenario/schemes/, a
/// source in model/schemes/, and its line here.
#pragma once

#include <array>
#include <variant>

#include "goodhart/scenario/schemes/linear.hpp"
#include "goodhart/scenario/schemes/quota.hpp"
#include "goodhart/scenario/schemes/relative.hpp"
#include "goodhart/scenario/schemes/status.hpp"
#include "goodhart/scenario/schemes/tournament.hpp"

namespace goodhart {

using Scheme = std::variant<Linear, Quota, Tournament, Relative, Status>;

template <>
struct Family<Scheme> {
  static constexpr const char* noun = "scheme";
  static constexpr std::array<const char*, 0> later{};
};

}  // namespace goodhart
