// SPDX-License-Identifier: LGPL-2.1-or-later
#include <utility>

#include "server/access/refusal_log.h"
#include "server/connection.h"
#include "server/io_thread.h"
#include "server/request_handler.h"
#include "server/server.h"
#include "server/session.h"

namespace rtspcore::server {

using access::Refusal;
using access::Visitor;

namespace {

// OPTIONS is what players begin with, before they have credentials; GET_PARAMETER and SET_PARAMETER keep a session
// alive, whose id nobody guesses. None of them tells anything of what is served.
bool is_open_to_all(rtsp::Method method) {
    switch (method) {
        case rtsp::Method::Describe:
        case rtsp::Method::Setup:
        case rtsp::Method::Play:
        case rtsp::Method::Pause:
        case rtsp::Method::Teardown:
            return false;
        default:
            return true;
    }
}

// The URI of a request within a session may be anything that the client makes of the session's.
const std::string &mapping_of(rtsp::Method method, const rtsp::RequestTarget &target, const Session *session) {
    const bool names_it = method == rtsp::Method::Describe || method == rtsp::Method::Setup;
    return session && !names_it ? session->mount()->path() : target.mapping;
}

// Wrong ones are refused wherever they come.
bool lacks_fresh_proof(Refusal refusal) {
    return refusal == Refusal::NoCredentials || refusal == Refusal::StaleNonce;
}

}  // namespace

std::optional<Outcome> RequestHandler::check_access(Context &context) {
    if (is_open_to_all(context.request.method))
        return std::nullopt;
    const std::string &mapping = mapping_of(context.request.method, context.target, context.session);
    access::AccessControl &access = thread_.server().access();
    // What was parked comes again, with a nonce count that is used up. Rules may have come with the mount, though.
    const auto *known = context.before && context.before->visitor ? &*context.before->visitor : nullptr;
    if (known && known->rules == access.rules_of(mapping))
        return let_in(context, *known);
    const access::Inquiry inquiry{context.request, mapping, context.connection.peer(), thread_.loop().now()};
    auto verdict = access.judge(inquiry);
    if (auto *visitor = std::get_if<Visitor>(&verdict))
        return let_in(context, std::move(*visitor));
    const auto refusal = std::get<Refusal>(verdict);
    const Session *session = context.session;
    const bool is_own = session && session->connection() == &context.connection && session->mount()->path() == mapping;
    // Who is on the connection of a session has proven enough when it was made; a player that leaves does not wait for
    // another nonce.
    if (is_own && lacks_fresh_proof(refusal))
        return let_in(context, session->visitor());
    return refuse_access(context, inquiry, refusal);
}

std::optional<Outcome> RequestHandler::let_in(Context &context, Visitor visitor) {
    if (context.session && context.session->visitor().user != visitor.user)
        return refuse(context, rtsp::Status::Forbidden, "the session is somebody else's");
    context.visitor = std::move(visitor);
    return std::nullopt;
}

Outcome RequestHandler::refuse_access(const Context &context, const access::Inquiry &inquiry, Refusal refusal) {
    thread_.server().statistics().requests_denied.fetch_add(1, std::memory_order_relaxed);
    access::log_refusal(inquiry, refusal);
    if (refusal == Refusal::Forbidden)
        return respond(context, rtsp::Status::Forbidden);
    Answer answer = respond(context, rtsp::Status::Unauthorized);
    for (std::string &challenge : thread_.server().access().challenges(inquiry, refusal))
        answer.response.headers.add("WWW-Authenticate", std::move(challenge));
    return answer;
}

}  // namespace rtspcore::server
