// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>
#include <gst/rtsp/rtsp.h>

#include <optional>
#include <string>
#include <vector>

#include "base/ref.h"
#include "base/result.h"
#include "state.h"

namespace rtspproxy {

// The element's properties as they were set, unchecked: what is wrong with them is told on the way to READY.
// Plain values; whoever shares them guards them. What the upstream is asked with is read anew for each attempt.
struct Settings {
    std::string location;   // secret, as far as it has a password
    std::string locations;  // the same
    std::string transports = "tcp,udp";
    Mode mode = Mode::Rtp;
    std::string user_id;
    std::string user_pw;          // secret
    std::string tls_ca;           // path
    std::string tls_fingerprint;  // of the server's certificate
    GTlsCertificateFlags tls_validation_flags = G_TLS_CERTIFICATE_VALIDATE_ALL;
    unsigned latency = 100;   // ms
    unsigned timeout = 5000;  // ms
    unsigned backoff_min = 100;
    unsigned backoff_max = 1000;
    unsigned hold_down = 30000;
    OnGap on_gap = OnGap::Hold;
    bool on_demand = false;
    unsigned close_after = 5000;  // ms
    OnFailure on_failure = OnFailure::Retry;
};

// Which property cannot be used; the message tells why and what to do, without passwords.
struct BadSetting {
    const char *property = nullptr;
};
template <typename T>
using Checked = rtspcore::Result<T, BadSetting>;

// One place to have the stream from, with the transports to try there, in order.
struct Source {
    std::string url;
    std::vector<GstRTSPLowerTrans> transports;
};

// As in the property `transports`; "any" if the URL chooses.
const char *transport_name(GstRTSPLowerTrans transport);

// What certificates are checked against; null for the system's authorities.
Checked<rtspcore::Ref<GTlsDatabase>> tls_database(const Settings &settings);

// By their priority; there is one at least.
Checked<std::vector<Source>> sources_of(const Settings &settings);

}  // namespace rtspproxy
