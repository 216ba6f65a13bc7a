// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "messages.h"
#include "sink_harness.h"
#include "suite.h"
#include "support/free_port.h"

using rtspcore::Ref;
using rtspcore::test::free_port;
using rtspsink::test::make_sink;
using rtspsink::test::Messages;

namespace {

// What the bus has of an element that goes to READY with these properties, beside another that is there.
struct Told {
    std::string warning;
    std::string error;
};

Told told_of(const std::string &properties) {
    const auto sink = make_sink(properties);
    Messages messages(sink.get());
    const bool failed = gst_element_set_state(sink.get(), GST_STATE_READY) == GST_STATE_CHANGE_FAILURE;
    Told told;
    (failed ? told.error : told.warning) = failed ? messages.next_error(0) : messages.next_warning(0);
    gst_element_set_state(sink.get(), GST_STATE_NULL);
    return told;
}

bool has(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

START_TEST(test_settings_that_the_first_element_decided_on_are_warned_of_by_name) {
    struct Case {
        const char *properties;
        const char *named;  // empty: no warning
    };
    constexpr Case kCases[] = {
        {"multicast=true", "'multicast': 'true'"},
        {"protocols=udp", "'protocols': 'udp'"},
        {"udp-ports=41000-41009", "'udp-ports': '41000-41009'"},
        {"session-timeout=5", "'session-timeout': '5'"},
        {"protocols=tcp", ""},
        {"", ""},
    };
    const std::string shared = "address=127.0.0.1 service=" + std::to_string(free_port()) + " ";
    const auto first = make_sink(shared + "protocols=tcp");
    ck_assert_int_eq(gst_element_set_state(first.get(), GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
    for (const auto &[properties, named] : kCases) {
        const auto told = told_of(shared + properties);
        ck_assert_msg(told.error.empty(), "%s: %s", properties, told.error.c_str());
        ck_assert_msg(told.warning.empty() == std::string(named).empty() && has(told.warning, named), "%s: %s",
                      properties, told.warning.c_str());
    }
    gst_element_set_state(first.get(), GST_STATE_NULL);
}
END_TEST

START_TEST(test_groups_that_the_first_element_decided_on_are_warned_of_if_they_were_set) {
    const std::string shared = "address=127.0.0.1 multicast=true service=" + std::to_string(free_port()) + " ";
    const auto first = make_sink(shared);
    ck_assert_int_eq(gst_element_set_state(first.get(), GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
    ck_assert(told_of(shared).warning.empty());
    ck_assert(has(told_of(shared + "multicast-ttl=1").warning, "'multicast-ttl': '1'"));
    gst_element_set_state(first.get(), GST_STATE_NULL);
}
END_TEST

START_TEST(test_port_that_another_element_has_at_another_address_is_not_said_to_be_another_programs) {
    const std::string service = "service=" + std::to_string(free_port());
    const auto first = make_sink("address=127.0.0.1 " + service);
    ck_assert_int_eq(gst_element_set_state(first.get(), GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
    const std::string error = told_of(service).error;
    ck_assert_msg(has(error, "another rtspsink") && has(error, "127.0.0.1") && has(error, "'address'"), "%s",
                  error.c_str());
    ck_assert_msg(!has(error, "program"), "%s", error.c_str());
    gst_element_set_state(first.get(), GST_STATE_NULL);
}
END_TEST

START_TEST(test_rules_of_access_that_differ_are_named) {
    const std::string shared = "address=127.0.0.1 service=" + std::to_string(free_port()) + " ";
    const auto first = make_sink(shared + "max-sessions=3");
    ck_assert_int_eq(gst_element_set_state(first.get(), GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
    const std::string other = told_of(shared + "max-sessions=4").error;
    ck_assert_msg(has(other, "Property 'max-sessions': "), "%s", other.c_str());
    const std::string two = told_of(shared + "max-sessions=4 deny=10.0.0.0/8").error;
    ck_assert_msg(has(two, "Properties 'deny', 'max-sessions': "), "%s", two.c_str());
    ck_assert(told_of(shared + "max-sessions=3").error.empty());
    gst_element_set_state(first.get(), GST_STATE_NULL);
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "shared_port",
        {test_settings_that_the_first_element_decided_on_are_warned_of_by_name,
         test_groups_that_the_first_element_decided_on_are_warned_of_if_they_were_set,
         test_port_that_another_element_has_at_another_address_is_not_said_to_be_another_programs,
         test_rules_of_access_that_differ_are_named});
}
