// SPDX-License-Identifier: LGPL-2.1-or-later
// One text as the value of each header, and as URI and mapping: any is read or refused, and what was read is the same
// when it is written and read once more.
#include <string>
#include <string_view>

#include "fuzz/require.h"
#include "rtsp/range.h"
#include "rtsp/request_target.h"
#include "rtsp/transport.h"

using namespace rtspcore;
using fuzz::require;

namespace {

void check_transports(std::string_view text) {
    const auto specs = rtsp::parse_transports(text);
    if (!specs)
        return;
    for (const rtsp::TransportSpec &spec : *specs) {
        require(!spec.client_port || (spec.client_port->rtp > 0 && spec.client_port->rtcp >= spec.client_port->rtp),
                "ports are there and in order");
        require(!spec.interleaved || spec.interleaved->rtcp >= spec.interleaved->rtp, "channels are in order");
        const std::string written = rtsp::to_string(spec);
        require(written.find_first_of(", \t\r\n") == std::string::npos, "a specification stays one");
        const auto again = rtsp::parse_transports(written);
        require(again && again->size() == 1 && again->front() == spec, "a specification survives writing");
    }
}

void check_range(std::string_view text) {
    const auto range = rtsp::check_live_range(text);
    require(range.ok() || range.error().code == rtsp::Status::InvalidRange ||
                range.error().code == rtsp::Status::NotImplemented,
            "a range is taken, invalid or of another unit");
}

void check_mapping(std::string_view text) {
    const auto mapping = rtsp::normalize_mapping(text);
    if (!mapping)
        return;
    require(mapping->front() == '/' && mapping->size() <= 1024, "a mapping is a bounded path");
    require(mapping->find("//") == std::string::npos, "a mapping has no empty segment");
    require(*mapping == "/" || mapping->back() != '/', "a mapping has no slash at its end");
    const auto again = rtsp::normalize_mapping(*mapping);
    require(again && *again == *mapping, "normalising twice is normalising once");
    const auto target = rtsp::parse_request_target("rtsp://h" + *mapping);
    require(target && target->mapping == *mapping, "a mapping can be asked for");
}

void check_target(std::string_view text) {
    const auto target = rtsp::parse_request_target(text);
    if (!target || text == "*")
        return;
    const auto stream = rtsp::parse_request_target(rtsp::stream_uri(text, 7));
    require(stream && stream->mapping == target->mapping && stream->stream == 7u, "a stream's URI names the stream");
    require(stream->query == target->query, "a stream's URI keeps the query");
    for (const std::string &uri : {rtsp::presentation_uri(text), rtsp::content_base(text)}) {
        if (uri.empty())
            continue;  // of "/"
        const auto presentation = rtsp::parse_request_target(uri);
        require(presentation && presentation->mapping == target->mapping && !presentation->stream,
                "a presentation's URI names the presentation");
        require(presentation->query == target->query, "a presentation's URI keeps the query");
    }
    require(rtsp::content_base(rtsp::content_base(text)) == rtsp::content_base(text), "a base is its own base");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    check_transports(text);
    check_range(text);
    check_mapping(text);
    check_target(text);
    return 0;
}
