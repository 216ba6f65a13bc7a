// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/range.h"

#include <gst/rtsp/gstrtsprange.h>

#include <algorithm>
#include <string>

#include "rtsp/ascii.h"

namespace rtspcore::rtsp {
namespace {

// The part before ';' is the range; what may follow is the time at which it is to start (section 12.29), which a live
// presentation does not wait for.
std::string_view without_parameters(std::string_view header) {
    return trim(header.substr(0, header.find(';')));
}

// "12", "12.5", "1:02:03.5" consist of these.
bool is_in_npt_number(char c) {
    return is_digit(c) || c == '.' || c == ':';
}

bool could_be_npt_time(std::string_view text) {
    if (equals_ignoring_case(text, "now"))
        return true;
    return !text.empty() && is_digit(text.front()) && std::all_of(text.begin(), text.end(), is_in_npt_number);
}

// gst_rtsp_range_parse() reads numbers with strtod(3) and stops where they end, so that it takes "0-x", "nan-" and
// "+5-" for good. This lets only digits get there; what they mean is left to it.
bool could_be_npt_range(std::string_view value) {
    const size_t dash = value.find('-');
    if (dash == std::string_view::npos)
        return false;
    const std::string_view start = trim(value.substr(0, dash));
    const std::string_view end = trim(value.substr(dash + 1));
    return (start.empty() || could_be_npt_time(start)) && (end.empty() || could_be_npt_time(end));
}

bool parses(const std::string &range) {
    GstRTSPTimeRange *parsed = nullptr;
    if (gst_rtsp_range_parse(range.c_str(), &parsed) != GST_RTSP_OK)
        return false;
    gst_rtsp_range_free(parsed);
    return true;
}

// "smpte", "smpte-30-drop", "smpte-25".
bool is_smpte(std::string_view unit) {
    return starts_with_ignoring_case(unit, "smpte") && (unit.size() == 5 || unit[5] == '-');
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), to_lower);
    return lower;
}

}  // namespace

Result<void, Status> check_live_range(std::string_view header) {
    const std::string_view range = without_parameters(header);
    const size_t equals = range.find('=');
    if (equals == std::string_view::npos)
        return Failure{Status::InvalidRange, std::string("Range: expected \"npt=...\", came no unit")};
    const std::string_view unit = trim(range.substr(0, equals));
    const std::string_view value = trim(range.substr(equals + 1));
    if (is_smpte(unit) || equals_ignoring_case(unit, "clock"))
        return Failure{Status::InvalidRange,
                       std::string("Range: a live presentation has npt only, came smpte or clock")};
    if (!equals_ignoring_case(unit, "npt"))
        return Failure{Status::NotImplemented, std::string("Range: expected npt, came an unknown unit")};
    if (!could_be_npt_range(value) || !parses("npt=" + lower_case(value)))
        return Failure{Status::InvalidRange, std::string("Range: expected npt=start-end, came something else")};
    return {};
}

}  // namespace rtspcore::rtsp
