// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "rtsp/message.h"

namespace rtspcore::rtsp {

// What stands before the body of a message, taken in line by line: the start line, header fields, their continuation
// lines (RFC 2326 section 4, RFC 2616 section 4.2). A line that is wrong is left out and remembered as the fault; what
// follows it is still read, so that the message can be answered with its CSeq and its end be found. A plain value, no
// thread rules.
class MessageHead {
public:
    enum class Kind : uint8_t {
        Request,   // of RTSP, whatever version
        Response,  // of RTSP
        Http,      // "GET / HTTP/1.1": a browser, or an HTTP tunnel
    };
    struct Fault {
        Status status;
        std::string reason;
    };

    // A line comes without its line end, and is not empty. The first one is the start line.
    void add_line(std::string_view line);

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] bool has_start_line() const { return lines_ > 0; }
    // The first thing that was wrong.
    [[nodiscard]] const std::optional<Fault> &fault() const { return fault_; }
    [[nodiscard]] const Request &request() const { return request_; }
    [[nodiscard]] Request take_request() { return std::move(request_); }
    // "HTTP/1.1", as it was written; empty unless the kind is Http.
    [[nodiscard]] const std::string &http_version() const { return http_version_; }
    [[nodiscard]] std::string cseq() const { return std::string(request_.headers.find("CSeq").value_or("")); }

    // What Content-Length says, 0 without one. BadRequest for no number, one that overflows, or several that differ:
    // then nobody knows where the message ends.
    [[nodiscard]] Result<size_t, Status> content_length() const;

private:
    void read_start_line(std::string_view line);
    void read_request_line(std::string_view method, std::string_view uri, std::string_view version);
    void read_http_request_line(std::string_view method, std::string_view uri, std::string_view version);
    void read_field(std::string_view line);
    void continue_field(std::string_view line);
    void extend_field(std::string_view text);
    void note_fault(Status status, std::string reason);
    [[nodiscard]] std::string where() const;

    Request request_;
    std::string http_version_;
    std::optional<Fault> fault_;
    size_t lines_ = 0;
    Kind kind_ = Kind::Request;
    bool field_is_open_ = false;  // the last line is a field that the next one may continue
};

}  // namespace rtspcore::rtsp
