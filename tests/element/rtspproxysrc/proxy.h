// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "base/ref.h"
#include "element/messages.h"

namespace rtspsink::test {

// A line with one stream of an rtspproxysrc.
std::string proxy_line(const std::string &location, const std::string &more = "");

// A pipeline with an rtspproxysrc named `proxy`, and what it says.
class Proxy {
public:
    explicit Proxy(const std::string &line);
    ~Proxy();
    Proxy(const Proxy &) = delete;
    Proxy &operator=(const Proxy &) = delete;

    [[nodiscard]] GstElement *pipeline() const { return pipeline_.get(); }
    [[nodiscard]] GstElement *element() const { return element_.get(); }
    // The sink pad of an element, by its name.
    [[nodiscard]] rtspcore::Ref<GstPad> pad_of(const char *element) const;
    // The first of the element, once it has one.
    [[nodiscard]] rtspcore::Ref<GstPad> source_pad() const;
    // A number of the property `stats`.
    [[nodiscard]] guint64 statistic(const char *field) const;
    [[nodiscard]] Messages &messages() { return messages_; }
    void play();
    // The next message of the element that tells this state, by its nick; the test fails if none comes, or if an error
    // or EOS comes before.
    rtspcore::Ref<GstMessage> wait_for(const char *state);
    // The same for a reason.
    rtspcore::Ref<GstMessage> wait_for_reason(const char *reason);

private:
    rtspcore::Ref<GstMessage> wait_for_field(const char *field, const char *nick);

    rtspcore::Ref<GstElement> pipeline_;
    rtspcore::Ref<GstElement> element_;
    Messages messages_;
};

// The nick of an enum field.
std::string nick_in(GstMessage *message, const char *field);
std::string text_in(GstMessage *message, const char *field);

}  // namespace rtspsink::test
