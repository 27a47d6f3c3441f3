/// Paths of a scenario in words.
#include "goodhart/analysis/number_words.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

namespace goodhart {
namespace {

using Keys = std::vector<std::string>;

/// What fields are called whose keys say too little to a reader who does not know the format.
constexpr std::pair<std::string_view, std::string_view> kWhole[] = {
    {"organisation.value_price", "what a unit of value is worth"},
    {"organisation.pay", "pay"},
    {"effort.intrinsic", "how much one's own output matters to people"},
    {"effort.norm", "the usual hours"},
    {"effort.strain", "how hard it is to work other than the usual hours"},
    {"effort.budget", "the most time that people have"},
    {"effort.solidarity", "how much the output of colleagues matters to people"},
    {"effort.discount", "how much people care for what comes later"},
    {"effort.crowding", "how far rewards crowd out what people care for"},
    {"workforce.cost", "the cost of a hire"},
    {"workforce.attrition", "the share of people who leave by themselves"},
    {"workforce.outside.chance", "the chance that people look at what they would have elsewhere"},
    {"workforce.outside.utility", "what people would have elsewhere"},
    {"workforce.outside.scale", "how much what people would have elsewhere varies"},
    {"workforce.hiring.validity", "how well hiring tells who is good"},
    {"behaviour", "how people choose what they do"}};

std::string spaced(std::string text) {
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string quoted(const std::string& label) {
  return "“" + label + "”";
}

template <class T>
std::string label_of(const Named<T>& named, const std::string& name) {
  const T* found = named.find(name);
  return quoted(found ? found->called.shown(name) : spaced(name));
}

bool is_distribution(const std::string& key) {
  bool found = false;
  for_each_kind<Distribution>([&](const auto& kind) { found = found || key == kind.kName; });
  return found;
}

/// The keys after `first`, without the names of distributions. What such a name is followed by says which number of the
/// distribution it is: that goes in front of the rest, as "typical" or "spread of".
std::string field_words(const Keys& keys, std::size_t first) {
  std::string front, rest;
  for (std::size_t i = first; i < keys.size(); ++i) {
    if (is_distribution(keys[i])) continue;
    if (i > 0 && is_distribution(keys[i - 1])) {
      const std::string& key = keys[i];
      if (key == "mean" || key == "median" || key == "location" || key == "shape" || key == "p") {
        front = key == "p" ? "share of people with " : key == "shape" ? "shape of " : "typical ";
      } else if (key == "sd" || key == "sigma" || key == "scale") {
        front = "spread of ";
      } else if (key == "low" || key == "min") {
        front = "lowest ";
      } else if (key == "high" || key == "max") {
        front = "highest ";
      } else {
        front = spaced(key) + " of ";
      }
      continue;
    }
    rest += (rest.empty() ? "" : " ") + spaced(keys[i]);
  }
  return front + rest;
}

std::string of_population(const Scenario&, const Keys& keys) {
  if (keys.size() > 2 && keys[1] == "traits") return "the " + field_words(keys, 2);
  if (keys.size() > 3 && keys[1] == "groups") {
    const std::size_t first = keys[3] == "traits" ? 4 : 3;
    const std::string group = "the group " + quoted(spaced(keys[2]));
    return keys[3] == "behaviour" ? "the " + spaced(keys.back()) + " of " + group
                                  : "the " + field_words(keys, first) + " of " + group;
  }
  return "the " + field_words(keys, 1) + " of the population";
}

std::string of_activity(const Scenario& scenario, const Keys& keys) {
  const std::string activity = label_of(scenario.setting.activities, keys[1]);
  if (keys.size() == 2) return "what " + activity + " is";
  if (keys[2] == "max" && keys.size() == 3) return "the most that people can do of " + activity;
  if (keys[2] == "team_value")
    return "what " + activity + " is worth to the team" + (keys.back() == "saturation" ? " as it grows" : "");
  if (keys[2] == "later" && keys.size() > 3) return "the later " + field_words(keys, 3) + " of " + activity;
  if (keys[2] == "spread" && keys.size() > 3)
    return "the " + field_words(keys, 3) + " by which " + activity + " spreads";
  return "the " + field_words(keys, 2) + " of " + activity;
}

std::string of_metric(const Scenario& scenario, const Keys& keys) {
  const std::string metric = label_of(scenario.setting.metrics, keys[1]);
  if (keys.size() > 3 && keys[2] == "measures") {
    return "what " + label_of(scenario.setting.activities, keys[3]) + " adds to the measured level of " + metric;
  }
  if (keys.size() > 2 && keys[2] == "noise") return "the noise in the measured level of " + metric;
  return keys.size() == 2 ? "what " + metric + " is" : "the " + field_words(keys, 2) + " of " + metric;
}

std::string of_policy(const Scenario& scenario, const Keys& keys) {
  const std::string policy = label_of(scenario.policies, keys[1]);
  const Policy* found = scenario.policies.find(keys[1]);
  std::size_t incentives = 0;
  if (found) {
    for (const Phase& phase : found->phases) incentives += phase.incentives.size();
  }
  // The name of the phase or scheme is needed only where there is more than one.
  const bool alone = incentives <= 1;
  const std::size_t before_last = keys.size() - 2;
  if (keys.size() < 4)
    return keys.size() == 2 ? "what " + policy + " is" : "the " + spaced(keys.back()) + " of " + policy;
  std::string among;
  for (std::size_t i = 2; i <= before_last && !alone; ++i) {
    if (!is_distribution(keys[i])) among += (among.empty() ? "" : " ") + spaced(keys[i]);
  }
  return "the " + spaced(keys.back()) + (among.empty() ? "" : " (" + among + ")") + " of " + policy;
}

std::string of_learning(const Scenario& scenario, const Keys& keys) {
  std::size_t at = 0;
  const auto [end, error] = std::from_chars(keys[1].data(), keys[1].data() + keys[1].size(), at);
  if (error != std::errc{} || at >= scenario.setting.learning.size()) return "the " + field_words(keys, 1);
  return "the " + spaced(keys.back()) + " at which the trait " + quoted(spaced(scenario.setting.learning[at].trait)) +
         " changes";
}

}  // namespace

std::string number_words(const Scenario& scenario, const std::string& path) {
  if (scenario.experiment) {
    const Range* range = scenario.experiment->vary.find(path);
    if (range && range->as) return quoted(spaced(*range->as));
  }
  for (const auto& [whole, words] : kWhole) {
    if (path == whole) return std::string(words);
  }
  Keys keys;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    keys.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  std::erase(keys, "override");
  std::erase(keys, "incentives");
  if (keys.size() > 1) {
    if (keys[0] == "population") return of_population(scenario, keys);
    if (keys[0] == "activities") return of_activity(scenario, keys);
    if (keys[0] == "metrics") return of_metric(scenario, keys);
    if (keys[0] == "policies") return of_policy(scenario, keys);
    if (keys[0] == "learning") return of_learning(scenario, keys);
    if (keys[0] == "behaviour") return "the " + spaced(keys.back()) + " in how people choose";
  }
  std::string words;
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) words += (words.empty() ? "the " : " of ") + spaced(*key);
  return words;
}

}  // namespace goodhart
