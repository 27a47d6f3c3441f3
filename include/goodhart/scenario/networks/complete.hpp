/// Network `complete`: everybody sees everybody else.
#pragma once

#include "goodhart/scenario/fields.hpp"

namespace goodhart {

struct CompletePeers {
  static constexpr const char* kName = "complete";
  static constexpr const char* kHelp = "everybody sees everybody else";

  template <class Self, class Visitor>
  static void fields(Self&, Visitor&) {}
};

}  // namespace goodhart
