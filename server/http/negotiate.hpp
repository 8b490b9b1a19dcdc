// Choosing among representations: Accept-Encoding and Accept with q honoured (RFC 9110 12.5), entity tags
// (8.8.3, 13.1.2), and the compression of answers on their way out.
#pragma once

#include "server/request.hpp"

#include <span>
#include <string>
#include <string_view>

namespace server::http {

enum class Coding { identity, gzip, br, zstd };

const char* name(Coding coding);

// The client's best among `available` (ours in falling preference decides a draw). identity when the client takes none
// of them; a client that refuses identity too gets it all the same, as RFC 9110 12.5.3 allows.
Coding choose_coding(std::string_view accept_encoding, std::span<const Coding> available);

// q of a media type ("text/html") under an Accept value; the most specific range counts. An empty Accept takes all.
double quality(std::string_view accept, std::string_view media_type);

// Weak comparison of If-None-Match with a tag ("\"x\"" or "W/\"x\""); "*" matches any.
bool matches(std::string_view if_none_match, std::string_view tag);

bool is_compressible(std::string_view content_type); // JSON, MVT, text, SVG, XML, fonts as pbf

// Compresses a body in memory of 1 KB and more at a fast level, when its type is worth it, the response has no
// Content-Encoding yet and the client takes one of ours. Sets Content-Encoding; Vary for every compressible type.
void compress(Response& response, std::string_view accept_encoding);

void add_vary(Response& response, std::string_view field); // once

} // namespace server::http
