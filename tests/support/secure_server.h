// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "support/certificates.h"
#include "support/live_server.h"
#include "support/temporary_folder.h"

namespace rtspcore::test {

inline constexpr rtp::ExtendedSequence kCycle = 0x10000;

// What a server shows who it is with, in files that go with this.
struct Identity {
    Identity() {
        const Certificate certificate("localhost");
        certificate.write_certificate(folder / "server.pem");
        certificate.write_key(folder / "server.key");
    }
    [[nodiscard]] net::TlsFiles files() const { return {folder / "server.pem", folder / "server.key", {}}; }

    TemporaryFolder folder;
};

inline server::ServerConfig with_srtp(const Identity &identity, server::SrtpMode mode,
                                      server::ServerConfig config = local_config()) {
    config.tls = {.mode = server::TlsMode::Optional, .files = identity.files(), .port = {}};
    config.srtp.mode = mode;
    return config;
}

// A LiveServer to which clients can speak TLS.
struct SecureServer {
    explicit SecureServer(server::SrtpMode mode, const server::ServerConfig &config = local_config())
        : live(with_srtp(identity, mode, config)) {}
    [[nodiscard]] RtspPeer connect() const { return RtspPeer::secure(live.port()); }

    Identity identity;
    LiveServer live;
};

// Both in a cycle of numbers of which there is much left, so that viewers share keys.
struct EarlyServer : SecureServer {
    explicit EarlyServer(server::SrtpMode mode = server::SrtpMode::Required,
                         const server::ServerConfig &config = local_config())
        : SecureServer(mode, config) {
        live.count_video_from(kCycle + 1000);
        live.gop();
    }
};

}  // namespace rtspcore::test
