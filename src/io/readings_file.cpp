/// Tables to readings. What a cell of somebody's data holds is never repeated in a message.
#include "goodhart/io/readings_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "csv_text.hpp"
#include "goodhart/core/document.hpp"
#include "input_file.hpp"

namespace goodhart {
namespace {

std::string text_of(const std::string& name) {
  try {
    const InputFile file(name);
    std::string text = read_bytes(file.descriptor(), kMostBytesOfReadings + 1);
    if (text.size() <= kMostBytesOfReadings) return text;
  } catch (const InputFile::Refusal& refusal) {
    const std::string sentence = "cannot read " + name + ": " + refusal.why;
    if (refusal.is_special) throw UserError(sentence);
    throw MachineError(sentence);
  }
  throw UserError(fmt::format("{}: is larger than {} MB, which is more than is read of a table of readings", name,
                              kMostBytesOfReadings / 1'000'000));
}

[[noreturn]] void refuse_head(const std::vector<Cell>& head, const std::string& name, const char* option) {
  const Place& place = head.front().place;
  if (std::any_of(head.begin(), head.end(), [](const Cell& cell) { return number_in(cell.text).has_value(); })) {
    refuse(place, "the first line must hold the names of the columns, as in employee,step,value; it holds numbers");
  }
  if (head.size() == 1 && head.front().text.find_first_of(";\t") != std::string::npos) {
    refuse(place, "the cells of a line must be separated by commas, as in employee,step,value");
  }
  std::vector<std::string> names;
  for (const Cell& cell : head) names.push_back(cell.text);
  refuse(place,
         fmt::format("there is no column '{}'; there are {}; {} names another", name, listed(names, "and"), option));
}

double number_of(const Cell& cell, const std::string& column) {
  if (const auto value = number_in(cell.text)) return *value;
  if (cell.text.empty()) {
    refuse(cell.place, fmt::format("there is no reading in the column '{}'; leave out lines without one", column));
  }
  refuse(cell.place,
         fmt::format("the column '{}' must hold numbers, as 101.5, and here it holds something else", column));
}

}  // namespace

Readings read_readings(const std::string& name, const ReadingColumns& columns) {
  const std::string text = text_of(name);
  CsvText lines(text, name);
  const std::vector<Cell> head = lines.next();
  if (head.empty()) {
    throw UserError(name +
                    ": is empty; it needs a line of names, as in employee,step,value, and a line for each reading");
  }
  const auto value = column_called(head, columns.value);
  if (!value) refuse_head(head, columns.value, columns.says);
  const auto employee = column_called(head, columns.employee.empty() ? "employee" : columns.employee);
  if (!employee && !columns.employee.empty()) refuse_head(head, columns.employee, "--whose");
  const auto step = columns.step.empty() ? std::nullopt : column_called(head, columns.step);
  if (!step && !columns.step.empty()) {
    refuse(head.front().place,
           fmt::format("there is no column '{}', which says in which step a reading was made", columns.step));
  }

  Readings readings;
  std::unordered_map<std::string, std::uint32_t> numbers;
  for (std::vector<Cell> line = lines.next(); !line.empty(); line = lines.next()) {
    if (line.size() != head.size()) {
      refuse(line.front().place,
             fmt::format("has {} cells, and the first line has {} names", line.size(), head.size()));
    }
    readings.values.push_back(number_of(line[*value], columns.value));
    if (step) readings.step.push_back(number_of(line[*step], columns.step));
    if (!employee) continue;
    const Cell& whose = line[*employee];
    if (whose.text.empty())
      refuse(whose.place, fmt::format("the column '{}' does not say whose reading this is", head[*employee].text));
    readings.employee.push_back(numbers.emplace(whose.text, static_cast<std::uint32_t>(numbers.size())).first->second);
  }
  readings.employees = numbers.size();
  if (readings.values.empty()) throw UserError(name + ": has no line but that of names");
  return readings;
}

}  // namespace goodhart
