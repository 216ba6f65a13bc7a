// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/access/access_control.h"

#include <algorithm>
#include <utility>

namespace rtspcore::server::access {

using rtsp::DigestAlgorithm;

namespace {

// The URI that a Digest was made for has to name the same mapping. It need not be the one of the request: live555 takes
// that of the presentation for its streams, too.
bool names_mapping(const rtsp::DigestCredentials &digest, const std::string &mapping) {
    const auto target = rtsp::parse_request_target(digest.uri);
    return target && target->mapping == mapping;
}

}  // namespace

const char *reason(Refusal refusal) {
    switch (refusal) {
        case Refusal::NoCredentials:
            return "no credentials";
        case Refusal::StaleNonce:
            return "credentials for an old nonce";
        case Refusal::WrongCredentials:
            return "wrong credentials";
        case Refusal::Replayed:
            return "replayed credentials";
        case Refusal::Forbidden:
            return "forbidden";
    }
    return "";
}

AccessControl::AccessControl(AccessConfig config) : config_(std::move(config)), nonces_(config_.nonce_lifetime) {}

void AccessControl::set_rules(const void *owner, const std::string &mapping,
                              std::shared_ptr<const MappingRules> rules) {
    auto all = rules_.lock();
    const auto found = all->find(mapping);
    if (found != all->end() && found->second.owner != owner)
        return;
    if (rules)
        (*all)[mapping] = {owner, std::move(rules)};
    else if (found != all->end())
        all->erase(found);
}

void AccessControl::remove_rules(const void *owner) {
    std::erase_if(*rules_.lock(), [owner](const auto &item) { return item.second.owner == owner; });
}

std::shared_ptr<const MappingRules> AccessControl::rules_of(const std::string &mapping) {
    auto all = rules_.lock();
    const auto found = all->find(mapping);
    return found == all->end() ? nullptr : found->second.rules;
}

const Users *AccessControl::users_of(const std::shared_ptr<const MappingRules> &rules) const {
    if (rules && rules->users)
        return &*rules->users;
    return config_.users ? &*config_.users : nullptr;
}

Verdict AccessControl::judge(const Inquiry &inquiry) {
    const auto rules = rules_of(inquiry.mapping);
    const Users *users = users_of(rules);
    // Credentials that nobody asked for are not looked at: players send them to any server they were told to.
    Verdict verdict = users ? judge_credentials(inquiry, *users) : Verdict(Visitor());
    if (auto *visitor = std::get_if<Visitor>(&verdict))
        visitor->rules = rules;
    return verdict;
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
    return Visitor{user->name, {}, {}};
}

std::vector<std::string> AccessControl::challenges(const Inquiry &inquiry, Refusal refusal) {
    const auto rules = rules_of(inquiry.mapping);
    const Users *users = users_of(rules);
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
