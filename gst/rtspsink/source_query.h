// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>
#include <string>

#include "base/ref.h"

namespace rtspsink {

// What a source tells those who are linked to it. Plain values.
struct SourceInfo {
    bool away = false;  // nothing comes for now, see new_away_event()
    std::string via;    // its name in a Via header, if it is a proxy
};

// Asks upstream of a pad, by a custom query with a structure named `GstRtspSource`, which a source answers by setting
// the fields `away` (boolean) and `via` (string). Nothing if nobody does.
std::optional<SourceInfo> ask_source(GstPad *pad);
bool is_source_query(GstQuery *query);
void answer_source_query(GstQuery *query, const SourceInfo &info);

}  // namespace rtspsink
