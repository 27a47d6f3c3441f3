/// Candidates of searches in words, tables and JSON.
#include "candidates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data.hpp"
#include "goodhart/core/document.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "numbers.hpp"

namespace goodhart {

const std::vector<std::string>& required_by(const SearchSpace& space) {
  static const std::vector<std::string> nothing;
  const auto& require = space.scenario().experiment->require;
  return require ? *require : nothing;
}

std::string value_text(double value) {
  return fmt::format("{:.6g}", value);
}

std::string gain_text(const Estimate& gain) {
  if (std::isnan(gain.mean)) return "–";
  const int decimals = decimals_of(gain);
  return with_sign(gain.mean, decimals) + half_width(gain, 1, decimals);
}

std::string comparison_words(const SearchSpace& space) {
  const std::size_t policy = space.comparison().policy;
  const auto& entry = space.scenario().policies.entries[policy];
  const std::string label = entry.value.called.shown(entry.name);
  return space.is_reached(policy) ? label + " as it stands" : label;
}

std::string over_worlds(const SearchSpace& space) {
  return space.worlds().count() > 0 ? ", on average over " + space.worlds().from : "";
}

nlohmann::ordered_json worlds_json(const SearchSpace& space) {
  if (space.worlds().count() == 0) return nullptr;
  return {{"count", space.worlds().count()}, {"from", space.worlds().from}};
}

std::string limits_of_candidates(const SearchSpace& space, std::size_t candidates) {
  std::string text =
      space.worlds().count() > 0
          ? fmt::format(
                "Outcomes are means over {}: each replicate is in one of them, drawn with equal chances. In a "
                "single world something else may be best (goodhart robust).",
                space.worlds().from)
          : "The scenario is taken as it stands: in other worlds something else may be best (goodhart search --worlds "
            "takes means over them; goodhart robust says where).";
  if (space.in_all() > static_cast<double>(candidates)) {
    text += fmt::format(" There are {:.6g} settings in all, and {} of them were looked at.", space.in_all(),
                        with_commas(candidates));
  }
  std::vector<std::string> sampled;
  for (const Varied& lever : space.levers()) {
    if (!lever.range.is_grid()) sampled.push_back(lever.name);
  }
  if (!sampled.empty()) {
    text +=
        fmt::format(" Of {} only some values were looked at; the confidence is about these.", listed(sampled, "and"));
  }
  return text;
}

/// Does the table need to say which policy?
bool has_policies(const std::vector<LeverChoice>& choices) {
  return std::any_of(choices.begin(), choices.end(),
                     [&](const LeverChoice& choice) { return choice.policy != choices.front().policy; });
}

std::vector<std::string> candidate_head(const SearchSpace& space, bool policies) {
  std::vector<std::string> head{""};
  if (policies) head.emplace_back("policy");
  for (const Varied& lever : space.levers()) head.push_back(harmless_line(lever.name));
  return head;
}

std::vector<std::string> candidate_row(const SearchSpace& space, const LeverChoice& choice, bool policies,
                                       std::size_t number) {
  std::vector<std::string> row{std::to_string(number)};
  if (policies) row.push_back(harmless_line(space.scenario().policies.entries[choice.policy].name));
  const std::vector<std::size_t>& own = space.levers_of(choice.policy);
  for (std::size_t l = 0; l < space.levers().size(); ++l) {
    const bool reached = std::find(own.begin(), own.end(), l) != own.end();
    row.push_back(reached ? value_text(choice.values[l]) : "–");
  }
  return row;
}

std::string candidate_csv_head(const SearchSpace& space) {
  std::string text = "policy";
  for (const Varied& lever : space.levers()) text += fmt::format(",{}", csv_cell(lever.name));
  return text;
}

std::string candidate_csv(const SearchSpace& space, const LeverChoice& choice) {
  std::string text = csv_cell(space.scenario().policies.entries[choice.policy].name);
  const std::vector<std::size_t>& own = space.levers_of(choice.policy);
  for (std::size_t l = 0; l < space.levers().size(); ++l) {
    text += ",";
    if (std::find(own.begin(), own.end(), l) != own.end()) text += csv_cell(choice.values[l]);
  }
  return text;
}

std::string candidate_state_words(Candidate::State state) {
  switch (state) {
    case Candidate::State::best:
      return "the best";
    case Candidate::State::open:
      return "cannot be told from the best";
    case Candidate::State::worse:
      return "certainly worse";
    case Candidate::State::unacceptable:
      return "not acceptable";
    case Candidate::State::failed:
      return "has no outcome";
  }
  return "";
}

nlohmann::ordered_json settings_json(const SearchSpace& space, const LeverChoice& choice) {
  nlohmann::ordered_json settings = nlohmann::ordered_json::object();
  for (const std::size_t l : space.levers_of(choice.policy)) settings[space.levers()[l].name] = choice.values[l];
  return settings;
}

}  // namespace goodhart
