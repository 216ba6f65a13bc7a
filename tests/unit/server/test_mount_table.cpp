// SPDX-License-Identifier: LGPL-2.1-or-later
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "server/mount_table.h"
#include "support/check_suite.h"

using namespace rtspcore;
using media::Mount;
using server::MountError;
using server::MountTable;

namespace {

// Elements, as far as the table knows them.
const int kOne = 1;
const int kOther = 2;

struct Table : MountTable {
    Table() {
        set_change_hook([this] { ++changes; });
    }
    std::atomic<int> changes{0};
};

std::shared_ptr<Mount> mount(const char *path = "/test") {
    return Mount::create(path, {});
}

}  // namespace

START_TEST(test_mount_table_finds_what_was_added) {
    Table table;
    const auto one = mount("/one");
    ck_assert(table.add(&kOne, one, true).ok());
    ck_assert(table.add(&kOther, mount("/other"), true).ok());
    ck_assert(table.find("/one").mount == one);
    ck_assert(!table.find("/one").pending);
    ck_assert(!table.find("/none").mount && !table.find("/none").pending);
    ck_assert_uint_eq(table.all().size(), 2);
    ck_assert_int_eq(table.changes, 2);
}
END_TEST

START_TEST(test_mount_table_path_of_another_owner_is_taken) {
    Table table;
    const auto first = mount();
    ck_assert(table.add(&kOne, first, true).ok());
    const auto second = mount();
    const auto added = table.add(&kOther, second, true);
    ck_assert(!added.ok() && added.error().code == MountError::PathTaken);
    ck_assert(added.error().message.find("/test") != std::string::npos);
    ck_assert(table.find("/test").mount == first);
    ck_assert(!first->is_closed() && !second->is_closed());
    table.remove(&kOther, "/test");
    ck_assert_msg(table.find("/test").mount == first, "it is not the other's to remove");
    table.remove(&kOne, "/test");
    ck_assert_msg(table.add(&kOther, second, true).ok(), "free again");
}
END_TEST

START_TEST(test_mount_table_replacing_closes_what_was_there) {
    Table table;
    const auto first = mount();
    const auto second = mount();
    ck_assert(table.add(&kOne, first, true).ok());
    ck_assert(table.add(&kOne, second, false).ok());
    ck_assert(first->is_closed() && !second->is_closed());
    ck_assert(table.find("/test").mount == second);
    ck_assert(table.find("/test").pending);
    ck_assert(table.add(&kOne, second, true).ok());
    ck_assert_msg(!second->is_closed(), "the same again is no replacement");
}
END_TEST

START_TEST(test_mount_table_removing_closes) {
    Table table;
    const auto one = mount("/one");
    const auto two = mount("/two");
    const auto other = mount("/other");
    for (const auto &[owner, each] : {std::pair(&kOne, one), std::pair(&kOne, two), std::pair(&kOther, other)})
        ck_assert(table.add(owner, each, true).ok());
    table.remove(&kOne, "/one");
    ck_assert(one->is_closed() && !two->is_closed());
    ck_assert(!table.find("/one").mount);
    table.remove_all(&kOne);
    ck_assert(two->is_closed() && !other->is_closed());
    ck_assert(table.all() == std::vector{other});
    ck_assert_int_eq(table.changes, 5);
}
END_TEST

START_TEST(test_mount_table_pending_until_all_pads_have_caps) {
    Table table;
    table.set_undecided_pads(&kOne, 2);
    ck_assert_msg(table.find("/test").pending, "any path could become theirs");
    ck_assert(table.add(&kOne, mount(), false).ok());
    table.set_undecided_pads(&kOne, 1);
    ck_assert(table.find("/test").mount && table.find("/test").pending);
    table.set_complete(&kOne, "/test", true);
    ck_assert_msg(!table.find("/test").pending, "what is complete is not held up by pads of other paths");
    ck_assert(table.find("/other").pending);
    table.set_undecided_pads(&kOne, 0);
    ck_assert(!table.find("/other").pending);
    table.set_complete(&kOne, "/test", false);
    ck_assert(table.find("/test").pending);
}
END_TEST

START_TEST(test_mount_table_pending_pads_of_each_owner_count) {
    Table table;
    table.set_undecided_pads(&kOne, 1);
    table.set_undecided_pads(&kOther, 1);
    table.set_undecided_pads(&kOne, 0);
    ck_assert(table.find("/test").pending);
    table.remove_all(&kOther);
    ck_assert(!table.find("/test").pending);
}
END_TEST

