// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>
#include <vector>

#include "../messages.h"
#include "../suite.h"
#include "folder.h"
#include "support/deadline.h"
#include "web_server.h"

using recordsink::test::Folder;
using recordsink::test::has_curl;
using recordsink::test::kSkipped;
using recordsink::test::read_text;
using recordsink::test::WebServer;
using rtspcore::Ref;
using rtspcore::test::eventually;
using rtspsink::test::Messages;

namespace {

std::string body_of(const std::string &request) {
    return request.substr(request.find("\r\n\r\n") + 4);
}

uint64_t count(GstElement *sink, const char *name) {
    GstStructure *stats = nullptr;
    guint64 value = 0;
    g_object_get(sink, "stats", &stats, nullptr);
    gst_structure_get_uint64(stats, name, &value);
    gst_structure_free(stats);
    return value;
}

}  // namespace

START_TEST(test_the_line_of_each_segment_is_posted_and_again_after_an_error) {
    const Folder folder;
    WebServer server({"500 Internal Server Error", "200 OK"});
    const auto pipeline = Ref<GstElement>::sink(gst_parse_launch(
        ("videotestsrc num-buffers=50 ! video/x-raw,width=64,height=64,framerate=25/1 ! x264enc speed-preset=ultrafast "
         "key-int-max=25 ! recordsink name=r segment-duration=1000 location=" +
         folder.path() + "/%i.mp4 segment-post=" + server.url())
            .c_str(),
        nullptr));
    const auto sink = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "r"));
    Messages messages(pipeline.get());
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    ck_assert(messages.next(GST_MESSAGE_EOS));
    ck_assert(eventually([&] { return count(sink.get(), "delivered") == 2; }, std::chrono::seconds(20)));
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    ck_assert_uint_eq(count(sink.get(), "undelivered"), 0);
    const auto requests = server.requests();
    ck_assert_uint_eq(requests.size(), 3);
    ck_assert(body_of(requests[0]) == body_of(requests[1]));
    const std::string posted = body_of(requests[1]) + "\n" + body_of(requests[2]) + "\n";
    ck_assert(posted == read_text(folder / "index.jsonl"));
}
END_TEST

int main(int argc, char **argv) {
    if (!has_curl())
        return kSkipped;
    return rtspsink::test::run_element_suite(argc, argv, "post",
                                             {test_the_line_of_each_segment_is_posted_and_again_after_an_error});
}
