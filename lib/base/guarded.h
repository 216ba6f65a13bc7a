// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <mutex>
#include <utility>

namespace rtspcore {

// Data that can only be reached through its lock. Safe.
// Under the lock nothing is pushed, posted, emitted, called back, written to a socket or destroyed.
template <typename T>
class Guarded {
public:
    class Access {
    public:
        T *operator->() { return data_; }
        T &operator*() { return *data_; }
        // Ends the access early.
        void unlock() {
            data_ = nullptr;
            lock_.unlock();
        }

    private:
        friend class Guarded;
        Access(std::mutex &mutex, T &data) : lock_(mutex), data_(&data) {}
        std::unique_lock<std::mutex> lock_;
        T *data_;
    };

    Guarded() = default;
    explicit Guarded(T data) : data_(std::move(data)) {}
    Guarded(const Guarded &) = delete;
    Guarded &operator=(const Guarded &) = delete;

    [[nodiscard]] Access lock() { return Access(mutex_, data_); }

private:
    std::mutex mutex_;
    T data_{};
};

}  // namespace rtspcore
