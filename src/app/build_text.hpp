/// What this program is made of, for --version and for the provenance of results.
#pragma once

#include <string>

namespace goodhart {

/// "goodhart 0.1.0".
std::string program_name();

/// Version, revision, compiler, flags and libraries, a line each.
std::string program_text();

/// How random numbers come about, in one paragraph.
std::string generator_text();

}  // namespace goodhart
