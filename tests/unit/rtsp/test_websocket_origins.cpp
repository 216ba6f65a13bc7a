// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/websocket_origins.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using rtsp::WebSocketOrigins;

namespace {

struct Page {
    const char *origin;
    const char *host;
    bool allowed;
};

void assert_allowed(const WebSocketOrigins &origins, const Page &page) {
    ck_assert_msg(origins.allow(page.origin, page.host) == page.allowed, "%s at %s", page.origin, page.host);
}

}  // namespace

START_TEST(test_websocket_origins_default_is_the_host_itself) {
    const Page pages[] = {
        {"", "192.168.1.2:8554", true},  // no browser
        {"http://192.168.1.2", "192.168.1.2:8554", true},
        {"https://192.168.1.2:8443", "192.168.1.2", true},
        {"http://[fd00::2]:80", "[fd00::2]:8554", true},
        {"http://localhost:8080", "localhost:8554", true},
        {"http://Camera.local", "camera.LOCAL:8554", true},
        {"http://camera", "camera:8554", true},
        {"http://192.168.1.3", "192.168.1.2:8554", false},
        {"http://192.168.1.2.evil.example", "192.168.1.2:8554", false},
        {"http://[fd00::3]", "[fd00::2]:8554", false},
        {"https://evil.example", "192.168.1.2:8554", false},
        {"http://evil.example:8554", "evil.example:8554", false},  // its owner can have it point anywhere
        {"http://evil.notlocal", "evil.notlocal", false},
        {"null", "192.168.1.2:8554", false},
        {"null", "null", false},
        {"file://", "", false},
        {"://x", "x", false},
        {"http://user@camera", "camera", false},
        {"http://camera/", "camera", false},
        {"http://camera, http://camera", "camera", false},
        {"http://[", "[", false},
        {"http://:80", ":8554", false},
    };
    for (const Page &page : pages)
        assert_allowed(WebSocketOrigins(), page);
}
END_TEST

START_TEST(test_websocket_origins_list_is_what_it_says) {
    const auto listed = WebSocketOrigins::parse("https://viewer.example, http://192.168.1.9:8080");
    ck_assert(listed.ok());
    const Page pages[] = {
        {"", "camera", true},
        {"https://viewer.example", "camera", true},
        {"HTTPS://Viewer.Example", "camera", true},
        {"http://192.168.1.9:8080", "camera", true},
        {"http://viewer.example", "camera", false},
        {"https://viewer.example:444", "camera", false},
        {"https://sub.viewer.example", "camera", false},
        {"https://viewer.example.evil", "camera", false},
        {"http://camera", "camera", false},
        {"null", "camera", false},
        {"*", "camera", false},
    };
    for (const Page &page : pages)
        assert_allowed(*listed, page);
    const auto all = WebSocketOrigins::parse("*");
    ck_assert(all.ok());
    for (const char *origin : {"", "null", "https://evil.example", "anything"})
        assert_allowed(*all, {origin, "camera", true});
}
END_TEST

START_TEST(test_websocket_origins_what_is_none_is_named) {
    const struct {
        const char *text;
        const char *part;
    } cases[] = {
        {"viewer.example", "viewer.example"},
        {"https://viewer.example/", "https://viewer.example/"},
        {"https://a,https://b/page", "https://b/page"},
        {"https://*.example", "https://*.example"},
        {"https://", "https://"},
        {"null", "null"},
        {"https://a,,https://b", ""},
        {" ", ""},
    };
    for (const auto &c : cases) {
        const auto origins = WebSocketOrigins::parse(c.text);
        ck_assert_msg(!origins.ok(), "%s", c.text);
        test::assert_text(origins.error().message, c.part);
    }
    ck_assert(*WebSocketOrigins::parse("") == WebSocketOrigins());
}
END_TEST

int main() {
    return test::run_suite("websocket_origins",
                           {test_websocket_origins_default_is_the_host_itself,
                            test_websocket_origins_list_is_what_it_says, test_websocket_origins_what_is_none_is_named});
}
