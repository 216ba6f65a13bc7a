// SPDX-License-Identifier: LGPL-2.1-or-later
// Whatever a Via header says, those whom it names can be found in it, and there are no more than it has room for.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/require.h"
#include "rtsp/via.h"

using namespace rtspcore;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view via(reinterpret_cast<const char *>(data), size);
    const auto proxies = rtsp::proxies_in(via);
    require(2 * proxies.size() <= size, "a proxy has a protocol and a name");
    for (const auto proxy : proxies)
        require(rtsp::names_proxy(via, proxy), "who is named is found");
    return 0;
}
