// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>

#include "base/ref.h"
#include "base/result.h"
#include "settings.h"

namespace recordsink {

// What goes into GST_ELEMENT_ERROR with the message.
struct ErrorCode {
    GQuark domain;
    int code;
};
template <typename T>
using Outcome = rtspcore::Result<T, ErrorCode>;

// How one stream gets into the files.
struct Route {
    std::string parser;             // a factory; empty: none is needed
    rtspcore::Ref<GstCaps> wanted;  // by the muxer
    enum class Kind { Video, Audio, Text, Data } kind = Kind::Audio;
};

// As the property has it, and the names of its files.
const char *nick(Format format);
const char *muxer_of(Format format);
// What pads take: all that some format takes, and raw, to refuse it with a sentence instead of a failed link.
GstCaps *offered_caps();
// Decides for fixed `caps`.
Outcome<Route> find_route(const GstCaps *caps, Format format);

}  // namespace recordsink
