// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/multicast_viewer.h"

#include "server/mount_mirror.h"

namespace rtspcore::server {

MulticastViewer::MulticastViewer(Session &session, MountMirror &mirror, const media::MountConfig &config, Way way)
    : DatagramViewer(session, mirror, config, way) {
    mirror.set_multicast_viewer(this);
}

MulticastViewer::~MulticastViewer() {
    mirror().stop_waiting(*this);
    mirror().set_multicast_viewer(nullptr);
}

}  // namespace rtspcore::server
