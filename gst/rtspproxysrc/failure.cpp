// SPDX-License-Identifier: LGPL-2.1-or-later
#include "failure.h"

#include <gst/gst.h>

#include <iterator>
#include <string_view>

#include "location.h"

namespace rtspproxy {

namespace {

constexpr GEnumValue kReasons[] = {
    {static_cast<int>(Reason::None), "Nothing is wrong", "none"},
    {static_cast<int>(Reason::Unreachable), "Nobody answers there", "unreachable"},
    {static_cast<int>(Reason::Unauthorized), "The credentials are not taken", "unauthorized"},
    {static_cast<int>(Reason::NotFound), "There is no such stream there", "not-found"},
    {static_cast<int>(Reason::Untrusted), "The certificate is not trusted", "untrusted"},
    {static_cast<int>(Reason::BadDescription), "It describes no stream that could be had", "bad-description"},
    {static_cast<int>(Reason::Refused), "A request was refused", "refused"},
    {static_cast<int>(Reason::NoData), "No media came in time", "no-data"},
    {static_cast<int>(Reason::Ended), "The other side ended it", "ended"},
    {static_cast<int>(Reason::Loop), "The stream comes from here", "loop"},
    {static_cast<int>(Reason::Broken), "Something else", "broken"},
    {0, nullptr, nullptr}};

// The message of rtspsrc, its cause in parentheses as it tells it in its debug string.
struct Clue {
    GQuark (*domain)();
    int code;
    std::string_view in_details;
    Reason reason;
};

// The first that fits. rtspsrc has one code for many things; its words are those of GStreamer 1.16 to 1.26.
constexpr Clue kClues[] = {
    // For any refusal without a challenge, 404 as well (1.20); what it was is said next.
    {gst_resource_error_quark, -1, "No supported authentication protocol", Reason::None},
    {gst_resource_error_quark, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "", Reason::Unauthorized},
    {gst_resource_error_quark, GST_RESOURCE_ERROR_NOT_FOUND, "", Reason::NotFound},
    {gst_resource_error_quark, -1, "Unauthorized", Reason::Unauthorized},
    {gst_resource_error_quark, -1, "Forbidden", Reason::Unauthorized},
    {gst_resource_error_quark, -1, "Not Found", Reason::NotFound},
    {gst_resource_error_quark, -1, "Loop Detected", Reason::Loop},
    {gst_resource_error_quark, -1, "TLS", Reason::Untrusted},
    {gst_resource_error_quark, -1, "ertificate", Reason::Untrusted},
    {gst_resource_error_quark, -1, "Parse error", Reason::Unreachable},  // it speaks something else
    {gst_resource_error_quark, -1, "connect", Reason::Unreachable},
    {gst_resource_error_quark, -1, "resolve", Reason::Unreachable},
    {gst_resource_error_quark, GST_RESOURCE_ERROR_SETTINGS, "", Reason::BadDescription},
    {gst_resource_error_quark, GST_RESOURCE_ERROR_OPEN_READ_WRITE, "", Reason::Unreachable},
    {gst_resource_error_quark, GST_RESOURCE_ERROR_OPEN_READ, "", Reason::Refused},
    {gst_resource_error_quark, GST_RESOURCE_ERROR_OPEN_WRITE, "", Reason::Refused},
    {gst_resource_error_quark, GST_RESOURCE_ERROR_READ, "", Reason::Ended},
    {gst_resource_error_quark, GST_RESOURCE_ERROR_WRITE, "", Reason::Ended},
    {gst_stream_error_quark, GST_STREAM_ERROR_WRONG_TYPE, "", Reason::BadDescription},
    {gst_stream_error_quark, GST_STREAM_ERROR_CODEC_NOT_FOUND, "", Reason::BadDescription},
};

bool fits(const Clue &clue, const GError &error, std::string_view details) {
    return error.domain == clue.domain() && (clue.code < 0 || error.code == clue.code) &&
           details.find(clue.in_details) != std::string_view::npos;
}

Reason reason_of(const GError &error, std::string_view details) {
    for (const Clue &clue : kClues)
        if (fits(clue, error, details))
            return clue.reason;
    return Reason::Broken;
}

const char *advice(Reason reason) {
    switch (reason) {
        case Reason::Unreachable:
            return "Check host and port of 'location', and that the camera is on.";
        case Reason::Unauthorized:
            return "Check 'user-id' and 'user-pw', or the user and password in 'location'.";
        case Reason::NotFound:
            return "Check the path in 'location'.";
        case Reason::Untrusted:
            return "Tell the certificate's authority by 'tls-ca', or the certificate itself by 'tls-fingerprint'.";
        case Reason::BadDescription:
            return "Check that 'location' is a live RTSP stream.";
        case Reason::Loop:
            return "'location' leads back to this element through other proxies: name a camera, or another proxy.";
        case Reason::Refused:
            return "Check 'transports' and what the camera allows.";
        default:
            return "";
    }
}

// Its last line is where rtspsrc puts the cause; the lines before are places in its source.
std::string_view last_line(std::string_view details) {
    const size_t end = details.find_last_not_of('\n');
    if (end == std::string_view::npos)
        return {};
    details = details.substr(0, end + 1);
    const size_t begin = details.rfind('\n');
    return begin == std::string_view::npos ? std::string_view() : details.substr(begin + 1);
}

// "Not Found (404)"
bool is_answer(std::string_view cause) {
    constexpr size_t kCode = 5;
    return cause.size() > kCode && cause[cause.size() - kCode] == '(' && cause.back() == ')' &&
           g_ascii_isdigit(cause[cause.size() - 2]);
}

// rtspsrc says the same of whoever it cannot connect to.
std::string what_came(Reason reason, std::string_view message, std::string_view cause) {
    if (is_answer(cause))
        return "the server answers '" + std::string(cause) + "'.";
    if (reason == Reason::Unreachable && cause.find("Parse error") != std::string_view::npos)
        return "what answers there does not speak RTSP.";
    if (reason == Reason::Unreachable && cause.find("Generic error") != std::string_view::npos)
        return "no connection: no such host, nobody listens at the port, or, for rtsps:, no TLS there.";
    std::string text(message);
    return cause.empty() ? text : text + " (" + std::string(cause) + ")";
}

}  // namespace

GType reason_type() {
    static const GType type = g_enum_register_static("GstRtspProxySrcReason", kReasons);
    return type;
}

const char *nick(Reason reason) {
    return kReasons[static_cast<size_t>(reason)].value_nick;
}

Failure failure_of(const GError &error, const char *details) {
    const std::string_view cause = last_line(details ? details : "");
    const Reason reason = reason_of(error, std::string(error.message) + " " + std::string(cause));
    std::string text = what_came(reason, error.message, cause);
    if (const char *fix = advice(reason); *fix)
        text += std::string(" ") + fix;
    return {reason, masked(text)};
}

Failure failure_at(std::string_view location, Failure failure) {
    failure.text = masked(location) + ": " + failure.text;
    return failure;
}

Failure no_answer(unsigned milliseconds) {
    return {Reason::Unreachable,
            "no answer within " + std::to_string(milliseconds) + " ms ('timeout'). " + advice(Reason::Unreachable)};
}

Failure no_data(unsigned milliseconds) {
    return {Reason::NoData, "no media within " + std::to_string(milliseconds) +
                                " ms. If it is never there in time, raise 'timeout'; if a firewall drops UDP, put tcp "
                                "first in 'transports'."};
}

Failure ended() {
    return {Reason::Ended, "the other side ended the stream."};
}

Failure no_transport() {
    return {Reason::Refused,
            "the server described streams, and granted none by the transport that was asked for. Check "
            "'transports', and what the camera allows."};
}

Failure redirected_too_often() {
    return {Reason::Refused, "the server redirects again and again. Name in 'location' where the stream really is."};
}

Failure unauthorized() {
    return {Reason::Unauthorized,
            std::string("the server does not take the credentials. ") + advice(Reason::Unauthorized)};
}

Failure untrusted() {
    return {Reason::Untrusted,
            std::string("the server's certificate is not to be trusted. ") + advice(Reason::Untrusted)};
}

bool may_be_the_transport(Reason reason) {
    return reason == Reason::NoData || reason == Reason::Refused || reason == Reason::BadDescription ||
           reason == Reason::Broken || reason == Reason::Ended;
}

}  // namespace rtspproxy
