// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/access/refusal_log.h"

#include <gst/gst.h>

namespace rtspcore::server::access {

namespace {

GstDebugCategory *category() {
    static GstDebugCategory *const category = _gst_debug_category_new("rtspaccess", 0, "RTSP access control");
    return category;
}

// What a client asks for may be as long as a request.
constexpr int kLongestMapping = 128;

}  // namespace

void log_refusal(const Inquiry &inquiry, Refusal refusal) {
    const bool is_asked = refusal == Refusal::NoCredentials || refusal == Refusal::StaleNonce;
    GST_CAT_LEVEL_LOG(category(), is_asked ? GST_LEVEL_DEBUG : GST_LEVEL_WARNING, nullptr, "refused %s: %s for %.*s",
                      inquiry.peer.host().c_str(), reason(refusal), kLongestMapping, inquiry.mapping.c_str());
}

void log_turned_away(const net::SocketAddress &peer, const TurnedAway &reason) {
    GST_CAT_LEVEL_LOG(category(), GST_LEVEL_INFO, nullptr, "refused %s: %s", peer.host().c_str(), reason.why);
}

}  // namespace rtspcore::server::access
