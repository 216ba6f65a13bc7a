// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>

#include "rtspsink/settings.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using rtspcore::test::assert_text;
using rtspsink::server_config;
using rtspsink::Settings;

namespace {

std::string failure_of(const Settings &settings) {
    const auto config = server_config(settings);
    return config ? std::string() : config.error().code.text;
}

}  // namespace

START_TEST(test_settings_as_they_are_at_first_give_port_554_on_all_addresses) {
    const auto config = server_config(Settings());
    ck_assert(config.ok());
    ck_assert_uint_eq(config->port, 554);
    assert_text(config->address, "");
    ck_assert(config->allow_tcp && config->allow_udp);
    ck_assert_uint_eq(config->udp_ports.min, 0);
}
END_TEST

START_TEST(test_service_is_a_port_or_the_name_of_rtsp) {
    struct Case {
        const char *service;
        int port;
    };
    constexpr Case kCases[] = {{"0", 0},      {"8554", 8554}, {"65535", 65535}, {"rtsp", 554}, {"", -1},
                               {"65536", -1}, {"-1", -1},     {" 80", -1},      {"80 ", -1},   {"http", -1}};
    for (const Case &c : kCases)
        ck_assert_msg(rtspsink::port_of(c.service) == c.port, "%s", c.service);
}
END_TEST

START_TEST(test_udp_ports_are_a_range_of_two_at_least) {
    struct Case {
        const char *text;
        int min;
        int max;
    };
    constexpr Case kGood[] = {{"5000-5999", 5000, 5999}, {"1-2", 1, 2}, {"", 0, 0}};
    for (const Case &c : kGood) {
        Settings settings;
        settings.udp_ports = c.text;
        const auto config = server_config(settings);
        ck_assert_msg(config.ok(), "%s", c.text);
        ck_assert_int_eq(config->udp_ports.min, c.min);
        ck_assert_int_eq(config->udp_ports.max, c.max);
    }
    for (const char *bad : {"5000", "5000-5000", "6000-5000", "0-10", "5000-70000", "a-b", "5000-", "-5000", "1-2-3"}) {
        Settings settings;
        settings.udp_ports = bad;
        ck_assert_msg(failure_of(settings).find("'udp-ports'") != std::string::npos, "%s", bad);
    }
}
END_TEST

START_TEST(test_multicast_is_offered_when_it_is_on_and_protocols_has_it) {
    struct Case {
        bool multicast;
        int protocols;
        bool offered;
    };
    constexpr int kDefault = GST_RTSP_LOWER_TRANS_UDP | GST_RTSP_LOWER_TRANS_TCP | GST_RTSP_LOWER_TRANS_UDP_MCAST;
    constexpr Case kCases[] = {{false, kDefault, false},
                               {true, kDefault, true},
                               {true, GST_RTSP_LOWER_TRANS_TCP, false},
                               {true, GST_RTSP_LOWER_TRANS_UDP_MCAST, true}};
    ck_assert_int_eq(Settings().protocols, kDefault);
    for (const Case &c : kCases) {
        Settings settings;
        settings.multicast.enabled = c.multicast;
        settings.protocols = static_cast<GstRTSPLowerTrans>(c.protocols);
        const auto config = server_config(settings);
        ck_assert_msg(config.ok(), "%d %d", c.multicast, c.protocols);
        ck_assert_msg(config->multicast.enabled == c.offered, "%d %d", c.multicast, c.protocols);
        ck_assert_int_eq(config->allow_tcp, (c.protocols & GST_RTSP_LOWER_TRANS_TCP) != 0);
    }
}
END_TEST

START_TEST(test_multicast_range_is_a_part_of_the_default_or_the_one_that_was_set) {
    Settings settings;
    settings.multicast.enabled = true;
    const auto by_default = server_config(settings);
    ck_assert(by_default->multicast.ip_min.starts_with("239.255."));
    ck_assert(by_default->multicast.ip_max.starts_with("239.255."));
    settings.multicast.ip_min = "239.255.255.253";
    settings.multicast.ip_max = "239.255.255.255";
    const auto as_set = server_config(settings);
    assert_text(as_set->multicast.ip_min, "239.255.255.253");
    assert_text(as_set->multicast.ip_max, "239.255.255.255");
}
END_TEST

START_TEST(test_location_gives_address_service_and_mapping) {
    struct Case {
        const char *location;
        const char *address;
        const char *service;
        const char *mapping;
    };
    constexpr Case kCases[] = {
        {"rtsp://0.0.0.0:8554/x", "0.0.0.0", "8554", "/x"},
        {"rtsp://127.0.0.1/a/b", "127.0.0.1", "554", "/a/b"},
        {"rtsp://[::1]:8554/x", "::1", "8554", "/x"},
        {"rtsp://0.0.0.0:8554", "0.0.0.0", "8554", "/test"},
    };
    for (const Case &c : kCases) {
        Settings settings;
        rtspsink::set_location(settings, c.location);
        assert_text(settings.address, c.address);
        assert_text(settings.service, c.service);
        assert_text(settings.mapping, c.mapping);
        ck_assert_msg(server_config(settings).ok(), "%s", c.location);
    }
}
END_TEST

START_TEST(test_location_reads_back_as_it_was_set) {
    for (const char *text : {"rtsp://127.0.0.1:8554/x", "rtsp://[::1]:554/a/b"}) {
        Settings settings;
        rtspsink::set_location(settings, text);
        assert_text(rtspsink::location(settings), text);
    }
}
END_TEST

START_TEST(test_location_that_promises_what_is_not_served_is_refused) {
    for (const char *bad :
         {"http://127.0.0.1/x", "rtsps://127.0.0.1/x", "rtsp://user:secret@127.0.0.1/x", "nonsense"}) {
        Settings settings;
        rtspsink::set_location(settings, bad);
        const std::string failure = failure_of(settings);
        ck_assert_msg(failure.find("'location'") != std::string::npos, "%s", bad);
        ck_assert_msg(failure.find("secret") == std::string::npos, "%s", failure.c_str());
    }
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return rtspcore::test::run_suite(
        "settings",
        {test_settings_as_they_are_at_first_give_port_554_on_all_addresses, test_service_is_a_port_or_the_name_of_rtsp,
         test_udp_ports_are_a_range_of_two_at_least, test_multicast_is_offered_when_it_is_on_and_protocols_has_it,
         test_multicast_range_is_a_part_of_the_default_or_the_one_that_was_set,
         test_location_gives_address_service_and_mapping, test_location_reads_back_as_it_was_set,
         test_location_that_promises_what_is_not_served_is_refused});
}
