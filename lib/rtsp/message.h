// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rtsp/status.h"

namespace rtspcore::rtsp {

// RFC 2326 section 10. `Unknown` is any other token; its name is kept in Request::method_name.
enum class Method : uint8_t {
    Options,
    Describe,
    Announce,
    Setup,
    Play,
    Pause,
    Teardown,
    GetParameter,
    SetParameter,
    Record,
    Redirect,
    Unknown,
};

// "DESCRIBE"; for Unknown an empty string. Names are case-sensitive (RFC 2326 section 6.1).
std::string_view method_name(Method method);
Method method_from_name(std::string_view name);

struct HeaderField {
    std::string name;
    std::string value;
};

// Header fields in the order in which they came. Names compare without case (RFC 2326 section 4.2). A plain value.
class Headers {
public:
    // The first field of that name; the view lives as long as the field.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    // All fields of that name joined by ", ", as RFC 2326 section 4.2 (RFC 2616 section 4.2) allows; nothing if there
    // is none.
    [[nodiscard]] std::optional<std::string> joined(std::string_view name) const;
    void add(std::string name, std::string value) { fields_.push_back({std::move(name), std::move(value)}); }
    // The field that was added last; there has to be one.
    [[nodiscard]] HeaderField &last() { return fields_.back(); }
    // Replaces all fields of that name.
    void set(std::string_view name, std::string value);

    [[nodiscard]] const std::vector<HeaderField> &fields() const { return fields_; }

private:
    std::vector<HeaderField> fields_;
};

// Appends "name: value" and a line end. Characters that would end the line earlier are taken out of both.
void append_field(std::string &out, std::string_view name, std::string_view value);

struct Request {
    Method method = Method::Unknown;
    std::string method_name;
    std::string uri;  // as the client wrote it
    Headers headers;
    std::string body;

    // The bytes for the wire, as far as they are known: what was folded is not again.
    [[nodiscard]] std::string serialize() const;
};

struct Response {
    Status status = Status::Ok;
    Headers headers;
    std::string body;

    // The bytes for the wire, with Content-Length if there is a body. Characters that would end a header line
    // are taken out of values, so that nothing a client sent can add lines to what it is answered.
    [[nodiscard]] std::string serialize() const;
};

}  // namespace rtspcore::rtsp
