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

bool names_mapping(rtsp::Method method) {
    return method == rtsp::Method::Describe || method == rtsp::Method::Setup;
}

// The URI of a request within a session may be anything that the client makes of the session's.
const std::string &mapping_of(rtsp::Method method, const rtsp::RequestTarget &target, const Session *session) {
    return session && !names_mapping(method) ? session->mount()->path() : target.mapping;
}

// Wrong ones are refused wherever they come.
bool lacks_fresh_proof(Refusal refusal) {
    return refusal == Refusal::NoCredentials || refusal == Refusal::StaleNonce || refusal == Refusal::NoToken;
}

rtsp::Status status_of(Refusal refusal) {
    switch (refusal) {
        case Refusal::NoCredentials:
        case Refusal::StaleNonce:
        case Refusal::WrongCredentials:
        case Refusal::Replayed:
            return rtsp::Status::Unauthorized;
        case Refusal::TooManyFailures:
            return rtsp::Status::ServiceUnavailable;
        default:
            return rtsp::Status::Forbidden;
    }
}

}  // namespace

// OPTIONS is what players begin with, before they have credentials; GET_PARAMETER and SET_PARAMETER keep a session
// alive, whose id nobody guesses; what is no method is told so. None of them tells anything of what is served.
bool RequestHandler::is_open_to_all(rtsp::Method method) {
    switch (method) {
        case rtsp::Method::Options:
        case rtsp::Method::GetParameter:
        case rtsp::Method::SetParameter:
        case rtsp::Method::Unknown:
            return true;
        default:
            return false;
    }
}

std::optional<Outcome> RequestHandler::check_access(Context &context) {
    if (is_open_to_all(context.request.method))
        return std::nullopt;
    const std::string &mapping = mapping_of(context.request.method, context.target, context.session);
    const access::Inquiry inquiry{context.request,      mapping,   context.target.query, context.connection.peer(),
                                  thread_.loop().now(), wall_now()};
    auto identified = identify(context, inquiry);
    if (auto *instead = std::get_if<Outcome>(&identified))
        return std::move(*instead);
    return let_in(context, inquiry, std::move(std::get<Visitor>(identified)));
}

// Who it is, or what it has instead: 401, 403, or to wait.
std::variant<Visitor, Outcome> RequestHandler::identify(Context &context, const access::Inquiry &inquiry) {
    access::AccessControl &access = thread_.server().access();
    // What was parked comes again, with a nonce count that is used up. Rules may have come with the mount, though.
    const ParkedRequest *before = context.before;
    if (before && before->visitor && before->visitor->rules == access.rules_of(inquiry.mapping))
        return *before->visitor;
    if (before && before->refusal)
        return answer_refusal(context, inquiry, *before->refusal);
    if (!access.is_heard(inquiry))
        return refuse_access(context, inquiry, Refusal::TooManyFailures);
    auto verdict = access.judge(inquiry);
    if (auto *visitor = std::get_if<Visitor>(&verdict))
        return std::move(*visitor);
    auto refusal = std::get<Refusal>(verdict);
    // It was right when it came, before there were rules of the mapping: the client is to say it again.
    if (before && before->visitor && refusal == Refusal::Replayed)
        refusal = Refusal::StaleNonce;
    const Visitor *proven = lacks_fresh_proof(refusal) ? proven_before(context, inquiry) : nullptr;
    if (proven && access.is_welcome(*proven, inquiry.mapping, inquiry.wall_now)) {
        Visitor visitor = *proven;
        visitor.rules = access.rules_of(inquiry.mapping);
        return visitor;
    }
    if (may_be_let_in_later(context, refusal))
        return await_mount(context);
    const Duration pause = access.penalty(inquiry, refusal);
    if (pause == Duration::zero())
        return refuse_access(context, inquiry, refusal);
    note_refusal(inquiry, refusal);
    return ParkedRequest{.request = context.request,
                         .reason = ParkedRequest::For::Penalty,
                         .deadline = inquiry.now + pause,
                         .refusal = refusal};
}

