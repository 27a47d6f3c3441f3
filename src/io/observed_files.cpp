/// Tables to observed values.
#include "goodhart/io/observed_files.hpp"

#include <fmt/format.h>

#include <set>

#include "goodhart/core/errors.hpp"
#include "goodhart/io/readings_file.hpp"
#include "goodhart/study/fit_run.hpp"

namespace goodhart {

std::vector<std::size_t> read_observed(Scenario& scenario, const std::filesystem::path& folder,
                                       const std::function<void(const std::string&)>& warn) {
  std::vector<std::size_t> counts;
  std::set<std::string> warned;
  for (auto& [name, data] : scenario.experiment->fit->data.entries) {
    counts.push_back(0);
    if (!data.file) continue;
    const bool in_steps = data.from || data.to;
    const int from = data.from.value_or(0), to = data.to.value_or(scenario.time.steps - 1);
    const std::string table = (folder / *data.file).string();
    const Readings readings = read_readings(
        table,
        {.value = data.column.value_or("value"), .employee = "", .step = in_steps ? "step" : "", .says = "column"});
    std::vector<double> chosen;
    for (std::size_t i = 0; i < readings.values.size(); ++i) {
      if (!in_steps || (readings.step[i] >= from && readings.step[i] <= to)) chosen.push_back(readings.values[i]);
    }
    if (chosen.empty()) {
      throw UserError(
          fmt::format("{}: has no reading in the steps from {} to {}, which experiment.fit.data.{} asks for", table,
                      from, to, name));
    }
    ReadingTally tally(data.between);
    tally.add(chosen);
    data.value = tally.value();
    data.file.reset();
    data.column.reset();
    counts.back() = chosen.size();
    const auto people = static_cast<std::size_t>(scenario.setting.population.size);
    if (readings.employees > 0 && readings.employees != people && warned.insert(table).second) {
      warn(fmt::format(
          "{} has readings of {} employees, and population.size is {}: the luck of who works there is then not that of "
          "the data",
          table, readings.employees, people));
    }
  }
  return counts;
}

}  // namespace goodhart
