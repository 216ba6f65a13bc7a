// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/authentication.h"

#include <glib.h>

#include <algorithm>
#include <map>
#include <memory>

#include "rtsp/ascii.h"

namespace rtspcore::rtsp {
namespace {

// No client sends half as many.
constexpr size_t kMostParameters = 32;

Failure<CredentialsError> malformed(const char *message) {
    return {CredentialsError::Malformed, message};
}

Failure<CredentialsError> unsupported(const char *message) {
    return {CredentialsError::UnsupportedAlgorithm, message};
}

std::string_view take_token(std::string_view &text) {
    const auto end = static_cast<size_t>(
        std::find_if(text.begin(), text.end(), [](char c) { return !is_token_char(c); }) - text.begin());
    const std::string_view token = text.substr(0, end);
    text.remove_prefix(end);
    return token;
}

// A quoted-string (RFC 7230 section 3.2.6) off the front of `text`, unescaped; nothing if it does not end.
std::optional<std::string> take_quoted_string(std::string_view &text) {
    std::string out;
    for (size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            text.remove_prefix(i + 1);
            return out;
        }
        if (text[i] == '\\' && ++i == text.size())
            return std::nullopt;
        out += text[i];
    }
    return std::nullopt;
}

// What stands unquoted up to the next comma: some clients do not quote URIs and nonces.
std::string take_bare_value(std::string_view &text) {
    const size_t end = std::min(text.find(','), text.size());
    const std::string_view value = trim(text.substr(0, end));
    text.remove_prefix(end);
    return std::string(value);
}

// By their names in lower case.
using Parameters = std::map<std::string, std::string, std::less<>>;

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), to_lower);
    return out;
}

void skip_separators(std::string_view &text) {
    while (!text.empty() && (is_blank(text.front()) || text.front() == ','))
        text.remove_prefix(1);
}

// One `name=value` off the front.
bool take_parameter(std::string_view &text, Parameters &parameters) {
    const std::string_view name = take_token(text);
    text = trim(text);
    if (name.empty() || !text.starts_with('='))
        return false;
    text = trim(text.substr(1));
    auto value = text.starts_with('"') ? take_quoted_string(text) : std::optional(take_bare_value(text));
    if (!value)
        return false;
    text = trim(text);
    if (!text.empty() && text.front() != ',')
        return false;
    // Twice the same parameter would mean something else to who reads the other one.
    return parameters.emplace(lower_case(name), *std::move(value)).second;
}

std::optional<Parameters> parse_parameters(std::string_view text) {
    Parameters parameters;
    for (skip_separators(text); !text.empty(); skip_separators(text))
        if (parameters.size() == kMostParameters || !take_parameter(text, parameters))
            return std::nullopt;
    return parameters;
}

bool is_hexadecimal(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f'); });
}

size_t digits(DigestAlgorithm algorithm) {
    return algorithm == DigestAlgorithm::Md5 ? 32 : 64;
}

const std::string *find(const Parameters &parameters, std::string_view name) {
    const auto found = parameters.find(name);
    return found == parameters.end() ? nullptr : &found->second;
}

std::optional<DigestAlgorithm> algorithm_of(const Parameters &parameters) {
    const std::string *name = find(parameters, "algorithm");
    if (!name)
        return DigestAlgorithm::Md5;
    for (const DigestAlgorithm algorithm : {DigestAlgorithm::Md5, DigestAlgorithm::Sha256})
        if (equals_ignoring_case(*name, algorithm_name(algorithm)))
            return algorithm;
    return std::nullopt;
}

Result<std::optional<DigestProtection>, CredentialsError> protection_of(const Parameters &parameters) {
    const std::string *qop = find(parameters, "qop");
    if (!qop)
        return std::optional<DigestProtection>();
    if (!equals_ignoring_case(*qop, "auth"))
        return unsupported("only qop=auth is offered");
    const std::string *cnonce = find(parameters, "cnonce");
    const std::string *count = find(parameters, "nc");
    if (!cnonce || cnonce->empty() || !count || count->size() != 8)
        return malformed("qop=auth needs cnonce, and nc of 8 digits");
    const auto number = parse_number<uint32_t>(*count, 16);
    if (!number || *number == 0)
        return malformed("nc counts from 1, in hexadecimal digits");
    return std::optional(DigestProtection{*cnonce, *count, *number});
}

