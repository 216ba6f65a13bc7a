// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <span>

#include "problem.h"
#include "server/server.h"

namespace rtspsink {

struct Property;

// The properties for SRTP as they were set, unchecked. Plain values.
struct SrtpSettings {
    rtspcore::server::SrtpMode mode = rtspcore::server::SrtpMode::Off;
    unsigned key_lifetime = 600;
};

std::span<const Property> srtp_properties();

// Fails where no TLS is spoken, by which keys are told.
Outcome<rtspcore::server::SrtpConfig> srtp_config(const SrtpSettings &settings, const rtspcore::server::TlsConfig &tls);

}  // namespace rtspsink
