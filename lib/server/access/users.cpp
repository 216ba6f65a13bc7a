// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/access/users.h"

#include <algorithm>

#include "rtsp/ascii.h"
#include "rtsp/digest.h"

namespace rtspcore::server::access {

using rtsp::DigestAlgorithm;

namespace {

// Takes what stands before `separator` off `text`, which then begins behind it.
std::string_view take_field(std::string_view &text, char separator) {
    const size_t end = std::min(text.find(separator), text.size());
    const std::string_view field = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    return field;
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), rtsp::to_lower);
    return out;
}

// Where a digest of that form belongs; null if it is none.
std::string *place_of(User &user, std::string_view digest) {
    const bool is_hexadecimal = digest.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    if (!is_hexadecimal)
        return nullptr;
    return digest.size() == 32 ? &user.md5 : digest.size() == 64 ? &user.sha256 : nullptr;
}

std::optional<std::vector<MappingPattern>> parse_patterns(std::string_view text) {
    std::vector<MappingPattern> patterns;
    while (!text.empty()) {
        auto pattern = MappingPattern::parse(rtsp::trim(take_field(text, ',')));
        if (!pattern)
            return std::nullopt;
        patterns.push_back(*std::move(pattern));
    }
    return patterns.empty() ? std::nullopt : std::optional(patterns);
}

Failure<UsersError> bad_realm() {
    return {UsersError::BadRealm, "the realm is empty or has colons, quotes, backslashes or control characters in it"};
}

}  // namespace

bool User::may_view(const std::string &mapping) const {
    return mappings.empty() || std::any_of(mappings.begin(), mappings.end(),
                                           [&](const MappingPattern &pattern) { return pattern.matches(mapping); });
}

bool Users::is_usable_realm(std::string_view realm) {
    return !realm.empty() && std::none_of(realm.begin(), realm.end(), [](char c) {
        return c == ':' || c == '"' || c == '\\' || rtsp::is_control(c);
    });
}

User &Users::add(std::string_view name) {
    const auto found = std::find_if(users_.begin(), users_.end(), [&](const User &user) { return user.name == name; });
    if (found != users_.end())
        return *found;
    users_.push_back({std::string(name), {}, {}, {}});
    return users_.back();
}

Result<Users::Parsed, UsersError> Users::from_list(std::string_view text, std::string_view realm) {
    if (!is_usable_realm(realm))
        return bad_realm();
    Parsed parsed;
    parsed.users.realm_ = realm;
    for (size_t number = 1; !text.empty(); ++number) {
        std::string_view entry = take_field(text, ',');
        while (!entry.empty() && rtsp::is_blank(entry.front()))
            entry.remove_prefix(1);
        const size_t colon = entry.find(':');
        if (colon == std::string_view::npos || colon == 0) {
            parsed.skipped.push_back("entry " + std::to_string(number) + " is not of the form user:password");
            continue;
        }
        const std::string_view name = entry.substr(0, colon);
        const std::string_view password = entry.substr(colon + 1);
        User &user = parsed.users.add(name);
        user.md5 = rtsp::user_digest(DigestAlgorithm::Md5, name, realm, password);
        user.sha256 = rtsp::user_digest(DigestAlgorithm::Sha256, name, realm, password);
    }
    if (parsed.users.empty())
        return Failure{UsersError::NoUser, std::string("no entry is of the form user:password")};
    return parsed;
}

// Why the line is skipped, or null.
const char *Users::add_htdigest_line(std::string_view line) {
    const std::string_view name = take_field(line, ':');
    const bool is_ours = take_field(line, ':') == realm_;
    const bool is_limited = line.find(':') != std::string_view::npos;
    const std::string_view digest = take_field(line, ':');
    const auto patterns = is_limited ? parse_patterns(line) : std::vector<MappingPattern>();
    User form;
    if (name.empty() || !place_of(form, digest) || !patterns)
        return "is not of the form user:realm:digest or user:realm:digest:mappings";
    if (!is_ours)
        return "is of another realm";
    User &user = add(name);
    *place_of(user, digest) = lower_case(digest);
    if (is_limited)
        user.mappings = *patterns;
    return nullptr;
}

Result<Users::Parsed, UsersError> Users::from_htdigest(std::string_view text, std::string_view realm) {
    if (!is_usable_realm(realm))
        return bad_realm();
    Parsed parsed;
    parsed.users.realm_ = realm;
    for (size_t number = 1; !text.empty(); ++number) {
        std::string_view line = take_field(text, '\n');
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        line = rtsp::trim(line);
        if (line.empty() || line.front() == '#')
            continue;
        if (const char *why = parsed.users.add_htdigest_line(line))
            parsed.skipped.push_back("line " + std::to_string(number) + " " + why);
    }
    if (parsed.users.empty())
        return Failure{UsersError::NoUser,
                       "no line is of the form user:realm:digest with the realm '" + std::string(realm) + "'"};
    return parsed;
}

void Users::add_all(const Users &other) {
    realm_ = other.realm_;
    for (const User &user : other.users_)
        add(user.name) = user;
}

bool Users::all_know(DigestAlgorithm algorithm) const {
    const auto digest = algorithm == DigestAlgorithm::Md5 ? &User::md5 : &User::sha256;
    return std::none_of(users_.begin(), users_.end(), [&](const User &user) { return (user.*digest).empty(); });
}

const User *Users::find(std::string_view name) const {
    const auto found = std::find_if(users_.begin(), users_.end(), [&](const User &user) { return user.name == name; });
    return found == users_.end() ? nullptr : &*found;
}

bool Users::proves(const User &user, const rtsp::BasicCredentials &credentials) const {
    const auto algorithm = user.sha256.empty() ? DigestAlgorithm::Md5 : DigestAlgorithm::Sha256;
    return rtsp::is_same_secret(rtsp::user_digest(algorithm, credentials.user, realm_, credentials.password),
                                user.sha256.empty() ? user.md5 : user.sha256);
}

bool Users::proves(const User &user, const rtsp::DigestCredentials &credentials, std::string_view method) const {
    const std::string &known = credentials.algorithm == DigestAlgorithm::Md5 ? user.md5 : user.sha256;
    return credentials.realm == realm_ &&
           rtsp::is_same_secret(rtsp::expected_response(credentials, known, method), credentials.response);
}

const User *Users::verify(const rtsp::Credentials &credentials, std::string_view method) const {
    const User *user = std::visit([this](const auto &form) { return find(form.user); }, credentials);
    // Digests that no password has, of the right lengths.
    static const User kNobody{{}, std::string(32, '-'), std::string(64, '-'), {}};
    const User &checked = user ? *user : kNobody;
    const auto *basic = std::get_if<rtsp::BasicCredentials>(&credentials);
    const bool proven =
        basic ? proves(checked, *basic) : proves(checked, std::get<rtsp::DigestCredentials>(credentials), method);
    return proven ? user : nullptr;
}

}  // namespace rtspcore::server::access
