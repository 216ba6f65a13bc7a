// SPDX-License-Identifier: LGPL-2.1-or-later
// Any text as the KeyMgmt header of SETUP, and any bytes as the MIKEY message in it.
#include <span>
#include <string_view>

#include "fuzz/require.h"
#include "rtp/mikey.h"
#include "rtsp/key_management.h"

using namespace rtspcore;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (const auto message = rtsp::mikey_message({reinterpret_cast<const char *>(data), size})) {
        require(!message->empty(), "a message that is found is not empty");
        (void)rtp::read_mikey(*message);
    }
    (void)rtp::read_mikey(std::span(data, size));
    return 0;
}
