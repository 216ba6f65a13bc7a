// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>
#include <string>

#include "problem.h"

namespace rtspsink {

// The caps field `mapping`, nothing if there is none. Fails if it is no string: `mapping=(int)5`.
Outcome<std::optional<std::string>> mapping_field(const GstCaps *caps);
Ref<GstCaps> without_mapping(GstCaps *caps);

// The field `mapping` in the caps of an element further up: parsers may make their caps anew and lose it. The search
// ends at the first element that does not have exactly one sink pad. Called by the streaming thread of `pad`.
std::optional<std::string> upstream_mapping(GstPad *pad);

// The same before there are caps: by what the elements further up are going to give. Called by who links `pad`, or by
// its streaming thread.
std::optional<std::string> mapping_to_come(GstPad *pad);

// The path that `text` stands for, where `source` tells people who said so.
Outcome<std::string> path_of(const std::string &text, const char *source);

}  // namespace rtspsink
