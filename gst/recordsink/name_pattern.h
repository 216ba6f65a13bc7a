// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <memory>
#include <string>

#include "location.h"

namespace recordsink {

// Tells which names below the folder of a location are such as it gives. Immutable.
class NamePattern {
public:
    explicit NamePattern(const Location &location)
        : regex_(g_regex_new(location.expression().c_str(), G_REGEX_RAW, GRegexMatchFlags(0), nullptr), g_regex_unref) {
    }

    [[nodiscard]] bool matches(const std::string &name) const {
        return regex_ && g_regex_match(regex_.get(), name.c_str(), GRegexMatchFlags(0), nullptr);
    }

private:
    std::shared_ptr<GRegex> regex_;
};

}  // namespace recordsink
