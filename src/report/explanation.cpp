/// A decision told: a table with a column for each option, and sentences.
#include "goodhart/report/explanation.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "goodhart/core/document.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

constexpr std::size_t kLabel = 26;  // of the rows
constexpr std::size_t kCell = 14;   // of the options
constexpr double kGone = 1e-3;      // of a reward: as good as none
constexpr double kSmall = 5e-5;     // utility that rounds to nothing

/// What each behaviour does with the options.
std::string way_of(const std::string& behaviour) {
  if (behaviour == "best_response") return "It takes what is best for it.";
  if (behaviour == "honest") return "It takes what is best for it among what is no gaming.";
  if (behaviour == "fixed") return "It decides nothing: its efforts are given by the scenario.";
  if (behaviour == "quantal") return "It takes one of several plans by chance, the better the likelier.";
  if (behaviour == "learning") return "It repeats what has paid, and knows nothing of the rewards.";
  if (behaviour == "imitation") return "It copies peers who are better off, and knows nothing of the rewards.";
  if (behaviour == "trial") return "It tries small changes of what it did and keeps the better.";
  return "";
}

std::string utility_text(double value) {
  return std::fabs(value) < kSmall ? "0" : with_sign(value, 4);
}

/// The same plan, for the eye?
bool alike(const Option& a, const Option& b) {
  for (std::size_t k = 0; k < a.time.size(); ++k) {
    if (std::fabs(a.time[k] - b.time[k]) > 5e-5) return false;
  }
  return true;
}

std::string column_of(const std::string& text, std::size_t width) {
  const std::size_t own = width_of(text);
  return std::string(width > own ? width - own : 0, ' ') + text;
}

std::string cut(const std::string& text, std::size_t width) {
  return width_of(text) <= width ? text : text.substr(0, width - 1) + "…";  // names are plain letters
}

/// The options to show beside each other: plans that are the same stand once, under all their names.
struct Shown {
  std::string name;
  const Option* option;
};

std::vector<Shown> shown_options(const Explanation& told) {
  std::vector<Shown> list;
  const auto add = [&](const std::string& name, const Option& option) {
    for (Shown& other : list) {
      if (!alike(*other.option, option)) continue;
      other.name += ", " + name;
      return;
    }
    list.push_back({name, &option});
  };
  for (const Option& option : told.options) add(option.name, option);
  add("chosen", told.chosen);
  return list;
}

std::string tipping_text(const Tipping& tip, const Explanation& told) {
  const std::string verb = tip.starts ? "starts" : "stops";
  const bool only = told.stakes.size() == 1;
  if (tip.incentive.empty()) {
    if (!tip.at) {
      return tip.starts ? "no smaller penalty by audits makes it game"
                        : fmt::format("no penalty up to {:.4g} a unit stops its gaming", tip.tried);
    }
    return fmt::format(
        "gaming {} where audits are expected to cost {:.4g} a unit of gaming (rate times penalty; now {:.4g})", verb,
        *tip.at, tip.now);
  }
  const std::string of = only ? "the reward" : "the reward of " + tip.incentive;
  if (tip.what == "reward") {
    if (tip.at && !tip.starts && *tip.at < kGone)
      return "any reward, however small, makes it game; without it, it does not";
    if (!tip.at) {
      return tip.starts ? fmt::format("{}, up to {:.4g} times what it is, does not make it game", of, tip.tried)
                        : fmt::format("without {} it games all the same", of);
    }
    return fmt::format("gaming {} at {:.4g} times {}", verb, *tip.at, of);
  }
  const std::string target = only ? "target" : "target of " + tip.incentive;
  if (!tip.at) {
    return fmt::format("a {} {} changes nothing of that (tried to {:.4g})",
                       tip.what == "higher target" ? "higher" : "lower", target, tip.tried);
  }
  return fmt::format("gaming {} at a {} of {:.4g} (now {:.4g})", verb, target, *tip.at, tip.now);
}

