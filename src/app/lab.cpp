/// `goodhart lab`: writes the lab, a page that holds the engine, with a scenario in it.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "execution.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/io/text_file.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/scenario/read.hpp"
#include "scenario_file.hpp"
#include "streams.hpp"

namespace goodhart {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string scenario;
  std::string output;
  Edits edits;
  bool quiet = false;
};

/// Where the page has what it opens on; its script reads the same element.
constexpr std::string_view kStart = R"(<script type="application/json" id="start">)";

/// The page as it was built, which lies beside the program as the catalogue does.
std::string page_as_built() {
  const fs::path file =
      (fs::read_symlink("/proc/self/exe").parent_path() / "../share/goodhart/lab.html").lexically_normal();
  if (!fs::is_regular_file(file)) {
    throw MachineError(
        "this build of goodhart has no lab; scripts/lab builds it from the sources, and says where the page is");
  }
  return read_text_file(file);
}

/// What the page opens on: the text as it stands in the file, or, where it was changed or needs other files, as it is
/// then. As JSON that nothing in it can end: each < is an escape.
std::string start_of(const ScenarioFile& file, const Options& options) {
  const bool as_written = options.edits.text().empty() && options.edits.policies.empty() && !file.edges && !file.points;
  const nlohmann::json state{{"name", file.name == kStandardInput ? file.name : fs::path(file.name).stem().string()},
                             {"text", as_written ? file.text : to_yaml(resolved(*file.scenario))}};
  std::string json = state.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  for (std::size_t at = json.find('<'); at != json.npos; at = json.find('<', at)) json.replace(at, 1, "\\u003c");
  return json;
}

Exit lab(const Options& options) {
  std::vector<ScenarioFile> files;
  if (!options.scenario.empty()) {
    files = open_scenarios({options.scenario}, options.edits);
    if (const Exit found = report_findings(files); found != Exit::done) return found;
  } else if (!options.edits.text().empty() || !options.edits.policies.empty()) {
    throw UserError("there is nothing to change; name a scenario, as in 'goodhart lab ai-usage-mandate'");
  }
  const std::string output = options.output.empty() ? "lab.html" : options.output;
  prepare_outputs({{.what = "the lab", .name = output, .kind = Output::Kind::page}}, files, {});
  std::string page = page_as_built();
  const std::size_t start = page.find(kStart);
  if (start == page.npos) throw Bug("lab: the page has no place for a scenario");
  const std::size_t begin = start + kStart.size(), end = page.find('<', begin);
  if (!files.empty()) page.replace(begin, end - begin, start_of(files.front(), options));
  write_text_file(output, page);
  if (!options.quiet) say("the lab is in {}; open it in a browser\n", harmless_line(output));
  return Exit::done;
}

}  // namespace

Command lab_command() {
  const auto options = std::make_shared<Options>();
  Command command{.name = "lab",
                  .purpose = "Write a page that runs the engine in a browser, to move levers and see",
                  .options = {{"SCENARIO", "", "Scenario file, or a name that goodhart list knows; - is standard input",
                               OneText{&options->scenario}, "the story of a mandate"},
                              {"-o,--output", "PAGE", "The page", OneText{&options->output}, "lab.html"}},
                  .notes =
                      "The page holds all that it needs: it opens from the disk, and sends nothing anywhere. What it\n"
                      "computes are the program's own numbers, up to the last digits.\n\n"
                      "Examples:\n"
                      "  goodhart lab\n"
                      "  goodhart lab my/scenario.yaml -o for-tuesday.html",
                  .act = [options] { return lab(*options); }};
  for (CommandOption& option : options->edits.options()) command.options.push_back(std::move(option));
  command.options.push_back({"--quiet", "", "Say nothing but what is wrong", Flag{&options->quiet}});
  return command;
}

}  // namespace goodhart
