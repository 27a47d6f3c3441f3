/// Network `team`: team mates see each other.
#pragma once

#include "goodhart/scenario/fields.hpp"

namespace goodhart {

struct TeamPeers {
  static constexpr const char* kName = "team";
  static constexpr const char* kHelp = "team mates see each other";

  static bool sees_nobody(int team) { return team < 2; }

  template <class Self, class Visitor>
  static void fields(Self&, Visitor&) {}
};

}  // namespace goodhart
