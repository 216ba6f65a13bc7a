// SPDX-License-Identifier: LGPL-2.1-or-later
// Any text as the value of an Authorization header: it is read or refused, what was read has the form that those who
// compare it rely on, and it lets nobody in who has no password.
#include <string>
#include <string_view>

#include "fuzz/require.h"
#include "rtsp/authentication.h"
#include "rtsp/digest.h"
#include "server/access/users.h"

using namespace rtspcore;
using fuzz::require;

namespace {

void check(const rtsp::BasicCredentials &basic) {
    require(basic.user.find(':') == std::string::npos, "a user name has no colon");
    require((basic.user + basic.password).find('\0') == std::string::npos, "there is no NUL");
}

void check(const rtsp::DigestCredentials &digest) {
    require(digest.response.size() == (digest.algorithm == rtsp::DigestAlgorithm::Md5 ? 32 : 64),
            "a response has the digits of its algorithm");
    require(digest.response.find_first_not_of("0123456789abcdef") == std::string::npos, "digits are in lower case");
    require(!digest.protection || (digest.protection->count > 0 && digest.protection->nonce_count.size() == 8),
            "counts begin with 1");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const auto credentials = rtsp::parse_authorization({reinterpret_cast<const char *>(data), size});
    if (!credentials)
        return 0;
    std::visit([](const auto &form) { check(form); }, *credentials);
    static const auto kUsers = server::access::Users::from_list("user:1d8f3a60c47e529b", "rtspsink");
    require(!kUsers->users.verify(*credentials, "DESCRIBE"), "nobody knows the password");
    return 0;
}
