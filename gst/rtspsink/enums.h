// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib-object.h>

namespace rtspsink {

// Whether packets leave when the pipeline clock says so. `false` and `true` have the values of a gboolean, so that
// g_object_set(pad, "sync", TRUE) does what it does on any other sink.
enum class SyncMode : int { False = 0, True = 1, Auto = 2 };

// The GEnum types of properties; registered on first use. Safe.
GType sync_mode_type();
GType start_mode_type();          // media::StartMode
GType tls_mode_type();            // server::TlsMode
GType srtp_mode_type();           // server::SrtpMode
GType slow_viewer_policy_type();  // media::SlowViewerPolicy

// Flags of the property `auth-methods`.
inline constexpr unsigned kAuthBasic = 1 << 0;
inline constexpr unsigned kAuthDigest = 1 << 1;
GType auth_methods_type();

}  // namespace rtspsink
