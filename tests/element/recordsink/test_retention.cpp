// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib/gstdio.h>

#include <thread>

#include "folder.h"
#include "recordsink/retainer.h"
#include "recordsink/segment_file.h"
#include "support/check_suite.h"
#include "support/deadline.h"

using namespace recordsink;
using recordsink::test::exists;
using recordsink::test::Folder;
using recordsink::test::read_text;
using recordsink::test::write_text;

namespace {

constexpr UnixTime kMinute = 60'000'000'000;
constexpr UnixTime kBegin = 1767225600'000000000;  // 2026-01-01T00:00:00Z
constexpr uint64_t kBytes = 1000;
constexpr int kDay = 24 * 60;

// A recorder with a clock that is turned by hand, and a disk of a size of its own.
class Camera {
public:
    explicit Camera(RetentionBounds bounds, uint64_t disk = 1 << 30, const char *names = "%Y-%m-%d/%H/%M-%S.mp4")
        : location_(*Location::parse(folder_ / names)),
          index_(folder_.path()),
          disk_(disk),
          retention_(bounds, index_, {[this] { return now_; }, [this] { return disk_ - used_; }}) {
        retention_.also(location_);
    }

    // A segment of a minute, and what retention does about it.
    std::vector<Retention::Removed> record_minute() {
        const ListedSegment segment = write_segment(location_.expand(now_, sequence_++));
        retention_.add(segment);
        return apply();
    }
    ListedSegment write_segment(const std::string &path) {
        auto file = SegmentFile::create(path);
        ck_assert(file.ok());
        write_text((*file)->part_path(), std::string(kBytes, 'x'));
        now_ += kMinute;
        used_ += kBytes;
        IndexEntry entry;
        entry.name = index_.name_of((*file)->path());
        entry.start = now_ - kMinute;
        entry.end = now_;
        entry.bytes = kBytes;
        ck_assert((*file)->finish([&](uint64_t) { return index_.append(entry); }).ok());
        return {entry.name, entry.end, entry.bytes};
    }
    std::vector<Retention::Removed> apply() {
        auto removed = retention_.apply();
        used_ -= removed.size() * kBytes;
        return removed;
    }

    // Index and files agree but for files of others.
    void check(const std::set<std::string> &others = {}) const {
        std::set<std::string> expected = others;
        for (const ListedSegment &segment : index_.read())
            expected.insert(segment.name);
        ck_assert(folder_.files() == expected);
    }
    [[nodiscard]] std::vector<ListedSegment> listed() const { return index_.read(); }
    [[nodiscard]] UnixTime now() const { return now_; }
    [[nodiscard]] uint64_t free_bytes() const { return disk_ - used_; }

    Folder folder_;
    const Location location_;
    const Index index_;
    uint64_t disk_;
    uint64_t used_ = 0;
    UnixTime now_ = kBegin;
    unsigned sequence_ = 0;
    Retention retention_;
};

}  // namespace

// 24 hours of segments of a minute, and then some.
START_TEST(test_a_day_of_segments_keeps_each_bound) {
    struct Case {
        const char *name;
        RetentionBounds bounds;
        uint64_t disk;
        size_t stay;  // segments, in the end
    };
    constexpr Case kCases[] = {
        {"age", {6 * 60 * kMinute, 0, 0}, 1 << 30, 6 * 60 + 1},
        {"bytes", {0, 300 * kBytes + 1, 0}, 1 << 30, 300},
        {"free", {0, 0, 100 * kBytes}, 600 * kBytes, 500},
        {"all", {6 * 60 * kMinute, 900 * kBytes, 1000 * kBytes}, 1200 * kBytes, 200},
    };
    for (const Case &c : kCases) {
        Camera camera(c.bounds, c.disk);
        size_t removed = 0;
        for (int minute = 0; minute < kDay + 60; minute++) {
            removed += camera.record_minute().size();
            ck_assert_uint_eq(camera.retention_.count() + removed, static_cast<size_t>(minute) + 1);
            if (c.bounds.free > 0)
                ck_assert_uint_ge(camera.free_bytes(), c.bounds.free);
            if (minute % 20 != 19)
                continue;
            camera.check();
            const auto listed = camera.listed();
            ck_assert_uint_eq(listed.size(), camera.retention_.count());
            if (c.bounds.age > 0)
                ck_assert(camera.now() - listed.front().end <= c.bounds.age);
            if (c.bounds.bytes > 0)
                ck_assert_uint_le(listed.size() * kBytes, c.bounds.bytes);
        }
        camera.check();
        ck_assert_msg(camera.listed().size() == c.stay, "%s: %zu stay", c.name, camera.listed().size());
        // Those that stay are the newest; the folders of the others are gone.
        ck_assert(camera.listed().front().end == camera.now() - static_cast<int64_t>(c.stay - 1) * kMinute);
        ck_assert(!exists(camera.folder_ / "2026-01-01/00"));
        ck_assert(exists(camera.folder_ / "2026-01-02/00"));
    }
}
END_TEST

