// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rtspproxy {

// Where a stream may be had: URLs of the schemes that rtspsrc knows. Pure.

// "rtsp://a/1, rtsp://b/1": separated by commas or white space; a comma within a URL is written %2C.
std::vector<std::string> split_locations(std::string_view list);

// What comes in as rtspproxy://HOST/PATH is for the URI handler: rtsp://HOST/PATH.
std::string upstream_url(std::string_view location);

// Whether rtspsrc could be asked for it.
bool is_usable(const std::string &location);

// Whether the scheme says already which transport is meant (rtspt:, rtspu:, rtsph:).
bool names_transport(std::string_view location);

// The same by HTTP, as rtspsrc wants it told: rtsph: for rtsp:, rtspsh: for rtsps:.
std::string tunnelled_url(const std::string &url);

struct Address {
    std::string url;  // without user and password
    bool has_user = false;
    std::string user;      // of the URL, decoded
    std::string password;  // the same; secret
};
// What a URL says of who asks (RFC 3986 section 3.2.1) taken out of it.
Address address_of(const std::string &url);

// Who is asked, "camera:554".
std::string server_of(std::string_view url);

// For people: any password in a URL of `text` is replaced by "***".
std::string masked(std::string_view text);

}  // namespace rtspproxy
