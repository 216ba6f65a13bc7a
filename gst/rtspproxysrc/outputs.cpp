// SPDX-License-Identifier: LGPL-2.1-or-later
#include "outputs.h"

#include <utility>

#include "pad_turn.h"

namespace rtspproxy {

std::vector<std::shared_ptr<Output>> Outputs::all() {
    return *list_.lock();
}

std::shared_ptr<Output> Outputs::find(const std::string &key) {
    for (const auto &output : all())
        if (output->key() == key)
            return output;
    return nullptr;
}

std::shared_ptr<Output> Outputs::make() {
    const auto number = static_cast<unsigned>(all().size());
    auto output = std::make_shared<Output>(Output::Place{element_, number, group_, mode_, watched_, name_});
    output->set_wanted(wanted_);
    output->set_latency(latency_);
    list_.lock()->push_back(output);
    gst_pad_set_active(output->pad(), TRUE);
    return output;
}

void Outputs::add(Output &output) {
    const PadTurn turn(element_);
    gst_element_add_pad(element_, output.pad());
}

void Outputs::make_first() {
    if (!all().empty())
        return;
    const auto output = make();
    output->set_away();
    add(*output);
}

void Outputs::describe(const std::vector<StreamDescription> &streams) {
    std::vector<std::pair<std::shared_ptr<Output>, GstCaps *>> fresh;
    for (const auto &[key, caps] : streams) {
        if (find(key))
            continue;
        auto output = find("");
        const bool is_new = !output;
        if (is_new)
            output = make();
        output->claim(key, caps.get());
        if (is_new)
            add(*output);
        fresh.emplace_back(std::move(output), caps.get());
    }
    for (const auto &[output, caps] : fresh)
        output->describe(caps);
}

std::shared_ptr<Output> Outputs::of(const std::string &key) {
    if (auto known = find(key))
        return known;
    auto output = make();
    output->claim(key, nullptr);
    add(*output);
    return output;
}

std::string Outputs::going_nowhere() {
    std::string names;
    for (const auto &output : all()) {
        if (!output->goes_nowhere())
            return {};
        names += (names.empty() ? "" : ", ") + output->description();
    }
    return names;
}

void Outputs::set_away() {
    for (const auto &output : all())
        output->set_away();
}

void Outputs::tell_away() {
    for (const auto &output : all())
        output->tell_away();
}

void Outputs::complete() {
    if (!complete_.exchange(true))
        gst_element_no_more_pads(element_);
}

void Outputs::set_wanted(bool wanted) {
    wanted_ = wanted;
    for (const auto &output : all())
        output->set_wanted(wanted);
}

void Outputs::end() {
    for (const auto &output : all())
        output->end();
}

void Outputs::clear() {
    std::vector<std::shared_ptr<Output>> gone;
    std::swap(*list_.lock(), gone);
    complete_ = false;
}

}  // namespace rtspproxy
