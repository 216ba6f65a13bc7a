// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib/gstdio.h>
#include <unistd.h>

#include <cerrno>

#include "folder.h"
#include "recordsink/clip_location.h"
#include "recordsink/recovery.h"
#include "recordsink/segment_file.h"
#include "support/check_suite.h"

using recordsink::Format;
using recordsink::Index;
using recordsink::Location;
using recordsink::SegmentFile;
using recordsink::test::exists;
using recordsink::test::Folder;
using recordsink::test::read_text;
using recordsink::test::write_text;

namespace {

std::unique_ptr<SegmentFile> create(const std::string &path) {
    auto file = SegmentFile::create(path);
    ck_assert(file.ok());
    return std::move(*file);
}

std::string text_box(const std::string &type) {
    return std::string("\0\0\0\x0c", 4) + type + "text";
}

}  // namespace

START_TEST(test_create_makes_folders_and_passes_names_that_are_taken) {
    const Folder folder;
    write_text(folder / "a.mp4", "somebody else's");
    ck_assert(create(folder / "a.mp4")->path() == (folder / "a-2.mp4"));
    ck_assert(create(folder / "a.mp4")->path() == (folder / "a-3.mp4"));
    ck_assert(exists(create(folder / "x/y/z.mp4")->part_path()));
    ck_assert(!SegmentFile::create(folder / "a.mp4/b.mp4").ok());
}
END_TEST

START_TEST(test_finish_gives_the_name_after_the_index_has_it) {
    const Folder folder;
    const auto file = create(folder / "a.mp4");
    write_text(file->part_path(), "12345");
    const auto outcome = file->finish([&](uint64_t bytes) {
        ck_assert_uint_eq(bytes, 5);
        ck_assert(!exists(file->path()));
        return true;
    });
    ck_assert(outcome.ok());
    ck_assert(exists(file->path()) && !exists(file->part_path()));
}
END_TEST

START_TEST(test_finish_never_replaces_a_file) {
    const Folder folder;
    const auto file = create(folder / "a.mp4");
    write_text(file->path(), "somebody else's");
    ck_assert(!file->finish([](uint64_t) { return true; }).ok());
    ck_assert(read_text(file->path()) == "somebody else's");
}
END_TEST

START_TEST(test_sync_notices_that_the_file_was_deleted) {
    const Folder folder;
    const auto file = create(folder / "a.mp4");
    ck_assert(file->sync().ok());
    unlink(file->part_path().c_str());
    const auto outcome = file->sync();
    ck_assert(!outcome.ok() && outcome.error().code == ENOENT);
}
END_TEST

START_TEST(test_recover_finishes_what_was_left_behind_and_nothing_else) {
    const Folder folder;
    const Location location = *Location::parse(folder / "%H/a%M.ts");
    const Index index(folder.path());
    const std::string packets(188 * 4, 'G');
    g_mkdir((folder / "10").c_str(), 0777);
    write_text(folder / "10/a30.ts.part", packets + "half");
    write_text(folder / "10/a31.ts.part", "");
    write_text(folder / "10/b30.ts.part", packets);
    write_text(folder / "10/a32.mp4.part", packets);
    const auto open = create(folder / "10/a33.ts");
    const auto recovered = recordsink::recover(location, Format::Ts, index);
    ck_assert_uint_eq(recovered.finished.size(), 1);
    ck_assert(recovered.finished[0] == (folder / "10/a30.ts"));
    ck_assert(read_text(folder / "10/a30.ts") == packets);
    ck_assert_uint_eq(recovered.empty, 1);
    for (const char *other : {"10/b30.ts.part", "10/a32.mp4.part", "10/a33.ts.part"})
        ck_assert_msg(exists(folder / other), "%s", other);
    const std::string lines = read_text(index.path());
    ck_assert(lines.find("{\"name\":\"10/a30.ts\",") == 0);
    ck_assert(lines.find("\"bytes\":752,\"reason\":\"recovered\"}\n") != std::string::npos);
}
END_TEST

