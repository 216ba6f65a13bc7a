// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "server/viewer.h"

namespace rtspcore::server {

// The one viewer that stands for all members of a multicast group: its session is the group's own, and its peers are
// the group's addresses. Confined to the group's I/O thread.
class MulticastViewer : public DatagramViewer {
public:
    MulticastViewer(Session &session, MountMirror &mirror, const media::MountConfig &config, Way way);
    ~MulticastViewer() override;
};

}  // namespace rtspcore::server
