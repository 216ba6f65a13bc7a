// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rtspcore::rtsp {

// The proxies that a Via header names (RFC 2326 section 12.43, RFC 2616 section 14.45), those furthest from the server
// first: "RTSP/1.0 one, RTSP/1.0 two (comment)" is "one", "two". Total: what has no such form names nobody. Pure.
std::vector<std::string_view> proxies_in(std::string_view via);

bool names_proxy(std::string_view via, std::string_view proxy);

// The header with one more at its end.
std::string via_with(std::string_view via, std::string_view proxy);

}  // namespace rtspcore::rtsp
