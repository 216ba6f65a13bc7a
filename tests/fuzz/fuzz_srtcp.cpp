// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes where a client's SRTCP is expected: nobody has the key, so nothing is ever taken for it.
#include <span>

#include "fuzz/require.h"
#include "rtp/srtp.h"

using namespace rtspcore;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static rtp::SrtcpReceiver receiver(rtp::SrtpKey::random());
    require(receiver.open({data, size}).empty(), "nobody knows the key");
    return 0;
}
