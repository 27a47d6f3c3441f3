/// What a page is dressed in, put into the program when it is built (src/report/page, and CMakeLists.txt).
#pragma once

#include <string_view>

namespace goodhart::assets {

std::string_view style();    ///< CSS
std::string_view program();  ///< JavaScript of ours, which needs the charts
std::string_view charts();   ///< the charting library; empty where goodhart was built without

}  // namespace goodhart::assets
