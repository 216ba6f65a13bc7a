// SPDX-License-Identifier: LGPL-2.1-or-later
#include "outputs.h"

namespace rtspproxy {

std::vector<std::shared_ptr<Output>> Outputs::all() {
    return *list_.lock();
}

std::shared_ptr<Output> Outputs::of(const std::string &key) {
    const auto known = all();
    for (const auto &output : known)
        if (output->key() == key)
            return output;
    auto output = std::make_shared<Output>(
        Output::Place{element_, static_cast<unsigned>(known.size()), key, group_, mode_, watched_});
    output->set_wanted(wanted_);
    output->set_latency(latency_);
    list_.lock()->push_back(output);
    gst_pad_set_active(output->pad(), TRUE);
    gst_element_add_pad(element_, output->pad());
    return output;
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
