// SPDX-License-Identifier: LGPL-2.1-or-later
#include "authorizer.h"

#include "base/ref.h"

namespace rtspsink {

using rtspcore::Ref;

GType verdict_type() {
    static const GEnumValue kValues[] = {
        {static_cast<int>(Verdict::Later), "Decided later, by the action signal 'decide'", "later"},
        {static_cast<int>(Verdict::Allow), "The viewer may", "allow"},
        {static_cast<int>(Verdict::Refuse), "The viewer may not", "refuse"},
        {0, nullptr, nullptr}};
    static const GType type = g_enum_register_static("GstRtspSinkVerdict", kValues);
    return type;
}

Authorizer::Authorizer(GstElement *element, guint signal) : element_(), signal_(signal) {
    g_weak_ref_init(&element_, element);
}

Authorizer::~Authorizer() {
    g_weak_ref_clear(&element_);
}

rtspcore::server::access::Authorize Authorizer::callback() {
    return [self = shared_from_this()](const Question &question, const Decision &decision) {
        self->ask(question, decision);
    };
}

void Authorizer::ask(const Question &question, const Decision &decision) {
    const auto element = Ref<GstElement>::adopt(static_cast<GstElement *>(g_weak_ref_get(&element_)));
    if (!element || !g_signal_has_handler_pending(element.get(), signal_, 0, TRUE)) {
        decision.answer(static_cast<bool>(element));
        return;
    }
    struct Call {
        std::shared_ptr<Authorizer> self;
        uint64_t request;
        Question question;
    };
    gst_element_call_async(
        element.get(),
        [](GstElement *target, gpointer data) {
            auto *call = static_cast<Call *>(data);
            call->self->emit(target, call->request, call->question);
        },
        new Call{shared_from_this(), keep(decision), question},
        [](gpointer data) { delete static_cast<Call *>(data); });
}

uint64_t Authorizer::keep(const Decision &decision) {
    auto open = open_.lock();
    if (open->decisions.size() == kMostOpen)
        open->decisions.erase(open->decisions.begin());
    const uint64_t request = open->next++;
    open->decisions.emplace(request, decision);
    return request;
}

void Authorizer::emit(GstElement *element, uint64_t request, const Question &question) {
    const std::unique_ptr<GstStructure, decltype(&gst_structure_free)> details(
        gst_structure_new("application/x-rtspsink-request", "user", G_TYPE_STRING, question.user.c_str(), "address",
                          G_TYPE_STRING, question.address.c_str(), "mapping", G_TYPE_STRING, question.mapping.c_str(),
                          "method", G_TYPE_STRING, question.method.c_str(), nullptr),
        gst_structure_free);
    int verdict = static_cast<int>(Verdict::Later);
    g_signal_emit(element, signal_, 0, request, details.get(), &verdict);
    if (verdict != static_cast<int>(Verdict::Later))
        decide(request, verdict == static_cast<int>(Verdict::Allow));
}

bool Authorizer::decide(uint64_t request, bool allow) {
    auto open = open_.lock();
    const auto found = open->decisions.find(request);
    if (found == open->decisions.end())
        return false;
    const Decision decision = found->second;
    open->decisions.erase(found);
    open.unlock();
    return decision.answer(allow);
}

}  // namespace rtspsink
