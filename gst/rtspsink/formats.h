// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <span>

#include "problem.h"

namespace rtspsink {

// What is in front of the payloader.
enum class Front : uint8_t {
    Nothing,
    Parser,     // the parser of highest rank, unless the caps say that one has been there
    Repeater,   // the parser in any case: it puts the parameter sets before every key frame
    Converter,  // the named element, when the payloader does not take the caps as they are
};

// How one kind of media gets into RTP. Immutable.
struct Format {
    const char *caps;
    Front front;
    const char *converter;  // with Front::Converter
    const char *payloader;  // null: RTP already
    const char *options;    // "name=value ..." for the payloader, may be null
    const char *package;    // where the payloader is found
    const char *implied;    // a flag that elements want to see in the caps, and that goes without saying; may be null
};

// The first entry that can carry `caps`; null if none can.
const Format *find_format(const GstCaps *caps);

// All that is served, most wanted first. Fixed for the life of the process.
GstCaps *supported_caps();
// That, and what is refused only after caps came, with a sentence that tells what to do instead of a failed link: raw
// video, rates that a codec does not have in RTP.
GstCaps *template_caps();
// What a pad says it takes: of encoders that have the choice, only profiles that every decoder can do. What would be
// refused is only offered before the pad is linked, and to those who can do nothing else.
Ref<GstCaps> offered_caps(GstCaps *filter, bool linked);
// What to do about caps for which there is no format.
const char *advice_for(const GstCaps *caps);

}  // namespace rtspsink
