// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state.h"

namespace rtspproxy {

namespace {

constexpr GEnumValue kStates[] = {{static_cast<int>(State::Stopped), "Not PLAYING yet", "stopped"},
                                  {static_cast<int>(State::Connecting), "An attempt is under way", "connecting"},
                                  {static_cast<int>(State::Playing), "Media comes", "playing"},
                                  {static_cast<int>(State::Waiting), "For the next attempt", "waiting"},
                                  {static_cast<int>(State::Idle), "Not connected, as nobody watches", "idle"},
                                  {static_cast<int>(State::Failed), "Given up, as on-failure says", "failed"},
                                  {0, nullptr, nullptr}};

constexpr GEnumValue kOnFailure[] = {{static_cast<int>(OnFailure::Retry), "Try again, for ever", "retry"},
                                     {static_cast<int>(OnFailure::Error), "Post an error", "error"},
                                     {static_cast<int>(OnFailure::Eos), "Send EOS", "eos"},
                                     {0, nullptr, nullptr}};

constexpr GEnumValue kOnGap[] = {{static_cast<int>(OnGap::Hold), "Viewers stay, and go on when it is back", "hold"},
                                 {static_cast<int>(OnGap::Close), "Viewers are ended", "close"},
                                 {0, nullptr, nullptr}};

constexpr GEnumValue kModes[] = {{static_cast<int>(Mode::Rtp), "RTP packets, as they come", "rtp"},
                                 {static_cast<int>(Mode::Encoded), "Frames, depayloaded and parsed", "encoded"},
                                 {0, nullptr, nullptr}};

}  // namespace

GType mode_type() {
    static const GType type = g_enum_register_static("GstRtspProxySrcMode", kModes);
    return type;
}

GType state_type() {
    static const GType type = g_enum_register_static("GstRtspProxySrcState", kStates);
    return type;
}

const char *nick(State state) {
    return kStates[static_cast<size_t>(state)].value_nick;
}

GType on_gap_type() {
    static const GType type = g_enum_register_static("GstRtspProxySrcOnGap", kOnGap);
    return type;
}

GType on_failure_type() {
    static const GType type = g_enum_register_static("GstRtspProxySrcOnFailure", kOnFailure);
    return type;
}

}  // namespace rtspproxy
