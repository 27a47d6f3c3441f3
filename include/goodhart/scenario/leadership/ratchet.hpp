/// Move `ratchet`: the target follows what was achieved.
#pragma once

#include <string>

#include "goodhart/scenario/fields.hpp"

namespace goodhart {

struct Ratchet {
  static constexpr const char* kName = "ratchet";
  static constexpr const char* kHelp = "at each close the target moves towards what was achieved";
  static constexpr const char* kWhose[] = {"individual", "team", "organisation"};
  std::string incentive;
  double speed = 0;
  std::string of = "individual";
  bool up_only = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("incentive", self.incentive,
          About{.help = "the incentive of this phase whose target moves", .required = true});
    visit(
        "speed", self.speed,
        About{
            .help = "share of the way from target to M that the target moves", .low = 0, .high = 1, .required = true});
    visit.words("of", self.of, kWhose, About{.help = "whose M: one's own, or the mean of the team or of all"});
    visit("up_only", self.up_only, About{.help = "does the target only ever become harder?"});
  }
};

}  // namespace goodhart
