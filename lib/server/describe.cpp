// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <chrono>
#include <string>

#include "base/log.h"
#include "server/connection.h"
#include "server/io_thread.h"
#include "server/request_handler.h"
#include "server/server.h"

namespace rtspcore::server {

namespace {

bool accepts_sdp(const rtsp::Request &request) {
    const auto accept = request.headers.joined("Accept");
    if (!accept)
        return true;
    for (const char *type : {"application/sdp", "application/*", "*/*"})
        if (accept->find(type) != std::string::npos)
            return true;
    return false;
}

}  // namespace

Outcome RequestHandler::describe(Context &context) {
    if (!accepts_sdp(context.request))
        return refuse(context, rtsp::Status::NotAcceptable, "only application/sdp is served");
    auto found = find_mount(context);
    if (auto *instead = std::get_if<Outcome>(&found))
        return std::move(*instead);
    const auto &mount = std::get<std::shared_ptr<media::Mount>>(found);
    Answer answer = respond(context, rtsp::Status::Ok);
    answer.response.headers.add("Content-Base", rtsp::content_base(context.request.uri));
    answer.response.headers.add("Content-Type", "application/sdp");
    answer.response.body =
        mount->describe(!context.connection.local().is_ipv4(), describe_groups(*mount), tell_keys(context, *mount));
    return answer;
}

ParkedRequest RequestHandler::await_mount(const Context &context) const {
    ParkedRequest parked{context.request, ParkedRequest::For::Mount,
                         thread_.loop().now() + thread_.server().config().describe_wait};
    MountTable &mounts = thread_.server().mounts();
    if (mounts.find(context.target.mapping).expected)
        parked.want = mounts.wait_for(context.target.mapping);
    return parked;
}

// Who serves the path is about to, and has not got it yet.
Answer RequestHandler::refuse_for_now(const Context &context) const {
    constexpr std::chrono::seconds kLeast{1};
    Answer answer = refuse(context, rtsp::Status::ServiceUnavailable, "what is served there has not begun yet");
    const auto wait = std::chrono::duration_cast<std::chrono::seconds>(thread_.server().config().describe_wait);
    answer.response.headers.add("Retry-After", std::to_string(std::max(wait, kLeast).count()));
    return answer;
}

std::variant<std::shared_ptr<media::Mount>, Outcome> RequestHandler::find_mount(Context &context) {
    const auto lookup = thread_.server().mounts().find(context.target.mapping);
    const bool waits = lookup.pending && !context.last_chance;
    const bool serves = lookup.mount && !lookup.mount->tracks().empty();
    if (waits)
        return await_mount(context);
    if (serves)
        return lookup.mount;
    if (lookup.expected)
        return refuse_for_now(context);
    std::string served;
    for (const auto &mount : thread_.server().mounts().all())
        served += " " + mount->path();
    CORE_WARNING("%s asks for '%s', which is not served; served are:%s", context.connection.peer().to_string().c_str(),
                 context.target.mapping.c_str(), served.empty() ? " (nothing)" : served.c_str());
    return refuse(context, rtsp::Status::NotFound, "nothing is served there");
}

}  // namespace rtspcore::server