// The mapping may bring users of its own, with a pad that has no caps yet: until then nobody knows who is wrong. What a
// nonce count was used up for stays as it was judged.
bool RequestHandler::may_be_let_in_later(const Context &context, Refusal refusal) const {
    if (context.last_chance || !names_mapping(context.request.method))
        return false;
    const auto lookup = thread_.server().mounts().find(context.target.mapping);
    const bool may_bring_rules = lookup.pending && !lookup.mount;
    return may_bring_rules &&
           (refusal == Refusal::NoCredentials || refusal == Refusal::WrongCredentials || refusal == Refusal::NoToken);
}

// Who is on the connection of a session has proven enough when it was made; a player that leaves does not wait for
// another nonce. The same goes for a signed URL.
const Visitor *RequestHandler::proven_before(const Context &context, const access::Inquiry &inquiry) {
    const Session *session = context.session;
    if (session && session->connection() == &context.connection && session->mount()->path() == inquiry.mapping)
        return &session->visitor();
    return context.connection.guest(inquiry.mapping);
}

std::optional<Outcome> RequestHandler::let_in(Context &context, const access::Inquiry &inquiry, Visitor visitor) {
    if (context.session && context.session->visitor().user != visitor.user)
        return refuse_access(context, inquiry, Refusal::Forbidden);
    if (context.connection.admission())
        context.connection.admission()->prove();
    if (visitor.expires)
        context.connection.remember_guest(inquiry.mapping, visitor);
    context.visitor = std::move(visitor);
    return consult(context, inquiry);
}

// Asks the application, once for a request; it waits meanwhile, and nobody else.
std::optional<Outcome> RequestHandler::consult(Context &context, const access::Inquiry &inquiry) {
    Visitor &visitor = *context.visitor;
    const access::Authorize &own = thread_.server().config().authorize;
    const access::Authorize &authorize = visitor.rules && visitor.rules->authorize ? visitor.rules->authorize : own;
    const bool is_asked_for = context.request.method == rtsp::Method::Describe || !context.session;
    if (!authorize || !is_asked_for || visitor.is_approved)
        return std::nullopt;
    const ParkedRequest *before = context.before;
    auto question = before ? before->question : nullptr;
    if (!question) {
        question = thread_.decisions().open(context.connection.id());
        authorize({visitor.user, inquiry.peer.host(), inquiry.mapping, context.request.method_name},
                  question->decision());
    }
    if (const auto answer = question->answer()) {
        visitor.is_approved = *answer;
        return *answer ? std::nullopt : std::optional(refuse_access(context, inquiry, Refusal::NotApproved));
    }
    if (before && before->question && context.last_chance)
        return refuse_access(context, inquiry, Refusal::NoDecision);
    const Time deadline = inquiry.now + thread_.server().config().access.authorize_wait;
    return ParkedRequest{.request = context.request,
                         .reason = ParkedRequest::For::Decision,
                         .deadline = deadline,
                         .visitor = visitor,
                         .question = std::move(question)};
}

bool RequestHandler::has_bandwidth(media::Mount &mount, media::ViewerCopy copy) const {
    return thread_.server().outgoing_rate().has_room(mount, copy, thread_.server().config().access.max_bit_rate);
}

Outcome RequestHandler::refuse_access(const Context &context, const access::Inquiry &inquiry, Refusal refusal) {
    note_refusal(inquiry, refusal);
    return answer_refusal(context, inquiry, refusal);
}

void RequestHandler::note_refusal(const access::Inquiry &inquiry, Refusal refusal) {
    thread_.server().statistics().requests_denied.fetch_add(1, std::memory_order_relaxed);
    access::log_refusal(inquiry, refusal);
}

Outcome RequestHandler::answer_refusal(const Context &context, const access::Inquiry &inquiry, Refusal refusal) {
    const rtsp::Status status = status_of(refusal);
    Answer answer = respond(context, status);
    if (status == rtsp::Status::Unauthorized)
        for (std::string &challenge : thread_.server().access().challenges(inquiry, refusal))
            answer.response.headers.add("WWW-Authenticate", std::move(challenge));
    if (status == rtsp::Status::ServiceUnavailable)
        answer.response.headers.add("Retry-After", "30");
    return answer;
}

}  // namespace rtspcore::server
