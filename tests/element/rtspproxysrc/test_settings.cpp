// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtspproxysrc/settings.h"
#include "support/check_suite.h"

using namespace rtspproxy;

START_TEST(test_sources_of_names_what_cannot_be_used) {
    struct Case {
        Settings settings;
        const char *property;
        const char *named;
    };
    const Case cases[] = {
        {{.location = ""}, "location", "rtsp://HOST/PATH"},
        {{.location = "http://u:secret@camera/1"}, "location", "http://u:***@camera/1"},
        {{.locations = "rtsp://a/1, camera"}, "locations", "'camera'"},
        {{.location = "rtsp://a/1", .locations = "rtsp://b/1"}, "location", "'locations' is set as well"},
        {{.location = "rtsp://a/1", .transports = "tcp,sctp"}, "transports", "'tcp,sctp'"},
        {{.location = "rtsp://a/1", .transports = ""}, "transports", "udp-mcast"},
    };
    for (const auto &[settings, property, named] : cases) {
        const auto sources = sources_of(settings);
        ck_assert(!sources.ok());
        ck_assert_str_eq(sources.error().code.property, property);
        ck_assert_msg(sources.error().message.find(named) != std::string::npos, "%s", sources.error().message.c_str());
    }
}
END_TEST

START_TEST(test_sources_of_keeps_the_order_and_what_a_scheme_says) {
    const auto sources = sources_of({.locations = "rtspt://a/1 rtspproxy://b/1", .transports = "udp,tcp"});
    ck_assert(sources.ok());
    ck_assert_uint_eq(sources->size(), 2);
    ck_assert_uint_eq((*sources)[0].transports.size(), 1);
    ck_assert_str_eq((*sources)[1].url.c_str(), "rtsp://b/1");
    ck_assert((*sources)[1].transports == std::vector({GST_RTSP_LOWER_TRANS_UDP, GST_RTSP_LOWER_TRANS_TCP}));
}
END_TEST

int main() {
    return rtspcore::test::run_suite("settings", {test_sources_of_names_what_cannot_be_used,
                                                  test_sources_of_keeps_the_order_and_what_a_scheme_says});
}
