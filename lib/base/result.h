// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace rtspcore {

// Why something did not work: a small per-module code for programs, and a sentence for people that tells
// what was expected, what came, and what to do. Never contains credentials.
template <typename Code>
struct Failure {
    Code code;
    std::string message;
};

template <typename Code>
Failure(Code, std::string) -> Failure<Code>;

// A value or a Failure. Immutable state, no thread rules of its own.
template <typename T, typename Code>
class [[nodiscard]] Result {
public:
    Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
    Result(Failure<Code> failure) : content_(std::in_place_index<1>, std::move(failure)) {}

    [[nodiscard]] bool ok() const { return content_.index() == 0; }
    explicit operator bool() const { return ok(); }

    T &value() & { return *checked(); }
    const T &value() const & { return *checked(); }
    T &&value() && { return std::move(*checked()); }
    T &operator*() & { return *checked(); }
    const T &operator*() const & { return *checked(); }
    T *operator->() { return checked(); }
    const T *operator->() const { return checked(); }

    [[nodiscard]] const Failure<Code> &error() const {
        assert(!ok());
        return *std::get_if<1>(&content_);
    }

private:
    T *checked() {
        assert(ok());
        return std::get_if<0>(&content_);
    }
    const T *checked() const {
        assert(ok());
        return std::get_if<0>(&content_);
    }

    std::variant<T, Failure<Code>> content_;
};

template <typename Code>
class [[nodiscard]] Result<void, Code> {
public:
    Result() = default;
    Result(Failure<Code> failure) : content_(std::move(failure)) {}

    [[nodiscard]] bool ok() const { return content_.index() == 0; }
    explicit operator bool() const { return ok(); }
    [[nodiscard]] const Failure<Code> &error() const {
        assert(!ok());
        return *std::get_if<1>(&content_);
    }

private:
    std::variant<std::monostate, Failure<Code>> content_;
};

}  // namespace rtspcore
