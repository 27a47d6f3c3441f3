/// Whole text files or none.
#include "goodhart/io/text_file.hpp"

#include "part_file.hpp"

namespace goodhart {

void write_text_file(const std::filesystem::path& name, const std::string& text) {
  PartFile file(name);
  file.write_at(0, text.data(), text.size());
  file.commit();
}

}  // namespace goodhart
