// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "rtsp/via.h"
#include "server/connection.h"
#include "server/io_thread.h"
#include "server/request_handler.h"
#include "server/server.h"
#include "server/session.h"

namespace rtspcore::server {

namespace {

// A chain of relays has three or four; a circle that nobody else notices gets longer with each request.
constexpr size_t kMostProxies = 16;

}  // namespace

// Each proxy adds itself to what those behind it said (RFC 2326 section 12.43), in requests that keep a session alive
// as well: a circle is closed by whoever connects last, and is known everywhere after one such request of each.
std::optional<Outcome> RequestHandler::check_proxies(Context &context) {
    const auto via = context.request.headers.joined("Via");
    if (!via)
        return std::nullopt;
    const std::string path = context.session ? context.session->mount()->path() : context.target.mapping;
    MountTable &mounts = thread_.server().mounts();
    const bool is_circle = mounts.is_fed_by(path, *via);
    if (!is_circle && rtsp::proxies_in(*via).size() <= kMostProxies) {
        if (context.connection.via() != path + *via && mounts.find(path).expected)
            context.connection.remember_proxy(path + *via, mounts.watch_via(path, *via));
        return std::nullopt;
    }
    if (context.session)
        thread_.end_session(*std::exchange(context.session, nullptr));
    context.connection.remember_proxy({}, nullptr);
    Answer answer =
        refuse(context, rtsp::Status::LoopDetected,
               is_circle ? "it comes back here through other proxies" : "it has too many proxies behind it");
    answer.closes = true;
    return answer;
}

}  // namespace rtspcore::server
