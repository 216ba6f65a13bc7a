// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

// Behind the standard library: its macro `fail` is a name there.
#include <check.h>

namespace rtspcore::test {

// A self-signed certificate with its key, made for the test.
class Certificate {
public:
    explicit Certificate(const std::string &name)
        : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), x509_(X509_new(), X509_free) {
        X509_set_version(x509_.get(), X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(x509_.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(x509_.get()), -3600);
        X509_gmtime_adj(X509_getm_notAfter(x509_.get()), 24 * 3600);
        X509_NAME *subject = X509_get_subject_name(x509_.get());
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char *>(name.c_str()),
                                   -1, -1, 0);
        X509_set_issuer_name(x509_.get(), subject);
        X509_set_pubkey(x509_.get(), key_.get());
        ck_assert_int_gt(X509_sign(x509_.get(), key_.get(), EVP_sha256()), 0);
    }

    void write_certificate(const std::string &path) const {
        const File file(path);
        ck_assert_int_eq(PEM_write_X509(file.get(), x509_.get()), 1);
    }
    // Encrypted if there is a passphrase.
    void write_key(const std::string &path, const char *passphrase = nullptr) const {
        const File file(path);
        const EVP_CIPHER *cipher = passphrase ? EVP_aes_128_cbc() : nullptr;
        ck_assert_int_eq(
            PEM_write_PKCS8PrivateKey(file.get(), key_.get(), cipher, passphrase,
                                      passphrase ? static_cast<int>(strlen(passphrase)) : 0, nullptr, nullptr),
            1);
    }
    [[nodiscard]] X509 *x509() const { return x509_.get(); }
    [[nodiscard]] EVP_PKEY *key() const { return key_.get(); }

private:
    // Written whole, then renamed, as tools that renew certificates do.
    class File {
    public:
        explicit File(const std::string &path) : path_(path), file_(std::fopen((path + ".new").c_str(), "w")) {
            ck_assert(file_ != nullptr);
        }
        ~File() {
            std::fclose(file_);
            std::filesystem::rename(path_ + ".new", path_);
        }
        File(const File &) = delete;
        File &operator=(const File &) = delete;
        [[nodiscard]] FILE *get() const { return file_; }

    private:
        std::string path_;
        FILE *file_;
    };

    std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY *)> key_;
    std::unique_ptr<X509, void (*)(X509 *)> x509_;
};

}  // namespace rtspcore::test
