// What a whole list shows about its own precision, whatever its rows state: a list that knows only so many places can't
// be nearer to the truth than half-way to the next of them, nor one that is rounded to tenths of a degree; and one
// whose every time is midnight has days, not moments. For lists that one caller sees whole, before they are compared.
#pragma once

#include "layers/fuse/report.hpp"

#include <string>
#include <vector>

namespace layers::fuse {

// Where reports of an agency state what their list belies, it is taken as not stated: precision of place grows to what
// the list shows, bare dates become days. Returns what was done, for people, by agency. The same whatever the order.
std::vector<std::string> believe_the_list(std::vector<Report>& reports);

} // namespace layers::fuse
