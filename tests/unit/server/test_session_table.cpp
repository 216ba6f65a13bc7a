// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "server/session_table.h"
#include "server/viewer.h"
#include "support/check_suite.h"
#include "support/rtp_units.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using server::Session;
using server::SessionTable;

namespace {

std::shared_ptr<media::Mount> mount() {
    return media::Mount::create("/test", {});
}

std::set<std::string> ids_of(const std::vector<Session *> &sessions) {
    std::set<std::string> ids;
    for (const Session *session : sessions)
        ids.insert(session->id());
    return ids;
}

}  // namespace

START_TEST(test_session_table_finds_what_it_made_by_its_header) {
    SessionTable table(3);
    Session &session = table.create(mount(), test::kStart);
    Session &other = table.create(mount(), test::kStart);
    const std::string id = session.id();
    ck_assert_str_ne(id.c_str(), other.id().c_str());
    for (const char *parameters : {"", ";timeout=60", "; timeout=60", " ;timeout=60", "\t"})
        ck_assert_msg(table.find(id + parameters) == &session, "'%s'", parameters);
    ck_assert(table.find(other.id()) == &other);
}
END_TEST

START_TEST(test_session_table_does_not_find_what_is_not_there) {
    SessionTable table(0);
    std::string id = table.create(mount(), test::kStart).id();
    for (const std::string &header :
         {std::string(), std::string(";"), id + "0", id.substr(1), " " + id, std::string("12345678")})
        ck_assert_msg(!table.find(header), "'%s'", header.c_str());
    table.erase(*table.find(id));
    ck_assert(!table.find(id));
    ck_assert_uint_eq(table.size(), 0);
}
END_TEST

START_TEST(test_session_table_expires_who_gave_no_sign_of_life) {
    SessionTable table(0);
    Session &silent = table.create(mount(), test::at(0s));
    Session &alive = table.create(mount(), test::at(0s));
    alive.touch(test::at(30s));
    ck_assert(table.expired(test::at(60s), 60s).empty());
    ck_assert(table.expired(test::at(61s), 60s) == std::vector{&silent});
    ck_assert_uint_eq(table.expired(test::at(91s), 60s).size(), 2);
    silent.touch(test::at(91s));
    ck_assert(table.expired(test::at(91s), 60s) == std::vector{&alive});
}
END_TEST

START_TEST(test_session_table_tells_the_sessions_of_a_mount) {
    SessionTable table(0);
    const auto one = mount();
    const auto other = mount();
    const std::set<std::string> of_one{table.create(one, test::kStart).id(), table.create(one, test::kStart).id()};
    table.create(other, test::kStart);
    ck_assert(ids_of(table.of_mount(one->id())) == of_one);
    ck_assert_uint_eq(table.of_mount(other->id()).size(), 1);
    ck_assert(table.of_mount(mount()->id()).empty());
    ck_assert_uint_eq(table.all().size(), 3);
}
END_TEST

START_TEST(test_session_table_ids_tell_their_thread) {
    for (const unsigned thread : {0u, 1u, 15u, 16u, 63u}) {
        SessionTable table(thread);
        const std::string id = table.create(mount(), test::kStart).id();
        ck_assert_uint_ge(id.size(), 32);
        ck_assert(SessionTable::thread_of(id) == thread);
        ck_assert(SessionTable::thread_of(id + ";timeout=60") == thread);
    }
}
END_TEST

START_TEST(test_session_table_foreign_ids_have_no_thread) {
    const std::string id = SessionTable(1).create(mount(), test::kStart).id();
    for (const std::string &foreign :
         {std::string(), std::string("01"), std::string("12345678"), id.substr(1), id + "0", "zz" + id.substr(2),
          "+1" + id.substr(2), "0x" + id.substr(2), "0 " + id.substr(2), ";" + id})
        ck_assert_msg(!SessionTable::thread_of(foreign), "'%s'", foreign.c_str());
}
END_TEST

START_TEST(test_session_table_ids_do_not_repeat) {
    SessionTable table(0);
    const auto shared = mount();
    for (int i = 0; i < 1000; ++i)
        table.create(shared, test::kStart);
    ck_assert_uint_eq(table.size(), 1000);
}
END_TEST

int main() {
    return test::run_suite("session_table", {
                                                test_session_table_finds_what_it_made_by_its_header,
                                                test_session_table_does_not_find_what_is_not_there,
                                                test_session_table_expires_who_gave_no_sign_of_life,
                                                test_session_table_tells_the_sessions_of_a_mount,
                                                test_session_table_ids_tell_their_thread,
                                                test_session_table_foreign_ids_have_no_thread,
                                                test_session_table_ids_do_not_repeat,
                                            });
}
