/// What is often asked of where a move of leadership stands.
#include <algorithm>

#include "kind.hpp"

namespace goodhart {

namespace {

/// "there is no ... 'x'; did you mean 'y'?"
std::string no_such(const std::string& noun, const std::string& name, const std::vector<std::string>& there) {
  std::string text = "there is no " + noun + " '" + name + "'";
  if (const auto near = nearest_name(name, there)) return text + "; did you mean '" + *near + "'?";
  return text + (there.empty() ? "" : (there.size() == 1 ? "; there is " : "; there are ") + listed(there, "and"));
}

}  // namespace

void MovePlace::in_time(const std::string& field, int every) const {
  if (every > length && length > 0) {
    findings.warning(at + "." + field,
                     whole() + " lasts " + std::to_string(length) + " steps at most, so this never happens");
  } else if (every == length && every > 1) {
    findings.warning(at + "." + field, "this happens once, after the last of the " + std::to_string(length) +
                                           " steps of " + whole() + ", so nothing comes of it");
  }
}

void MovePlace::in_sample(const std::string& field, int sample) const {
  const int size = setting.population.size;
  if (sample > size) {
    findings.error(at + "." + field, "must be at most the size of the population, " + std::to_string(size) + ", got " +
                                         std::to_string(sample));
  }
}

const Scheme* MovePlace::incentive(const std::string& field, const std::string& name) const {
  const std::vector<std::string> names = incentive_names(phase.incentives);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return &phase.incentives[static_cast<std::size_t>(found - names.begin())];
  findings.error(at + "." + field,
                 no_such("incentive", name, names) + (names.empty() ? " here: " + whole() + " has no incentives" : ""));
  return nullptr;
}

void MovePlace::next_phase(const std::string& to) const {
  std::vector<std::string> phases;
  for (const Phase& other : policy.phases) {
    if (&other != &phase) phases.push_back(other.name);
  }
  if (!policy.phased) {
    findings.error(at, "begins another phase, but the policy has no phases; write {phases: [...]}");
  } else if (to == phase.name) {
    findings.error(at + ".to", "'" + to + "' is this phase itself; name another");
  } else if (std::find(phases.begin(), phases.end(), to) == phases.end()) {
    findings.error(at + ".to", no_such("phase", to, phases));
  }
}

}  // namespace goodhart
