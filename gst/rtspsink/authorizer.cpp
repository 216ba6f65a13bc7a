// SPDX-License-Identifier: LGPL-2.1-or-later
#include "authorizer.h"

#include <algorithm>
#include <utility>

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

void Authorizer::open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
}

void Authorizer::close() {
    for (const Decision &decision : forget_all())
        decision.answer(false);
    std::unique_lock lock(mutex_);
    call_ended_.wait(lock, [this] {
        const auto own = std::count(calls_.begin(), calls_.end(), std::this_thread::get_id());
        return calls_.size() == static_cast<size_t>(own);
    });
}

std::vector<Authorizer::Decision> Authorizer::forget_all() {
    const std::lock_guard lock(mutex_);
    is_open_ = false;
    std::vector<Decision> forgotten;
    for (auto &[request, decision] : std::exchange(decisions_, {}))
        forgotten.push_back(std::move(decision));
    return forgotten;
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
    const uint64_t request = keep(decision);
    if (request == 0) {
        decision.answer(false);
        return;
    }
    struct Call {
        std::shared_ptr<Authorizer> self;
        uint64_t request;
        Question question;
        Decision decision;
    };
    gst_element_call_async(
        element.get(),
        [](GstElement *target, gpointer data) {
            auto *call = static_cast<Call *>(data);
            if (!call->self->begin_call(call->request, call->decision))
                return;
            call->self->emit(target, call->request, call->question);
            call->self->end_call();
        },
        new Call{shared_from_this(), request, question, decision},
        [](gpointer data) { delete static_cast<Call *>(data); });
}

uint64_t Authorizer::keep(const Decision &decision) {
    const std::lock_guard lock(mutex_);
    if (!is_open_)
        return 0;
    if (decisions_.size() == kMostOpen)
        decisions_.erase(decisions_.begin());
    const uint64_t request = next_request_++;
    decisions_.emplace(request, decision);
    return request;
}

bool Authorizer::begin_call(uint64_t request, const Decision &decision) {
    const bool waits = decision.waits();
    const std::lock_guard lock(mutex_);
    const auto found = decisions_.find(request);
    if (found == decisions_.end())
        return false;
    if (waits)
        calls_.push_back(std::this_thread::get_id());
    else
        decisions_.erase(found);
    return waits;
}

void Authorizer::end_call() {
    const std::lock_guard lock(mutex_);
    calls_.erase(std::find(calls_.begin(), calls_.end(), std::this_thread::get_id()));
    call_ended_.notify_all();
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
    std::unique_lock lock(mutex_);
    const auto found = decisions_.find(request);
    if (found == decisions_.end())
        return false;
    const Decision decision = found->second;
    decisions_.erase(found);
    lock.unlock();
    return decision.answer(allow);
}

}  // namespace rtspsink
