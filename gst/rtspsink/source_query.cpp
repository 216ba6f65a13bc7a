// SPDX-License-Identifier: LGPL-2.1-or-later
#include "source_query.h"

namespace rtspsink {

namespace {

constexpr const char *kName = "GstRtspSource";

}  // namespace

std::optional<SourceInfo> ask_source(GstPad *pad) {
    const auto query =
        rtspcore::Ref<GstQuery>::adopt(gst_query_new_custom(GST_QUERY_CUSTOM, gst_structure_new_empty(kName)));
    if (!gst_pad_peer_query(pad, query.get()))
        return std::nullopt;
    const GstStructure *answer = gst_query_get_structure(query.get());
    SourceInfo info;
    gboolean away = FALSE;
    info.away = gst_structure_get_boolean(answer, "away", &away) && away;
    if (const char *via = gst_structure_get_string(answer, "via"))
        info.via = via;
    return info;
}

bool is_source_query(GstQuery *query) {
    const GstStructure *structure = gst_query_get_structure(query);
    return GST_QUERY_TYPE(query) == GST_QUERY_CUSTOM && structure && gst_structure_has_name(structure, kName);
}

void answer_source_query(GstQuery *query, const SourceInfo &info) {
    gst_structure_set(gst_query_writable_structure(query), "away", G_TYPE_BOOLEAN, static_cast<gboolean>(info.away),
                      "via", G_TYPE_STRING, info.via.c_str(), nullptr);
}

}  // namespace rtspsink
