// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>
#include <vector>

#include "formats.h"
#include "problem.h"

namespace rtspsink {

// The elements between a pad and its packet sink, by factory name: [parser or converter], payloader. None for RTP.
// A plain value.
struct PayloadPlan {
    std::vector<std::string> front;
    std::string payloader;
    std::string options;
    std::string implied;  // flag that is added to the caps; may be empty

    bool operator==(const PayloadPlan &) const = default;
};

// "h264parse ! rtph264pay", for logs.
std::string description(const PayloadPlan &plan);

// The caps to which the elements of `plan` are put up.
Ref<GstCaps> implied_caps(const PayloadPlan &plan, Ref<GstCaps> caps);

// Decides for fixed `caps` (without `mapping`). `payloader` is a factory the user insists on, or empty. `element` is
// who reports what is missing.
Outcome<PayloadPlan> plan_payload(GstElement *element, const GstCaps *caps, const std::string &payloader);

}  // namespace rtspsink
