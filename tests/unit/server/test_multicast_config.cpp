// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/multicast_config.h"
#include "support/check_suite.h"

using namespace rtspcore;
using server::MulticastConfig;
using server::MulticastFault;

namespace {

MulticastConfig range(const char *min, const char *max) {
    MulticastConfig config;
    config.ip_min = min;
    config.ip_max = max;
    return config;
}

MulticastConfig ports(uint16_t min, uint16_t max) {
    MulticastConfig config;
    config.port_min = min;
    config.port_max = max;
    return config;
}

}  // namespace

START_TEST(test_config_of_multicast_groups_is_accepted) {
    const MulticastConfig kGood[] = {
        {},
        range("239.255.255.253", "239.255.255.255"),
        range("224.0.1.0", "224.0.1.0"),
        range("232.1.0.0", "232.1.0.255"),
        range("ff15::1", "ff15::ff"),
        range("ff3e::8000:1", "ff3e::8000:2"),
        ports(5000, 5000),
        ports(1, 65534),
        {.interface = "lo"},
    };
    for (const MulticastConfig &config : kGood)
        ck_assert_msg(check(config).ok(), "%s-%s %u-%u", config.ip_min.c_str(), config.ip_max.c_str(), config.port_min,
                      config.port_max);
}
END_TEST

START_TEST(test_config_that_cannot_be_used_says_which_part) {
    struct Case {
        MulticastConfig config;
        MulticastFault fault;
    };
    const Case kCases[] = {
        {range("192.0.2.1", "239.255.255.255"), MulticastFault::IpMin},
        {range("nonsense", "239.255.255.255"), MulticastFault::IpMin},
        {range("", "239.255.255.255"), MulticastFault::IpMin},
        {range("224.0.0.1", "239.255.255.255"), MulticastFault::IpMin},
        {range("239.255.0.1", "240.0.0.1"), MulticastFault::IpMax},
        {range("239.255.0.1", "ff15::1"), MulticastFault::IpMax},
        {range("239.255.0.2", "239.255.0.1"), MulticastFault::IpMax},
        {range("2001:db8::1", "ff15::1"), MulticastFault::IpMin},
        {ports(0, 10), MulticastFault::PortMin},
        {ports(65535, 65535), MulticastFault::PortMin},
        {ports(5000, 65535), MulticastFault::PortMax},
        {ports(5002, 5000), MulticastFault::PortMax},
        {{.interface = "nosuch0"}, MulticastFault::Interface},
    };
    for (const Case &c : kCases) {
        const auto checked = check(c.config);
        ck_assert_msg(!checked.ok(), "%s-%s", c.config.ip_min.c_str(), c.config.ip_max.c_str());
        ck_assert_msg(checked.error().code == c.fault, "%s-%s: %s", c.config.ip_min.c_str(), c.config.ip_max.c_str(),
                      checked.error().message.c_str());
        ck_assert(!checked.error().message.empty());
    }
}
END_TEST

START_TEST(test_group_of_one_stream_is_a_multicast_address) {
    ck_assert(server::check_group("239.1.2.3", 0).ok());
    ck_assert(server::check_group("ff15::1", 65534).ok());
    ck_assert(!server::check_group("127.0.0.1", 5000).ok());
    ck_assert(server::check_group("239.1.2.3", 65535).error().code == MulticastFault::PortMin);
}
END_TEST

int main() {
    return test::run_suite("multicast_config", {test_config_of_multicast_groups_is_accepted,
                                                test_config_that_cannot_be_used_says_which_part,
                                                test_group_of_one_stream_is_a_multicast_address});
}
