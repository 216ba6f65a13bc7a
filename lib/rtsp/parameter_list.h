// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string_view>

// The parts of header values such as those of Transport and KeyMgmt: `RTP/AVP;unicast;mode="PLAY,RECORD",RTP/AVP/TCP`.
// Everything borrowed from the text. Pure.
namespace rtspcore::rtsp {

// Takes the part before `separator` off `text`. What is within quotes separates nothing.
std::string_view take_part(std::string_view &text, char separator);

struct Parameter {
    std::string_view name;
    std::string_view value;  // without quotes
    bool has_value;
};

Parameter split_parameter(std::string_view text);

}  // namespace rtspcore::rtsp
