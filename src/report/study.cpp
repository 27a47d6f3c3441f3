/// Tables of studies.
#include "goodhart/report/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "data.hpp"
#include "goodhart/report/diagnostics.hpp"

namespace goodhart {
namespace {

using Json = nlohmann::ordered_json;

std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{:.4g}", value) : "–";
}

/// "83.1 ± 1.2"; without an interval the mean alone.
std::string text_of(const Estimate& estimate) {
  if (!estimate.has_interval()) return number(estimate.mean);
  return fmt::format("{:.4g} ± {:.2g}", estimate.mean, estimate.half_width());
}

std::string point_text(const Study& study, const SweepRow& row) {
  std::string text;
  for (std::size_t i = 0; i < row.inputs.size(); ++i) {
    text += fmt::format("{}{} {:.4g}", i == 0 ? "" : ", ", study.inputs()[i].name, row.inputs[i]);
  }
  return text;
}

std::string head(const StudyReport& report, const Study& study, const char* verb) {
  std::string text =
      fmt::format("{}: {}: {} points, {} runs; {}\n", harmless_line(report.scenario), verb, with_commas(study.points()),
                  with_commas(report.runs), harmless_line(study.scenario().experiment->outcome));
  if (report.missing > 0) text += fmt::format("NOT COMPLETE: {} units are missing\n", with_commas(report.missing));
  if (report.failed > 0) {
    text += fmt::format("{} runs failed; in the results they are NaN\n", with_commas(report.failed));
    for (const std::string& failure : report.failures) text += "  " + harmless_line(failure) + "\n";
  }
  return text;
}

Json json_of(const StudyReport& report, const Study& study, const char* verb) {
  return {{"study", verb},
          {"scenario", report.scenario},
          {"results", report.results},
          {"content_digest", report.digest},
          {"outcome", study.scenario().experiment->outcome},
          {"points", study.points()},
          {"replicates", study.replicates_of_point()},
          {"runs", report.runs},
          {"failed", report.failed},
          {"missing", report.missing}};
}

std::string printed(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json json_of(const Study& study, const std::optional<SweepRow>& row) {
  if (!row) return nullptr;
  Json inputs = Json::object();
  for (std::size_t i = 0; i < row->inputs.size(); ++i) inputs[study.inputs()[i].name] = row->inputs[i];
  return {{"point", row->point}, {"inputs", inputs}, {"outcome", json_of(row->outcome)}, {"gain", json_of(row->gain)}};
}

std::string cells(const Estimate& estimate) {
  return fmt::format("{},{}", csv_cells(estimate), estimate.n);
}

std::string name_of(const SensitivityTarget& target, const Study& study) {
  if (!target.difference) return target.policy;
  const Scenario& scenario = study.scenario();
  const auto comparison = static_cast<std::size_t>(scenario.comparison());
  return target.policy + " - " + scenario.policies.entries[comparison].name;
}

}  // namespace

// ---- Sweeps ----

std::string to_text(const StudyReport& report, const Study& study, const std::vector<SweepRange>& ranges) {
  std::string text = head(report, study, "sweep");
  std::size_t widest = 6;
  for (const SweepRange& range : ranges) widest = std::max(widest, columns_of(range.policy));
  for (const SweepRange& range : ranges) {
    const std::string name = range.policy + std::string(widest - columns_of(range.policy), ' ');
    if (!range.highest) {
      text += fmt::format("  {}  no point has a run that succeeded and meets what is required\n", name);
      continue;
    }
    for (const auto& [what, row] : {std::pair("highest", &*range.highest), std::pair("lowest ", &*range.lowest)}) {
      text += fmt::format("  {}  {} {} at point {}: {}", name, what, text_of(row->outcome), row->point,
                          point_text(study, *row));
      if (row->gain.n > 0) text += fmt::format("; gain {}", text_of(row->gain));
      text += "\n";
    }
  }
  const auto comparison = static_cast<std::size_t>(study.scenario().comparison());
  text += fmt::format(
      "Gains are over {} on the same luck, with 95 % intervals of each by itself: a point chosen among many\n"
      "for its mean looks better than it is.\n",
      study.scenario().policies.entries[comparison].name);
  return text;
}

std::string to_json(const StudyReport& report, const Study& study, const std::vector<SweepRange>& ranges) {
  Json json = json_of(report, study, "sweep");
  Json policies = Json::array();
  for (const SweepRange& range : ranges) {
    policies.push_back({{"policy", range.policy},
                        {"highest", json_of(study, range.highest)},
                        {"lowest", json_of(study, range.lowest)}});
  }
  json["policies"] = policies;
  return printed(json);
}

std::string csv_head(const Study& study) {
  std::string text = "point";
  for (const Varied& input : study.inputs()) text += "," + csv_cell(input.name);
  return text + ",policy,outcome,outcome_low,outcome_high,outcome_n,gain,gain_low,gain_high,gain_n,failed,meets\n";
}

std::string csv_line(const Study& study, const SweepRow& row) {
  std::string text = std::to_string(row.point);
  for (const double value : row.inputs) text += "," + csv_cell(value);
  return fmt::format("{},{},{},{},{},{}\n", text, csv_cell(study.scenario().policies.entries[row.policy].name),
                     cells(row.outcome), cells(row.gain), row.failed, row.meets ? (*row.meets ? "yes" : "no") : "");
}

// ---- Sensitivity ----

std::string to_text(const StudyReport& report, const Study& study, const SensitivityFindings& findings) {
  std::string text = head(report, study, "sensitivity");
  std::size_t widest = 5;
  for (const std::string& input : findings.inputs) widest = std::max(widest, columns_of(input));
  const auto padded = [&](const std::string& name) { return name + std::string(widest - columns_of(name), ' '); };
  for (const SensitivityTarget& target : findings.targets) {
    text += "\n" + name_of(target, study) + "\n";
    const std::string& fault = findings.morris ? target.effects.fault : target.shares.fault;
    const bool has_luck = !findings.morris && target.shares.luck.n > 0;
    if (!fault.empty()) {
      text += "  " + fault + "\n";
    } else {
      text += findings.morris ? fmt::format("  {}  {:>18}  {:>18}  {:>10}\n", padded("number"), "mean |effect|",
                                            "mean effect", "sd")
                              : fmt::format("  {}  {:>18}  {:>18}\n", padded("number"), "first", "total");
      std::vector<std::size_t> order(findings.inputs.size());
      for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
      const std::vector<Estimate>& by = findings.morris ? target.effects.absolute : target.shares.total;
      std::stable_sort(order.begin(), order.end(),
                       [&](std::size_t a, std::size_t b) { return by[a].mean > by[b].mean; });
      for (const std::size_t i : order) {
        if (findings.morris) {
          text += fmt::format("  {}  {:>18}  {:>18}  {:>10}\n", padded(findings.inputs[i]),
                              text_of(target.effects.absolute[i]), text_of(target.effects.mean[i]),
                              number(target.effects.deviation[i]));
        } else {
          text += fmt::format("  {}  {:>18}  {:>18}\n", padded(findings.inputs[i]), text_of(target.shares.first[i]),
                              text_of(target.shares.total[i]));
        }
      }
    }
    if (has_luck) text += fmt::format("  luck is {} of the variance of one run\n", text_of(target.shares.luck));
  }
  text += findings.morris
              ? "\nAn effect is how far the outcome moves for a whole range of the number, the others standing still.\n"
              : "\nShares of the variance of the mean outcome over the ranges, ± 95 %. First: by the number itself; "
                "total:\n"
                "with all that it does together with others.\n";
  return text;
}

std::string to_json(const StudyReport& report, const Study& study, const SensitivityFindings& findings) {
  Json json = json_of(report, study, "sensitivity");
  json["method"] = findings.morris ? "morris" : "sobol";
  Json targets = Json::array();
  for (const SensitivityTarget& target : findings.targets) {
    Json one{{"of", name_of(target, study)}, {"policy", target.policy}, {"difference", target.difference}};
    const std::string& fault = findings.morris ? target.effects.fault : target.shares.fault;
    one["failed_runs"] = target.failed;
    if (!fault.empty()) one["fault"] = fault;
    if (!findings.morris && target.shares.luck.n > 0) one["luck"] = json_of(target.shares.luck);
    Json inputs = Json::array();
    for (std::size_t i = 0; fault.empty() && i < findings.inputs.size(); ++i) {
      Json input{{"input", findings.inputs[i]}};
      if (findings.morris) {
        input["mean_absolute"] = json_of(target.effects.absolute[i]);
        input["mean"] = json_of(target.effects.mean[i]);
        input["sd"] = target.effects.deviation[i];
      } else {
        input["first"] = json_of(target.shares.first[i]);
        input["total"] = json_of(target.shares.total[i]);
      }
      inputs.push_back(input);
    }
    one["inputs"] = inputs;
    targets.push_back(one);
  }
  json["targets"] = targets;
  return printed(json);
}

std::string to_csv(const SensitivityFindings& findings) {
  std::string text = "policy,difference,input,statistic,value,low,high,n\n";
  for (const SensitivityTarget& target : findings.targets) {
    const auto line = [&](const std::string& input, const char* statistic, const Estimate& estimate) {
      text += fmt::format("{},{},{},{},{}\n", csv_cell(target.policy), target.difference ? "yes" : "no",
                          csv_cell(input), statistic, cells(estimate));
    };
    if (!findings.morris && target.shares.luck.n > 0) line("", "luck", target.shares.luck);
    const bool none = !(findings.morris ? target.effects.fault : target.shares.fault).empty();
    for (std::size_t i = 0; !none && i < findings.inputs.size(); ++i) {
      if (findings.morris) {
        line(findings.inputs[i], "mean_absolute", target.effects.absolute[i]);
        line(findings.inputs[i], "mean", target.effects.mean[i]);
        line(findings.inputs[i], "sd", Estimate{.mean = target.effects.deviation[i]});
      } else {
        line(findings.inputs[i], "first", target.shares.first[i]);
        line(findings.inputs[i], "total", target.shares.total[i]);
      }
    }
  }
  return text;
}

}  // namespace goodhart
