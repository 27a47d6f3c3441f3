/// Move `infer`: leadership estimates how much of a metric is gamed, from what it sees, and acts once it is sure.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "goodhart/scenario/fields.hpp"

namespace goodhart {

/// Something that leadership sees, and what it believes that this tells of the gamed share: on average the signal is
/// none + (all - none) x share, with Gaussian noise.
struct Signal {
  std::string see;
  std::string metric;
  std::optional<int> sample;
  double none = 0;
  double all = 1;
  double sd = 0;

  static constexpr const char* kSees[] = {"dashboard", "bill", "tips", "audits"};

  /// What the bounds of single fields cannot say: the field and a sentence, both empty where all is well.
  std::pair<std::string, std::string> fault() const {
    if (see == "dashboard" && metric.empty())
      return {"metric", "is missing; it is needed for see: dashboard: the metric whose dashboard is looked at"};
    if (see != "dashboard" && !metric.empty()) return {"metric", "is for see: dashboard alone; remove it"};
    if (see == "audits" && !sample)
      return {"sample", "is missing; it is needed for see: audits: how many employees are audited in a step"};
    if (see != "audits" && sample) return {"sample", "is for see: audits alone; the others show everybody"};
    if (see == "audits" && (none != 0 || all != 1))
      return {none != 0 ? "none" : "all", "is not for see: audits, which find the share itself; remove it"};
    if (none == all) return {"all", "must differ from none: else the signal tells nothing"};
    return {};
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.words("see", self.see, kSees,
                About{.help = "dashboard: that of a metric; bill: the cost of activities, per employee; tips: the "
                              "share of hours in gaming; audits: the gamed share of a sample's readings",
                      .required = true});
    visit("metric", self.metric, About{.help = "the metric whose dashboard is looked at", .names = Names::metric});
    visit("sample", self.sample,
          About{.help = "how many employees are audited in each step", .low = 1, .high = 1e8, .default_text = "none"});
    visit("none", self.none,
          About{.help = "what leadership believes it would see where nothing of the metric is gamed",
                .unit = "units of the signal",
                .finite = true});
    visit("all", self.all,
          About{.help = "what it believes it would see where all of the metric is gamed",
                .unit = "units of the signal",
                .finite = true});
    visit("sd", self.sd,
          About{.help = "how far leadership believes the signal strays: its standard deviation",
                .unit = "units of the signal",
                .low = 0,
                .above = true,
                .finite = true,
                .required = true});
  }
};

struct Infer {
  static constexpr const char* kName = "infer";
  static constexpr const char* kHelp =
      "estimates how much of a metric is gamed by a Kalman filter, and begins another phase once it is sure";
  std::string metric;
  double first = 0;
  double first_sd = 0;
  double drift = 0;
  std::vector<Signal> signals;
  std::optional<double> above;
  double sure = 0.95;
  std::string to;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("metric", self.metric,
          About{.help = "the metric of which a share is gamed", .required = true, .names = Names::metric});
    visit(
        "first", self.first,
        About{.help = "the share that leadership expects as the phase begins", .low = 0, .high = 1, .required = true});
    visit("first_sd", self.first_sd,
          About{.help = "how unsure it then is: a standard deviation",
                .low = 0,
                .above = true,
                .finite = true,
                .required = true});
    visit("drift", self.drift,
          About{.help = "how far it believes the share moves in a step: a standard deviation",
                .low = 0,
                .finite = true,
                .required = true});
    visit("signals", self.signals, About{.help = "what leadership goes by", .required = true});
    visit("above", self.above,
          About{.help = "the share above which it acts", .low = 0, .high = 1, .default_text = "it only looks on"});
    visit("sure", self.sure,
          About{.help = "how probable it must be, to leadership, that the share is above that",
                .low = 0,
                .high = 1,
                .above = true});
    visit("to", self.to, About{.help = "the phase that begins in the next step", .default_text = "none"});
  }
};

}  // namespace goodhart
