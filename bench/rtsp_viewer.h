// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

#include "viewer.h"

namespace bench {

// A viewer as any player is one: OPTIONS, DESCRIBE, SETUP, PLAY.
class RtspViewer final : public Viewer {
public:
    RtspViewer(const Surroundings &surroundings, const Source &source);
    void keep_alive() override;
    void leave() override;

private:
    void on_connected() override;
    void on_response(const RtspResponse &response) override;
    uint16_t client_port(size_t track);
    bool join_groups();
    [[nodiscard]] Payload payload_of(const RtspMedia &media) const;

    const bool srtp_;
    RtspClient client_;
    size_t groups_joined_ = 0;
};

}  // namespace bench
