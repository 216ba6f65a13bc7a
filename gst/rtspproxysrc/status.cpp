// SPDX-License-Identifier: LGPL-2.1-or-later
#include "status.h"

namespace rtspproxy {

GstStructure *to_structure(const char *name, const Status &status, const Reception::Totals &totals) {
    const auto last_packet = static_cast<guint64>(totals.last_packet.time_since_epoch().count());
    return gst_structure_new(
        name, "state", state_type(), static_cast<int>(status.state), "reason", reason_type(),
        static_cast<int>(status.failure.reason), "text", G_TYPE_STRING, status.failure.text.c_str(), "location",
        G_TYPE_STRING, status.location.c_str(), "next-location", G_TYPE_STRING, status.next_location.c_str(),
        "transport", G_TYPE_STRING, status.transport.c_str(), "attempts", G_TYPE_UINT, status.attempts, "reconnects",
        G_TYPE_UINT, status.reconnects, "wait", G_TYPE_UINT64, static_cast<guint64>(status.wait.count()), "last-packet",
        G_TYPE_UINT64, last_packet, "packets", G_TYPE_UINT64, static_cast<guint64>(totals.received), "packets-lost",
        G_TYPE_UINT64, static_cast<guint64>(totals.lost), "packets-late", G_TYPE_UINT64,
        static_cast<guint64>(totals.late), "jitter", G_TYPE_UINT64, static_cast<guint64>(totals.jitter), nullptr);
}

}  // namespace rtspproxy