/// Why the chosen plan beats another, by the parts that differ most.
std::string reason(const Explanation& told, const Option& other, const std::string& name) {
  struct Part {
    std::string name;
    double more;
  };
  std::vector<Part> parts{{"care for the work", told.chosen.care - other.care},
                          {"strain of hours", told.chosen.hours - other.hours},
                          {"tiredness", told.chosen.tiredness - other.tiredness},
                          {"conscience and hassle", told.chosen.aversion - other.aversion},
                          {"audits", told.chosen.audits - other.audits},
                          {"what trying may bring", told.chosen.trying - other.trying},
                          {"setting up", told.chosen.setups - other.setups},
                          {"what is set up in later steps", told.chosen.later - other.later}};
  for (std::size_t c = 0; c < told.stakes.size(); ++c) {
    parts.push_back({"the expected reward of " + told.stakes[c].name, told.chosen.rewards[c] - other.rewards[c]});
  }
  std::vector<std::string> gains, losses;
  for (const Part& part : parts) {
    if (std::fabs(part.more) <= kSmall) continue;
    (part.more > 0 ? gains : losses).push_back(fmt::format("{} by {}", fixed(std::fabs(part.more), 4), part.name));
  }
  if (gains.empty() && losses.empty()) return "";
  std::string text = "Against " + name + ":";
  if (!gains.empty()) text += " it gains " + listed(gains, "and");
  if (!losses.empty()) text += fmt::format("{} it loses {}", gains.empty() ? "" : ";", listed(losses, "and"));
  return text + fmt::format("; together {}.", utility_text(told.chosen.utility - other.utility));
}

using Json = nlohmann::ordered_json;

Json json_of(const Option& option, const Explanation& told, const Scenario& scenario) {
  Json json{{"option", option.name}};
  for (std::size_t k = 0; k < option.units.size(); ++k) {
    const std::string& name = scenario.setting.activities.entries[k].name;
    json["units"][name] = option.units[k];
    json["time"][name] = option.time[k];
  }
  for (std::size_t j = 0; j < option.reading.size(); ++j) {
    json["reading"][scenario.setting.metrics.entries[j].name] = option.reading[j];
  }
  json["care"] = option.care;
  json["rewards"] = Json::object();
  for (std::size_t c = 0; c < option.rewards.size(); ++c) json["rewards"][told.stakes[c].name] = option.rewards[c];
  json["hours"] = option.hours;
  json["tiredness"] = option.tiredness;
  json["aversion"] = option.aversion;
  json["audits"] = option.audits;
  const auto tries = [](const auto& activity) { return activity.value.spread && activity.value.spread->trying; };
  const auto& all = scenario.setting.activities;
  if (std::any_of(all.begin(), all.end(), tries)) json["trying"] = option.trying;
  if (has_setups(scenario.setting)) {
    json["setups"] = option.setups;
    json["later"] = option.later;
  }
  json["utility"] = option.utility;
  json["games"] = option.games;
  return json;
}

/// Who is asked: group, team, traits, time.
std::string who_text(const Explanation& told, const std::string& unit) {
  std::string who = told.group.empty() ? "" : told.group + ", ";
  who += fmt::format("team {}", told.team);
  for (std::size_t t = 0; t < told.traits.size(); ++t) {
    who += fmt::format("{} {} {}", t == 0 ? ";" : ",", told.trait_names[t], number(told.traits[t]));
  }
  who += std::isinf(told.budget) ? fmt::format(". Its hours are not bound; {} are the norm", number(told.norm))
                                 : fmt::format(". It has {} of a {}, of which {} are the norm", number(told.budget),
                                               unit, number(told.norm));
  if (told.due > 0) who += fmt::format(" and {} are due from before", number(told.due));
  if (!told.closed.empty()) who += "; it has no access to " + listed(told.closed, "and");
  std::string text = wrapped(who + ".", "", "");
  if (told.peers_gaming > kSmall) {
    text += fmt::format("What peers do has taken {:.0f} % of its scruples away.\n", 100 * told.peers_gaming);
  }
  return text;
}

