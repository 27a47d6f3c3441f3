/// `goodhart schema`: what a scenario may hold, for editors and for people.
#include <fmt/core.h>

#include <memory>

#include "command_line.hpp"
#include "goodhart/scenario/schema.hpp"

namespace goodhart {

Command schema_command() {
  const auto markdown = std::make_shared<bool>(false);
  return {.name = "schema",
          .purpose = "Print the scenario format as JSON Schema",
          .options = {{"--markdown", "", "Print a reference to read instead", Flag{markdown.get()}}},
          .notes =
              "An editor that is given the schema completes keys and marks mistakes.\n\n"
              "Examples:\n"
              "  goodhart schema > goodhart.schema.json\n"
              "  goodhart schema --markdown | less",
          .act = [markdown] {
            fmt::print("{}", *markdown ? format_reference() : json_schema());
            return Exit::done;
          }};
}

}  // namespace goodhart
