// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "base/ref.h"
#include "rtspsink/authorizer.h"
#include "support/check_suite.h"
#include "support/deadline.h"

using rtspcore::Ref;
using rtspcore::server::access::Decisions;
using rtspcore::server::access::OpenQuestion;
using rtspcore::test::eventually;
using rtspsink::Authorizer;
using rtspsink::Verdict;

namespace {

// An element that has the signal, its only handler, and a server that asks.
class Asked {
public:
    explicit Asked(std::function<Verdict()> handler)
        : handler_(std::move(handler)),
          element_(Ref<GstElement>::sink(gst_bin_new(nullptr))),
          authorizer_(std::make_shared<Authorizer>(element_.get(), signal())) {
        g_signal_connect(element_.get(), "authorize", G_CALLBACK(handle), &handler_);
        authorizer_->open();
    }

    Authorizer &authorizer() { return *authorizer_; }
    std::shared_ptr<OpenQuestion> wait() { return decisions_->open(1); }
    void ask(const OpenQuestion &question) {
        authorizer_->callback()({"adrian", "192.0.2.1", "/test", "DESCRIBE"}, question.decision());
    }
    // Whether all that was begun on GStreamer's threads comes to its end.
    bool ends() {
        return eventually([this] { return authorizer_.use_count() == 1; });
    }

private:
    static guint signal() {
        static const guint id = g_signal_new("authorize", GST_TYPE_BIN, G_SIGNAL_RUN_LAST, 0, nullptr, nullptr, nullptr,
                                             G_TYPE_INT, 2, G_TYPE_UINT64, GST_TYPE_STRUCTURE);
        return id;
    }
    static int handle(GstElement *, guint64, GstStructure *, gpointer data) {
        return static_cast<int>((*static_cast<std::function<Verdict()> *>(data))());
    }

    std::function<Verdict()> handler_;
    const Ref<GstElement> element_;
    const std::shared_ptr<Decisions> decisions_ = std::make_shared<Decisions>();
    const std::shared_ptr<Authorizer> authorizer_;
};

}  // namespace

START_TEST(test_handler_is_asked_and_its_verdict_is_the_answer) {
    for (const Verdict verdict : {Verdict::Allow, Verdict::Refuse}) {
        Asked asked([verdict] { return verdict; });
        const auto question = asked.wait();
        asked.ask(*question);
        ck_assert(eventually([&] { return question->answer().has_value(); }));
        ck_assert_int_eq(*question->answer(), verdict == Verdict::Allow);
        ck_assert(asked.ends());
    }
}
END_TEST

START_TEST(test_handler_is_not_asked_about_a_viewer_who_waits_no_more) {
    bool called = false;
    Asked asked([&] {
        called = true;
        return Verdict::Allow;
    });
    const auto refused = asked.wait();
    refused->decision().answer(false);
    asked.ask(*refused);
    auto gone = asked.wait();
    const auto question = std::exchange(gone, nullptr)->decision();
    asked.authorizer().callback()({}, question);
    ck_assert(asked.ends());
    ck_assert(!called);
    ck_assert_msg(!asked.authorizer().decide(1, true) && !asked.authorizer().decide(2, true), "both are forgotten");
}
END_TEST

START_TEST(test_who_is_asked_about_after_the_end_is_refused) {
    bool called = false;
    Asked asked([&] {
        called = true;
        return Verdict::Allow;
    });
    asked.authorizer().close();
    const auto question = asked.wait();
    asked.ask(*question);
    ck_assert(question->answer() == false);
    ck_assert(asked.ends());
    ck_assert(!called);
}
END_TEST

START_TEST(test_who_waits_for_an_answer_at_the_end_is_refused) {
    Asked asked([] { return Verdict::Later; });
    const auto question = asked.wait();
    asked.ask(*question);
    ck_assert(asked.ends());
    ck_assert(!question->answer());
    asked.authorizer().close();
    ck_assert(question->answer() == false);
    ck_assert(!asked.authorizer().decide(1, true));
}
END_TEST

START_TEST(test_end_waits_for_the_handler_that_runs) {
    std::atomic<bool> entered{false};
    std::atomic<bool> ended{false};
    const OpenQuestion *asked_about = nullptr;
    Asked asked([&] {
        entered = true;
        (void)eventually([&] { return asked_about->answer().has_value(); });
        ended = true;
        return Verdict::Allow;
    });
    const auto question = asked.wait();
    asked_about = question.get();
    asked.ask(*question);
    ck_assert(eventually([&] { return entered.load(); }));
    asked.authorizer().close();
    ck_assert(ended);
    ck_assert_msg(question->answer() == false, "the verdict came too late");
    ck_assert(asked.ends());
}
END_TEST

START_TEST(test_handler_may_bring_the_end) {
    Authorizer *authorizer = nullptr;
    Asked asked([&] {
        authorizer->close();
        return Verdict::Allow;
    });
    authorizer = &asked.authorizer();
    const auto question = asked.wait();
    asked.ask(*question);
    ck_assert(asked.ends());
    ck_assert(question->answer() == false);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return rtspcore::test::run_suite("authorizer", {
                                                       test_handler_is_asked_and_its_verdict_is_the_answer,
                                                       test_handler_is_not_asked_about_a_viewer_who_waits_no_more,
                                                       test_who_is_asked_about_after_the_end_is_refused,
                                                       test_who_waits_for_an_answer_at_the_end_is_refused,
                                                       test_end_waits_for_the_handler_that_runs,
                                                       test_handler_may_bring_the_end,
                                                   });
}
