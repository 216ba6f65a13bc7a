// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/range.h"
#include "support/check_suite.h"

using namespace rtspcore;
using rtsp::Status;

namespace {

constexpr Status kOk = Status::Ok;

const struct {
    const char *header;
    Status status;
} kCases[] = {
    {"npt=0.000-", kOk},  // VLC, ffmpeg
    {"npt=0-", kOk},      // rtspsrc
    {"npt=now-", kOk},
    {"npt=NOW-", kOk},
    {"NPT=0-", kOk},
    {" npt = 0 - 5 ", kOk},
    {"npt=-10", kOk},
    {"npt=10-5", kOk},
    {"npt=10.5-20.25", kOk},
    {"npt=1:02:03.5-", kOk},
    {"npt=0-;time=19970123T143720Z", kOk},
    {"npt=99999999999999999999-", kOk},

    {"npt=", Status::InvalidRange},
    {"npt", Status::InvalidRange},
    {"npt=5", Status::InvalidRange},
    {"npt=-", Status::InvalidRange},
    {"npt=abc-", Status::InvalidRange},
    {"npt=0-x", Status::InvalidRange},
    {"npt=nowx-", Status::InvalidRange},
    {"npt=nan-", Status::InvalidRange},
    {"npt=0x10-", Status::InvalidRange},
    {"npt=1e3-", Status::InvalidRange},
    {"npt=+5-", Status::InvalidRange},
    {"npt=0--5", Status::InvalidRange},
    {"npt=0-5-10", Status::InvalidRange},
    {"npt=1:2-", Status::InvalidRange},
    {"", Status::InvalidRange},
    {"0-", Status::InvalidRange},
    {"clock=19961108T143720.25Z-", Status::InvalidRange},
    {"smpte=10:12:33:20-", Status::InvalidRange},
    {"SMPTE-30-drop=10:12:33:20-", Status::InvalidRange},

    {"frames=1-", Status::NotImplemented},
    {"smptefoo=1-", Status::NotImplemented},
    {"=0-", Status::NotImplemented},
};

}  // namespace

START_TEST(test_range_live_takes_well_formed_npt_only) {
    for (const auto &c : kCases) {
        const auto result = rtsp::check_live_range(c.header);
        const Status status = result ? Status::Ok : result.error().code;
        ck_assert_msg(status == c.status, "\"%s\": expected %d, came %d", c.header, static_cast<int>(c.status),
                      static_cast<int>(status));
    }
}
END_TEST

START_TEST(test_range_own_answer_is_well_formed) {
    ck_assert(rtsp::check_live_range(rtsp::kLiveRange).ok());
}
END_TEST

int main() {
    return test::run_suite("range", {test_range_live_takes_well_formed_npt_only, test_range_own_answer_is_well_formed});
}
