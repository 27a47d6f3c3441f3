/// Tables to worlds and options.
#include "goodhart/io/worlds_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "csv_text.hpp"
#include "goodhart/core/document.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/scenario/read.hpp"

namespace goodhart {
namespace {

/// Columns that are neither the world's nor an option's.
constexpr std::array kBeside{"point", "replicate", "run", "seed", "luck", "failed", "gain", "status"};

/// A table on its way to worlds.
class Table {
 public:
  Table(std::string name, const WorldColumns& columns) : name_(std::move(name)), columns_(columns) {
    if (columns_.outcome.empty()) columns_.outcome = "outcome";
  }

  WorldOutcomes read() {
    const std::string text = read_text_file(name_);
    if (text.size() > kMostBytes)
      throw UserError(fmt::format("{}: is larger than 8 MB, which is more than is read of a table", name_));
    CsvText lines(text, name_);
    const std::vector<Cell> head = lines.next();
    if (head.empty())
      throw UserError(
          fmt::format("{}: is empty; it needs a line of names, and a line for each policy in each world", name_));
    take_head(head);
    for (std::vector<Cell> line = lines.next(); !line.empty(); line = lines.next()) take_line(line);
    finish();
    return std::move(worlds_);
  }

 private:
  std::size_t demanded(const std::vector<Cell>& head, const std::string& name, const std::string& what) const {
    if (const auto found = column_called(head, name)) return *found;
    std::vector<std::string> names;
    for (const Cell& cell : head) names.push_back(cell.text);
    refuse(head.front().place,
           fmt::format("there is no column '{}', {}; there are {}", name, what, listed(names, "and")));
  }

  void take_head(const std::vector<Cell>& head) {
    head_ = head;
    policy_ = demanded(head, "policy", "which says under which policy a line is");
    outcome_ = demanded(head, columns_.outcome, "whose numbers are compared; --outcome COLUMN names another");
    worlds_.outcome = columns_.outcome;
    meets_ = column_called(head, "meets");
    for (const std::string& name : columns_.levers) {
      levers_.push_back(demanded(head, name, "which --lever names"));
    }
    for (const std::string& name : columns_.ignored) demanded(head, name, "which --ignore names");
    for (std::size_t c = 0; c < head.size(); ++c) {
      const std::string& name = head[c].text;
      if (name.empty()) refuse(head[c].place, "a column has no name");
      column_called(head, name);
      const bool known = c == policy_ || c == outcome_ || (meets_ && c == *meets_) ||
                         std::find(levers_.begin(), levers_.end(), c) != levers_.end() ||
                         std::find(columns_.ignored.begin(), columns_.ignored.end(), name) != columns_.ignored.end() ||
                         std::find(kBeside.begin(), kBeside.end(), name) != kBeside.end() || name.ends_with("_low") ||
                         name.ends_with("_high") || name.ends_with("_n");
      if (known) continue;
      inputs_.push_back(c);
      worlds_.inputs.push_back({name, name});
    }
    if (inputs_.empty()) {
      refuse(head.front().place,
             fmt::format("no column says in which world a line is: each that is not policy, {} or known otherwise is a "
                         "number of the world",
                         columns_.outcome));
    }
  }

  double number(const std::vector<Cell>& line, std::size_t c) const {
    if (const auto value = number_in(line[c].text)) return *value;
    refuse(line[c].place, fmt::format("the column '{0}' must hold numbers, not '{1}'; --ignore {0} leaves it out",
                                      head_[c].text, line[c].text));
  }

  std::optional<bool> yes_or_no(const Cell& cell) const {
    if (cell.text.empty()) return std::nullopt;
    for (const char* yes : {"yes", "1", "true", "True", "TRUE"}) {
      if (cell.text == yes) return true;
    }
    for (const char* no : {"no", "0", "false", "False", "FALSE"}) {
      if (cell.text == no) return false;
    }
    refuse(cell.place, fmt::format("the column 'meets' must hold yes or no, not '{}'", cell.text));
  }

