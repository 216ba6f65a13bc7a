// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/http_response.h"

#include <algorithm>
#include <iterator>

namespace rtspcore::rtsp {
namespace {

struct Answer {
    HttpStatus status;
    std::string_view phrase;
    // What a refusal with this status has to carry besides the reason.
    std::string_view field = {};
    std::string_view value = {};
};

constexpr Answer kAnswers[] = {
    {HttpStatus::Continue, "Continue"},
    {HttpStatus::SwitchingProtocols, "Switching Protocols"},
    {HttpStatus::Ok, "OK"},
    {HttpStatus::BadRequest, "Bad Request"},
    {HttpStatus::Forbidden, "Forbidden"},
    {HttpStatus::NotFound, "Not Found"},
    {HttpStatus::MethodNotAllowed, "Method Not Allowed", "Allow", "GET, POST"},  // RFC 9110 section 15.5.6
    {HttpStatus::RequestTimeout, "Request Timeout"},
    {HttpStatus::Conflict, "Conflict"},
    {HttpStatus::UriTooLong, "URI Too Long"},
    {HttpStatus::UpgradeRequired, "Upgrade Required", "Sec-WebSocket-Version", "13"},  // RFC 6455 section 4.4
    {HttpStatus::HeaderFieldsTooLarge, "Request Header Fields Too Large"},
    {HttpStatus::NotImplemented, "Not Implemented"},
    {HttpStatus::ServiceUnavailable, "Service Unavailable", "Retry-After", "5"},
    {HttpStatus::VersionNotSupported, "HTTP Version Not Supported"},
};

const Answer *answer_of(HttpStatus status) {
    const auto *found = std::find_if(std::begin(kAnswers), std::end(kAnswers),
                                     [status](const Answer &answer) { return answer.status == status; });
    return found == std::end(kAnswers) ? nullptr : found;
}

// 1xx responses and the GET half of a tunnel have no body whose length could be told.
bool tells_length(HttpStatus status) {
    return status >= HttpStatus::BadRequest;
}

}  // namespace

std::string_view reason_phrase(HttpStatus status) {
    const Answer *answer = answer_of(status);
    return answer ? answer->phrase : "Unknown";
}

std::string HttpResponse::serialize() const {
    std::string out =
        "HTTP/1.1 " + std::to_string(static_cast<int>(status)) + " " + std::string(reason_phrase(status)) + "\r\n";
    for (const HeaderField &field : headers.fields())
        append_field(out, field.name, field.value);
    if (tells_length(status))
        append_field(out, "Content-Length", std::to_string(body.size()));
    out += "\r\n";
    return out += body;
}

HttpResponse http_refusal(const Failure<HttpStatus> &failure) {
    HttpResponse response;
    response.status = failure.code;
    const Answer *answer = answer_of(failure.code);
    if (answer && !answer->field.empty())
        response.headers.add(std::string(answer->field), std::string(answer->value));
    const bool offers_upgrade = failure.code == HttpStatus::UpgradeRequired;  // RFC 9110 section 15.5.22 wants both
    if (offers_upgrade)
        response.headers.add("Upgrade", "websocket");
    response.headers.add("Connection", offers_upgrade ? "Upgrade, close" : "close");
    response.headers.add("Cache-Control", "no-store");
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    response.headers.add("X-Content-Type-Options", "nosniff");
    response.body = failure.message + "\n";
    return response;
}

}  // namespace rtspcore::rtsp
