// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rtspcore::rtsp {

enum class OriginError : uint8_t { NoOrigin };

// Whose pages may open a WebSocket. A page of any site can reach a server in the network of who looks at it, and
// browsers tell whose page it is (RFC 6455 section 10.2). Others send no Origin and are none of its business: they
// could claim any. An immutable value.
class WebSocketOrigins {
public:
    // Those of the host that they connect to, as long as that is an address or a name which nobody outside can have
    // point here (DNS rebinding): one without dots, or of .local.
    WebSocketOrigins() = default;
    // "https://viewer.example,http://192.168.1.2:8080", as browsers write them (RFC 6454 section 6.2); "*": all.
    // Nothing but the default for an empty text. The message of the error is the first part that is none.
    static Result<WebSocketOrigins, OriginError> parse(std::string_view text);

    // `origin` and `host`: what the fields of the request say; no origin: no browser.
    [[nodiscard]] bool allow(std::string_view origin, std::string_view host) const;

    bool operator==(const WebSocketOrigins &) const = default;

private:
    std::vector<std::string> listed_;
};

}  // namespace rtspcore::rtsp
