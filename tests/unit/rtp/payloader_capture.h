// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/ref.h"
#include "rtp/access_unit.h"

namespace rtspcore::test {

using Bytes = std::vector<uint8_t>;

// What went into a payloader and what came out of it, until the end of the stream.
struct PayloaderCapture {
    bool complete = false;                   // it came to the end in time and without error
    Ref<GstCaps> caps;                       // application/x-rtp
    std::vector<bool> inputs_are_keys;       // a buffer each: the encoder did not flag it as a delta unit
    std::vector<std::vector<Bytes>> pushes;  // a buffer or a buffer list each
};

// `launch` has one element named "pay"; its source pad is left to this function. An appsrc named "in" is given
// `inputs`.
PayloaderCapture capture_payloader(const std::string &launch, const std::vector<Bytes> &inputs = {});

// An access unit by the marker bit, and what the inspector says about it.
struct InspectedUnit {
    std::vector<Bytes> packets;
    rtp::AccessUnitTraits traits;
};
std::vector<InspectedUnit> inspect(const PayloaderCapture &capture, rtp::AccessUnitInspector &inspector);

// The checksums of the pictures that `decoder` (from RTP on) makes of the units, renumbered so that no packet seems
// lost. Empty if it fails.
std::vector<std::string> decode(const PayloaderCapture &capture, const std::vector<InspectedUnit> &units,
                                const std::string &decoder);

}  // namespace rtspcore::test
