// Which format a file is, by its content; its name is only a hint between text formats. Runs inside the child.
#pragma once

#include <string>
#include <string_view>

namespace layers::ingest {

// A row's name in formats(), or "zip" (a shapefile or KMZ: its directory says which). `start`: the first bytes of the
// file (64 KB or all). Error{unsupported_format} with what it is instead, Error{invalid_input} for a DOCTYPE.
std::string sniff(std::string_view start, std::string_view declared_name);

// The name of an XML document's first element without its prefix. Error{invalid_input} for a document type declaration
// (entities that grow or name other files come from there) and for UTF-16, which would hide one.
std::string xml_root(std::string_view start);

} // namespace layers::ingest
