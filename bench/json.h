// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace bench {

// Writes JSON text (RFC 8259); knows no reading. A value type.
class Json {
public:
    static Json object() { return Json('{', '}'); }
    static Json array() { return Json('[', ']'); }

    template <typename T>
    void set(std::string_view name, const T &value) {
        separate();
        text_ += quote(name) + ":" + literal(value);
    }
    template <typename T>
    void append(const T &value) {
        separate();
        text_ += literal(value);
    }
    [[nodiscard]] std::string text() const { return text_ + close_; }

private:
    Json(char open, char close) : text_(1, open), close_(close) {}

    void separate() {
        if (text_.size() > 1)
            text_ += ',';
    }
    static std::string literal(const Json &value) { return value.text(); }
    static std::string literal(std::integral auto value) {
        if constexpr (std::same_as<decltype(value), bool>)
            return value ? "true" : "false";
        else
            return std::to_string(value);
    }
    static std::string literal(std::floating_point auto value) { return std::to_string(value); }
    static std::string literal(std::string_view value) { return quote(value); }
    static std::string quote(std::string_view value);

    std::string text_;
    char close_;
};

}  // namespace bench