START_TEST(test_mount_table_only_the_owner_completes) {
    Table table;
    ck_assert(table.add(&kOne, mount(), false).ok());
    table.set_complete(&kOther, "/test", true);
    ck_assert(table.find("/test").pending);
    table.set_complete(&kOne, "/none", true);
    ck_assert(!table.find("/none").mount);
}
END_TEST

START_TEST(test_mount_table_tells_changes_only) {
    Table table;
    ck_assert(table.add(&kOne, mount(), true).ok());
    ck_assert_int_eq(table.changes, 1);
    table.set_complete(&kOne, "/test", true);
    table.remove(&kOther, "/test");
    table.remove(&kOne, "/none");
    ck_assert(!table.add(&kOther, mount(), true).ok());
    ck_assert_int_eq(table.changes, 1);
}
END_TEST

// The hook may use the table: it is not called under the lock.
START_TEST(test_mount_table_change_hook_may_look_into_the_table) {
    MountTable table;
    bool found = false;
    table.set_change_hook([&] { found = table.find("/test").mount != nullptr; });
    ck_assert(table.add(&kOne, mount(), true).ok());
    ck_assert(found);
    table.remove(&kOne, "/test");
    ck_assert(!found);
}
END_TEST

START_TEST(test_mount_table_elements_of_several_threads_keep_their_paths) {
    Table table;
    std::vector<std::thread> elements;
    std::atomic<int> refused{0};
    for (int i = 0; i < 4; ++i)
        elements.emplace_back([&table, &refused, i] {
            const std::string own = "/own" + std::to_string(i);
            for (int round = 0; round < 300; ++round) {
                ck_assert(table.add(&own, mount(own.c_str()), true).ok());
                const bool has_shared = table.add(&own, mount("/shared"), true).ok();
                refused += has_shared ? 0 : 1;
                ck_assert(table.find(own).mount != nullptr);
                table.remove_all(&own);
                ck_assert(!table.find(own).mount);
            }
        });
    for (std::thread &element : elements)
        element.join();
    ck_assert_msg(refused < 4 * 300, "nobody ever had it");
    ck_assert(table.all().empty());
}
END_TEST

START_TEST(test_mount_table_what_is_expected_is_pending_and_tells_who_waits) {
    Table table;
    std::vector<MountTable::Demand> told;
    table.set_expected(&kOne, {{"/one", {[&](const MountTable::Demand &demand) { told.push_back(demand); }, {"a"}}}});
    ck_assert(table.find("/one").pending && table.find("/one").expected);
    ck_assert(!table.find("/other").pending && !table.find("/other").expected);
    auto first = table.wait_for("/one");
    const auto second = table.wait_for("/one");
    const auto other = table.wait_for("/other");
    first.reset();
    const auto via = table.watch_via("/one", "RTSP/1.0 a");
    ck_assert_uint_eq(told.size(), 5);
    for (size_t i = 1; i < told.size(); ++i)
        ck_assert_uint_gt(told[i].number, told[i - 1].number);
    ck_assert_uint_eq(told[2].waiting, 2);
    ck_assert_uint_eq(told[4].waiting, 1);
    ck_assert_str_eq(told[4].via.c_str(), "RTSP/1.0 a");
    ck_assert(table.is_fed_by("/one", "RTSP/1.0 b, RTSP/1.0 a") && !table.is_fed_by("/one", "RTSP/1.0 b"));
    ck_assert(!table.is_fed_by("/other", "RTSP/1.0 a"));
}
END_TEST

START_TEST(test_mount_table_who_is_expected_anew_is_told_who_waits_already) {
    Table table;
    const auto waits = table.wait_for("/one");
    unsigned waiting = 0;
    table.set_expected(&kOne, {{"/one", {[&](const MountTable::Demand &demand) { waiting = demand.waiting; }, {}}}});
    ck_assert_uint_eq(waiting, 1);
    table.remove_all(&kOne);
    ck_assert(!table.find("/one").expected);
}
END_TEST

int main() {
    return test::run_suite("mount_table", {
                                              test_mount_table_what_is_expected_is_pending_and_tells_who_waits,
                                              test_mount_table_who_is_expected_anew_is_told_who_waits_already,
                                              test_mount_table_finds_what_was_added,
                                              test_mount_table_path_of_another_owner_is_taken,
                                              test_mount_table_replacing_closes_what_was_there,
                                              test_mount_table_removing_closes,
                                              test_mount_table_pending_until_all_pads_have_caps,
                                              test_mount_table_pending_pads_of_each_owner_count,
                                              test_mount_table_only_the_owner_completes,
                                              test_mount_table_tells_changes_only,
                                              test_mount_table_change_hook_may_look_into_the_table,
                                              test_mount_table_elements_of_several_threads_keep_their_paths,
                                          });
}
