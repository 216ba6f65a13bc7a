// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "rtsp/status.h"

namespace rtspcore::rtsp {

// What a request URI names, taken apart: `rtsp://host:8554//cam?x=1` is mapping "/cam", query "x=1";
// `rtsp://host/cam/stream=1` (our control URLs) is mapping "/cam", stream 1. The control part is found wherever clients
// put it: after the path (rtspsrc), after the query (`/cam?x=1/stream=1`: ffmpeg appends), with or without a slash at
// the end.
struct RequestTarget {
    std::string mapping;  // normalised, see normalize_mapping(); "*" for the URI "*"
    std::string query;    // without "?"; empty if none; as the client wrote it
    std::optional<unsigned> stream;
};

// BadRequest for what is no absolute rtsp/rtsps/rtspu URL, "*", or absolute path.
Result<RequestTarget, Status> parse_request_target(std::string_view uri);

// A mapping in its one form: percent-decoded, starts with exactly one slash, none doubled, none at the end ("/" itself
// stays). "stream1" and "//stream1/" are both "/stream1". Fails for control characters, '?', '#', whitespace, empty
// text, over 1,024 bytes, a last segment that looks like one of our control names ("stream=<number>"), what is not
// UTF-8, and what is encoded twice ("%2541"), so that normalising a second time never changes anything.
Result<std::string, Status> normalize_mapping(std::string_view text);

// The control attribute of a stream in the SDP: "stream=0".
std::string stream_control(unsigned stream);

// `uri` (as the client wrote it, of the presentation or of one of its streams) without the control part and without a
// slash at its end. The query stays where the client put it.
std::string presentation_uri(std::string_view uri);

// The value for Content-Base: `uri` without the control part, with a slash at the end of its path, before the query:
// `rtsp://h/cam/?x=1`. Only so do both kinds of clients come to the right stream: rtspsrc resolves "stream=0" as RFC
// 3986 section 5.2 has it (with `/cam?x=1/` it would ask for `/stream=0`), ffmpeg appends it to all that is there.
std::string content_base(std::string_view uri);

// `presentation_uri(uri)` + "/" + stream_control(stream), the query kept: the url of RTP-Info where the one is not
// known that the client used for SETUP.
std::string stream_uri(std::string_view uri, unsigned stream);

}  // namespace rtspcore::rtsp
