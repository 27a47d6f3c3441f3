/// Cutting tables into cells.
#include "csv_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace goodhart {
namespace {

constexpr std::string_view kBlank = " \t\r";

}  // namespace

CsvText::CsvText(std::string_view text, std::string source) : text_(text), source_(std::move(source)) {
  if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
}

std::vector<Cell> CsvText::next() {
  while (at_ < text_.size()) {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    const std::size_t first = text_.find_first_not_of(kBlank, at_);
    if (first < end && text_[first] != '#') return cells();
    at_ = end;
    end_line();
  }
  return {};
}

void CsvText::end_line() {
  if (at_ < text_.size()) ++at_;
  ++line_;
  begin_ = at_;
}

std::vector<Cell> CsvText::cells() {
  std::vector<Cell> cells;
  while (true) {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    const Place place = here();
    cells.push_back({at_ < text_.size() && text_[at_] == '"' ? quoted(place) : plain(), place});
    if (at_ < text_.size() && text_[at_] == ',') {
      ++at_;
      continue;
    }
    end_line();
    return cells;
  }
}

std::string CsvText::plain() {
  const std::size_t end = std::min(text_.find_first_of(",\n", at_), text_.size());
  std::size_t to = end;
  while (to > at_ && kBlank.find(text_[to - 1]) != kBlank.npos) --to;
  std::string cell(text_.substr(at_, to - at_));
  at_ = end;
  return cell;
}

std::string CsvText::quoted(const Place& place) {
  std::string cell;
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] == '"') {
      if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') break;
      ++at_;
    }
    if (text_[at_] == '\n') break;
    cell += text_[at_];
  }
  if (at_ >= text_.size() || text_[at_] != '"') refuse(place, "the quote that begins here does not end on its line");
  ++at_;
  while (at_ < text_.size() && kBlank.find(text_[at_]) != kBlank.npos) ++at_;
  if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n') {
    refuse(here(), "after a quote there must be a comma or the end of the line");
  }
  return cell;
}

void refuse(const Place& place, const std::string& message) {
  Diagnostic diagnostic;
  diagnostic.place = place;
  diagnostic.message = message;
  throw UserError(std::vector<Diagnostic>(1, diagnostic));
}

std::optional<double> number_in(const std::string& text) {
  const char* begin = text.data();
  if (!text.empty() && text[0] == '+') ++begin;
  double value = 0;
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::size_t> column_called(const std::vector<Cell>& head, const std::string& name) {
  std::optional<std::size_t> found;
  for (std::size_t c = 0; c < head.size(); ++c) {
    if (head[c].text != name) continue;
    if (found) refuse(head[c].place, fmt::format("there are two columns '{}'", name));
    found = c;
  }
  return found;
}

}  // namespace goodhart