std::string rewards_text(const Explanation& told, const std::string& unit) {
  std::string text = "\nWhat is rewarded\n";
  if (told.stakes.empty()) text += "  nothing\n";
  for (const Stake& stake : told.stakes) {
    std::string line = stake.name == stake.scheme ? stake.name : stake.name + " (" + stake.scheme + ")";
    line += " on " + stake.metric;
    if (!std::isnan(stake.target)) line += fmt::format(", target {}", number(stake.target));
    if (stake.stakes != 1) line += fmt::format(", stakes {:.4g} times what they were", stake.stakes);
    if (!stake.worthwhile) {
      line += "; its window ends after the phase, so efforts now earn nothing";
    } else if (stake.close > stake.open) {
      line +=
          fmt::format("; read over {}s {} to {}, {} to go", unit, stake.open, stake.close, stake.close - told.step + 1);
      if (stake.open < told.step) line += fmt::format(", {} so far", number(stake.so_far));
    }
    text += wrapped(line, "  ", "    ");
  }
  return text;
}

/// The options that a terminal has columns for. Where there are too many, the incentives alone give way.
std::vector<Shown> columns_of(const std::vector<Shown>& options) {
  const std::size_t most = (kTerminal - kLabel) / (kCell + 1);
  std::vector<Shown> columns = options;
  while (columns.size() > most) {
    const auto spare = std::find_if(columns.rbegin(), columns.rend(), [](const Shown& one) {
      return one.name.find(" alone") != std::string::npos && one.name.find("chosen") == std::string::npos;
    });
    columns.erase(spare == columns.rend() ? columns.begin() : std::next(spare).base());
  }
  return columns;
}

/// The table of options: what each does, reads and is worth, part by part.
std::string table_text(const Explanation& told, const Scenario& scenario, const std::vector<Shown>& columns) {
  std::string text =
      fmt::format("\nWhat it considers (worth in pay of a {}, against doing nothing)\n", scenario.time.unit);
  for (std::size_t c = 0; c < columns.size(); ++c) text += fmt::format("  {}: {}\n", c + 1, columns[c].name);
  text.append(kLabel, ' ');
  for (std::size_t c = 0; c < columns.size(); ++c) text += " " + column_of(fmt::format("{}", c + 1), kCell);
  text += "\n";
  const auto row = [&](const std::string& label, auto&& cell) {
    std::string line = padded("  " + cut(label, kLabel - 3), kLabel);
    for (const Shown& one : columns) line += " " + column_of(cell(*one.option), kCell);
    text += line + "\n";
  };
  const auto& activities = scenario.setting.activities.entries;
  for (std::size_t k = 0; k < activities.size(); ++k) {
    row("time: " + activities[k].name + (activities[k].value.gaming ? " *" : ""),
        [&](const Option& one) { return fixed(100 * one.time[k], 1) + " %"; });
  }
  for (std::size_t j = 0; j < scenario.setting.metrics.size(); ++j) {
    const std::string& name = scenario.setting.metrics.entries[j].name;
    const bool read =
        std::any_of(told.stakes.begin(), told.stakes.end(), [&](const Stake& stake) { return stake.metric == name; });
    if (read) row("reading: " + name, [&](const Option& one) { return number(one.reading[j]); });
  }
  const auto part = [&](const std::string& label, auto&& value_of) {
    const bool any = std::any_of(columns.begin(), columns.end(),
                                 [&](const Shown& one) { return std::fabs(value_of(*one.option)) >= kSmall; });
    if (any) row(label, [&](const Option& one) { return utility_text(value_of(one)); });
  };
  part("care for the work", [](const Option& one) { return one.care; });
  for (std::size_t c = 0; c < told.stakes.size(); ++c) {
    part("reward: " + told.stakes[c].name, [c](const Option& one) { return one.rewards[c]; });
  }
  part("strain of hours", [](const Option& one) { return one.hours; });
  part("tiredness", [](const Option& one) { return one.tiredness; });
  part("conscience and hassle", [](const Option& one) { return one.aversion; });
  part("audits expected", [](const Option& one) { return one.audits; });
  part("what trying may bring", [](const Option& one) { return one.trying; });
  part("setting up", [](const Option& one) { return one.setups; });
  part("gain in later steps", [](const Option& one) { return one.later; });
  row("utility", [](const Option& one) { return utility_text(one.utility); });
  const bool games =
      std::any_of(activities.begin(), activities.end(), [](const auto& one) { return one.value.gaming; });
  if (games) text += "  * gaming\n";

  return text;
}

