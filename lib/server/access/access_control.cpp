// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/access/access_control.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "server/access/token.h"

namespace rtspcore::server::access {

using rtsp::DigestAlgorithm;

namespace {

// The URI that a Digest was made for has to name the same mapping. It need not be the one of the request: live555 takes
// that of the presentation for its streams, too.
bool names_mapping(const rtsp::DigestCredentials &digest, const std::string &mapping) {
    const auto target = rtsp::parse_request_target(digest.uri);
    return target && target->mapping == mapping;
}

bool is_guess(Refusal refusal) {
    return refusal == Refusal::WrongCredentials || refusal == Refusal::Replayed || refusal == Refusal::BadToken;
}

}  // namespace

AccessControl::AccessControl(AccessConfig config) : config_(std::move(config)), nonces_(config_.nonce_lifetime) {
    if (config_.users)
        *users_.lock() = std::make_shared<const Users>(*config_.users);
}

Result<std::unique_ptr<AccessControl>, UsersError> AccessControl::open(AccessConfig config) {
    std::unique_ptr<AccessControl> access(new AccessControl(std::move(config)));
    if (access->config_.users_file.empty())
        return access;
    access->file_.emplace(access->config_.users_file, access->config_.realm);
    if (const auto read = access->read_file(); !read)
        return read.error();
    return access;
}

Result<void, UsersError> AccessControl::read_file() {
    auto parsed = file_->read();
    if (!parsed)
        return parsed.error();
    for (const std::string &skipped : parsed->skipped)
        CORE_WARNING("%s: %s and is skipped", file_->path().c_str(), skipped.c_str());
    if (config_.users)
        parsed->users.add_all(*config_.users);
    auto users = std::make_shared<const Users>(std::move(parsed->users));
    std::swap(*users_.lock(), users);
    return {};
}

// A file that says nothing of use, half written perhaps, or is gone, changes nothing, and is told of once.
void AccessControl::refresh() {
    if (!file_ || !file_->has_changed())
        return;
    if (const auto read = read_file(); !read)
        CORE_WARNING("users go on as they were, as %s has changed and cannot be used: %s", file_->path().c_str(),
                     read.error().message.c_str());
    else
        CORE_INFO("%s has changed and is used", file_->path().c_str());
}

bool AccessControl::is_admitted(const net::SocketAddress &peer) const {
    return !any_contains(config_.deny, peer) && (config_.allow.empty() || any_contains(config_.allow, peer));
}

std::shared_ptr<Admission> AccessControl::admit(const net::SocketAddress &peer) {
    return admissions_->admit(peer, config_.max_connections_per_host);
}

bool AccessControl::has_too_many_strangers() {
    const bool asks = !config_.token_keys.empty() || *users_.lock();
    return asks && config_.max_strangers > 0 && admissions_->strangers() > config_.max_strangers;
}

void AccessControl::set_rules(const void *owner, const std::string &mapping,
                              std::shared_ptr<const MappingRules> rules) {
    auto all = rules_.lock();
    auto &owned = (*all)[mapping];
    const auto found = std::find_if(owned.begin(), owned.end(), [&](const Owned &item) { return item.owner == owner; });
    if (!rules && found != owned.end())
        owned.erase(found);
    else if (rules && found != owned.end())
        found->rules = std::move(rules);
    else if (rules)
        owned.push_back({owner, std::move(rules)});
    if (owned.empty())
        all->erase(mapping);
}

void AccessControl::remove_rules(const void *owner) {
    auto all = rules_.lock();
    for (auto &[mapping, owned] : *all)
        std::erase_if(owned, [owner](const Owned &item) { return item.owner == owner; });
    std::erase_if(*all, [](const auto &item) { return item.second.empty(); });
}

std::shared_ptr<const MappingRules> AccessControl::rules_of(const std::string &mapping) {
    auto all = rules_.lock();
    const auto found = all->find(mapping);
    if (found == all->end())
        return nullptr;
    const auto closed = std::find_if(found->second.begin(), found->second.end(),
                                     [](const Owned &item) { return item.rules->users.has_value(); });
    return closed == found->second.end() ? found->second.front().rules : closed->rules;
}

AccessControl::SharedUsers AccessControl::users_of(const std::shared_ptr<const MappingRules> &rules) {
    if (rules && rules->users)
        return {rules, &*rules->users};
    return *users_.lock();
}

bool AccessControl::is_heard(const Inquiry &inquiry) {
    const bool claims = inquiry.request.headers.find("Authorization") || token_of(inquiry.query);
    return !claims || failures_.is_heard(inquiry.peer, inquiry.now);
}

Duration AccessControl::penalty(const Inquiry &inquiry, Refusal refusal) {
    return is_guess(refusal) ? failures_.note(inquiry.peer, inquiry.now) : Duration::zero();
}

Verdict AccessControl::judge(const Inquiry &inquiry) {
    const auto rules = rules_of(inquiry.mapping);
    Verdict verdict = judge_freely(inquiry, users_of(rules));
    if (auto *visitor = std::get_if<Visitor>(&verdict))
        visitor->rules = rules;
    return verdict;
}

// Credentials that nobody asked for are not looked at: players send them to any server they were told to.
Verdict AccessControl::judge_freely(const Inquiry &inquiry, const SharedUsers &users) {
    if (!config_.token_keys.empty())
        if (const auto token = token_of(inquiry.query))
            return judge_token(inquiry, *token);
    if (users)
        return judge_credentials(inquiry, *users);
    return config_.token_keys.empty() ? Verdict(Visitor()) : Verdict(Refusal::NoToken);
}

Verdict AccessControl::judge_token(const Inquiry &inquiry, const std::string &token) const {
    const CheckedToken checked = check_token(token, config_.token_keys, inquiry.mapping, inquiry.wall_now);
    switch (checked.verdict) {
        case TokenVerdict::Good:
            return Visitor{.user = {}, .known_by = {}, .expires = checked.expires, .is_approved = false, .rules = {}};
        case TokenVerdict::Bad:
            return Refusal::BadToken;
        case TokenVerdict::Expired:
            return Refusal::ExpiredToken;
        case TokenVerdict::OtherMapping:
            break;
    }
    return Refusal::Forbidden;
}

bool AccessControl::is_welcome(const Visitor &visitor, const std::string &mapping, WallTime now) {
    if (visitor.expires && now >= *visitor.expires)
        return false;
    if (visitor.user.empty())
        return true;
    const auto users = users_of(rules_of(mapping));
    const User *user = users ? users->find(visitor.user) : nullptr;
    return !users || (user && user->key() == visitor.known_by && user->may_view(mapping));
}

bool AccessControl::is_offered(const rtsp::Credentials &credentials) const {
    return std::holds_alternative<rtsp::BasicCredentials>(credentials) ? config_.allow_basic : config_.allow_digest;
}

Verdict AccessControl::judge_credentials(const Inquiry &inquiry, const Users &users) {
    const auto header = inquiry.request.headers.joined("Authorization");
    if (!header)
        return Refusal::NoCredentials;
    const auto credentials = rtsp::parse_authorization(*header);
    if (!credentials)
        return credentials.error().code == rtsp::CredentialsError::Malformed ? Refusal::WrongCredentials
                                                                             : Refusal::NoCredentials;
    if (!is_offered(*credentials))
        return Refusal::NoCredentials;
    const User *user = users.verify(*credentials, inquiry.request.method_name);
    if (!user)
        return Refusal::WrongCredentials;
    if (const auto *digest = std::get_if<rtsp::DigestCredentials>(&*credentials)) {
        if (!names_mapping(*digest, inquiry.mapping))
            return Refusal::WrongCredentials;
        const uint32_t count = digest->protection ? digest->protection->count : 0;
        const auto use = nonces_.use(digest->nonce, count, inquiry.peer, inquiry.now);
        if (use != Nonces::Use::Good)
            return use == Nonces::Use::Stale ? Refusal::StaleNonce : Refusal::Replayed;
    }
    if (!user->may_view(inquiry.mapping))
        return Refusal::Forbidden;
    return Visitor{.user = user->name, .known_by = user->key(), .expires = {}, .is_approved = false, .rules = {}};
}

std::vector<std::string> AccessControl::challenges(const Inquiry &inquiry, Refusal refusal) {
    const auto users = users_of(rules_of(inquiry.mapping));
    std::vector<std::string> values;
    // ffmpeg, rtspsrc and live555 take the last Digest they are offered and know MD5 only, curl takes the first.
    for (const DigestAlgorithm algorithm : {DigestAlgorithm::Sha256, DigestAlgorithm::Md5})
        if (config_.allow_digest && users && users->all_know(algorithm))
            values.push_back(rtsp::to_string(rtsp::DigestChallenge{
                algorithm, config_.realm, nonces_.issue(inquiry.peer, inquiry.now), refusal == Refusal::StaleNonce}));
    if (config_.allow_basic)
        values.push_back(rtsp::basic_challenge(config_.realm));
    return values;
}

}  // namespace rtspcore::server::access
