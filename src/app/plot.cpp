/// `goodhart plot`: results as a picture.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "execution.hpp"
#include "filter.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/io/results_reader.hpp"
#include "goodhart/io/text_file.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/report/plot.hpp"
#include "streams.hpp"

namespace goodhart {
namespace {

namespace fs = std::filesystem;

constexpr const char* kZoom = "2";  // dots of a PNG for each unit of the picture

struct Options {
  std::string results;
  std::string image;
  std::vector<std::string> metrics, policies;
  bool quiet = false;
};

bool is_results(const fs::path& name) {
  return name.extension() == ".h5" || name.extension() == ".nc" || name.extension() == ".hdf5";
}

/// The bytes of the picture, in the form that its name asks for.
std::string picture(const std::string& svg, bool png) {
  if (!png) return svg;
  const auto bytes = filtered({"rsvg-convert", "--format", "png", "--zoom", kZoom}, svg);
  if (!bytes) {
    throw MachineError(
        "a PNG is made by the program rsvg-convert, which is not here: install it (Debian: librsvg2-bin), or write an "
        "SVG, as in -o picture.svg");
  }
  return *bytes;
}

Exit plot(Options options) {
  if (options.quiet) be_quiet();
  if (!is_results(options.results)) {
    throw UserError(options.results +
                    ": is not a results file (.h5); goodhart run SCENARIO makes one, results/SCENARIO.h5");
  }
  if (options.image.empty()) options.image = fs::path(options.results).replace_extension(".svg").string();
  const fs::path extension = fs::path(options.image).extension();
  const bool png = extension == ".png";
  if (!png && extension != ".svg") throw UserError("-o " + options.image + ": a picture is called .svg or .png");
  prepare_outputs({{.what = "the picture", .name = options.image, .kind = Output::Kind::text}}, {}, {options.results});
  const Results results = read_results(options.results, [] { return true; }).value();
  write_text_file(options.image, picture(plotted(results, options.metrics, options.policies), png));
  if (!options.quiet) say("the picture is in {}\n", harmless_line(options.image));
  return Exit::done;
}

}  // namespace

Command plot_command() {
  const auto options = std::make_shared<Options>();
  return {
      .name = "plot",
      .purpose = "Draw results over time: dashboard against value, policy by policy",
      .options = {{"FILE", "", "A results file (.h5)", OneText{&options->results}, "", true},
                  {"-o,--output", "IMAGE", "The picture, called .svg or .png, instead of FILE.svg",
                   OneText{&options->image}},
                  {"--metric", "NAME", "Draw the dashboard of this metric; may be repeated", Texts{&options->metrics},
                   "the first metric that a policy rewards, volumes first"},
                  {"--policy", "NAME", "Draw this policy; may be repeated", Texts{&options->policies}, "all policies"},
                  {"--quiet", "", "On stderr errors alone", Flag{&options->quiet}}},
      .notes =
          "The panels are those of the page that report writes. Each line is an index: 100 is the mean under\n"
          "the comparison policy. Dark bands are 95 % intervals, pale ones reach over all replicates.\n"
          "An SVG needs nothing else; a PNG needs the program rsvg-convert (Debian: librsvg2-bin).\n\n"
          "Exit status: 0; 1 the machine refused, or rsvg-convert is not there; 2 wrong usage or results.\n\n"
          "Examples:\n"
          "  goodhart plot results/ai-usage-mandate.h5\n"
          "  goodhart plot results/first-file.h5 -o quota.png --metric prompts --policy usage_quota",
      .act = [options] { return plot(*options); }};
}

}  // namespace goodhart
