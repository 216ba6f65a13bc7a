// SPDX-License-Identifier: LGPL-2.1-or-later
#include "enums.h"

#include "media/mount.h"
#include "server/server.h"

namespace rtspsink {

using rtspcore::media::SlowViewerPolicy;
using rtspcore::media::StartMode;
using rtspcore::server::SrtpMode;
using rtspcore::server::TlsMode;

GType sync_mode_type() {
    static const GEnumValue kValues[] = {
        {static_cast<int>(SyncMode::False), "Send as soon as it arrives", "false"},
        {static_cast<int>(SyncMode::True), "Send when the pipeline clock reaches the time stamp", "true"},
        {static_cast<int>(SyncMode::Auto),
         "As 'true' for upstreams that are not live (files), as 'false' for live ones", "auto"},
        {0, nullptr, nullptr}};
    static const GType type = g_enum_register_static("GstRtspSinkSync", kValues);
    return type;
}

GType start_mode_type() {
    static const GEnumValue kValues[] = {
        {static_cast<int>(StartMode::Auto), "Burst from the last key frame, or ask the encoder when that were long",
         "auto"},
        {static_cast<int>(StartMode::Burst), "At the last key frame that is still held", "burst"},
        {static_cast<int>(StartMode::KeyFrame), "At the next key frame, which the encoder is asked for", "key-frame"},
        {static_cast<int>(StartMode::Now), "At the next packet, whatever it is", "now"},
        {0, nullptr, nullptr}};
    static const GType type = g_enum_register_static("GstRtspSinkStartMode", kValues);
    return type;
}

GType tls_mode_type() {
    static const GEnumValue kValues[] = {
        {static_cast<int>(TlsMode::Off), "Not spoken", "off"},
        {static_cast<int>(TlsMode::Optional), "Each viewer chooses", "optional"},
        {static_cast<int>(TlsMode::Required), "Who does not speak it is refused", "required"},
        {0, nullptr, nullptr}};
    static const GType type = g_enum_register_static("GstRtspSinkTls", kValues);
    return type;
}

GType srtp_mode_type() {
    static const GEnumValue kValues[] = {
        {static_cast<int>(SrtpMode::Off), "Not offered", "off"},
        {static_cast<int>(SrtpMode::Optional), "For rtsps:// URLs that ask for it: ?srtp", "optional"},
        {static_cast<int>(SrtpMode::Required), "For everybody; who does not speak TLS is refused", "required"},
        {0, nullptr, nullptr}};
    static const GType type = g_enum_register_static("GstRtspSinkSrtp", kValues);
    return type;
}

GType slow_viewer_policy_type() {
    static const GEnumValue kValues[] = {
        {static_cast<int>(SlowViewerPolicy::Skip), "Leave out droppable frames, then skip to a key frame", "skip"},
        {static_cast<int>(SlowViewerPolicy::Disconnect), "Close the viewer", "disconnect"},
        {static_cast<int>(SlowViewerPolicy::Lossless), "Leave nothing out while the ring holds it, then as 'skip'",
         "lossless"},
        {0, nullptr, nullptr}};
    static const GType type = g_enum_register_static("GstRtspSinkSlowViewers", kValues);
    return type;
}

GType auth_methods_type() {
    static const GFlagsValue kValues[] = {
        {kAuthBasic, "RFC 7617: the password as it is, for who can listen in", "basic"},
        {kAuthDigest, "RFC 7616: a proof of knowing the password, by SHA-256 or MD5", "digest"},
        {0, nullptr, nullptr}};
    static const GType type = g_flags_register_static("GstRtspSinkAuthMethods", kValues);
    return type;
}

}  // namespace rtspsink
