// SPDX-License-Identifier: LGPL-2.1-or-later
// Any text as the KeyMgmt header of SETUP: the header itself, and what its data would be as a MIKEY message.
#include <gst/gst.h>

#include <string>
#include <string_view>

#include "fuzz/require.h"
#include "rtp/key_description.h"
#include "rtsp/key_management.h"

using namespace rtspcore;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    gst_init(nullptr, nullptr);
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    if (const auto found = rtsp::mikey_data(text)) {
        require(!found->empty(), "data that is found is not empty");
        (void)rtp::read_mikey(*found);
    }
    gchar *base64 = g_base64_encode(data, size);
    if (const auto key = rtp::read_mikey(base64)) {
        const auto again = rtp::read_mikey(rtp::mikey_message(*key, 1, 0));
        require(again.ok() && *again == *key, "a key that can be read can be told");
    }
    g_free(base64);
    return 0;
}
