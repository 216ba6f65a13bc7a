// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/connection_kind.h"

#include <algorithm>
#include <iterator>

namespace rtspcore::rtsp {
namespace {

struct Beginning {
    std::string_view bytes;
    ConnectionKind kind;
};

// Methods stand with their space: GET_PARAMETER is of RTSP. OPTIONS is of both and left to RTSP, the others are of HTTP
// alone, and are told so.
constexpr Beginning kBeginnings[] = {
    {"\x16\x03", ConnectionKind::Tls},
    {kProxySignature2, ConnectionKind::Proxy},
    {kProxySignature1, ConnectionKind::Proxy},
    {"GET ", ConnectionKind::Http},
    {"POST ", ConnectionKind::Http},
    {"HEAD ", ConnectionKind::Http},
    {"PUT ", ConnectionKind::Http},
    {"PATCH ", ConnectionKind::Http},
    {"DELETE ", ConnectionKind::Http},
    {"CONNECT ", ConnectionKind::Http},
    {"PRI ", ConnectionKind::Http},  // HTTP/2 (RFC 9113 section 3.4)
};
static_assert(std::all_of(std::begin(kBeginnings), std::end(kBeginnings),
                          [](const Beginning &beginning) { return beginning.bytes.size() <= kConnectionLookAhead; }));

}  // namespace

ConnectionKind connection_kind(std::span<const uint8_t> first_bytes) {
    const std::string_view text(reinterpret_cast<const char *>(first_bytes.data()), first_bytes.size());
    bool may_be_another = false;
    for (const Beginning &beginning : kBeginnings) {
        if (text.starts_with(beginning.bytes))
            return beginning.kind;
        may_be_another = may_be_another || beginning.bytes.starts_with(text);
    }
    return may_be_another ? ConnectionKind::NeedMore : ConnectionKind::Rtsp;
}

}  // namespace rtspcore::rtsp
