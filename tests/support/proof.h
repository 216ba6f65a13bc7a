// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <check.h>

#include <string>

#include "rtsp/digest.h"
#include "support/rtsp_peer.h"

namespace rtspcore::test {

// What a client knows to prove who it is.
struct Secret {
    std::string user;
    std::string password;
};

// The nonce of the Digest challenge that a client would take which knows MD5 only.
inline std::string nonce_of(const RtspPeer::Response &answer) {
    const size_t md5 = answer.text.find("algorithm=MD5");
    const size_t begin = answer.text.rfind("nonce=\"", md5);
    ck_assert_msg(md5 != std::string::npos && begin != std::string::npos, "no MD5 challenge: %s", answer.text.c_str());
    const size_t value = begin + 7;
    return answer.text.substr(value, answer.text.find('"', value) - value);
}

// The header line of a Digest by MD5. `count` 0: in the form of RFC 2069.
struct Proof {
    Secret secret;
    std::string nonce;
    std::string uri;
    unsigned count = 0;
    std::string realm = "rtspsink";

    [[nodiscard]] std::string header(const std::string &method) const {
        rtsp::DigestCredentials credentials;
        credentials.user = secret.user;
        credentials.realm = realm;
        credentials.nonce = nonce;
        credentials.uri = uri;
        char digits[9] = "";
        std::snprintf(digits, sizeof digits, "%08x", count);
        if (count > 0)
            credentials.protection = rtsp::DigestProtection{"0a4f113b", digits, count};
        const auto known = rtsp::user_digest(rtsp::DigestAlgorithm::Md5, secret.user, realm, secret.password);
        std::string line = "Authorization: Digest username=\"" + secret.user + "\", realm=\"" + realm + "\", nonce=\"" +
                           nonce + "\", uri=\"" + uri + "\", response=\"" +
                           rtsp::expected_response(credentials, known, method) + "\"";
        if (count > 0)
            line += std::string(", qop=auth, cnonce=\"0a4f113b\", nc=") + digits;
        return line + "\r\n";
    }
};

}  // namespace rtspcore::test
