// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "base/ref.h"

namespace rtspsink::test {

inline rtspcore::Ref<GstCaps> caps_of(const char *text) {
    auto caps = rtspcore::Ref<GstCaps>::adopt(gst_caps_from_string(text));
    g_assert_nonnull(caps.get());
    return caps;
}

}  // namespace rtspsink::test
