/// Network `none`: nobody sees anybody.
#pragma once

#include "goodhart/scenario/fields.hpp"

namespace goodhart {

struct NoPeers {
  static constexpr const char* kName = "none";
  static constexpr const char* kHelp = "nobody sees anybody";

  static bool sees_nobody(int) { return true; }

  template <class Self, class Visitor>
  static void fields(Self&, Visitor&) {}
};

}  // namespace goodhart