START_TEST(test_files_that_are_not_ours_stay) {
    Camera camera({0, 1, 0});
    const std::set<std::string> others = {"2026-01-01/00/00-00.txt", "2026-01-01/00/clip.mp4", "notes.mp4",
                                          "2026-01-01/00/01-00.mp4.part", "2026-01-01/00/59-59.mp4"};
    g_mkdir_with_parents((camera.folder_ / "2026-01-01/00").c_str(), 0777);
    for (const std::string &name : others)
        write_text(camera.folder_ / name, "somebody else's");
    // Whoever wrote into the index is no reason either.
    IndexEntry entry;
    entry.bytes = 1 << 20;
    entry.reason = "end";
    for (const char *name : {"notes.mp4", "2026-01-01/00/clip.mp4", "../outside.mp4", "2026-01-01/../../x/00-00.mp4",
                             "/etc/passwd", "2026-01-01/00/00-00.txt"}) {
        entry.name = name;
        ck_assert(camera.index_.append(entry));
    }
    camera.retention_.also(camera.location_);
    ck_assert_uint_eq(camera.retention_.count(), 0);
    ck_assert_uint_eq(camera.record_minute().size(), 1);
    ck_assert(camera.folder_.files() == others);
}
END_TEST

// Whatever they are called.
START_TEST(test_clips_stay) {
    Camera camera({1, 1, 1 << 30});
    IndexEntry clip;
    clip.name = "2026-01-01/00/59-59.mp4";
    clip.bytes = 1 << 20;
    clip.reason = "event";
    clip.event = "door";
    clip.event_start = clip.end;
    g_mkdir_with_parents((camera.folder_ / "2026-01-01/00").c_str(), 0777);
    write_text(camera.folder_ / clip.name, "what happened");
    ck_assert(camera.index_.append(clip));
    camera.retention_.also(camera.location_);  // reads the index again
    for (int minute = 0; minute < 3; minute++)
        (void)camera.record_minute();
    camera.check();
    ck_assert(exists(camera.folder_ / clip.name));
}
END_TEST

START_TEST(test_two_cameras_of_a_folder_leave_each_other_alone) {
    Camera camera({0, 2 * kBytes, 0}, 1 << 30, "%N-%o-%i.mp4");
    const Location ours = camera.location_.of_camera("door").of_mapping("/main");
    const Location other = camera.location_.of_camera("door.2").of_mapping("/main");
    camera.retention_.also(ours);
    for (unsigned i = 0; i < 5; i++) {
        camera.retention_.add(camera.write_segment(ours.expand(0, i)));
        camera.retention_.add(camera.write_segment(other.expand(0, i)));
    }
    ck_assert_uint_eq(camera.retention_.apply().size(), 3);
    ck_assert(exists(camera.folder_ / "door.2-main-0.mp4") && !exists(camera.folder_ / "door-main-2.mp4"));
    camera.check();
}
END_TEST

// After a start: what the index told before, and lines whose files an uploader has moved away.
START_TEST(test_what_was_there_before_counts_and_what_was_moved_does_not) {
    Camera camera({0, 5 * kBytes, 0});
    for (int i = 0; i < 5; i++)
        (void)camera.record_minute();
    const auto listed = camera.listed();
    unlink((camera.folder_ / listed[0].name).c_str());
    unlink((camera.folder_ / listed[4].name).c_str());
    Retention again({0, 5 * kBytes, 0}, camera.index_, {[&] { return camera.now_; }, [] { return UINT64_MAX; }});
    again.also(camera.location_);
    ck_assert_uint_eq(again.count(), 3);
    ck_assert_uint_eq(again.apply().size(), 0);
    camera.check();
    for (int i = 0; i < 3; i++)
        again.add(camera.write_segment(camera.location_.expand(camera.now_, 0)));
    ck_assert_uint_eq(again.apply().size(), 1);
    ck_assert(!exists(camera.folder_ / listed[1].name));
    camera.check();
}
END_TEST