// Somebody's downloads, and what another recorder left.
START_TEST(test_recover_touches_nothing_that_is_not_ours) {
    const std::string packets(188 * 4 + 1, 'G');
    const std::string fragmented = text_box("ftyp") + text_box("moov") + text_box("moof") + text_box("mdat") + "half";
    const std::string downloaded = text_box("ftyp") + text_box("moov") + text_box("mdat") + "half";
    struct Case {
        const char *location;
        Format format;
        const char *name;
        std::string content;
        bool is_ours;
    };
    const Case cases[] = {
        {"%s.mp4", Format::Mp4, "1700000000.mp4", fragmented, true},
        {"%s.mp4", Format::Mp4, "1700000000.mp4", "", true},
        {"%s.mp4", Format::Mp4, "1700000000.mp4", text_box("ftyp"), true},
        {"%s.mp4", Format::Mp4, "holiday.mp4", fragmented, false},
        {"%s.mp4", Format::Mp4, "1700000000.mp4", downloaded, false},
        {"%s.mp4", Format::Mp4, "1700000000.mp4", text_box("ftyp") + std::string("\0\0\0\0mdat", 8) + "rest", false},
        {"%s.mp4", Format::Mp4, "1700000000.mp4", packets, false},
        {"%s.ts", Format::Ts, "1700000000.ts", fragmented, false},
        {"%s.mkv", Format::Mkv, "1700000000.mkv", packets, false},
        {"%s.mkv", Format::Mkv, "1700000000.mkv", "\x1a\x45\xdf\xa3 head", true},
        {"%H-%M-%S.mp4", Format::Mp4, "a-b-c.mp4", fragmented, false},
        {"%N-%i.mp4", Format::Mp4, "gate-1.mp4", fragmented, false},
        {"%N-%i.mp4", Format::Mp4, "camera-1.mp4", fragmented, true},
    };
    for (const Case &c : cases) {
        const Folder folder;
        const std::string part = folder / c.name + ".part";
        write_text(part, c.content);
        (void)recordsink::recover(*Location::parse(folder / c.location), c.format, Index(folder.path()));
        ck_assert_msg(exists(part) != c.is_ours, "%s, %s", c.location, c.name);
        if (!c.is_ours)
            ck_assert_msg(read_text(part) == c.content, "%s, %s", c.location, c.name);
    }
}
END_TEST

START_TEST(test_recover_finds_clips_of_any_event) {
    const Folder folder;
    const auto location = *recordsink::ClipLocation::parse(folder / "%H/%{event}.ts");
    g_mkdir((folder / "10").c_str(), 0777);
    write_text(folder / "10/front-door.ts.part", std::string(188 * 4, 'G'));
    write_text(folder / "10/notes.ts.part", "nothing that is played");
    const auto recovered = recordsink::recover(location.any(), Format::Ts, Index(folder.path()));
    ck_assert_uint_eq(recovered.finished.size(), 1);
    ck_assert(exists(folder / "10/front-door.ts") && exists(folder / "10/notes.ts.part"));
}
END_TEST

// The crash came between the line in the index and the name.
START_TEST(test_recover_lists_a_file_once) {
    const Folder folder;
    const Index index(folder.path());
    write_text(folder / "a.ts.part", std::string(188 * 4, 'G'));
    recordsink::IndexEntry entry;
    entry.name = "a.ts";
    entry.bytes = 188 * 4;
    ck_assert(index.append(entry));
    const std::string lines = read_text(index.path());
    ck_assert_uint_eq(recordsink::recover(*Location::parse(folder / "a.ts"), Format::Ts, index).finished.size(), 1);
    ck_assert(read_text(index.path()) == lines);
}
END_TEST

// With what a muxer writes behind the last fragment.
START_TEST(test_recover_leaves_what_is_listed_as_it_is) {
    const Folder folder;
    const std::string file(4 * 188 + 5, 'G');
    write_text(folder / "1.ts.part", file);
    write_text(folder / "2.ts.part", file);
    const Index index(folder.path());
    recordsink::IndexEntry entry;
    entry.name = "1.ts";
    entry.bytes = file.size();
    ck_assert(index.append(entry));
    entry.name = "2.ts";
    entry.bytes = 4 * 188;  // one of that name that is gone
    ck_assert(index.append(entry));
    (void)recordsink::recover(*Location::parse(folder / "%i.ts"), Format::Ts, index);
    ck_assert_uint_eq(read_text(folder / "1.ts").size(), file.size());
    ck_assert_uint_eq(read_text(folder / "2.ts").size(), 4 * 188);
}
END_TEST

START_TEST(test_append_after_half_a_line_begins_a_new_one) {
    const Folder folder;
    const Index index(folder.path());
    write_text(index.path(), "{\"name\":\"ha");
    recordsink::IndexEntry entry;
    entry.name = "a\"\n.ts";
    ck_assert(index.append(entry));
    ck_assert(read_text(index.path()).find("ha\n{\"name\":\"a\\\"\\u000a.ts\",") != std::string::npos);
}
END_TEST

int main() {
    return rtspcore::test::run_suite(
        "segment_file",
        {test_create_makes_folders_and_passes_names_that_are_taken, test_finish_gives_the_name_after_the_index_has_it,
         test_finish_never_replaces_a_file, test_sync_notices_that_the_file_was_deleted,
         test_recover_finishes_what_was_left_behind_and_nothing_else, test_recover_touches_nothing_that_is_not_ours,
         test_recover_finds_clips_of_any_event, test_recover_lists_a_file_once,
         test_recover_leaves_what_is_listed_as_it_is, test_append_after_half_a_line_begins_a_new_one});
}
