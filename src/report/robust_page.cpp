/// The page of how options do over worlds.
#include <fmt/format.h>

#include "assets.hpp"
#include "charts.hpp"
#include "goodhart/report/robust.hpp"
#include "html.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

using charts::escaped;
using html::paragraph;
using html::Table;

constexpr std::size_t kDrawn = 12;  // options in the picture; more are in the table

/// Each option's regret in each world.
std::string picture(const WorldOutcomes& worlds, const RobustnessFindings& findings) {
  std::vector<charts::Strip> rows;
  std::string label = "Regret by world. ";
  for (const std::size_t o : findings.order) {
    if (rows.size() == kDrawn) break;
    const OptionRobustness& option = findings.options[o];
    charts::Strip& row = rows.emplace_back();
    row.name = worlds.options[o].label;
    row.values = option.regrets;
    row.mean = option.mean;
    row.text = fmt::format("{}: mean {}, worst {}", row.name, number(option.mean), number(option.worst));
    label += row.text + ". ";
  }
  return "<figure>" + charts::strips(rows, "how far below the best of the same world", label) + "<figcaption>" +
         escaped(
             "Each stroke is a world; strokes near the left edge are worlds in which the option is best, or nearly so. "
             "The dot is the mean "
             "over worlds." +
             std::string(findings.options.size() > kDrawn ? " The options that lose least are drawn." : "")) +
         "</figcaption></figure>\n";
}

std::string options_table(const RobustWords& words, const WorldOutcomes& worlds, const RobustnessFindings& findings) {
  std::vector<std::string> head{"option", "worst regret", "90 % regret", "mean regret", "best in", "fails in"};
  if (worlds.has_requirements) head.emplace_back("meets in");
  Table table(fmt::format("{} options in {} worlds", worlds.options.size(), findings.worlds), head);
  for (const std::size_t o : findings.order) {
    const OptionRobustness& option = findings.options[o];
    const int decimals = decimals_of(option.worst_regret);
    std::vector<std::string> row{worlds.options[o].label,
                                 option.worst_regret.has_interval()
                                     ? fixed(option.worst, decimals) + half_width(option.worst_regret, 1, decimals)
                                     : number(option.worst),
                                 number(option.ninety),
                                 number(option.mean),
                                 fmt::format("{} worlds ({} told apart)", option.best, option.surely_best),
                                 fmt::format("{} worlds", option.failures)};
    if (worlds.has_requirements) row.push_back(fmt::format("{} worlds", option.meets));
    const std::string beneath = words.options[o].places.empty() ? "" : words.options[o].places.front();
    table.row(row, o == findings.least_worst ? "best" : "", beneath);
  }
  return table.done();
}

/// For an option, where it fails and the world in which it loses most.
std::string part_of(const RobustWords& words, const WorldOutcomes& worlds, const RobustnessFindings& findings,
                    std::size_t o) {
  const OptionRobustness& option = findings.options[o];
  std::string html =
      "<h3>" + escaped(worlds.options[o].label) + "</h3>\n" + paragraph(capitalised(words.options[o].summary) + ".");
  for (const std::string& place : words.options[o].places) html += paragraph(place);
  for (const Box& box : option.boxes) {
    html += paragraph(fmt::format("With the failures shuffled, {} of {} tries gave a box that is as good.", box.as_good,
                                  box.shuffles),
                      "quiet");
  }
  if (!(option.worst > 0)) return html;
  const WorldOutcomes::World& world = worlds.worlds[option.worst_world];
  std::string inputs;
  for (std::size_t i = 0; i < world.inputs.size(); ++i) {
    inputs += fmt::format("{}{} {}", i == 0 ? "" : ", ", worlds.inputs[i].name, number(world.inputs[i]));
  }
  return html + paragraph(fmt::format("It loses most in world {}: {}.", world.number, inputs), "quiet");
}

}  // namespace

std::string to_html(const RobustReport& report, const WorldOutcomes& worlds, const RobustnessFindings& findings) {
  const RobustWords words = words_of(report, worlds, findings);
  std::string main = paragraph(report.title, "about") + "<h1>" + html::kept_together(words.finding) + "</h1>\n" +
                     paragraph(words.advice, "lead") + paragraph(words.figures);
  main += "<h2>What each option loses by not being another</h2>\n" + picture(worlds, findings) +
          options_table(words, worlds, findings) + paragraph(words.failing, "quiet");
  main += "<h2>Where each option fails</h2>\n";
  for (const std::size_t o : findings.order) {
    if (findings.options[o].failures > 0 || worlds.has_requirements) main += part_of(words, worlds, findings, o);
  }
  main += "<h2>What this does not say</h2>\n" + paragraph(words.limits) +
          paragraph(
              "A place is found by looking over all numbers for where failures are dense, so it describes the worlds "
              "that were looked at. It is named only where failures that are shuffled give none as good in at least 95 "
              "of 100 tries.");
  main +=
      "<h2>What was compared</h2>\n" +
      paragraph(fmt::format("What is looked at: {}, mean over time and over replicates on the same luck. Regret is by "
                            "how much that is below the best option's in the same world.",
                            worlds.outcome));
  Table inputs("What differs between the worlds, as far as they reach", {"number", "from", "to"});
  for (std::size_t i = 0; i < worlds.inputs.size(); ++i) {
    double low = worlds.worlds.front().inputs[i], high = low;
    for (const WorldOutcomes::World& world : worlds.worlds) {
      low = std::min(low, world.inputs[i]);
      high = std::max(high, world.inputs[i]);
    }
    const bool same = worlds.inputs[i].label == worlds.inputs[i].name;
    inputs.row({worlds.inputs[i].label, number(low), number(high)}, "", same ? "" : worlds.inputs[i].name);
  }
  main += inputs.done();
  std::string made = "Made by goodhart from " + report.source;
  if (!report.digest.empty()) made += ", content digest " + report.digest;
  return html::document(report.title, main, made);
}

}  // namespace goodhart
