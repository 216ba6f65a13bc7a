// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "base/result.h"
#include "rtsp/http_response.h"
#include "rtsp/message.h"
#include "rtsp/message_head.h"

namespace rtspcore::rtsp {

// The head of an HTTP/1.x request (RFC 9112). A plain value.
struct HttpRequest {
    std::string method;  // case-sensitive
    std::string target;  // as the client wrote it
    unsigned minor_version = 1;
    Headers headers;

    // Whether a field that is a list, such as Connection, has this token, in any case.
    [[nodiscard]] bool lists(std::string_view field, std::string_view token) const;
};

// Reads the head with which an HTTP connection begins, in any portions, and not one byte of what follows it: a POST
// half is Base64 from there on, a WebSocket frames. Total: any bytes give an item. Each byte is looked at once.
//
// Thread: confined to its connection's. Never blocks. Memory: bounded by Limits.
class HttpRequestParser {
public:
    struct Limits {
        size_t request_line = 8 * 1024;
        size_t headers = 16 * 1024;  // all header lines together
        size_t header_fields = 100;
    };
    struct NeedMore {};
    using Item = std::variant<NeedMore, HttpRequest, Failure<HttpStatus>>;

    HttpRequestParser() = default;
    explicit HttpRequestParser(Limits limits) : limits_(limits) {}

    // Takes from the front of `bytes` what belongs to the head. NeedMore has taken all of them; the other items come
    // once, and afterwards nothing is taken any more.
    Item read(std::span<const uint8_t> &bytes);

private:
    [[nodiscard]] size_t room() const;
    std::optional<Item> end_line();
    Item end_head();
    Item refuse_long_line();
    Item give_up(HttpStatus status, std::string reason);

    Limits limits_;
    MessageHead head_;
    std::string line_;  // the one that has no end yet
    size_t headers_size_ = 0;
    bool done_ = false;
};

}  // namespace rtspcore::rtsp
