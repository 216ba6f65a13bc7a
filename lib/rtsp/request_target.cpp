// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/request_target.h"

#include <glib.h>

#include <algorithm>
#include <array>

#include "rtsp/ascii.h"

namespace rtspcore::rtsp {
namespace {

constexpr size_t kLongestMapping = 1024;
constexpr std::string_view kControlWord = "stream";
constexpr std::array<std::string_view, 3> kSchemes = {"rtsp://", "rtsps://", "rtspu://"};

Failure<Status> bad(std::string message) {
    return {Status::BadRequest, std::move(message)};
}

// A request URI cut where its parts meet; together they are the whole of it.
struct UriParts {
    std::string_view authority;  // "rtsp://host:8554", empty for an absolute path
    std::string_view path;
    std::string_view query;  // with its "?"
};

// Nothing for what is neither a URL of RTSP with a host nor an absolute path.
std::optional<UriParts> cut(std::string_view uri) {
    size_t path = 0;
    for (const std::string_view scheme : kSchemes) {
        if (!starts_with_ignoring_case(uri, scheme))
            continue;
        path = std::min(uri.find_first_of("/?", scheme.size()), uri.size());
        if (path == scheme.size())
            return std::nullopt;
    }
    if (path == 0 && !uri.starts_with('/'))
        return std::nullopt;
    const size_t query = std::min(uri.find('?', path), uri.size());
    return UriParts{uri.substr(0, path), uri.substr(path, query - path), uri.substr(query)};
}

std::string_view without_slashes_at_end(std::string_view text) {
    while (text.ends_with('/'))
        text.remove_suffix(1);
    return text;
}

// The number in "stream=3"; the equals sign may be escaped, as some clients do.
std::optional<unsigned> control_number(std::string_view segment) {
    if (!segment.starts_with(kControlWord))
        return std::nullopt;
    segment.remove_prefix(kControlWord.size());
    if (segment.starts_with('='))
        segment.remove_prefix(1);
    else if (starts_with_ignoring_case(segment, "%3d"))
        segment.remove_prefix(3);
    else
        return std::nullopt;
    return is_number(segment) ? parse_number<unsigned>(segment) : std::nullopt;
}

// Takes "/stream=3" or "/stream=3/" off the end of `text`.
std::optional<unsigned> take_control(std::string_view &text) {
    const std::string_view rest = without_slashes_at_end(text);
    const size_t slash = rest.rfind('/');
    if (slash == std::string_view::npos)
        return std::nullopt;
    const auto number = control_number(rest.substr(slash + 1));
    if (number)
        text = rest.substr(0, slash);
    return number;
}

// Takes the control part off wherever it is: behind the query when the client appended it to Content-Base (ffmpeg),
// behind the path when it resolved it as RFC 3986 section 5.2 has it (rtspsrc).
std::optional<unsigned> take_control(UriParts &parts) {
    const auto number = take_control(parts.query);
    return number ? number : take_control(parts.path);
}

std::optional<char> unescape(std::string_view text) {
    if (text.size() < 3 || text[0] != '%')
        return std::nullopt;
    const auto byte = parse_number<uint8_t>(text.substr(1, 2), 16);
    return byte ? std::optional(static_cast<char>(*byte)) : std::nullopt;
}

bool has_escape(std::string_view text) {
    for (size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1))
        if (unescape(text.substr(at)))
            return true;
    return false;
}

// A per cent sign without two digits behind it stands for itself: "mapping=/100%".
std::string percent_decode(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto decoded = unescape(text);
        out += decoded.value_or(text.front());
        text.remove_prefix(decoded ? 3 : 1);
    }
    return out;
}

// "/a/b" of "a//b/".
std::string with_single_slashes(std::string_view text) {
    std::string out = "/";
    for (const char c : text)
        if (c != '/' || out.back() != '/')
            out += c;
    if (out.size() > 1 && out.back() == '/')
        out.pop_back();
    return out;
}

bool is_bad_in_mapping(char c) {
    return is_control(c) || c == ' ' || c == '?' || c == '#';
}

// "has a space at 2", counted from 1 in what was written, or of a mapping that had it percent-encoded.
std::string fault_of(std::string_view text, std::string_view decoded) {
    const auto *const at = std::find_if(text.begin(), text.end(), is_bad_in_mapping);
    const bool is_encoded = at == text.end();
    const char bad = is_encoded ? *std::find_if(decoded.begin(), decoded.end(), is_bad_in_mapping) : *at;
    const std::string name = bad == ' '        ? "a space"
                             : is_control(bad) ? "a control character"
                                               : std::string("a '") + bad + "'";
    return "has " + name + (is_encoded ? ", percent-encoded" : " at " + std::to_string(at - text.begin() + 1));
}

// "stream=7", however long the number.
bool looks_like_control(std::string_view segment) {
    return segment.size() > kControlWord.size() && segment.starts_with(kControlWord) &&
           segment[kControlWord.size()] == '=' && is_number(segment.substr(kControlWord.size() + 1));
}

}  // namespace

Result<std::string, Status> normalize_mapping(std::string_view text) {
    if (text.empty())
        return bad("a mapping is empty: expected a path such as /test");
    std::string mapping = with_single_slashes(percent_decode(text));
    if (mapping.size() > kLongestMapping)
        return bad("a mapping is longer than 1024 bytes");
    if (std::any_of(mapping.begin(), mapping.end(), is_bad_in_mapping))
        return bad("a mapping " + fault_of(text, mapping) + ": expected a path such as /test");
    if (!g_utf8_validate(mapping.data(), static_cast<gssize>(mapping.size()), nullptr))
        return bad("a mapping is not in UTF-8");
    // Decoding it once more would give another mapping, so that two names would be one here and two there.
    if (has_escape(mapping))
        return bad("a mapping is percent-encoded twice");
    if (looks_like_control(std::string_view(mapping).substr(mapping.rfind('/') + 1)))
        return bad("a mapping ends in stream=<number>, which is what the streams of a mapping are called");
    return mapping;
}

Result<RequestTarget, Status> parse_request_target(std::string_view uri) {
    if (uri == "*")
        return RequestTarget{"*", {}, {}};
    auto parts = cut(uri);
    if (!parts)
        return bad("expected an rtsp URL, an absolute path or \"*\" as the request URI");
    const auto stream = take_control(*parts);
    if (take_control(parts->query))
        return bad("the request URI names more than one stream");
    auto mapping = normalize_mapping(parts->path.empty() ? "/" : parts->path);
    if (!mapping)
        return mapping.error();
    return RequestTarget{*std::move(mapping), std::string(parts->query.substr(parts->query.empty() ? 0 : 1)), stream};
}

std::string stream_control(unsigned stream) {
    return std::string(kControlWord) + "=" + std::to_string(stream);
}

std::string presentation_uri(std::string_view uri) {
    auto parts = cut(uri);
    if (!parts)
        return std::string(uri);
    take_control(*parts);
    if (parts->query.empty())
        parts->path = without_slashes_at_end(parts->path);
    else if (parts->authority.empty() && parts->path.empty())
        parts->path = "/";
    return std::string(parts->authority).append(parts->path).append(parts->query);
}

std::string content_base(std::string_view uri) {
    auto parts = cut(uri);
    if (!parts)
        return std::string(uri);
    take_control(*parts);
    return std::string(parts->authority).append(without_slashes_at_end(parts->path)).append("/").append(parts->query);
}

std::string stream_uri(std::string_view uri, unsigned stream) {
    return presentation_uri(uri) + "/" + stream_control(stream);
}

}  // namespace rtspcore::rtsp