Result<Credentials, CredentialsError> parse_digest(std::string_view text) {
    const auto parameters = parse_parameters(text);
    if (!parameters)
        return malformed("expected name=value, separated by commas, each once");
    const auto algorithm = algorithm_of(*parameters);
    const std::string *hashed = find(*parameters, "userhash");
    if (!algorithm || (hashed && equals_ignoring_case(*hashed, "true")))
        return unsupported("only MD5 and SHA-256 are offered, with plain user names");
    DigestCredentials credentials;
    credentials.algorithm = *algorithm;
    for (const auto &[name, member] : {std::pair{"username", &DigestCredentials::user},
                                       {"realm", &DigestCredentials::realm},
                                       {"nonce", &DigestCredentials::nonce},
                                       {"uri", &DigestCredentials::uri},
                                       {"response", &DigestCredentials::response}}) {
        const std::string *value = find(*parameters, name);
        if (!value)
            return malformed("a Digest needs username, realm, nonce, uri and response");
        credentials.*member = *value;
    }
    credentials.response = lower_case(credentials.response);
    if (credentials.response.size() != digits(*algorithm) || !is_hexadecimal(credentials.response))
        return malformed("the response has not the digits of its algorithm");
    auto protection = protection_of(*parameters);
    if (!protection)
        return protection.error();
    credentials.protection = *std::move(protection);
    return Credentials(std::move(credentials));
}

bool is_in_base64(char c) {
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '+' || c == '/';
}

// Nothing but base64 (RFC 4648 section 4); the padding may be missing.
std::optional<std::string> decode_base64(std::string_view text) {
    const size_t padding = text.size() - std::min(text.find('='), text.size());
    const std::string_view body = text.substr(0, text.size() - padding);
    const bool is_padding =
        std::all_of(text.end() - static_cast<std::ptrdiff_t>(padding), text.end(), [](char c) { return c == '='; });
    if (padding > 2 || !is_padding || body.size() % 4 == 1 || !std::all_of(body.begin(), body.end(), is_in_base64))
        return std::nullopt;
    std::string whole(body);
    whole.append((4 - body.size() % 4) % 4, '=');
    gsize size = 0;
    const std::unique_ptr<guchar, decltype(&g_free)> bytes(g_base64_decode(whole.c_str(), &size), g_free);
    return std::string(reinterpret_cast<const char *>(bytes.get()), size);
}

Result<Credentials, CredentialsError> parse_basic(std::string_view text) {
    const auto pair = decode_base64(trim(text));
    if (!pair)
        return malformed("Basic credentials are not in base64");
    const size_t colon = pair->find(':');
    // RFC 7617 section 2: neither part has control characters.
    if (colon == std::string::npos || std::any_of(pair->begin(), pair->end(), is_control))
        return malformed("Basic credentials are not of the form user:password");
    return Credentials(BasicCredentials{pair->substr(0, colon), pair->substr(colon + 1)});
}

}  // namespace

std::string_view algorithm_name(DigestAlgorithm algorithm) {
    return algorithm == DigestAlgorithm::Md5 ? "MD5" : "SHA-256";
}

Result<Credentials, CredentialsError> parse_authorization(std::string_view value) {
    std::string_view rest = trim(value);
    const std::string_view scheme = take_token(rest);
    if (rest.empty() || !is_blank(rest.front()))
        return malformed("expected a scheme and credentials");
    if (equals_ignoring_case(scheme, "Digest"))
        return parse_digest(rest);
    if (equals_ignoring_case(scheme, "Basic"))
        return parse_basic(rest);
    return Failure{CredentialsError::UnknownScheme, std::string("only Basic and Digest are offered")};
}

std::string to_string(const DigestChallenge &challenge) {
    std::string out = "Digest realm=\"" + challenge.realm + "\", nonce=\"" + challenge.nonce + "\", algorithm=";
    out.append(algorithm_name(challenge.algorithm)).append(", qop=\"auth\"");
    return out += challenge.stale ? ", stale=true" : ", stale=false";
}

std::string basic_challenge(std::string_view realm) {
    return "Basic realm=\"" + std::string(realm) + "\", charset=\"UTF-8\"";
}

}  // namespace rtspcore::rtsp