/// What it chooses, and what speaks against the other options.
std::string choice_text(const Explanation& told, const std::string& unit, const std::vector<Shown>& options) {
  std::string text = "\nWhat it chooses\n";
  text += wrapped(
      told.kept ? "It keeps the last efforts: it does not think anew in every " + unit + "." : way_of(told.behaviour),
      "  ", "    ");
  for (const Shown& one : options) {
    if (one.option == &told.chosen || alike(*one.option, told.chosen)) continue;
    if (one.name.find(" alone") != std::string::npos) continue;
    if (const std::string why = reason(told, *one.option, one.name); !why.empty()) text += wrapped(why, "  ", "    ");
  }
  return text;
}

std::string tippings_text(const Explanation& told) {
  if (told.tippings.empty()) return "";
  std::string text = told.behaviour == "best_response"
                         ? "\nWhat would change its mind, all else as it is\n"
                         : "\nWhat would change its mind, if it took what is best, all else as it is\n";
  for (const Tipping& tip : told.tippings) text += wrapped(tipping_text(tip, told), "  ", "    ");
  return text;
}

}  // namespace

std::string to_text(const Explanation& told, const Scenario& scenario, const std::string& policy, int replicate) {
  const std::string& unit = scenario.time.unit;
  const std::vector<Shown> options = shown_options(told);
  std::string text = fmt::format("Employee {} under {}{}, {} {} of replicate {}\n", told.employee, policy,
                                 told.phase.empty() ? "" : " (" + told.phase + ")", unit, told.step, replicate);
  text += who_text(told, unit);
  text += rewards_text(told, unit);
  text += table_text(told, scenario, columns_of(options));
  text += choice_text(told, unit, options);
  text += tippings_text(told);
  return harmless(text);
}

std::string to_json(const Explanation& told, const Scenario& scenario, const std::string& policy, int replicate) {
  Json json{{"title", scenario.title},
            {"policy", policy},
            {"phase", told.phase.empty() ? Json() : Json(told.phase)},
            {"replicate", replicate},
            {"step", told.step},
            {"employee", told.employee},
            {"group", told.group.empty() ? Json() : Json(told.group)},
            {"team", told.team},
            {"behaviour", told.behaviour},
            {"kept_by_inertia", told.kept},
            {"budget", told.budget},
            {"norm", told.norm},
            {"due", told.due},
            {"no_access_to", told.closed},
            {"scruples_lost_to_peers", told.peers_gaming}};
  json["traits"] = Json::object();
  for (std::size_t t = 0; t < told.traits.size(); ++t) json["traits"][told.trait_names[t]] = told.traits[t];
  json["incentives"] = Json::array();
  for (const Stake& stake : told.stakes) {
    json["incentives"].push_back({{"name", stake.name},
                                  {"scheme", stake.scheme},
                                  {"metric", stake.metric},
                                  {"target", stake.target},
                                  {"stakes", stake.stakes},
                                  {"window", {stake.open, stake.close}},
                                  {"so_far", stake.so_far},
                                  {"earns_now", stake.worthwhile}});
  }
  json["options"] = Json::array();
  for (const Option& option : told.options) json["options"].push_back(json_of(option, told, scenario));
  json["chosen"] = json_of(told.chosen, told, scenario);
  json["tipping_points"] = Json::array();
  for (const Tipping& tip : told.tippings) {
    json["tipping_points"].push_back({{"what", tip.what},
                                      {"incentive", tip.incentive.empty() ? Json() : Json(tip.incentive)},
                                      {"now", tip.now},
                                      {"at", tip.at ? Json(*tip.at) : Json()},
                                      {"tried_to", tip.tried},
                                      {"gaming", tip.starts ? "starts" : "stops"}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace goodhart
