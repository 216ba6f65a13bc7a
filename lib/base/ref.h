// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <type_traits>
#include <utility>

namespace rtspcore {

// How a C object counts its references. GstMiniObjects are told apart by having one as their first member.
template <typename T>
struct RefTraits {
    static constexpr bool kMini = std::is_same_v<T, GstMiniObject> || std::is_same_v<T, GstBuffer> ||
                                  std::is_same_v<T, GstBufferList> || std::is_same_v<T, GstCaps> ||
                                  std::is_same_v<T, GstEvent> || std::is_same_v<T, GstMessage> ||
                                  std::is_same_v<T, GstQuery> || std::is_same_v<T, GstSample>;
    static void ref(T *object) {
        if constexpr (kMini)
            gst_mini_object_ref(reinterpret_cast<GstMiniObject *>(object));
        else
            g_object_ref(object);
    }
    static void unref(T *object) {
        if constexpr (kMini)
            gst_mini_object_unref(reinterpret_cast<GstMiniObject *>(object));
        else
            g_object_unref(object);
    }
};

// The one owner of a reference to a GObject or GstMiniObject. It is never built implicitly: the call says whether
// the reference is taken over (`adopt`, transfer full), added (`share`, transfer none) or sunk (`sink`, floating).
// As safe as the object it holds; one Ref itself belongs to one thread.
template <typename T>
class Ref {
public:
    Ref() = default;
    static Ref adopt(T *object) { return Ref(object); }
    static Ref share(T *object) {
        if (object)
            RefTraits<T>::ref(object);
        return Ref(object);
    }
    static Ref sink(T *object) {
        if (object)
            g_object_ref_sink(object);
        return Ref(object);
    }

    Ref(const Ref &other) : Ref(share(other.object_)) {}
    Ref(Ref &&other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Ref &operator=(Ref other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~Ref() {
        if (object_)
            RefTraits<T>::unref(object_);
    }

    [[nodiscard]] T *get() const { return object_; }
    T *operator->() const { return object_; }
    explicit operator bool() const { return object_ != nullptr; }
    // Hands the reference to a C function that takes it (transfer full).
    [[nodiscard]] T *release() { return std::exchange(object_, nullptr); }

private:
    explicit Ref(T *object) : object_(object) {}
    T *object_ = nullptr;
};

}  // namespace rtspcore
