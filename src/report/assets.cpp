/// The files that the assembler has put into the program.
#include "assets.hpp"

#include <cstddef>

extern "C" {
extern const char goodhart_page_style[], goodhart_page_style_end[];
extern const char goodhart_page_program[], goodhart_page_program_end[];
extern const char goodhart_page_charts[], goodhart_page_charts_end[];
}

namespace goodhart::assets {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::string_view style() {
  return between(goodhart_page_style, goodhart_page_style_end);
}
std::string_view program() {
  return between(goodhart_page_program, goodhart_page_program_end);
}
std::string_view charts() {
  return between(goodhart_page_charts, goodhart_page_charts_end);
}

}  // namespace goodhart::assets