// An uploader has moved those of the first hour away; then there are others of these names.
START_TEST(test_names_that_come_again_are_of_the_newer_files) {
    Camera camera({70 * kMinute, 0, 0}, 1 << 30, "%M.mp4");
    for (int minute = 0; minute < 100; minute++) {
        const auto removed = camera.record_minute();
        ck_assert_msg(removed.empty(), "minute %d: %s", minute, removed.empty() ? "" : removed[0].path.c_str());
        for (const std::string &name : camera.folder_.files())
            if (minute == 59)
                unlink((camera.folder_ / name).c_str());
    }
    ck_assert_uint_eq(camera.folder_.files().size(), 40);
}
END_TEST

START_TEST(test_of_two_lines_of_a_name_the_last_is_of_the_file) {
    Camera camera({24 * 60 * kMinute, 0, 0}, 1 << 30, "%H-%M.mp4");
    IndexEntry entry;
    entry.name = "00-00.mp4";
    entry.bytes = kBytes;
    entry.end = kBegin;
    ck_assert(camera.index_.append(entry));
    camera.now_ = kBegin + 24 * 60 * kMinute;
    (void)camera.write_segment(camera.location_.expand(camera.now_, 0));
    camera.now_ += 10 * kMinute;
    camera.retention_.also(camera.location_);
    ck_assert_uint_eq(camera.retention_.bytes(), kBytes);
    ck_assert_uint_eq(camera.apply().size(), 0);
    ck_assert(exists(camera.folder_ / entry.name));
}
END_TEST

// It has its line in the index already, but not its name yet.
START_TEST(test_a_segment_that_is_about_to_get_its_name_keeps_its_line) {
    Camera camera({kMinute, 0, 0});
    (void)camera.record_minute();
    IndexEntry entry;
    entry.name = "2026-01-01/01/00-00.mp4";
    entry.end = kBegin + 60 * kMinute;
    ck_assert(camera.index_.append(entry));
    g_mkdir_with_parents((camera.folder_ / "2026-01-01/01").c_str(), 0777);
    write_text(camera.folder_ / (entry.name + ".part"), "x");
    camera.retention_.also(camera.location_);
    camera.now_ = kBegin + 60 * kMinute;
    ck_assert_uint_eq(camera.apply().size(), 1);
    ck_assert_uint_eq(camera.listed().size(), 1);
    ck_assert(exists(camera.folder_ / (entry.name + ".part")));
}
END_TEST

// Deleted files that somebody still reads are no free space yet: that must not cost all the others.
START_TEST(test_free_space_that_comes_late_costs_no_more_than_was_missing) {
    Camera camera({0, 0, 100 * kBytes});
    for (int i = 0; i < 50; i++)
        (void)camera.record_minute();
    camera.disk_ = camera.used_ + 90 * kBytes;
    Retention stubborn({0, 0, 100 * kBytes}, camera.index_, {[&] { return camera.now_; }, [&] { return 90 * kBytes; }});
    stubborn.also(camera.location_);
    ck_assert_uint_eq(stubborn.apply().size(), 10);
}
END_TEST

// Or an index of megabytes would be written anew for each of them.
START_TEST(test_of_many_segments_some_go_at_a_time) {
    constexpr int kMany = 4100;
    Camera camera({0, kMany * kBytes, 0}, 1 << 30, "%i.mp4");
    std::string lines;
    for (int i = 0; i < kMany; i++) {
        IndexEntry entry;
        entry.name = std::to_string(i) + ".mp4";
        entry.end = kBegin + i;
        entry.bytes = kBytes;
        lines += json(entry) + "\n";
        write_text(camera.folder_ / entry.name, "x");
    }
    write_text(camera.index_.path(), lines);
    camera.sequence_ = kMany;
    camera.retention_.also(camera.location_);
    ck_assert_uint_eq(camera.apply().size(), 0);
    const size_t removed = camera.record_minute().size();
    ck_assert(removed > 30 && removed < 40);
    ck_assert_uint_eq(camera.record_minute().size(), 0);
    camera.check();
}
END_TEST

