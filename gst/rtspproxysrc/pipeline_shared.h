// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <memory>

#include "base/ref.h"

namespace rtspproxy {

// What all rtspproxysrc of one pipeline have in common: a T that belongs to the outermost bin, made for whoever asks
// first. `key` names it. Safe.
template <typename T>
std::shared_ptr<T> pipeline_shared(GstElement *element, const char *key) {
    using Shared = std::shared_ptr<T>;
    auto top = rtspcore::Ref<GstObject>::share(GST_OBJECT(element));
    while (auto parent = rtspcore::Ref<GstObject>::adopt(gst_object_get_parent(top.get())))
        top = std::move(parent);
    GST_OBJECT_LOCK(top.get());
    auto *shared = static_cast<Shared *>(g_object_get_data(G_OBJECT(top.get()), key));
    if (!shared) {
        shared = new Shared(std::make_shared<T>());
        g_object_set_data_full(G_OBJECT(top.get()), key, shared,
                               [](gpointer data) { delete static_cast<Shared *>(data); });
    }
    Shared copy = *shared;
    GST_OBJECT_UNLOCK(top.get());
    return copy;
}

}  // namespace rtspproxy
