// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "leaks.h"
#include "support/check_suite.h"

namespace rtspsink::test {

// main() of a test of the element: skipped where the plugin is not found. Fails for
// objects that are left, if GST_TRACERS=leaks counts them and CK_FORK=no keeps the tests in this process.
inline int run_element_suite(int argc, char **argv, const char *name, std::initializer_list<const TTest *> tests) {
    constexpr int kSkipped = 77;
    gst_init(&argc, &argv);
    g_log_set_always_fatal(static_cast<GLogLevelFlags>(G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK));
    if (!gst_registry_check_feature_version(gst_registry_get(), "rtspsink", 0, 1, 0))
        return kSkipped;
    const int result = rtspcore::test::run_suite(name, tests);
    return count_leaks() == 0 ? result : EXIT_FAILURE;
}

}  // namespace rtspsink::test
