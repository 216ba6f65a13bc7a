// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <optional>
#include <string>
#include <string_view>

namespace rtspproxy {

// The SHA-256 of a certificate (of its DER form), as lower-case digits. From digits of any case, with or without colons
// between the bytes, as openssl x509 -fingerprint -sha256 prints them.
std::optional<std::string> parse_fingerprint(std::string_view text);

std::string fingerprint_of(GTlsCertificate *certificate);

// A database that trusts the one certificate with this fingerprint, whoever signed it, whatever its name and its dates,
// and no other, whoever signed it. Transfer full.
GTlsDatabase *make_certificate_pin(const std::string &fingerprint);

}  // namespace rtspproxy