START_TEST(test_lines_that_others_append_meanwhile_stay) {
    Camera camera({0, 50 * kBytes, 0});
    std::thread other([&] {
        IndexEntry entry;
        entry.reason = "end";
        for (int i = 0; i < 300; i++) {
            entry.name = "other-" + std::to_string(i);
            ck_assert(camera.index_.append(entry));
        }
    });
    for (int i = 0; i < 300; i++)
        (void)camera.record_minute();
    other.join();
    size_t others = 0;
    for (const ListedSegment &segment : camera.listed())
        others += segment.name.rfind("other-", 0) == 0;
    ck_assert_uint_eq(others, 300);
    ck_assert_uint_eq(camera.listed().size(), 350);
}
END_TEST

START_TEST(test_an_index_that_cannot_be_written_is_put_right_later) {
    Camera camera({0, kBytes, 0});
    (void)camera.record_minute();
    g_mkdir((camera.index_.path() + ".new").c_str(), 0777);
    ck_assert_uint_eq(camera.record_minute().size(), 1);
    ck_assert_uint_eq(camera.listed().size(), 2);
    g_rmdir((camera.index_.path() + ".new").c_str());
    ck_assert_uint_eq(camera.apply().size(), 0);
    camera.check();
}
END_TEST

START_TEST(test_listed_segment_of_any_text_is_an_answer) {
    struct Case {
        const char *line;
        const char *name;  // null: none
    };
    const Case kCases[] = {
        {R"({"name":"a.mp4","start":"2026-01-01T00:00:00.000000Z","end":"2026-01-01T00:01:00.500000Z","bytes":12,"reason":"end"})",
         "a.mp4"},
        {R"({"name":"a\"\u000a\\.mp4","end":"2026-01-01T00:01:00.500000Z","bytes":12})", "a\"\n\\.mp4"},
        {R"({"name":"a.mp4","end":"2026-01-01T00:01:00.500000Z"})", nullptr},
        {R"({"name":"a.mp4","end":"yesterday","bytes":12})", nullptr},
        {R"({"name":"a.mp4","end":"9999-01-01T00:00:00Z","bytes":12})", nullptr},
        {R"({"name":"","end":"2026-01-01T00:01:00Z","bytes":12})", nullptr},
        {R"({"name":"a\u0000b","end":"2026-01-01T00:01:00Z","bytes":12})", nullptr},
        {R"({"name":"a\)", nullptr},
        {R"({"name":"a\u00)", nullptr},
        {R"({"name":"a)", nullptr},
        {"", nullptr},
        {"\n", nullptr},
    };
    for (const Case &c : kCases) {
        const auto segment = listed_segment(c.line);
        ck_assert_msg(segment.has_value() == (c.name != nullptr), "%s", c.line);
        if (c.name) {
            ck_assert_str_eq(segment->name.c_str(), c.name);
            ck_assert_uint_eq(segment->bytes, 12);
            ck_assert_int_eq(segment->end, kBegin + kMinute + 500'000'000);
        }
        const std::string line = c.line;
        for (size_t length = 0; length < line.size(); length++)
            (void)listed_segment(std::string_view(line).substr(0, length));
    }
}
END_TEST

START_TEST(test_thread_applies_what_it_is_told) {
    Camera camera({});
    std::atomic<int> removed{0};
    Retainer retainer(Retention({0, 2 * kBytes, 0}, camera.index_, RetentionView::real(camera.folder_.path())),
                      [&](const Retention::Removed &r) {
                          ck_assert_str_eq(r.bound, "bytes");
                          removed++;
                      });
    retainer.also(camera.location_);
    for (int i = 0; i < 5; i++)
        retainer.add(camera.write_segment(camera.location_.expand(camera.now_, 0)));
    ck_assert(rtspcore::test::eventually([&] { return removed == 3; }));
    retainer.stop();
    camera.check();
}
END_TEST

int main() {
    return rtspcore::test::run_suite(
        "retention",
        {test_a_day_of_segments_keeps_each_bound, test_files_that_are_not_ours_stay, test_clips_stay,
         test_two_cameras_of_a_folder_leave_each_other_alone,
         test_what_was_there_before_counts_and_what_was_moved_does_not,
         test_names_that_come_again_are_of_the_newer_files, test_of_two_lines_of_a_name_the_last_is_of_the_file,
         test_a_segment_that_is_about_to_get_its_name_keeps_its_line,
         test_free_space_that_comes_late_costs_no_more_than_was_missing, test_of_many_segments_some_go_at_a_time,
         test_lines_that_others_append_meanwhile_stay, test_an_index_that_cannot_be_written_is_put_right_later,
         test_listed_segment_of_any_text_is_an_answer, test_thread_applies_what_it_is_told});
}
