/// The page of a fit.
#include <fmt/format.h>

#include <algorithm>

#include "charts.hpp"
#include "goodhart/analysis/number_words.hpp"
#include "goodhart/core/document.hpp"
#include "goodhart/report/fit.hpp"
#include "html.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

using charts::escaped;
using html::paragraph;
using html::Table;

/// Where the particles lie in the ranges.
std::string picture(const FitRun& run, const FitFindings& found) {
  std::vector<charts::Dot> rows;
  std::string label = "How far the data narrow each number. ";
  const std::vector<Narrowing> all = narrowings_of(run, found);
  for (std::size_t i = 0; i < all.size(); ++i) {
    charts::Dot& before = rows.emplace_back();
    before.name = run.inputs()[i].name + ", before";
    before.mean = 50;
    before.low = 2.5;
    before.high = 97.5;
    before.ring = true;
    before.text = from_to(all[i].prior_low, all[i].prior_high);
    charts::Dot& after = rows.emplace_back();
    after.name = "after";
    after.mean = 100 * all[i].share_median;
    after.low = 100 * all[i].share_low;
    after.high = 100 * all[i].share_high;
    after.text = from_to(all[i].low, all[i].high);
    label += fmt::format("{}: {} before, {} after. ", run.inputs()[i].name, before.text, after.text);
  }
  return "<figure>" + charts::dots(rows, "place in the range that was thought possible, in % of it", label) +
         "<figcaption>" +
         escaped(
             "Bars hold 95 % of the weight, rings and dots are medians. A bar that is as long as the one above it is "
             "a number of which the data say nothing by itself.") +
         "</figcaption></figure>\n";
}

std::string numbers_table(const FitRun& run, const FitFindings& found) {
  Table table("Numbers in doubt, before and after", {"number", "before, 95 %", "after, 95 %", "median", "spread left"});
  const std::vector<Narrowing> all = narrowings_of(run, found);
  for (std::size_t i = 0; i < all.size(); ++i) {
    table.row({run.inputs()[i].name, from_to(all[i].prior_low, all[i].prior_high), from_to(all[i].low, all[i].high),
               number(all[i].median), share(all[i].left)},
              "", run.inputs()[i].range.as ? run.inputs()[i].path : number_words(run.scenario(), run.inputs()[i].path));
  }
  return table.done();
}

std::string data_table(const FitReport& report, const FitRun& run, const FitFindings& found) {
  Table table("The data, and what the model makes",
              {"statistic", "observed", "made, 95 %", "p", "over the whole ranges", "given by"});
  const std::vector<Reproduced> all = reproduced_by(run, found);
  const auto& data = run.scenario().experiment->fit->data.entries;
  for (std::size_t k = 0; k < all.size(); ++k) {
    const std::size_t readings = report.readings.empty() ? 0 : report.readings[k];
    std::string given = readings > 0 ? std::to_string(readings) + " readings" : "a value";
    if (data[k].value.sd > 0) given += ", standard error " + number(data[k].value.sd);
    if (data[k].value.allow > 0) given += ", " + number(data[k].value.allow) + " allowed for the model";
    table.row({all[k].name, number(all[k].observed),
               found.has_posterior() ? from_to(all[k].low, all[k].high) : std::string("–"),
               found.has_posterior() ? fmt::format("{:.2f}", all[k].p) : std::string("–"),
               found.least.empty() ? std::string("–") : from_to(found.least[k], found.most[k]), given},
              "", all[k].what);
  }
  return table.done();
}

std::string method_text(const FitRun& run, const FitFindings& found) {
  std::vector<std::string> waves;
  for (const FitFindings::Wave& wave : found.waves) {
    waves.push_back(fmt::format("{} of {}", wave.plausible, wave.points));
  }
  std::string text = fmt::format(
      "Each point of the ranges was run on {} replicates of its own under {}. Points from which a statistic is 3 or "
      "more standard deviations away were put aside (history matching; plausible were {} points).",
      run.rules().replicates, run.scenario().experiment->fit->policy, listed(waves, "and"));
  if (found.has_posterior()) {
    text += fmt::format(
        " From there {} particles went to the posterior in {} temperatures (sequential Monte Carlo); at the last, {} "
        "of "
        "them moved. The likelihood is Gaussian in the statistics, estimated without bias from the replicates.",
        found.particles.size(), found.temperatures.size(), share(found.moved));
  }
  return text + fmt::format(" {} runs in all.", run.runs());
}

}  // namespace

std::string to_html(const FitReport& report, const FitRun& run, const FitFindings& found) {
  const FitWords words = words_of(report, run, found);
  std::string main = paragraph(report.title, "about") + "<h1>" + html::kept_together(words.finding) + "</h1>\n" +
                     paragraph(words.figures, "lead") + paragraph(words.open) + paragraph(words.misfit) +
                     paragraph(words.next);
  std::string limits = "<h2>What must not be concluded</h2>\n<ul>\n";
  for (const std::string& limit : words.limits) limits += "<li>" + html::kept_together(limit) + "</li>\n";
  main += limits + "</ul>\n";
  if (found.has_posterior()) {
    main += "<h2>How far the data narrow each number</h2>\n" + picture(run, found) + numbers_table(run, found);
  }
  main += "<h2>The data against the model</h2>\n" + data_table(report, run, found);
  main += "<h2>How it was found</h2>\n" + paragraph(method_text(run, found));
  return html::document(report.title, main,
                        report.results.empty()
                            ? std::string("Made by goodhart")
                            : "Made by goodhart, from " + report.results + ", content digest " + report.digest);
}

}  // namespace goodhart
