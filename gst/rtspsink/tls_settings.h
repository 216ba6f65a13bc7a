// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <span>
#include <string>

#include "problem.h"
#include "server/server.h"

namespace rtspsink {

struct Property;

// The properties for TLS as they were set, unchecked. Plain values.
struct TlsSettings {
    rtspcore::server::TlsMode mode = rtspcore::server::TlsMode::Optional;
    std::string certificate;
    std::string key;
    std::string client_ca;
    std::string service;
};

std::span<const Property> tls_properties();

// Without a certificate no TLS is spoken. Fails for a port that is none, and for settings that promise TLS where there
// is no certificate, or where it is off.
Outcome<rtspcore::server::TlsConfig> tls_config(const TlsSettings &settings);

}  // namespace rtspsink
