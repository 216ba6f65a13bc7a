// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace rtspcore::rtsp {
namespace {

std::string hexadecimal(const unsigned char *bytes, size_t size) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(size * 2);
    for (size_t i = 0; i < size; ++i) {
        text += kDigits[bytes[i] >> 4];
        text += kDigits[bytes[i] & 15];
    }
    return text;
}

std::string joined(std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const std::string_view part : parts)
        text.append(part).append(":");
    text.pop_back();
    return text;
}

}  // namespace

std::string digest_of(DigestAlgorithm algorithm, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    const EVP_MD *function = algorithm == DigestAlgorithm::Md5 ? EVP_md5() : EVP_sha256();
    if (EVP_Digest(text.data(), text.size(), bytes.data(), &size, function, nullptr) != 1)
        return {};
    return hexadecimal(bytes.data(), size);
}

std::string user_digest(DigestAlgorithm algorithm, std::string_view user, std::string_view realm,
                        std::string_view password) {
    return digest_of(algorithm, joined({user, realm, password}));
}

std::string expected_response(const DigestCredentials &credentials, std::string_view user_digest,
                              std::string_view method) {
    const std::string request = digest_of(credentials.algorithm, joined({method, credentials.uri}));
    if (user_digest.empty() || request.empty())
        return {};
    if (!credentials.protection)  // RFC 2069 section 2.1.2
        return digest_of(credentials.algorithm, joined({user_digest, credentials.nonce, request}));
    const DigestProtection &protection = *credentials.protection;
    return digest_of(credentials.algorithm, joined({user_digest, credentials.nonce, protection.nonce_count,
                                                    protection.cnonce, "auth", request}));
}

std::string keyed_digest(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    const auto *data = reinterpret_cast<const unsigned char *>(text.data());
    if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data, text.size(), bytes.data(), &size))
        return {};
    return hexadecimal(bytes.data(), size);
}

bool is_same_secret(std::string_view a, std::string_view b) {
    return !a.empty() && a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace rtspcore::rtsp
