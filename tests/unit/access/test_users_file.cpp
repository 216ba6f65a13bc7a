// SPDX-License-Identifier: LGPL-2.1-or-later
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "rtsp/digest.h"
#include "server/access/users_file.h"
#include "support/check_suite.h"
#include "support/temporary_folder.h"

using namespace rtspcore;
using server::access::UsersError;
using server::access::UsersFile;

namespace {

struct Folder : rtspcore::test::TemporaryFolder {
    [[nodiscard]] std::string file() const { return *this / "users"; }
};

std::string line(const std::string &user) {
    return user + ":cameras:" + rtsp::user_digest(rtsp::DigestAlgorithm::Md5, user, "cameras", "secret") + "\n";
}

void write(const std::string &path, const std::string &text) {
    std::ofstream(path) << text;
}

bool knows(UsersFile &file, const char *user) {
    const auto parsed = file.read();
    return parsed.ok() && parsed->users.find(user) != nullptr;
}

}  // namespace

START_TEST(test_users_file_notices_what_is_written_and_what_replaces_it) {
    const Folder folder;
    write(folder.file(), line("ann"));
    UsersFile file(folder.file(), "cameras");
    ck_assert(file.has_changed());
    ck_assert(knows(file, "ann"));
    ck_assert(!file.has_changed());
    write(folder.file(), line("ann") + line("bob"));
    ck_assert(file.has_changed());
    ck_assert(knows(file, "bob"));
    write(folder.file() + ".new", line("cid") + line("bob"));
    ck_assert(::rename((folder.file() + ".new").c_str(), folder.file().c_str()) == 0);
    ck_assert(file.has_changed());
    ck_assert(knows(file, "cid"));
    ck_assert(!file.has_changed());
    ::unlink(folder.file().c_str());
    ck_assert_msg(file.has_changed(), "gone");
    ck_assert(!file.read().ok());
    ck_assert_msg(!file.has_changed(), "and seen to be gone");
    write(folder.file(), line("cid"));
    ck_assert_msg(file.has_changed(), "back");
}
END_TEST

START_TEST(test_users_file_that_cannot_be_used_is_an_error) {
    const Folder folder;
    UsersFile file(folder.file(), "cameras");
    const auto missing = file.read();
    ck_assert(!missing.ok() && missing.error().code == UsersError::Unreadable);
    write(folder.file(), "# nobody yet\n");
    const auto nobody = file.read();
    ck_assert(!nobody.ok() && nobody.error().code == UsersError::NoUser);
    write(folder.file(), std::string((1 << 20) + 1, '#'));
    ck_assert(!file.read().ok());
    UsersFile device("/dev/zero", "cameras");
    ck_assert(!device.read().ok());
}
END_TEST

int main() {
    return test::run_suite("users_file", {
                                             test_users_file_notices_what_is_written_and_what_replaces_it,
                                             test_users_file_that_cannot_be_used_is_an_error,
                                         });
}