  void take_line(const std::vector<Cell>& line) {
    if (line.size() != head_.size()) {
      refuse(line.front().place,
             fmt::format("has {} cells, and the first line has {} names", line.size(), head_.size()));
    }
    const std::string& policy = line[policy_].text;
    if (policy.empty()) refuse(line[policy_].place, "names no policy");
    if (std::find(seen_.begin(), seen_.end(), policy) == seen_.end()) seen_.push_back(policy);
    const auto& kept = columns_.policies;
    if (!kept.empty() && std::find(kept.begin(), kept.end(), policy) == kept.end()) return;

    std::vector<double> inputs;
    for (const std::size_t c : inputs_) inputs.push_back(number(line, c));
    std::vector<double> setting;
    for (const std::size_t c : levers_) {  // a policy that a lever does not reach has none
      setting.push_back(line[c].text.empty() ? std::numeric_limits<double>::lowest() : number(line, c));
    }
    const bool failed = line[outcome_].text.empty();
    const double outcome = failed ? std::numeric_limits<double>::quiet_NaN() : number(line, outcome_);

    const std::size_t option = option_of(policy, setting);
    const auto [found, is_new] = world_numbers_.emplace(inputs, worlds_.worlds.size());
    if (is_new) {
      WorldOutcomes::World& world = worlds_.worlds.emplace_back();
      world.number = worlds_.worlds.size() - 1;
      world.inputs = std::move(inputs);
    }
    WorldOutcomes::World& world = worlds_.worlds[found->second];
    if (world.outcomes.size() <= option) {
      world.outcomes.resize(option + 1);
      world.meets.resize(option + 1);
    }
    world.outcomes[option].push_back(outcome);
    if (!meets_) return;
    const std::optional<bool> meets = yes_or_no(line[*meets_]);
    worlds_.has_requirements = worlds_.has_requirements || meets.has_value();
    if (meets) world.meets[option] = world.meets[option].value_or(true) && *meets;
  }

  std::size_t option_of(const std::string& policy, const std::vector<double>& setting) {
    const auto [found, is_new] = option_numbers_.emplace(std::pair(policy, setting), worlds_.options.size());
    if (is_new) {
      WorldOutcomes::Option& option = worlds_.options.emplace_back();
      option.name = policy;
      option.label = policy;
      bool first = true;
      for (std::size_t l = 0; l < setting.size(); ++l) {
        if (setting[l] == std::numeric_limits<double>::lowest()) continue;
        const std::string& lever = head_[levers_[l]].text;
        option.name += fmt::format(" {}={}", lever, setting[l]);
        option.label += fmt::format("{}{} {}", first ? " with " : ", ", lever, setting[l]);
        first = false;
      }
      policy_of_option_.push_back(policy);
    }
    return found->second;
  }

  void finish() {
    if (seen_.empty()) throw UserError(fmt::format("{}: has no line but that of names", name_));
    const auto demand = [&](const std::string& policy) {
      if (std::find(seen_.begin(), seen_.end(), policy) != seen_.end()) return;
      throw UserError(fmt::format("{}: there is no policy '{}'; there are {}", name_, policy, listed(seen_, "and")));
    };
    for (const std::string& policy : columns_.policies) demand(policy);
    if (!columns_.comparison.empty()) demand(columns_.comparison);
    for (WorldOutcomes::World& world : worlds_.worlds) {
      world.outcomes.resize(worlds_.options.size());
      world.meets.resize(worlds_.options.size());
    }
    // A policy that has several settings is several options, none of which is the comparison.
    const std::string& comparison = columns_.comparison.empty() ? policy_of_option_.front() : columns_.comparison;
    worlds_.comparison = worlds_.options.size();
    if (std::count(policy_of_option_.begin(), policy_of_option_.end(), comparison) == 1) {
      worlds_.comparison = static_cast<std::size_t>(
          std::find(policy_of_option_.begin(), policy_of_option_.end(), comparison) - policy_of_option_.begin());
    }
  }

  std::string name_;
  WorldColumns columns_;
  std::vector<Cell> head_;
  std::size_t policy_ = 0, outcome_ = 0;
  std::optional<std::size_t> meets_;
  std::vector<std::size_t> levers_, inputs_;
  std::vector<std::string> seen_, policy_of_option_;
  std::map<std::vector<double>, std::size_t> world_numbers_;
  std::map<std::pair<std::string, std::vector<double>>, std::size_t> option_numbers_;
  WorldOutcomes worlds_;
};

}  // namespace

WorldOutcomes read_worlds(const std::string& name, const WorldColumns& columns) {
  return Table(name, columns).read();
}

}  // namespace goodhart
