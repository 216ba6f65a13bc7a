// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "viewer.h"

namespace bench {

// A receiver of bare_sender. Over TCP it only connects; over UDP it tells its port on that connection, as two bytes in
// network order.
class BareViewer final : public Viewer {
public:
    BareViewer(const Surroundings &surroundings, const Source &source);

private:
    void on_connected() override;

    const Transport transport_;
};

}  // namespace bench
