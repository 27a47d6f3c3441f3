/// `goodhart schema`: what a scenario may hold, for editors and for people.
#include <fmt/core.h>

#include <memory>

#include "commands.hpp"
#include "goodhart/io/schema.hpp"

namespace goodhart {

Command add_schema(CLI::App& program) {
  const auto markdown = std::make_shared<bool>(false);
  CLI::App* line = program.add_subcommand("schema", "Print the scenario format as JSON Schema");
  line->add_flag("--markdown", *markdown, "Print a reference to read instead");
  line->footer(
      "An editor that is given the schema completes keys and marks mistakes.\n\n"
      "Examples:\n"
      "  goodhart schema > goodhart.schema.json\n"
      "  goodhart schema --markdown | less");
  return {line, [markdown] {
            fmt::print("{}", *markdown ? format_reference() : json_schema());
            return Exit::done;
          }};
}

}  // namespace goodhart
