// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fstream>
#include <string>

#include "net/tls_context.h"
#include "support/certificates.h"
#include "support/check_suite.h"
#include "support/temporary_folder.h"

using namespace rtspcore;
using net::TlsContext;
using net::TlsError;
using test::Certificate;
using test::TemporaryFolder;

namespace {

struct Files {
    [[nodiscard]] net::TlsFiles files() const { return {certificate, key, ""}; }
    TemporaryFolder folder;
    std::string certificate = folder / "certificate.pem";
    std::string key = folder / "key.pem";
};

bool shows(TlsContext &context, const Certificate &certificate) {
    return X509_cmp(SSL_CTX_get0_certificate(context.current().get()), certificate.x509()) == 0;
}

}  // namespace

START_TEST(test_tls_context_takes_key_and_certificate_from_one_file_or_two) {
    Files f;
    const Certificate made("one");
    made.write_certificate(f.certificate);
    made.write_key(f.key);
    auto two = TlsContext::open(f.files());
    ck_assert(two.ok() && shows(**two, made));
    std::ofstream(f.certificate, std::ios::app) << std::ifstream(f.key).rdbuf();
    auto one = TlsContext::open({f.certificate, "", ""});
    ck_assert(one.ok() && shows(**one, made));
}
END_TEST

START_TEST(test_tls_context_that_cannot_be_is_refused_by_file) {
    Files f;
    const Certificate made("one");
    const Certificate other("other");
    made.write_certificate(f.certificate);
    made.write_key(f.key);
    other.write_key(f.folder / "other.pem");
    other.write_key(f.folder / "encrypted.pem", "secret");
    std::ofstream(f.folder / "garbage.pem") << "garbage";
    const struct {
        net::TlsFiles files;
        TlsError error;
        const char *told;
    } cases[] = {
        {{f.folder / "missing.pem", f.key, ""}, TlsError::Certificate, "No such file or directory"},
        {{f.folder / "garbage.pem", f.key, ""}, TlsError::Certificate, "garbage.pem"},
        {{f.certificate, f.folder / "missing.pem", ""}, TlsError::Key, "No such file or directory"},
        {{f.certificate, f.folder / "other.pem", ""}, TlsError::Key, "key values mismatch"},
        {{f.certificate, f.folder / "encrypted.pem", ""}, TlsError::Key, "encrypted.pem"},
        {{f.certificate, "", ""}, TlsError::Key, "certificate.pem\" has no private key"},
        {{f.certificate, f.key, f.folder / "missing.pem"}, TlsError::ClientCa, "No such file or directory"},
    };
    for (const auto &each : cases) {
        const auto opened = TlsContext::open(each.files);
        ck_assert_msg(!opened.ok() && opened.error().code == each.error, "case %zd", &each - cases);
        const std::string &message = opened.error().message;
        ck_assert_msg(message.find(each.told) != std::string::npos, "%s", message.c_str());
        ck_assert_msg(message.find("unknown error") == std::string::npos, "%s", message.c_str());
    }
}
END_TEST

START_TEST(test_tls_context_loads_changed_files_anew) {
    Files f;
    const Certificate first("first");
    const Certificate second("second");
    first.write_certificate(f.certificate);
    first.write_key(f.key);
    const auto context = TlsContext::open(f.files()).value();
    const auto of_a_connection = context->current();
    context->refresh();
    ck_assert_msg(context->current() == of_a_connection, "nothing changed");
    second.write_certificate(f.certificate);
    context->refresh();
    ck_assert_msg(shows(*context, first), "without its key the new one cannot be used");
    second.write_key(f.key);
    context->refresh();
    ck_assert(shows(*context, second));
    ck_assert_msg(X509_cmp(SSL_CTX_get0_certificate(of_a_connection.get()), first.x509()) == 0,
                  "who has the old one keeps it");
    std::filesystem::remove(f.certificate);
    context->refresh();
    ck_assert_msg(shows(*context, second), "files that vanish change nothing");
    first.write_certificate(f.certificate);
    first.write_key(f.key);
    context->refresh();
    ck_assert(shows(*context, first));
}
END_TEST

int main() {
    return test::run_suite(
        "tls_context", {test_tls_context_takes_key_and_certificate_from_one_file_or_two,
                        test_tls_context_that_cannot_be_is_refused_by_file, test_tls_context_loads_changed_files_anew});
}
