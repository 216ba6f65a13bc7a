// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/tls_context.h"

#include <openssl/err.h>
#include <sys/stat.h>

#include <system_error>
#include <utility>

#include "base/log.h"

namespace rtspcore::net {

namespace {

using Context = std::shared_ptr<SSL_CTX>;

// The reason of the oldest error, which is the one that the others follow from.
std::string openssl_reason() {
    const unsigned long error = ERR_get_error();
    ERR_clear_error();
    // OpenSSL 3 has no text for what the system said.
    if (ERR_GET_LIB(error) == ERR_LIB_SYS)
        return std::generic_category().message(ERR_GET_REASON(error));
    const char *reason = error != 0 ? ERR_reason_error_string(error) : nullptr;
    return reason ? reason : "unknown error";
}

Failure<TlsError> failure(TlsError code, const char *what, const std::string &file) {
    return {code, std::string(what) + " \"" + file + "\" cannot be used: " + openssl_reason() +
                      "; expected is a PEM file that this process may read"};
}

Failure<TlsError> key_failure(const TlsFiles &files) {
    if (!files.key.empty())
        return failure(TlsError::Key, "private key file", files.key);
    return {TlsError::Key, "certificate file \"" + files.certificate +
                               "\" has no private key that can be used: " + openssl_reason() +
                               "; expected is the key in the same PEM file, not encrypted, or in a file of its own, "
                               "which has to be named too"};
}

// Without it OpenSSL would ask for the passphrase of an encrypted key on the terminal.
int no_passphrase(char *, int, int, void *) {
    return 0;
}

void harden(SSL_CTX *context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);  // an idle connection keeps none
    SSL_CTX_set_default_passwd_cb(context, no_passphrase);
}

Result<void, TlsError> demand_client_certificates(SSL_CTX *context, const std::string &ca) {
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(ca.c_str());
    if (!names || SSL_CTX_load_verify_locations(context, ca.c_str(), nullptr) != 1) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return failure(TlsError::ClientCa, "client CA file", ca);
    }
    SSL_CTX_set_client_CA_list(context, names);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    return {};
}

Result<Context, TlsError> load(const TlsFiles &files) {
    ERR_clear_error();
    Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    if (!context)
        return Failure{TlsError::Library, "OpenSSL: " + openssl_reason()};
    harden(context.get());
    if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1)
        return failure(TlsError::Certificate, "certificate file", files.certificate);
    const std::string &key = files.key.empty() ? files.certificate : files.key;
    if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context.get()) != 1)
        return key_failure(files);
    if (!files.client_ca.empty())
        if (const auto demanded = demand_client_certificates(context.get(), files.client_ca); !demanded)
            return demanded.error();
    return context;
}

std::string fingerprint_of(const std::string &file) {
    struct stat status {};
    if (file.empty() || stat(file.c_str(), &status) != 0)
        return "-";
    std::string text;
    for (const auto number : {static_cast<int64_t>(status.st_dev), static_cast<int64_t>(status.st_ino),
                              static_cast<int64_t>(status.st_size), static_cast<int64_t>(status.st_mtim.tv_sec),
                              static_cast<int64_t>(status.st_mtim.tv_nsec)})
        text += std::to_string(number) + " ";
    return text;
}

}  // namespace

Result<std::shared_ptr<TlsContext>, TlsError> TlsContext::open(TlsFiles files) {
    std::shared_ptr<TlsContext> made(new TlsContext(std::move(files)));
    const Fingerprint fingerprint = made->fingerprint();
    auto context = load(made->files_);
    if (!context)
        return context.error();
    *made->state_.lock() = {std::move(*context), fingerprint};
    return made;
}

std::unique_ptr<TlsStream> TlsContext::accept(UniqueFd fd, std::span<const uint8_t> begin) {
    return std::make_unique<TlsStream>(std::move(fd), *current(), stream_io_, begin);
}

void TlsContext::refresh() {
    const Fingerprint now = fingerprint();
    if (std::exchange(state_.lock()->files, now) == now)
        return;
    auto context = load(files_);
    if (!context) {
        CORE_WARNING("TLS goes on with the certificate it has: %s", context.error().message.c_str());
        return;
    }
    std::swap(state_.lock()->context, *context);
    CORE_INFO("TLS: certificate \"%s\" loaded anew", files_.certificate.c_str());
}

TlsContext::Fingerprint TlsContext::fingerprint() const {
    return fingerprint_of(files_.certificate) + fingerprint_of(files_.key) + fingerprint_of(files_.client_ca);
}

}  // namespace rtspcore::net
