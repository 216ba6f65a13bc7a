// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "rtsp/digest.h"
#include "server/access/access_control.h"
#include "support/check_suite.h"
#include "support/log_record.h"
#include "support/temporary_folder.h"

using namespace rtspcore;
using server::access::AccessControl;
using server::access::UsersError;
using server::access::Visitor;
using test::LogRecord;

namespace {

constexpr const char *kGoesOn = "users go on as they were";

std::string digest_of(const std::string &user) {
    return rtsp::user_digest(rtsp::DigestAlgorithm::Md5, user, "rtspsink", "secret");
}

// A file of users that a server has read; ann is in it.
class Watched {
public:
    Watched() {
        write("ann:rtspsink:" + digest_of("ann") + "\n");
        auto opened = AccessControl::open(config());
        ck_assert(opened.ok());
        access_ = std::move(opened).value();
    }

    [[nodiscard]] server::access::AccessConfig config() const {
        server::access::AccessConfig config;
        config.users_file = path_;
        return config;
    }
    void write(const std::string &text) const { std::ofstream(path_) << text; }
    void remove() const { std::filesystem::remove(path_); }
    void make_folder() const { std::filesystem::create_directory(path_); }
    void forbid() const { std::filesystem::permissions(path_, std::filesystem::perms::none); }
    void permit() const { std::filesystem::permissions(path_, std::filesystem::perms::owner_all); }
    // What a server does each second.
    void refresh() const {
        for (int i = 0; i < 3; ++i)
            access_->refresh();
    }
    [[nodiscard]] bool knows(const std::string &user) const {
        const Visitor visitor{
            .user = user, .known_by = digest_of(user), .expires = {}, .is_approved = false, .rules = {}};
        return access_->is_welcome(visitor, "/test", {});
    }

private:
    test::TemporaryFolder folder_;
    std::string path_ = folder_ / "users";
    std::unique_ptr<AccessControl> access_;
};

// Root may read everything; for as long as this is there, we are nobody instead.
class NotRoot {
public:
    NotRoot() { ck_assert(!was_root_ || ::seteuid(kNobody) == 0); }
    ~NotRoot() {
        if (was_root_ && ::seteuid(0) == 0)
            ::prctl(PR_SET_DUMPABLE, 1);  // or LeakSanitizer could not look at us any more
    }
    NotRoot(const NotRoot &) = delete;
    NotRoot &operator=(const NotRoot &) = delete;

private:
    static constexpr uid_t kNobody = 65534;
    const bool was_root_ = ::geteuid() == 0;
};

}  // namespace

START_TEST(test_access_control_keeps_users_of_a_file_that_cannot_be_used_and_warns_once) {
    const Watched file;
    LogRecord log;
    struct Case {
        const char *what;
        std::function<void()> happens;
        const char *told;
    };
    const Case cases[] = {
        {"garbage", [&] { file.write("garbage\n"); }, "no line is of the form user:realm:digest"},
        {"gone", [&] { file.remove(); }, "it cannot be read: No such file"},
        {"no file", [&] { file.make_folder(); }, "it is no file"},
        {"gone again", [&] { file.remove(); }, "it cannot be read: No such file"},
        {"empty", [&] { file.write(""); }, "no line is of the form user:realm:digest"},
    };
    size_t warnings = 0;
    for (const Case &c : cases) {
        const size_t told = log.count(c.told);
        c.happens();
        file.refresh();
        ck_assert_msg(file.knows("ann"), "%s", c.what);
        ck_assert_msg(log.count(kGoesOn) == ++warnings && log.count(c.told) == told + 1, "%s: %s", c.what,
                      log.text().c_str());
    }
    file.write("bob:rtspsink:" + digest_of("bob") + "\n");
    file.refresh();
    ck_assert(file.knows("bob") && !file.knows("ann"));
    ck_assert_uint_eq(log.count("has changed and is used"), 1);
    ck_assert_uint_eq(log.count(kGoesOn), warnings);
}
END_TEST

START_TEST(test_access_control_warns_of_a_file_that_may_not_be_read_any_more) {
    const NotRoot self;
    const Watched file;
    LogRecord log;
    file.forbid();
    file.refresh();
    ck_assert(file.knows("ann"));
    ck_assert_uint_eq(log.count("it cannot be read: Permission denied"), 1);
    file.permit();
    file.refresh();
    ck_assert_uint_eq(log.count(kGoesOn), 1);
}
END_TEST

START_TEST(test_access_control_does_not_begin_with_a_file_that_cannot_be_used) {
    const Watched file;
    file.write("garbage\n");
    const auto garbage = AccessControl::open(file.config());
    ck_assert(!garbage.ok() && garbage.error().code == UsersError::NoUser);
    file.remove();
    const auto gone = AccessControl::open(file.config());
    ck_assert(!gone.ok() && gone.error().code == UsersError::Unreadable);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("access_control",
                           {test_access_control_keeps_users_of_a_file_that_cannot_be_used_and_warns_once,
                            test_access_control_warns_of_a_file_that_may_not_be_read_any_more,
                            test_access_control_does_not_begin_with_a_file_that_cannot_be_used});
}
