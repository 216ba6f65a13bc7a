// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/ref.h"
#include "base/result.h"
#include "server/mount_table.h"
#include "server/server.h"

namespace rtspsink {

template <typename T>
using Ref = rtspcore::Ref<T>;

// Why the element cannot go on, in the terms of GST_ELEMENT_ERROR: `text` names what was set or came, and what to do.
// Immutable.
struct Problem {
    GQuark domain = 0;
    int code = 0;
    std::string text;
    std::string details = {};             // for the debug string
    Ref<GstMessage> missing_plugin = {};  // posted before the error, for applications that install them
};

// A value or a Problem.
template <typename T>
using Outcome = rtspcore::Result<T, Problem>;

inline rtspcore::Failure<Problem> refuse(Problem problem) {
    return {std::move(problem), {}};
}

// The one place that words the element's errors.
Problem bad_setting(const char *property, std::string_view value, std::string_view fix);
// Of a property whose value is not shown.
Problem bad_secret(const char *property, std::string_view fix);
// `in_force`: of another element of this process that serves the port.
Problem cannot_open(const rtspcore::server::ServerConfig &config,
                    const rtspcore::Failure<rtspcore::server::ServerError> &failure,
                    const std::optional<rtspcore::server::ServerConfig> &in_force);
Problem path_taken(std::string_view path);
Problem bad_mapping(std::string_view where, std::string_view value, std::string_view why);
Problem caps_missing();
Problem caps_unsupported(const GstCaps *caps, std::string_view advice);
Problem caps_refused(const GstCaps *caps, std::string_view by);
Problem rtp_caps_incomplete(const GstCaps *caps);
Problem payloader_missing(std::string_view factory);
Problem payloader_of_another_medium(const GstCaps *caps, std::string_view factory);
Problem element_missing(GstElement *element, const GstCaps *caps, std::string_view factory, std::string_view package);
Problem no_parser(const GstCaps *caps, std::string_view package);
Problem chain_failed(std::string_view factory);

// What is told of settings that come too late, of the element and of a pad.
std::string late_for_server(const char *property, unsigned port);
std::string late_for_mounts(const char *property);
std::string late_for_some_pads(const char *property, const char *pad);
std::string late_for_pad(const char *property, const char *pad);

// What is told of a setting that another element decided on, as it was the first at the port.
std::string overruled_setting(const char *property, std::string_view wanted, std::string_view in_force, unsigned port);

// Posts it as an error of `element`.
void post_error(GstElement *element, const Problem &problem);
// On the bus and in the log.
void post_warning(GstElement *element, const std::string &text);

}  // namespace rtspsink
