// SPDX-License-Identifier: LGPL-2.1-or-later
// Any text as the query of a URL: its token is good only if it is one that the key made, and its claim is read whatever
// it says once somebody has signed it.
#include <string>
#include <string_view>

#include "fuzz/require.h"
#include "rtsp/digest.h"
#include "server/access/token.h"

using namespace rtspcore;
using fuzz::require;
using server::access::check_token;
using server::access::TokenVerdict;

namespace {

const std::vector<std::string> kKeys = {"1d8f3a60c47e529b", "a3b0c4f18e5d9276"};
constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    if (const auto token = server::access::token_of(text))
        require(check_token(*token, kKeys, "/cam", kNow).verdict == TokenVerdict::Bad, "nobody knows the keys");
    const std::string claimed = std::string(text) + "." + rtsp::keyed_digest(kKeys[1], text);
    const auto checked = check_token(claimed, kKeys, "/cam", kNow);
    require(checked.verdict != TokenVerdict::Good || checked.expires > kNow, "a good token is not over");
    return 0;
}
