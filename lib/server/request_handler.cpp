// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/request_handler.h"

#include <charconv>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "server/connection.h"
#include "server/io_thread.h"
#include "server/server.h"
#include "server/session.h"

namespace rtspcore::server {

namespace {

constexpr char kPublic[] = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER";

// RFC 2326 section 12.17: a number, in every request.
std::optional<std::string> sequence_of(const rtsp::Request &request) {
    const auto header = request.headers.find("CSeq");
    uint64_t number = 0;
    if (!header)
        return std::nullopt;
    const auto [end, error] = std::from_chars(header->data(), header->data() + header->size(), number);
    if (error != std::errc() || end != header->data() + header->size())
        return std::nullopt;
    return std::string(*header);
}

// The names in a text/parameters body (RFC 2326 section 10.8), a line each, with or without a value.
std::string parameter_names(std::string_view body) {
    std::string names;
    while (!body.empty()) {
        const size_t end = body.find_first_of("\r\n");
        const std::string_view line = body.substr(0, end);
        const std::string_view name = line.substr(0, line.find(':'));
        if (!name.empty())
            names += std::string(name) + "\r\n";
        body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
    }
    return names;
}

// The options that the client wants understood. Servers treat Proxy-Require as Require (RFC 2326 section 12.27).
std::string required_options(const rtsp::Headers &headers) {
    std::string options;
    for (const char *name : {"Require", "Proxy-Require"})
        if (const auto required = headers.joined(name))
            options += (options.empty() ? "" : ", ") + *required;
    return options;
}

// What a session in that situation may be asked (RFC 2326 section 11.3.6).
std::string allowed_methods(const rtsp::SessionSituation &situation, rtsp::Scope scope) {
    std::string methods;
    for (const rtsp::Method method :
         {rtsp::Method::Options, rtsp::Method::Describe, rtsp::Method::Setup, rtsp::Method::Play, rtsp::Method::Pause,
          rtsp::Method::Teardown, rtsp::Method::GetParameter, rtsp::Method::SetParameter})
        if (!rtsp::transition(situation, method, scope).refusal)
            methods += (methods.empty() ? "" : ", ") + std::string(rtsp::method_name(method));
    return methods;
}

}  // namespace

Outcome RequestHandler::handle(Connection &connection, const rtsp::Request &request, bool last_chance,
                               const ParkedRequest *before) {
    Context context{connection, request, last_chance, before};
    if (!before && is_too_fast(connection))
        return too_fast(context);
    if (!sequence_of(request))
        return refuse(context, rtsp::Status::BadRequest,
                      "every request needs a CSeq header with a number (RFC 2326 section 12.17)");
    if (thread_.server().is_tls_required() && !connection.is_secure())
        return insecure(context);
    auto target = rtsp::parse_request_target(request.uri);
    if (!target)
        return refuse(context, rtsp::Status::BadRequest, target.error().message.c_str());
    context.target = std::move(*target);
    if (auto outcome = hand_over(context))
        return std::move(*outcome);
    if (const std::string options = required_options(request.headers); !options.empty())
        return unsupported(context, options);
    if (auto outcome = find_session(context))
        return std::move(*outcome);
    // Before anything is told of what is served, or not, at the target.
    if (auto outcome = check_access(context))
        return std::move(*outcome);
    if (auto outcome = check_proxies(context))
        return std::move(*outcome);
    Outcome outcome = dispatch(context);
    if (auto *parked = std::get_if<ParkedRequest>(&outcome))
        parked->visitor = context.visitor;
    return outcome;
}

// What no mount is for is the fallback's, or may be while mounts are pending.
std::optional<Outcome> RequestHandler::hand_over(Context &context) {
    if (!may_belong_elsewhere(context))
        return std::nullopt;
    const auto lookup = thread_.server().mounts().find(context.target.mapping);
    if (lookup.mount || lookup.expected)
        return std::nullopt;
    if (lookup.pending && !context.last_chance)
        return await_mount(context);
    if (auto outcome = check_access(context))
        return outcome;
    return ParkedRequest{context.request, ParkedRequest::For::Elsewhere, {}};
}

// Whether another server of this process may be asked. A client tells by the path; one that has a session of ours has
// to ask on a connection of its own. The two connections of an HTTP tunnel cannot be handed over as one.
bool RequestHandler::may_belong_elsewhere(const Context &context) const {
    // What needs no credentials opens no way to somebody else either.
    const bool names_a_path = context.target.mapping != "*" && !is_open_to_all(context.request.method);
    // The other server knows of no SRTP.
    const bool stays = context.connection.is_http_tunnel() || !context.connection.sessions().empty() ||
                       thread_.server().config().srtp.mode == SrtpMode::Required;
    return names_a_path && !stays && thread_.server().fallback();
}

bool RequestHandler::is_too_fast(Connection &connection) const {
    const unsigned limit = thread_.server().config().access.max_requests_a_second;
    return connection.admission() && !connection.admission()->may_ask(limit, thread_.loop().now());
}

Answer RequestHandler::too_fast(const Context &context) const {
    Answer answer = refuse(context, rtsp::Status::ServiceUnavailable, "it asks too often");
    answer.closes = true;
    return answer;
}

Answer RequestHandler::insecure(const Context &context) const {
    Answer answer = refuse(context, rtsp::Status::Forbidden, "this server speaks TLS only: rtsps://");
    answer.closes = true;
    return answer;
}

Answer RequestHandler::unsupported(const Context &context, const std::string &options) const {
    Answer answer = refuse(context, rtsp::Status::OptionNotSupported, "it requires an option");
    answer.response.headers.add("Unsupported", options);
    return answer;
}

std::optional<Outcome> RequestHandler::find_session(Context &context) {
    const auto header = context.request.headers.find("Session");
    if (!header)
        return std::nullopt;
    context.session = thread_.sessions().find(*header);
    if (context.session) {
        context.session->touch(thread_.loop().now());
        return std::nullopt;
    }
    const auto thread = SessionTable::thread_of(*header);
    const bool may_move = !context.last_chance && context.connection.sessions().empty();
    if (thread && may_move && thread_.server().has_thread(*thread) && *thread != thread_.index())
        return ParkedRequest{context.request, ParkedRequest::For::Thread, {}, *thread};
    return refuse(context, rtsp::Status::SessionNotFound, "no such session: it ended, timed out, or never was");
}

Outcome RequestHandler::dispatch(Context &context) {
    using Function = Outcome (RequestHandler::*)(Context &);
    static constexpr std::pair<rtsp::Method, Function> kMethods[] = {
        {rtsp::Method::Options, &RequestHandler::options},
        {rtsp::Method::Describe, &RequestHandler::describe},
        {rtsp::Method::Setup, &RequestHandler::setup},
        {rtsp::Method::Play, &RequestHandler::play},
        {rtsp::Method::Pause, &RequestHandler::pause},
        {rtsp::Method::Teardown, &RequestHandler::teardown},
        {rtsp::Method::GetParameter, &RequestHandler::get_parameter},
        {rtsp::Method::SetParameter, &RequestHandler::set_parameter},
    };
    for (const auto &[method, function] : kMethods)
        if (method == context.request.method)
            return (this->*function)(context);
    if (context.request.method == rtsp::Method::Unknown)
        return refuse(context, rtsp::Status::NotImplemented, "unknown method");
    Answer answer = refuse(context, rtsp::Status::MethodNotAllowed, "this server does not record or redirect");
    answer.response.headers.add("Allow", kPublic);
    return answer;
}

Outcome RequestHandler::options(Context &context) {
    Answer answer = respond(context, rtsp::Status::Ok);
    answer.response.headers.add("Public", kPublic);
    return answer;
}

// Both are what clients keep their session alive with (RFC 2326 section 10.8); there are no parameters to read or set.
Outcome RequestHandler::get_parameter(Context &context) {
    const std::string names = parameter_names(context.request.body);
    if (names.empty())
        return respond(context, rtsp::Status::Ok);
    Answer answer = refuse(context, rtsp::Status::ParameterNotUnderstood, "there are no parameters");
    answer.response.headers.add("Content-Type", "text/parameters");
    answer.response.body = names;
    return answer;
}

Outcome RequestHandler::set_parameter(Context &context) {
    return get_parameter(context);
}

std::variant<rtsp::Transition, Outcome> RequestHandler::transition(const Context &context) {
    const auto &track = context.target.stream;
    const rtsp::SessionSituation situation =
        context.session ? context.session->situation(track) : rtsp::SessionSituation{};
    const auto scope = track ? rtsp::Scope::Stream : rtsp::Scope::Aggregate;
    const rtsp::Transition next = rtsp::transition(situation, context.request.method, scope);
    if (!next.refusal)
        return next;
    Answer answer = refuse(context, *next.refusal, "the session's state does not allow it");
    if (*next.refusal == rtsp::Status::MethodNotValidInThisState)
        answer.response.headers.add("Allow", allowed_methods(situation, scope));
    return answer;
}

Answer RequestHandler::respond(const Context &context, rtsp::Status status) const {
    Answer answer;
    answer.response.status = status;
    if (const auto sequence = context.request.headers.find("CSeq"))
        answer.response.headers.add("CSeq", std::string(*sequence));
    answer.response.headers.add("Server", thread_.server().config().server_name);
    if (context.session) {
        const auto timeout = thread_.server().config().session_timeout.count();
        answer.response.headers.add("Session", context.session->id() + ";timeout=" + std::to_string(timeout));
    }
    return answer;
}

// What the client wrote may hold credentials; only its path is logged.
Answer RequestHandler::refuse(const Context &context, rtsp::Status status, const char *why) const {
    CORE_INFO("%s: %s %s: %d %s: %s", context.connection.peer().to_string().c_str(),
              context.request.method_name.c_str(), context.target.mapping.c_str(), static_cast<int>(status),
              rtsp::reason_phrase(status), why);
    return respond(context, status);
}

rtsp::Response RequestHandler::refuse_malformed(const rtsp::MessageParser::Malformed &malformed) {
    thread_.server().statistics().bad_requests.fetch_add(1, std::memory_order_relaxed);
    rtsp::Response response;
    response.status = malformed.status;
    if (!malformed.cseq.empty())
        response.headers.add("CSeq", malformed.cseq);
    response.headers.add("Server", thread_.server().config().server_name);
    return response;
}

}  // namespace rtspcore::server
